#include <ashlar/module.hpp>
#include <charconv>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "audit_log.hpp"
#include "redact.hpp"

namespace audit {

namespace {

// Data that has no JSON form keeps its place in the log; what it was cannot be said.
std::string data_of(const ashlar::Envelope& event) {
  try {
    return redact(event.data());
  } catch (const ashlar::JsonError& error) {
    return ashlar::to_json(std::string("unreadable at '" + error.pointer() + "'"));
  }
}

Record record_of(const ashlar::Envelope& event) {
  return {.time = event.time(),
          .event_id = event.id().to_string(),
          .event = std::string(event.name()) + "@" + std::to_string(event.version()),
          .source = std::string(event.source()),
          .correlation_id = event.correlation_id(),
          .causation_id = event.causation_id(),
          .tenant_id = std::string(event.tenant_id()),
          .user_id = std::string(event.user_id()),
          .data = data_of(event)};
}

}  // namespace

class AuditModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "audit"; }

  void declare(ashlar::Declaration& declaration) override {
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
    log_.emplace(context.data_directory() / "shop.db");
    context.health_check("database", [this] {
      log_->check();
      return std::string();
    });
  }

  void register_handlers(ashlar::EventRegistry& registry) override {
    // Before all others: what their handlers publish stands after its cause.
    registry.on("#", [this](const ashlar::Envelope& event) { log_->append(record_of(event)); },
                {.name = "record", .priority = 1000});
  }

 private:
  int verify(const ashlar::CommandLine& line) {
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
    for (const Entry& entry : log_->tail(limit)) line.out << ashlar::to_json(entry) << '\n';
    return 0;
  }

  std::optional<AuditLog> log_;
};

}  // namespace audit

ASHLAR_MODULE(audit, audit::AuditModule)
