#include <algorithm>
#include <ashlar/errors.hpp>
#include <ashlar/middleware/traceparent.hpp>

#include <fmt/format.h>

namespace ashlar {
namespace {

constexpr std::size_t version_00_size = 55;

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) { return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos; }

// FNV-1a, 64 bits (Fowler, Noll and Vo), from a basis of one's own.
std::uint64_t hash(std::string_view text, std::uint64_t basis) {
  for (char c : text) basis = (basis ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return basis;
}

constexpr std::uint64_t offset_basis = 14695981039346656037u;

// The same call always gets the same id, so that who knows the event can find its span.
std::string span_id_of(const HandlerCall& call, std::string_view event_id) {
  std::uint64_t id = hash(event_id, offset_basis);
  id = hash(call.handler().module, id);
  id = hash("/", id);
  id = hash(call.handler().name, id);
  return fmt::format("{:016x}", id == 0 ? 1 : id);
}

thread_local const Span* innermost = nullptr;

}  // namespace

std::optional<TraceParent> parse_traceparent(std::string_view text) {
  if (text.size() < version_00_size || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
  const std::string_view version = text.substr(0, 2);
  const std::string_view flags = text.substr(53, 2);
  if (!is_hex(version) || version == "ff" || !is_hex(flags)) return std::nullopt;
  if (text.size() > version_00_size && (version == "00" || text[version_00_size] != '-')) return std::nullopt;
  const std::string_view trace = text.substr(3, 32);
  const std::string_view parent = text.substr(36, 16);
  if (!is_id(trace) || !is_id(parent)) return std::nullopt;
  const char last = flags[1];
  const int low_bits = last <= '9' ? last - '0' : last - 'a' + 10;
  return TraceParent{std::string(trace), std::string(parent), (low_bits & 1) == 1};
}

std::string to_string(const TraceParent& traceparent) {
  return fmt::format("00-{}-{}-{}", traceparent.trace_id, traceparent.parent_id, traceparent.sampled ? "01" : "00");
}

std::string trace_id_of(std::string_view correlation_id) {
  if (correlation_id.size() == 32 && is_id(correlation_id)) return std::string(correlation_id);
  if (const auto uuid = Uuid::parse(correlation_id)) {
    std::string digits = uuid->to_string();
    std::erase(digits, '-');
    if (is_id(digits)) return digits;
  }
  const std::uint64_t high = hash(correlation_id, offset_basis);
  return fmt::format("{:016x}{:016x}", high == 0 ? 1 : high, hash(correlation_id, high ^ offset_basis));
}

Tracing::Tracing(std::function<void(const Span&)> on_span) : on_span_(std::move(on_span)) {}

void Tracing::around(const HandlerCall& call, const Next& next) {
  Span span{.event = std::string(call.event().name()),
            .event_id = call.event().id().to_string(),
            .module = std::string(call.handler().module),
            .handler = std::string(call.handler().name),
            .start = call.clock().now()};
  span.self.trace_id = trace_id_of(call.event().correlation_id());
  span.self.parent_id = span_id_of(call, span.event_id);
  const Span* const around = innermost;
  if (around != nullptr) span.parent_id = around->self.parent_id;

  const Clock::Steady before = call.clock().steady_now();
  const auto end = [&] {
    innermost = around;
    span.took = call.clock().steady_now() - before;
    if (!on_span_) return;
    try {
      on_span_(span);
    } catch (...) {
      call.log().error("a span could not be handed on", {{"error", current_exception_message()}});
    }
  };
  innermost = &span;
  try {
    next();
  } catch (...) {
    span.failed = true;
    end();
    throw;
  }
  end();
}

std::optional<TraceParent> current_traceparent() {
  return innermost == nullptr ? std::nullopt : std::optional(innermost->self);
}

}  // namespace ashlar
