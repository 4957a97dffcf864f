#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "../ops/raw_client.hpp"
#include "live_shop.hpp"
#include "mutation.hpp"

namespace {

const std::filesystem::path sample = ASHLAR_SOURCE_DIR "/app/data/sample";

struct Sent {
  std::string method;
  std::string path;
  std::string body;
};

// Requests that change something, in a shop that has the sample.
const std::vector<Sent> requests = {
    {"POST", "/users", R"({"email": "ada@example.org", "full_name": "Ada Lovelace", "company": "Engines"})"},
    {"POST", "/users/password-reset", R"({"email": "brigg@customers.example"})"},
    {"POST", "/users/password-reset/confirm", R"({"token": "0123456789abcdef0123456789abcdef"})"},
    {"POST", "/items", R"({"item_id": "tea", "name": "Green tea", "description": "loose", "price_cents": 450})"},
    {"PUT", "/items/3/price", R"({"price_cents": 450})"},
    {"POST", "/stock/3/receive", R"({"quantity": 10, "delivery_id": "d1"})"},
    {"PUT", "/stock/3/reorder-level", R"({"reorder_level": 7})"},
    {"POST", "/orders", R"({"customer_id": "BRIGG", "lines": [{"item_id": "3", "quantity": 1}], "note": "soon"})"},
    {"POST", "/orders/512/cancel", R"({"reason": "changed my mind"})"},
    {"POST", "/orders/512/ship", ""}};

std::string as_text(const Sent& sent) {
  return sent.method + " " + sent.path +
         " HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(sent.body.size()) + "\r\n\r\n" + sent.body;
}

// Half of them have a sound frame around a spoiled body or path, half are spoiled anywhere.
std::string spoiled_request(Mutation& mutation) {
  Sent sent = requests[mutation.number(requests.size())];
  switch (mutation.number(4)) {
    case 0: sent.path = mutation.of(sent.path); return as_text(sent);
    case 1: sent.body = mutation.of(sent.body); return as_text(sent);
    default: return mutation.of(as_text(sent));
  }
}

// Whether all that the server answered is an error.
bool refused(std::uint16_t port, const std::string& bytes) {
  RawClient client(port);
  client.send(bytes);
  client.send_no_more();
  for (Answer answer = client.receive(); answer.status != 0; answer = client.receive()) {
    if (answer.status < 400) return false;
  }
  return true;
}

// Calls `attempt`, which says whether its input was refused, until that was so `wanted` times; what was refused has
// changed nothing.
template <class Attempt>
void refused_changes_nothing(LiveShop& shop, int wanted, Attempt attempt) {
  std::string before = shop.kept();
  int refusals = 0;
  for (int attempts = 0; refusals < wanted && attempts < 4 * wanted; ++attempts) {
    std::string input;
    if (attempt(input)) {
      ++refusals;
      const std::string after = shop.kept();
      CAPTURE(input);
      REQUIRE(after == before);
    } else {
      before = shop.kept();
    }
  }
  CHECK(refusals == wanted);
}

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("700 spoiled HTTP requests that are answered with an error leave everything as it was") {
  LiveShop shop;
  REQUIRE(shop.import(sample));
  Mutation mutation(7);
  refused_changes_nothing(shop, 700, [&](std::string& input) {
    input = spoiled_request(mutation);
    return refused(shop.port(), input);
  });
  CHECK(get(shop.port(), "/health/ready").status == 200);
}

TEST_CASE("300 spoiled files that an import refuses leave everything as it was") {
  LiveShop shop;
  SUBCASE("in an empty shop") {}
  SUBCASE("in one that has the sample") { REQUIRE(shop.import(sample)); }
  Mutation mutation(3);
  const std::vector<std::string> files{"customers.csv", "products.csv", "orders.csv", "order-details.csv"};
  const ashlar::testing::TemporaryDirectory folder;
  std::filesystem::copy(sample, folder.path());
  refused_changes_nothing(shop, 150, [&](std::string& input) {
    const std::string& file = files[mutation.number(files.size())];
    input = mutation.of(content(sample / file));
    std::ofstream(folder.path() / file, std::ios::binary) << input;
    const bool imported = shop.import(folder.path());
    std::filesystem::copy_file(sample / file, folder.path() / file, std::filesystem::copy_options::overwrite_existing);
    return !imported;
  });
}
