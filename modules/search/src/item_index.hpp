#pragma once

#include <ashlar/event.hpp>
#include <ashlar/store/database.hpp>
#include <catalog/events.hpp>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace search {

struct Hit {
  std::string item_id;
  std::string name;
  std::string description;
  std::int64_t price_cents = 0;
};
ASHLAR_STRUCT(Hit, item_id, name, description, price_cents)

// The items by the words of their names and descriptions; accents and case make no difference. Any thread.
class ItemIndex {
 public:
  explicit ItemIndex(ashlar::store::Database database);

  // An item that is there already stays as it is.
  void add(const catalog::ItemAdded& event);
  void change_price(const catalog::PriceChanged& event);

  // Items that have every word of `text`, the best first; words in the name weigh most. Throws InvalidQuery.
  std::vector<Hit> find(std::string_view text, int limit);

  // Throws where the database does not answer.
  void check();

 private:
  std::mutex mutex_;
  ashlar::store::Database database_;  // guarded by mutex_
};

}  // namespace search
