#include <doctest/doctest.h>

#include <ashlar/bridge/wire_format.hpp>
#include <cstdint>
#include <random>
#include <string>

#include "wire_samples.hpp"

using namespace ashlar::bridge;

namespace {

std::string problem(const std::string& body, const ReadOptions& options = {}) {
  return sample::problem_of(sample::stranger("a.b", body), options);
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i != times; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("F6: every beginning of a message is refused, with the byte") {
  for (const WireFormat format : sample::formats) {
    const Message whole = write(format, sample::everything(), sample::data, sample::shop());
    for (std::size_t size = 0; size != whole.body.size(); ++size) {
      Message cut = whole;
      cut.body.resize(size);
      const bool inside_a_letter = (static_cast<unsigned char>(whole.body[size]) & 0xC0) == 0x80;
      const std::string byte = "no valid JSON at byte " + std::to_string(inside_a_letter ? size - 1 : size);
      CHECK(sample::problem_of(cut).find(byte) != std::string::npos);
    }
  }
}

TEST_CASE("F6: what is no JSON is refused where it stands") {
  CHECK(problem("") == "body: no valid JSON at byte 0: the document is empty");
  CHECK(problem("<xml/>") == "body: no valid JSON at byte 0: no JSON value begins here");
  CHECK(problem(R"({"payload":{"x":NaN}})") == "payload.x: no valid JSON at byte 16: no JSON value begins here");
  CHECK(problem(R"({"payload":{"x":-Infinity}})") == "payload.x: no valid JSON at byte 16: no JSON value begins here");
  CHECK(problem(R"({"payload":{"lines":[1,{"a":01}]}})") ==
        "payload.lines[1].a: no valid JSON at byte 28: a number that begins with 0");
  CHECK(problem(R"({"a":1,})").rfind("a: no valid JSON at byte 7: expected a member's name", 0) == 0);
  CHECK(problem(R"([1,])") == "[1]: no valid JSON at byte 3: no JSON value begins here");
  CHECK(problem(R"({"a":1} x)").rfind("body: no valid JSON at byte 8: expected the end", 0) == 0);
  CHECK(problem("{\"a\":\"\x01\"}") ==
        "a: no valid JSON at byte 6: a control character inside a text, which has to be escaped");
  for (const char* body : {"{'a':1}", "{a:1}", R"({"a"})", R"({"a":})", R"({"a" 1})",  "[1 2]", "[}",  "{]",
                           "tru",     "nulll", "+1",       ".5",        "1.",          "1e",    "1e+", "-",
                           "00",      "0x10",  "\"\\x\"",  "\"\\u12\"", "\"\\u12G4\"", "// {}", "{}{}"}) {
    CAPTURE(body);
    CHECK(problem(body).find("no valid JSON at byte ") != std::string::npos);
  }
}

TEST_CASE("F6: what is not UTF-8 is refused where it stands") {
  for (const char* bytes : {"\xFF", "\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                            "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xF0\x9F\x98"}) {
    CHECK(problem("{\"a\":\"" + std::string(bytes) + "\"}") == "a: no valid JSON at byte 6: bytes that are not UTF-8");
    CHECK(problem("{\"" + std::string(bytes) + "\":1}").find("at byte 2: bytes that are not UTF-8") !=
          std::string::npos);
  }
  for (const char* half : {R"("\ud800")", R"("\udc00")", R"("\ud800\u0041")", R"("\ud83dx")"}) {
    CHECK(problem(half).find("half of a surrogate pair") != std::string::npos);
  }
}

TEST_CASE("F6: a member that stands twice is refused, however it is written and wherever it is") {
  CHECK(problem(R"({"a":1,"b":2,"a":3})") ==
        "a: no valid JSON at byte 13: the member \"a\" stands twice in its object");
  CHECK(problem(R"({"payload":{"x":1,"\u0078":2}})") ==
        "payload.x: no valid JSON at byte 18: the member \"x\" stands twice in its object");
  std::string many = "{";
  for (int i = 0; i != 1000; ++i) many += "\"m" + std::to_string(i) + "\":[{\"m\":0}],";
  CHECK(problem(many + "\"z\":0}").empty());
  CHECK(problem(many + "\"m500\":0}").find("the member \"m500\" stands twice") != std::string::npos);
}

TEST_CASE("F6: what is deeper than the limit is refused without an end of the stack") {
  const ReadOptions bare{.format = WireFormat::bare};
  CHECK(problem(repeated("[", 64) + repeated("]", 64), bare).empty());
  CHECK(problem(repeated("[", 65) + repeated("]", 65), bare) == "body: deeper than 64 levels, the limit");
  CHECK(problem(repeated("[", 500'000)).find("deeper than 65 levels, the limit") != std::string::npos);
  CHECK(problem(repeated("{\"a\":", 150'000)).find("deeper than 65 levels, the limit") != std::string::npos);
  const std::string deep = repeated("[", 500'000) + repeated("]", 500'000);
  CHECK(problem(deep, {.max_depth = 1'000'000}).empty());
}

TEST_CASE("F6: what is larger than the limit is refused before it is looked at") {
  CHECK(problem(std::string(1001, '\xFF'), {.max_bytes = 1000}) == "body: 1001 bytes, and the limit is 1000");
}

TEST_CASE("F6: a member of the wrong kind is refused by its name") {
  const auto with = [](const std::string& members) {
    return problem(R"({"type":"a.b","data":1,"id":"1",)" + members + "}");
  };
  CHECK(with(R"("tenantId":{"a":1})") == "tenantId: expected a text or an integer, got an object");
  CHECK(with(R"("user_id":1.5)") == "user_id: expected a text or an integer, got \"1.5\"");
  CHECK(with(R"("correlationId":[])") == "correlationId: expected a text or an integer, got an array");
  CHECK(with(R"("metadata":{"source":true})") == "metadata.source: expected a text or an integer, got true or false");
  CHECK(problem(R"({"type":5,"data":1,"id":"1"})", {.format = WireFormat::domain_event}) ==
        "type: expected a text, got \"5\"");
  CHECK(problem(R"({"event_type":"a.b","payload":1,"event_id":{}})") ==
        "event_id: expected a text or an integer, got an object");
  CHECK(problem(R"({"event_type":"a.b","payload":1,"metadata":5})") == "metadata: expected an object, got \"5\"");
}

TEST_CASE("F6: a message that is not of the format asked for is refused") {
  CHECK(problem("{}", {.format = WireFormat::domain_event}) == "data: is missing, and the format domain-event has it");
  CHECK(problem(R"({"data":1})", {.format = WireFormat::aggregate}) ==
        "payload: is missing, and the format aggregate has it");
  CHECK(problem("{}", {.format = WireFormat::cloudevents}) == "specversion: is missing, and every CloudEvent has it");
  CHECK(problem("[]", {.format = WireFormat::domain_event}) == "body: expected an object, got an array");
}

TEST_CASE("F6: content that cannot be data here is refused") {
  Message message = sample::stranger("a.b", "{}");
  message.content_encoding = "gzip";
  CHECK(sample::problem_of(message) ==
        "content_encoding: \"gzip\" is not understood here; send the body as UTF-8, not compressed");
  message.content_encoding = "UTF-8";
  CHECK(sample::problem_of(message).empty());
  message.content_type = "application/cloudevents-batch+json";
  CHECK(sample::problem_of(message) == "content_type: a batch of CloudEvents; send each as a message of its own");
  const std::string cloud = R"({"specversion":"1.0","id":"1","type":"a.b","source":"/s",)";
  CHECK(problem(cloud + R"("data_base64":"AA=="})").rfind("data_base64: the data of an event are JSON", 0) == 0);
  CHECK(problem(cloud + R"("datacontenttype":"text/plain","data":"x"})").rfind("datacontenttype: the data", 0) == 0);
}

TEST_CASE("F6: an error shows little of a long text, and nothing that steers a terminal") {
  const std::string text =
      problem("{\"type\":\"\\u001b[31m" + std::string(100'000, 'x') + "\",\"id\":\"1\",\"data\":1}");
  CHECK(text.size() < 600);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(problem("{\"" + std::string(100'000, 'n') + "\":NaN}").size() < 600);
}

TEST_CASE("F6: a mapping to what is no event is named") {
  const Message message = sample::stranger("Order", "{}");
  for (const char* wrong : {"", "Order", "orders.#", "orders.order.placed@x"}) {
    CHECK(sample::problem_of(message, {.types = {{"Order", wrong}}}).rfind("types: \"Order\" is mapped to", 0) == 0);
  }
}

TEST_CASE("F6: a thousand mutated messages of each format are read or refused") {
  std::mt19937 random(20261120);
  const auto below = [&](std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random); };
  int read_ones = 0, refused_ones = 0;
  for (const WireFormat format : sample::formats) {
    const Message whole = write(format, sample::everything(), sample::data, sample::shop());
    for (int i = 0; i != 1000; ++i) {
      Message message = whole;
      for (std::size_t changes = 1 + below(3); changes != 0; --changes) {
        const std::size_t at = below(message.body.size());
        switch (below(4)) {
          case 0: message.body[at] = static_cast<char>(below(256)); break;
          case 1: message.body.erase(at, 1 + below(8)); break;
          case 2: message.body.insert(at, message.body.substr(below(message.body.size()), below(40))); break;
          case 3: message.body.insert(at, 1, "{}[]\",:\\0"[below(9)]); break;
        }
      }
      try {
        const WireEvent event = read(message, {}, sample::received);
        // What was read can be written and read again.
        const WireEvent again = read(write(format, event.metadata, event.data, sample::shop()), {}, sample::received);
        CHECK(again.data == event.data);
        ++read_ones;
      } catch (const WireError& error) {
        CHECK(std::string_view(error.what()).size() < 600);
        ++refused_ones;
      }
    }
  }
  CHECK(read_ones > 500);
  CHECK(refused_ones > 500);
}
