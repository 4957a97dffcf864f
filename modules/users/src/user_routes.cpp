#include "user_routes.hpp"

#include <ashlar/event.hpp>
#include <optional>
#include <string>

namespace users {

// What requests and answers say.
struct RegisterBody {
  std::string email;
  std::string full_name;
  std::optional<std::string> company;
};
ASHLAR_STRUCT(RegisterBody, email, full_name, company)

struct ResetBody {
  std::string email;
};
ASHLAR_STRUCT(ResetBody, email)

struct ResetAnswer {
  std::string message = "if the address is registered, a mail with a token is on its way to it";
};
ASHLAR_STRUCT(ResetAnswer, message)

struct ConfirmBody {
  std::string token;
};
ASHLAR_STRUCT(ConfirmBody, token)

struct ConfirmAnswer {
  std::string user_id;
};
ASHLAR_STRUCT(ConfirmAnswer, user_id)

void add_routes(ashlar::Routes& routes, UserBook& book) {
  using ashlar::Request;
  using ashlar::Response;

  routes.post("/users", [&book](const Request& request) {
    const auto body = request.json<RegisterBody>();
    const NewUser user{.email = body.email, .full_name = body.full_name, .company = body.company};
    return Response::json(book.register_user(user).user, 201);
  });
  routes.get("/users/:id", [&book](const Request& request) {
    const std::string& id = request.parameter("id");
    const std::optional<User> user = book.find(id);
    if (!user) throw ashlar::HttpError(404, "/user_id", "there is no user '" + id + "'");
    return Response::json(*user);
  });
  routes.post("/users/password-reset", [&book](const Request& request) {
    book.request_reset(request.json<ResetBody>().email);
    return Response::json(ResetAnswer{}, 202);
  });
  routes.post("/users/password-reset/confirm", [&book](const Request& request) {
    return Response::json(ConfirmAnswer{book.confirm_reset(request.json<ConfirmBody>().token)});
  });
}

}  // namespace users
