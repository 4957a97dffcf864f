#include "dispatch/plan.hpp"

#include "dispatch/background.hpp"
#include "dispatch/chain.hpp"
#include "dispatch/dispatch.hpp"
#include "dispatch/report_details.hpp"
#include <ashlar/event_pattern.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace ashlar::detail {
namespace {

void call_group(void* object, const void* event, const EventContext& context) {
  Group& group = *static_cast<Group*>(object);
  const std::uint64_t turn = group.next.fetch_add(1, std::memory_order_relaxed) % group.members.size();
  const Step& member = group.members[turn];
  const Frame& frame = Frame::of(context);
  note_turn(frame.outcome, group.number, turn);
  frame.slot->running.store(&member, std::memory_order_relaxed);
  member.statistics->calls.fetch_add(1, std::memory_order_relaxed);
  member.call(member.object, event, context);
}

bool runs_before(const Handler* a, const Handler* b) {
  if (a->options.priority != b->options.priority) return a->options.priority > b->options.priority;
  return a->module_order < b->module_order;
}

class Compiler {
 public:
  Compiler(const std::vector<std::unique_ptr<DeclaredEvent>>& events,
           const std::vector<std::unique_ptr<Handler>>& handlers)
      : events_(events), handlers_by_event_(events.size()) {
    std::unordered_map<std::string, std::size_t> numbers;
    for (const auto& event : events) numbers.emplace(event_text(event->descriptor.id), event->number);
    for (const auto& handler : handlers) {
      if (handler->consumer != nullptr) continue;
      if (!handler->by_pattern) {
        const auto found = numbers.find(handler->registered_for);
        if (found != numbers.end()) handlers_by_event_[found->second].push_back(handler.get());
        continue;
      }
      for (const auto& event : events) {
        if (matches(handler->registered_for, event->descriptor.id.name)) {
          handlers_by_event_[event->number].push_back(handler.get());
        }
      }
    }
    for (auto& list : handlers_by_event_) std::stable_sort(list.begin(), list.end(), runs_before);
  }

  std::unique_ptr<PlanTable> compile() {
    table_ = std::make_unique<PlanTable>();
    std::size_t steps = 2 * events_.size();  // the ends
    for (const auto& list : handlers_by_event_) steps += 2 * list.size();
    table_->steps.reserve(steps);  // plans point into it
    table_->plans.resize(2 * events_.size());
    for (const auto& event : events_) {
      const auto& list = handlers_by_event_[event->number];
      statistics_.clear();
      const std::vector<Group*> groups = plan(event->number, *event, list, {});
      std::vector<Handler*> by_name = list;
      std::erase_if(by_name, [](const Handler* handler) { return handler->by_pattern; });
      plan(events_.size() + event->number, *event, by_name, groups);
      table_->plans[event->number].to_converted = static_cast<std::ptrdiff_t>(events_.size());
      const std::uint32_t index = event->descriptor.type->index;
      if (table_->by_type.size() <= index) table_->by_type.resize(index + 1, nullptr);
      table_->by_type[index] = &table_->plans[event->number];
    }
    table_->types = table_->by_type.data();
    table_->type_count = static_cast<std::uint32_t>(table_->by_type.size());
    return std::move(table_);
  }

 private:
  Step step_of(Handler* handler, const DeclaredEvent& event) {
    StepStatistics*& statistics = statistics_[handler];
    if (statistics == nullptr) {
      statistics = &table_->statistics.emplace_back();
      statistics->event = event.number;
    }
    const Step step = handler->chain == nullptr
                          ? Step{handler->function.call, handler->function.object.get(), handler, nullptr, statistics}
                          : Step{&call_through_chain, handler->chain.get(), handler, nullptr, statistics};
    if (handler->pool == nullptr) return step;
    auto& background = table_->background.emplace_back(std::make_unique<BackgroundStep>(step, handler->pool));
    return {&call_in_background, background.get(), handler, nullptr, statistics};
  }

  static Group* find(const std::vector<Group*>& groups, const std::string& name) {
    const auto found = std::find_if(groups.begin(), groups.end(), [&](const Group* it) { return it->name == name; });
    return found == groups.end() ? nullptr : *found;
  }

  static bool has_pattern(const Group& group) {
    return std::any_of(group.members.begin(), group.members.end(),
                       [](const Step& member) { return member.handler->by_pattern; });
  }

  // The plan number `number`, and its queue groups. `whole` are those of the plan with all handlers, when this is the one
  // without patterns: a group that misses none here is shared, so that its turns go on over both.
  std::vector<Group*> plan(std::size_t number, const DeclaredEvent& event, const std::vector<Handler*>& handlers,
                           const std::vector<Group*>& whole) {
    const std::size_t first = table_->steps.size();
    std::vector<Group*> groups;
    for (Handler* handler : handlers) {
      const std::string& name = handler->options.group;
      if (name.empty()) {
        table_->steps.push_back(step_of(handler, event));
        continue;
      }
      Group* const all = find(whole, name);
      Group* group = find(groups, name);
      if (group != nullptr) {
        if (group != all) group->members.push_back(step_of(handler, event));
        continue;
      }
      if (all != nullptr && !has_pattern(*all)) {
        group = all;
      } else {
        group = table_->groups.emplace_back(std::make_unique<Group>()).get();
        group->name = name;
        group->number = all == nullptr ? groups.size() : all->number;
        group->members.push_back(step_of(handler, event));
      }
      groups.push_back(group);
      table_->steps.push_back({&call_group, group, handler, group, nullptr});
    }
    if (groups.size() > max_queue_groups) {
      throw DeclarationError(fmt::format("event '{}' has {} queue groups; {} are the most: merge some of them",
                                         event_text(event.descriptor.id), groups.size(), max_queue_groups));
    }
    for (const Group* group : groups) {
      if (group->members.size() > max_queue_group_members) {
        throw DeclarationError(fmt::format("queue group '{}' of event '{}' has {} handlers; {} are the most",
                                           group->name, event_text(event.descriptor.id), group->members.size(),
                                           max_queue_group_members));
      }
    }
    EventPlan& plan = table_->plans[number];
    plan.steps = table_->steps.data() + first;
    plan.end = table_->steps.data() + table_->steps.size();
    table_->steps.push_back({});
    plan.number = static_cast<std::uint32_t>(number);
    plan.event = &event;
    return groups;
  }

  const std::vector<std::unique_ptr<DeclaredEvent>>& events_;
  std::vector<std::vector<Handler*>> handlers_by_event_;
  std::unique_ptr<PlanTable> table_;
  std::unordered_map<const Handler*, StepStatistics*>
      statistics_;  // for the event in hand: both its plans count together
};

}  // namespace

Handler::Handler() = default;
Handler::~Handler() = default;

PlanTable::PlanTable() = default;
PlanTable::~PlanTable() = default;

std::unique_ptr<PlanTable> compile_plan(const std::vector<std::unique_ptr<DeclaredEvent>>& events,
                                        const std::vector<std::unique_ptr<Handler>>& handlers) {
  return Compiler(events, handlers).compile();
}

std::string event_text(const EventId& id) {
  return id.version == 1 ? std::string(id.name) : fmt::format("{}@{}", id.name, id.version);
}

}  // namespace ashlar::detail
