#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace ashlar {

// The base of every exception the framework throws. Its text says who, what, why and what to do.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// publish() was refused before any handler ran: the module did not declare the event, or the host takes none now.
class PublishRefused : public Error {
 public:
  using Error::Error;
};

// An event came from outside that no module declares.
class EventUnknown : public Error {
 public:
  using Error::Error;
};

// An event published inside its own handlers went deeper than HostOptions::max_depth; the text holds the chain.
class DepthExceeded : public PublishRefused {
 public:
  using PublishRefused::PublishRefused;
};

// At least one handler failed; thrown only by PublishReport::throw_if_failed().
class HandlersFailed : public Error {
 public:
  using Error::Error;
};

// JSON that does not fit the type it was to become, or a value that has no JSON form.
class JsonError : public Error {
 public:
  // `pointer` (RFC 6901) is the place, empty for the whole document.
  JsonError(std::string pointer, const std::string& problem);
  const std::string& pointer() const noexcept { return pointer_; }

 private:
  std::string pointer_;
};

// What a module declares or registers contradicts itself or another module, or comes too late.
class DeclarationError : public Error {
 public:
  using Error::Error;
};

// The configuration has errors; all of them, one a line, with file, line and column.
class ConfigurationError : public Error {
 public:
  explicit ConfigurationError(std::vector<std::string> problems);
  const std::vector<std::string>& problems() const noexcept { return problems_; }

 private:
  std::vector<std::string> problems_;
};

// The host did not start; nothing of it is running. The cause, where there is one, is nested (std::rethrow_if_nested).
class StartError : public Error {
 public:
  using Error::Error;
};

// The text of an exception and of everything nested in it, joined by ": ".
std::string full_message(const std::exception& error);

// The same for the exception being handled, of whatever type; call only inside a catch block.
std::string current_exception_message();

}  // namespace ashlar
