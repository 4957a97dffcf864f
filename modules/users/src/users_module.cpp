#include <ashlar/module.hpp>
#include <ashlar/store/store.hpp>
#include <optional>
#include <users/events.hpp>

#include "user_book.hpp"
#include "user_routes.hpp"

namespace users {

class UsersModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "users"; }

  void declare(ashlar::Declaration& declaration) override {
    declaration.configured_by(options_);
    declaration.needs<ashlar::store::Store>();
    declaration.provides<Registration>();
    declaration.emits<UserCreated>()
        .key(&UserCreated::user_id)
        .leaves_the_process()
        .described_as("A user was registered.");
    // It carries a secret, so it stays in the process.
    declaration.emits<PasswordResetRequested>()
        .key(&PasswordResetRequested::user_id)
        .described_as("A user asked for a new password and is to get a token by mail.");
  }

  void prepare(ashlar::ModuleContext& context) override {
    book_.emplace(context.service<ashlar::store::Store>().connect(), context.bus(), context.clock(), options_);
    context.provide<Registration>(*book_);
  }

  void start(ashlar::ModuleContext& context) override {
    add_routes(context.routes(), *book_);
    context.health_check("database", [this] { return book_->health(); });
  }

 private:
  Options options_;
  std::optional<UserBook> book_;
};

}  // namespace users

ASHLAR_MODULE(users, users::UsersModule)
