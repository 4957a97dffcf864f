#include <doctest/doctest.h>

#include <ashlar/middleware/traceparent.hpp>
#include <set>
#include <stdexcept>

#include "middleware_support.hpp"

using ashlar::parse_traceparent;
using ashlar::Span;
using ashlar::TraceParent;
using middleware_test::mail;
using middleware_test::MailHouse;

namespace {

const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string parent = "00f067aa0ba902b7";

}  // namespace

TEST_CASE("C5: a W3C traceparent is read and written") {
  const std::string text = "00-" + trace + "-" + parent + "-01";
  CHECK(parse_traceparent(text) == TraceParent{trace, parent, true});
  CHECK(to_string(*parse_traceparent(text)) == text);
  CHECK(parse_traceparent("00-" + trace + "-" + parent + "-00")->sampled == false);
  CHECK(parse_traceparent("00-" + trace + "-" + parent + "-0a")->sampled == false);
  // A later version may have more behind the flags.
  CHECK(parse_traceparent("cc-" + trace + "-" + parent + "-01-what-the-future-holds").has_value());
}

TEST_CASE("C5: what is no traceparent is none") {
  for (const std::string& text :
       {std::string(), "00-" + trace + "-" + parent, "00-" + trace + "-" + parent + "-01-",
        "ff-" + trace + "-" + parent + "-01", "cc-" + trace + "-" + parent + "-01what",
        "00-" + std::string(32, '0') + "-" + parent + "-01", "00-" + trace + "-" + std::string(16, '0') + "-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + parent + "-01", "00_" + trace + "-" + parent + "-01",
        "00-" + trace + "-" + parent + "-0g"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_traceparent(text).has_value());
  }
}

TEST_CASE("C5: every correlation id has one trace id") {
  CHECK(ashlar::trace_id_of(trace) == trace);
  CHECK(ashlar::trace_id_of("01890a5d-ac96-774b-bcce-b302099a8057") == "01890a5dac96774bbcceb302099a8057");
  const std::string made = ashlar::trace_id_of("order 7");
  CHECK(made == ashlar::trace_id_of("order 7"));
  CHECK(made != ashlar::trace_id_of("order 8"));
  for (const std::string& text : {made, ashlar::trace_id_of(""), ashlar::trace_id_of(std::string(32, '0'))}) {
    CHECK(parse_traceparent("00-" + text + "-" + parent + "-01").has_value());
  }
}

TEST_CASE("C5: a handler's call is a span of the trace that the correlation id names") {
  std::vector<Span> spans;
  std::optional<TraceParent> inside;
  MailHouse house({std::make_shared<ashlar::Tracing>([&](const Span& span) { spans.push_back(span); })},
                  mail([&] { inside = ashlar::current_traceparent(); }));
  CHECK_FALSE(ashlar::current_traceparent().has_value());
  house.place("1", {.correlation_id = trace});
  CHECK_FALSE(ashlar::current_traceparent().has_value());
  REQUIRE(spans.size() == 1);
  CHECK(spans[0].self == inside);
  CHECK(inside->trace_id == trace);
  CHECK(parse_traceparent(to_string(*inside)) == inside);
  CHECK(spans[0].parent_id.empty());
  CHECK(spans[0].module == "mails");
  CHECK(spans[0].handler == "mail");
  CHECK(spans[0].event == "orders.order.placed");
  CHECK_FALSE(spans[0].failed);
}

TEST_CASE("C5: a span inside a span names it, a failed one says so, and no observer of spans disturbs") {
  std::vector<Span> spans;
  const auto tracing = std::make_shared<ashlar::Tracing>([&](const Span& span) {
    spans.push_back(span);
    throw std::runtime_error("nobody collects spans");
  });
  MailHouse* self = nullptr;
  int depth = 0;
  MailHouse house({tracing}, mail([&] {
                    if (++depth == 1) {
                      self->place("2");
                    } else {
                      throw std::runtime_error("no paper");
                    }
                  }));
  self = &house;
  CHECK(house.place("1").ok());
  REQUIRE(spans.size() == 2);
  CHECK(spans[0].failed);
  CHECK(spans[0].parent_id == spans[1].self.parent_id);
  CHECK(spans[0].self.trace_id == spans[1].self.trace_id);
  CHECK(spans[0].self.parent_id != spans[1].self.parent_id);
  CHECK_FALSE(spans[1].failed);
  CHECK(house.log().contains("error=nobody collects spans"));
}
