// Lets scripts use the wire formats:
//
//   wire_tool write FORMAT   prints an event as a message: {"routing_key": …, "properties": {…}, "headers": {…}, "body": "…"}
//   wire_tool read FORMAT    reads such messages, one a line, and prints each as an event; `data` is its text

#include <ashlar/bridge/wire_format.hpp>
#include <ashlar/time_text.hpp>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "../bridge/wire_samples.hpp"

namespace {

using namespace ashlar::bridge;
using Json = nlohmann::ordered_json;

Json as_json(const Message& message) {
  Json headers = Json::object();
  for (const auto& [name, value] : message.headers) {
    std::visit([&, key = name](const auto& held) { headers[key] = held; }, value);
  }
  return {{"routing_key", message.routing_key},
          {"properties",
           {{"message_id", message.message_id},
            {"type", message.type},
            {"content_type", message.content_type},
            {"content_encoding", message.content_encoding},
            {"correlation_id", message.correlation_id},
            {"app_id", message.app_id},
            {"timestamp", message.timestamp_s.value()}}},
          {"headers", headers},
          {"body", message.body}};
}

Message as_message(const Json& json) {
  Message message{.routing_key = json.at("routing_key"), .body = json.at("body")};
  const Json& properties = json.at("properties");
  const auto text = [&](const char* name) { return properties.value(name, std::string()); };
  message.message_id = text("message_id");
  message.type = text("type");
  message.content_type = text("content_type");
  message.content_encoding = text("content_encoding");
  message.correlation_id = text("correlation_id");
  message.app_id = text("app_id");
  if (properties.contains("timestamp")) message.timestamp_s = properties["timestamp"].get<std::int64_t>();
  for (const auto& [name, value] : json.at("headers").items()) {
    if (value.is_number_integer())
      message.headers[name] = value.get<std::int64_t>();
    else
      message.headers[name] = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return message;
}

Json as_json(const WireEvent& event) {
  const ashlar::Metadata& metadata = event.metadata;
  return {{"id", metadata.id.to_string()},
          {"type", metadata.name},
          {"version", metadata.version},
          {"time", ashlar::time_text(metadata.time)},
          {"source", metadata.source},
          {"correlation_id", metadata.correlation_id},
          {"tenant_id", metadata.tenant_id},
          {"key", metadata.key},
          {"data", event.data}};
}

int run(const std::string& verb, WireFormat format) {
  if (verb == "write") {
    std::cout << as_json(write(format, sample::everything(), sample::data, sample::shop())).dump() << '\n';
    return 0;
  }
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << as_json(read(as_message(Json::parse(line)), {.format = format}, sample::received)).dump() << '\n';
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const auto format = count == 3 ? wire_format(words[2]) : std::nullopt;
  if (!format || (words[1] != std::string("write") && words[1] != std::string("read"))) {
    std::cerr << "usage: wire_tool write|read FORMAT\n";
    return 2;
  }
  try {
    return run(words[1], *format);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
