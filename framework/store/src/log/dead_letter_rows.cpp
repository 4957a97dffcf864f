#include "log/dead_letter_rows.hpp"

#include <nlohmann/json.hpp>

#include "log/event_rows.hpp"
#include "query.hpp"

namespace ashlar::store {
namespace {

constexpr std::size_t most_attempts = 20;
constexpr std::size_t longest_error = 4'096;
constexpr std::size_t longest_grouping = 300;

std::string to_text(const std::vector<Attempt>& attempts) {
  auto json = nlohmann::json::array();
  for (const Attempt& attempt : attempts) {
    json.push_back({attempt.count, attempt.time.time_since_epoch().count(), attempt.error});
  }
  // Errors may hold any bytes.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// For columns of text, which hold nothing but UTF-8.
std::string clean(const std::string& text) {
  const std::string quoted = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return nlohmann::json::parse(quoted).get<std::string>();
}

}  // namespace

std::vector<Attempt> attempts_of(std::string_view json) {
  std::vector<Attempt> attempts;
  if (json.empty()) return attempts;
  try {
    for (const auto& entry : nlohmann::json::parse(json)) {
      attempts.push_back({entry.at(0).get<int>(), Time(std::chrono::milliseconds(entry.at(1).get<std::int64_t>())),
                          entry.at(2).get<std::string>()});
    }
  } catch (const nlohmann::json::exception&) {
    // No reason to hold the event up.
    attempts.push_back({0, Time{}, "what was tried before cannot be read: the file is damaged"});
  }
  return attempts;
}

std::string with_attempt(std::string_view json, const Attempt& attempt) {
  std::vector<Attempt> attempts = attempts_of(json);
  if (attempts.size() >= most_attempts) attempts.erase(attempts.begin());
  attempts.push_back(attempt);
  attempts.back().error.resize(std::min(attempt.error.size(), longest_error));
  return to_text(attempts);
}

std::string grouping_of(const DeadLetter& letter) {
  std::string text = letter.event.metadata.name + "@" + std::to_string(letter.event.metadata.version) + " ";
  char quote = 0;
  for (const char c : letter.reason) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
      text += '*';
    } else if (c >= '0' && c <= '9') {
      if (text.back() != '#') text += '#';
    } else {
      text += c;
    }
    if (text.size() == longest_grouping) break;
  }
  return clean(text);
}

std::int64_t add_dead_letter(Connection& db, const DeadLetter& letter, Replay replay) {
  const Metadata& metadata = letter.event.metadata;
  const std::string reason = clean(letter.reason.substr(0, longest_error));
  Query(
      db,
      "INSERT INTO ashlar_dead_letter (consumer, grouping, reason, deliveries, attempts, first_failure, last_failure, "
      "replay, sequence, name, version, " ASHLAR_EVENT_COLUMNS
      ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, " ASHLAR_EVENT_PLACES ")",
      letter.consumer, grouping_of(letter), reason, letter.deliveries, to_text(letter.attempts), letter.first_failure,
      letter.last_failure, replay == Replay::yes ? 1 : 0, letter.event.sequence, clean(metadata.name), metadata.version,
      Filled{metadata.key}, metadata.id, metadata.time, Filled{metadata.source}, Filled{metadata.correlation_id},
      Filled{metadata.causation_id}, Filled{metadata.tenant_id}, Filled{metadata.user_id}, Bytes{letter.event.data})
      .run();
  return sqlite3_last_insert_rowid(db.handle());
}

}  // namespace ashlar::store
