#include <algorithm>
#include <cctype>

#include "memory_log_state.hpp"

namespace ashlar::testing {

using namespace store;

namespace {

// The reason without its numbers and quoted texts, which differ from one failure to the next.
std::string without_details(const std::string& reason) {
  std::string text;
  for (std::size_t i = 0; i < reason.size(); ++i) {
    const char c = reason[i];
    const std::size_t end = c == '"' || c == '\'' ? reason.find(c, i + 1) : std::string::npos;
    if (end != std::string::npos) {
      text += c;
      text += c;
      i = end;
    } else if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
      if (text.empty() || text.back() != '0') text += '0';
    } else {
      text += c;
    }
  }
  return text;
}

using Group = std::tuple<std::string, std::string, std::string>;

Group group_of(const DeadLetter& letter, const std::string& event_name) {
  return {letter.consumer, event_name + "@" + std::to_string(letter.event.metadata.version),
          without_details(letter.reason)};
}

}  // namespace

std::vector<std::int64_t> MemoryLog::State::selected_locked(const DeadLetterQuery& query) const {
  const auto group = [this](const DeadLetter& letter) {
    return group_of(letter, name_locked(letter.event.metadata.name));
  };
  std::optional<Group> only;
  if (query.group_of) {
    const auto found = letters.find(*query.group_of);
    if (found == letters.end()) return {};
    only = group(found->second.letter);
  }
  std::vector<std::int64_t> numbers;
  for (const auto& [number, letter] : letters) {
    if (!query.consumer.empty() && letter.letter.consumer != query.consumer) continue;
    if (query.number && number != *query.number) continue;
    if (only && group(letter.letter) != *only) continue;
    if (numbers.size() == query.limit) break;
    numbers.push_back(number);
  }
  return numbers;
}

std::vector<DeadLetter> MemoryLog::dead_letters(const DeadLetterQuery& query) {
  std::lock_guard lock(state_->mutex);
  std::vector<DeadLetter> found;
  for (const std::int64_t number : state_->selected_locked(query)) {
    found.push_back(state_->letters.at(number).letter);
    found.back().event = state_->as_read_locked(found.back().event);
  }
  return found;
}

std::vector<DeadLetterGroup> MemoryLog::dead_letter_groups(std::string_view consumer) {
  std::lock_guard lock(state_->mutex);
  std::map<Group, DeadLetterGroup> groups;
  for (const std::int64_t number : state_->selected_locked({.consumer = std::string(consumer)})) {
    const DeadLetter& letter = state_->letters.at(number).letter;
    const Group key = group_of(letter, state_->name_locked(letter.event.metadata.name));
    const auto [found, is_new] = groups.try_emplace(key);
    DeadLetterGroup& group = found->second;
    if (is_new) group.first_failure = letter.first_failure;
    group.consumer = letter.consumer;
    group.event = std::get<1>(key);
    group.reason = letter.reason;
    ++group.count;
    group.newest = number;
    group.first_failure = std::min(group.first_failure, letter.first_failure);
    group.last_failure = std::max(group.last_failure, letter.last_failure);
  }
  std::vector<DeadLetterGroup> all;
  for (auto& [key, group] : groups) all.push_back(std::move(group));
  return all;
}

std::int64_t MemoryLog::bury(const DeadLetter& letter) {
  std::lock_guard lock(state_->mutex);
  State::Letter& kept = state_->letters[++state_->last_letter];
  kept.letter = letter;
  kept.letter.number = state_->last_letter;
  return state_->last_letter;
}

std::vector<std::int64_t> MemoryLog::retry(const DeadLetterQuery& query, Time now, const Noting& noting) {
  std::vector<std::int64_t> retried;
  {
    std::lock_guard lock(state_->mutex);
    for (const std::int64_t number : state_->selected_locked(query)) {
      const State::Letter& letter = state_->letters.at(number);
      const auto consumer = state_->consumers.find(letter.letter.consumer);
      if (letter.letter.event.sequence == 0 || consumer == state_->consumers.end()) continue;
      // Where it is on its way already, or comes anyway after a rewind, that is its retry.
      const StoredEvent& event = letter.letter.event;
      auto& all = consumer->second.pending;
      const auto stored = state_->events.find(event.sequence);
      const bool comes_anyway = !all.contains(event.sequence) && stored != state_->events.end() &&
                                state_->is_open_locked(consumer->second, stored->second);
      if (!comes_anyway) {
        const auto [found, is_new] = all.try_emplace(event.sequence);
        if (is_new) {
          found->second.due = now;
          found->second.replay = letter.replay;
        }
        found->second.asked_for = true;
        if (!found->second.own_event) found->second.own_event = event;
      }
      retried.push_back(number);
      state_->letters.erase(number);
    }
    state_->note_locked(noting, retried);
  }
  if (!retried.empty()) state_->wake();
  return retried;
}

std::vector<std::int64_t> MemoryLog::discard(const DeadLetterQuery& query, const Noting& noting) {
  std::lock_guard lock(state_->mutex);
  const std::vector<std::int64_t> numbers = state_->selected_locked(query);
  for (const std::int64_t number : numbers) state_->letters.erase(number);
  state_->note_locked(noting, numbers);
  return numbers;
}

void MemoryLog::State::note_locked(const Noting& noting, std::span<const std::int64_t> done) {
  if (!noting || done.empty()) return;
  for (LogAction& action : noting(done)) actions.push_back(std::move(action));
}

void MemoryLog::note(const LogAction& action) {
  std::lock_guard lock(state_->mutex);
  state_->actions.push_back(action);
}

std::vector<LogAction> MemoryLog::actions(std::size_t limit) {
  std::lock_guard lock(state_->mutex);
  const auto& all = state_->actions;
  return {all.end() - static_cast<std::ptrdiff_t>(std::min(limit, all.size())), all.end()};
}

}  // namespace ashlar::testing
