#include "record.hpp"

#include <ashlar/errors.hpp>

#include "known_types.hpp"

namespace ashlar::testing::detail {

std::string event_text(EventId event) {
  std::string text(event.name);
  if (event.version != 1) text += "@" + std::to_string(event.version);
  return text;
}

Record::Record(Metadata metadata, const void* identity, std::shared_ptr<const void> event)
    : metadata_(std::make_shared<const Metadata>(std::move(metadata))) {
  objects_.emplace_back(identity, std::move(event));
}

Record::Record(Metadata metadata, std::optional<std::string> json, std::string problem)
    : metadata_(std::make_shared<const Metadata>(std::move(metadata))),
      json_(std::move(json)),
      problem_(std::move(problem)) {}

RecordedEvent Record::as(const KnownType& type) {
  for (const auto& [identity, object] : objects_) {
    if (identity == type.identity) return {object, metadata_};
  }
  const std::string* data = json();
  if (data == nullptr) throw Error(event_text({metadata_->name, metadata_->version}) + " cannot be read: " + problem_);
  objects_.emplace_back(type.identity, type.read(*data));
  return {objects_.back().second, metadata_};
}

std::string Record::data() {
  const std::string* data = json();
  return data == nullptr ? "(" + problem_ + ")" : *data;
}

const std::string* Record::json() {
  if (json_) return &*json_;
  if (objects_.empty()) return nullptr;
  const auto& [identity, object] = objects_.front();
  const KnownType* type = known_type_of(identity);
  if (type == nullptr) {
    problem_ = "data not shown: no test of this executable names the event's type";
    return nullptr;
  }
  try {
    json_ = type->write(object.get());
  } catch (const JsonError& error) {
    problem_ = std::string("no JSON: ") + error.what();
    return nullptr;
  }
  return &*json_;
}

std::string to_text(Record& record) {
  const Metadata& metadata = record.metadata();
  std::string text =
      event_text({metadata.name, metadata.version}) + " " + record.data() + " (id " + metadata.id.to_string();
  const auto add = [&](const char* what, const std::string& value) {
    if (!value.empty()) text += std::string(", ") + what + " " + value;
  };
  add("from", metadata.source);
  add("correlation", metadata.correlation_id);
  add("caused by", metadata.causation_id);
  add("tenant", metadata.tenant_id);
  add("user", metadata.user_id);
  add("key", metadata.key);
  return text + ")";
}

}  // namespace ashlar::testing::detail
