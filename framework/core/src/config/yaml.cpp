#include "config/yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <ashlar/utf8.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "config/limits.hpp"
#include "config/substitute.hpp"
#include "text/printable.hpp"

namespace ashlar::detail {
namespace {

std::string too_deep() { return fmt::format("deeper than {} levels{}", most_levels, too_much); }

struct TooMuch {
  Origin origin;
  std::string problem;
};

// Makes Nodes of yaml-cpp's, where an anchor and its aliases are one node: each alias becomes a copy, which is why depth
// number and text are counted here.
class Converter {
 public:
  Converter(Origin base, const Configuration::Environment* environment, Problems& problems)
      : base_(std::move(base)), environment_(environment), problems_(problems) {}

  Origin at(const YAML::Mark& mark) const {
    Origin origin = base_;
    if (base_.document != Origin::no_document && !mark.is_null()) {
      origin.line = mark.line + 1;
      origin.column = mark.column + 1;
    }
    return origin;
  }

  Node convert(const YAML::Node& yaml, const std::string& path, int level) {
    Node node;
    node.origin = at(yaml.Mark());
    if (level > most_levels) throw TooMuch{node.origin, too_deep()};
    if (++values_ > most_values)
      throw TooMuch{node.origin, fmt::format("more than {} values{}", most_values, too_much)};
    switch (yaml.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null: node.kind = Node::Kind::null; break;
      case YAML::NodeType::Scalar: scalar(node, yaml.Scalar(), path); break;
      case YAML::NodeType::Sequence:
        node.kind = Node::Kind::list;
        for (const YAML::Node& item : yaml) {
          node.items.push_back(convert(item, fmt::format("{}[{}]", path, node.items.size()), level + 1));
        }
        break;
      case YAML::NodeType::Map: map(node, yaml, path, level); break;
    }
    return node;
  }

 private:
  void count_text(const Origin& origin, std::size_t bytes) {
    text_ += bytes;
    if (text_ > most_text) throw TooMuch{origin, fmt::format("more than {} bytes of text{}", most_text, too_much)};
  }

  void scalar(Node& node, const std::string& text, const std::string& path) {
    count_text(node.origin, text.size());
    node.kind = Node::Kind::text;
    node.text = text;
    if (environment_ == nullptr || text.find("${") == text.npos) return;
    Substituted result = substitute(text, *environment_, most_text);
    count_text(node.origin, result.text.size());
    if (result.problem.empty() && !result.unset.empty() && result.from_environment) {
      // Half a value is a slip of who set the other half; to leave it out silently would hide that.
      result.problem = fmt::format("the environment variable {0} is not set; set it, or write ${{{0}:-}}",
                                   fmt::join(result.unset, ", "));
    }
    if (!result.problem.empty()) {
      problems_.add(node.origin, path, result.problem);
      node.kind = Node::Kind::absent;
    } else if (!result.unset.empty()) {
      node.kind = Node::Kind::absent;
    }
    node.text = std::move(result.text);
    node.verbatim = result.replaced;
  }

  void map(Node& node, const YAML::Node& yaml, const std::string& path, int level) {
    node.kind = Node::Kind::map;
    std::set<std::string_view> keys;
    for (const auto& pair : yaml) {
      const Origin origin = at(pair.first.Mark());
      if (!pair.first.IsScalar()) {
        problems_.add(origin, path, "a key that is no plain text");
        continue;
      }
      const std::string& key = pair.first.Scalar();
      if (key.size() > most_key_bytes) {
        throw TooMuch{origin, fmt::format("a key of more than {} bytes{}", most_key_bytes, too_much)};
      }
      count_text(origin, key.size());
      const std::string key_path = path_to(path, key);
      if (!keys.insert(key).second) {
        problems_.add(origin, key_path, "stands twice");
        continue;
      }
      Node value = convert(pair.second, key_path, level + 1);
      node.entries.push_back({key, origin, std::move(value)});
    }
  }

