#pragma once

#include <ashlar/configuration.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar::detail {

// Where a value comes from, as errors name it: `shop.yaml:12:3`, `--set`, `SHOP_ORDERS_MAX_LINES (environment)`.
struct Origin {
  static constexpr std::size_t no_document = static_cast<std::size_t>(-1);

  std::string source;
  std::size_t document = no_document;  // in order of reading
  int line = 0;                        // from 1; 0 where there are none
  int column = 0;

  std::string text() const;
};

// A value of the configuration before its type is known: YAML without anchors, tags and styles.
struct Node {
  enum class Kind {
    absent,  // as if it were not written
    null,
    text,
    list,
    map
  };
  struct Entry;

  Kind kind = Kind::absent;
  Origin origin{};
  std::string text{};
  // The text was not written in the YAML document but came into it from outside, so that its structure, if it is to have
  // one, has not been read yet.
  bool verbatim = false;
  std::vector<Node> items{};
  std::vector<Entry> entries;

  Node* find(std::string_view key);
  // The value of `key`, added as absent where there was none; an absent or null node becomes a map.
  Node& at(std::string_view key, const Origin& origin);
};

struct Node::Entry {
  std::string key;
  Origin origin;
  Node value;
};

// Lays `over` upon `base`: maps are merged key by key, anything else takes the place of what was there.
void merge(Node& base, Node over);

// What is wrong so far.
class Problems {
 public:
  // `path` is empty for what concerns no single key.
  void add(const Origin& origin, std::string_view path, std::string_view problem);
  void add(const Problems& others);
  // One line each, in the order of the documents.
  std::vector<std::string> lines() const;

 private:
  struct Problem {
    Origin origin;
    std::string line;
  };

  std::vector<Problem> problems_;
};

// `orders` and `max_lines`: `orders.max_lines`.
std::string path_to(std::string_view parent, std::string_view key);

}  // namespace ashlar::detail
