#include "config/node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "text/printable.hpp"

namespace ashlar::detail {

std::string Origin::text() const { return line == 0 ? source : fmt::format("{}:{}:{}", source, line, column); }

Node* Node::find(std::string_view key) {
  const auto entry = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
  return entry == entries.end() ? nullptr : &entry->value;
}

Node& Node::at(std::string_view key, const Origin& where) {
  if (Node* value = find(key)) return *value;
  if (kind != Kind::map) {
    kind = Kind::map;
    origin = where;
  }
  return entries.emplace_back(Entry{std::string(key), where, {}}).value;
}

void merge(Node& base, Node over) {
  if (base.kind != Node::Kind::map || over.kind != Node::Kind::map) {
    if (over.kind != Node::Kind::absent) base = std::move(over);
    return;
  }
  for (Node::Entry& entry : over.entries) merge(base.at(entry.key, entry.origin), std::move(entry.value));
}

void Problems::add(const Origin& origin, std::string_view path, std::string_view problem) {
  std::string line = origin.text() + ": ";
  if (!path.empty()) line += printable(path, 200) + ": ";
  line += problem;
  problems_.push_back({origin, std::move(line)});
}

void Problems::add(const Problems& others) {
  problems_.insert(problems_.end(), others.problems_.begin(), others.problems_.end());
}

std::vector<std::string> Problems::lines() const {
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.origin.document, a.origin.line, a.origin.column) <
           std::tie(b.origin.document, b.origin.line, b.origin.column);
  });
  std::vector<std::string> lines;
  for (Problem& problem : sorted) lines.push_back(std::move(problem.line));
  return lines;
}

std::string path_to(std::string_view parent, std::string_view key) {
  return parent.empty() ? std::string(key) : fmt::format("{}.{}", parent, key);
}

}  // namespace ashlar::detail
