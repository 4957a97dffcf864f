#include <ashlar/application.hpp>
#include <ashlar/middleware/retry.hpp>
#include <memory>
#include <string>

#include "import/import_command.hpp"

namespace {

std::string what_to_try(std::string_view url) {
  std::string text = R"(Try this in another terminal, in this order:

  id=$(curl -s --json '{"email": "ada@example.org", "full_name": "Ada Lovelace"}' URL/users | cut -d '"' -f 4)
  curl --json '{"item_id": "tea", "name": "Green tea", "price_cents": 450}' URL/items
  curl URL/items
  curl --json '{"quantity": 10}' URL/stock/tea/receive
  curl --json '{"customer_id": "'$id'", "lines": [{"item_id": "tea", "quantity": 3}]}' URL/orders
  curl 'URL/analytics/revenue?by=item'
  curl 'URL/search?q=tea'
  curl URL/describe
)";
  constexpr std::string_view word = "URL";
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += url.size()) {
    text.replace(at, word.size(), url);
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  return ashlar::run_application(
      argc, argv,
      {.name = "shop",
       .summary = "A small shop made of eight modules that speak through events.",
       .modules = ashlar::application_modules(),
       .bridges = ashlar::application_bridges(),
       .middleware = {std::make_shared<ashlar::Retry>()},
       .commands = [](ashlar::Commands& commands,
                      ashlar::ModuleHost& host) { commands.add(shop::import_command(host)); },
       .examples = {"import app/data/sample", "revenue --by month", "search tea", "audit verify",
                    "explain orders.order.placed"},
       .what_to_try = what_to_try});
}