  Origin base_;
  const Configuration::Environment* environment_;
  Problems& problems_;
  int values_ = 0;
  std::size_t text_ = 0;
};

// Without the name of an unknown anchor, which newer versions add: a secret that begins with `*` and lacks its quotes looks like one.
std::string reason(std::string_view message) { return printable(message.substr(0, message.find(": ")), 200); }

// Where a document begins.
class Beginning final : public YAML::EventHandler {
 public:
  YAML::Mark mark;

  void OnDocumentStart(const YAML::Mark& start) override { mark = start; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& place, YAML::anchor_t) override { note(place); }
  void OnAlias(const YAML::Mark& place, YAML::anchor_t) override { note(place); }
  void OnScalar(const YAML::Mark& place, const std::string&, YAML::anchor_t, const std::string&) override {
    note(place);
  }
  void OnSequenceStart(const YAML::Mark& place, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    note(place);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& place, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    note(place);
  }
  void OnMapEnd() override {}

 private:
  void note(const YAML::Mark& place) {
    if (!noted_) mark = place;
    noted_ = true;
  }

  bool noted_ = false;
};

// YAML::LoadAll never comes back where a bracket or a comma belongs to nothing: it finds one empty document there after
// the other.
std::optional<YAML::Mark> second_document(std::string_view text) {
  std::istringstream in{std::string(text)};
  YAML::Parser parser(in);
  Beginning first;
  Beginning second;
  if (!parser.HandleNextDocument(first) || !parser.HandleNextDocument(second)) return std::nullopt;
  second.mark.pos = std::min(second.mark.pos, static_cast<int>(text.size()) - 1);
  return second.mark;
}

// The place of a byte; counted as yaml-cpp does, in bytes from 0.
YAML::Mark mark_at(std::string_view text, std::size_t position) {
  YAML::Mark mark;
  mark.pos = static_cast<int>(position);
  const std::string_view before = text.substr(0, position);
  mark.line = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  mark.column = static_cast<int>(position - (before.rfind('\n') + 1));
  return mark;
}

Node read(std::string_view text, const Origin& base, std::string_view path,
          const Configuration::Environment* environment, Problems& problems) {
  Converter converter(base, environment, problems);
  try {
    if (const std::size_t valid = utf8_prefix(text); valid < text.size()) {
      problems.add(converter.at(mark_at(text, valid)), path, "a byte that is not UTF-8");
      return {};
    }
    if (text.size() > most_bytes) throw TooMuch{base, fmt::format("{} bytes{}", text.size(), too_much)};
    if (const std::optional<YAML::Mark> second = second_document(text)) {
      const char first = text[static_cast<std::size_t>(second->pos)];
      const bool stray = first == ',' || first == ']' || first == '}';
      problems.add(converter.at(*second), path,
                   stray ? fmt::format("no valid YAML: nothing was opened that '{}' could belong to", first)
                         : "a second YAML document; there may be one");
      if (stray) return {};
    }
    return converter.convert(YAML::Load(std::string(text)), std::string(path), 1);
  } catch (const TooMuch& fault) {
    problems.add(fault.origin, path, fault.problem);
  } catch (const YAML::DeepRecursion& error) {
    problems.add(converter.at(error.mark), path, too_deep());
  } catch (const YAML::Exception& error) {
    problems.add(converter.at(error.mark), path, "no valid YAML: " + reason(error.msg));
  }
  return {};
}

}  // namespace

Node read_document(std::string_view text, std::string_view file, std::size_t document,
                   const Configuration::Environment& environment, Problems& problems) {
  const Origin origin{std::string(file), document};
  Node root = read(text, origin, {}, &environment, problems);
  if (root.kind == Node::Kind::text || root.kind == Node::Kind::list) {
    problems.add(root.origin, {}, "expected sections, like `orders:` with its keys below it");
    return {};
  }
  return root;
}

Node read_structure(const Node& verbatim, std::string_view path, Problems& problems) {
  return read(verbatim.text, verbatim.origin, path, nullptr, problems);
}

}  // namespace ashlar::detail
