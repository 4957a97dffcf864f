#include <ashlar/module.hpp>
#include <ashlar/store/durable_log.hpp>
#include <ashlar/store/store.hpp>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "audit_log.hpp"
#include "redact.hpp"

namespace audit {

namespace {

Record record_of(const ashlar::Delivery& delivery) {
  const ashlar::Metadata& event = delivery.metadata();
  return {.time = event.time,
          .event_id = event.id.to_string(),
          .event = event.name + "@" + std::to_string(event.version),
          .source = event.source,
          .correlation_id = event.correlation_id,
          .causation_id = event.causation_id,
          .tenant_id = event.tenant_id,
          .user_id = event.user_id,
          .data = redact(delivery.data())};
}

}  // namespace

class AuditModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "audit"; }

  void declare(ashlar::Declaration& declaration) override {
    declaration.needs<ashlar::store::Store>();
    declaration.needs<ashlar::store::DurableLog>();
    ashlar::Commands& commands = declaration.commands();
    commands.add({.name = "audit verify",
                  .summary = "Checks that nobody has changed the audit log",
                  .run = [this](const ashlar::CommandLine& line) { return verify(line); }});
    commands.add({.name = "audit tail",
                  .summary = "Prints the newest entries of the audit log, one JSON object a line",
                  .options = {{"limit", "How many", "10"}},
                  .run = [this](const ashlar::CommandLine& line) { return tail(line); }});
  }

  void prepare(ashlar::ModuleContext& context) override {
    events_ = &context.service<ashlar::store::DurableLog>();
    log_.emplace(context.service<ashlar::store::Store>().connect());
    context.health_check("database", [this] {
      log_->check();
      return std::string();
    });
  }

  void register_handlers(ashlar::EventRegistry& registry) override {
    // Whatever happens is recorded sometime: never given up.
    constexpr int for_ever = std::numeric_limits<int>::max();
    registry.on_stream("#", "record", {.max_deliver = for_ever},
                       [this](std::span<ashlar::Delivery* const> batch) { record(batch); });
  }

 private:
  // The acks are part of the commit, so that each event is recorded once.
  void record(std::span<ashlar::Delivery* const> batch) {
    std::vector<Record> records;
    for (const ashlar::Delivery* delivery : batch) records.push_back(record_of(*delivery));
    log_->append(records, [&](ashlar::UnitOfWork& unit) {
      for (ashlar::Delivery* delivery : batch) delivery->ack(unit);
    });
  }

  // Everything that has happened up to now is recorded.
  void catch_up() { (void)events_->catch_up("audit.record"); }

  int verify(const ashlar::CommandLine& line) {
    catch_up();
    const Verdict verdict = log_->verify();
    if (verdict.broken) {
      line.err << "entry " << verdict.intact + 1 << " of the audit log " << *verdict.broken << "; the "
               << verdict.intact << " before it are intact\n";
      return 1;
    }
    line.out << "the audit log is intact: " << verdict.intact << " entries";
    if (verdict.intact > 0) line.out << ", the last one's hash is " << verdict.last_hash;
    line.out << '\n';
    return 0;
  }

  int tail(const ashlar::CommandLine& line) {
    const std::string& text = line.argument("limit");
    std::int64_t limit = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (error != std::errc{} || end != text.data() + text.size() || limit < 1) {
      throw ashlar::UsageError("--limit: '" + text + "' is no number from 1 on");
    }
    catch_up();
    for (const Entry& entry : log_->tail(limit)) line.out << ashlar::to_json(entry) << '\n';
    return 0;
  }

  ashlar::store::DurableLog* events_ = nullptr;
  std::optional<AuditLog> log_;
};

}  // namespace audit

ASHLAR_MODULE(audit, audit::AuditModule)
