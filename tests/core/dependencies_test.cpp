#include "host_support.hpp"

#include <doctest/doctest.h>

namespace inventory {

class Stock {};
class Scales {};

}  // namespace inventory

namespace {

using inventory::Scales;
using inventory::Stock;

}  // namespace

TEST_CASE("D3: a missing service fails before any module has prepared, and the error says what to do") {
  Journal journal;
  const std::string message = error_of_start(
      scripted("aside", journal), scripted("orders", {.declare = [](ashlar::Declaration& d) { d.needs<Stock>(); }}));
  CHECK(message ==
        "module 'orders' needs service 'inventory::Stock', which no module provides: add the module that provides it, "
        "or remove d.needs<inventory::Stock>() (modules/orders)");
  CHECK(journal.text() == "declare aside, destroy aside");
}

TEST_CASE("D3: a missing module fails before any module has prepared, and the error says what to do") {
  Journal journal;
  const std::string message =
      error_of_start(scripted("inventory", journal),
                     scripted("orders", {.declare = [](ashlar::Declaration& d) { d.needs_module("inventry"); }}));
  CHECK_MESSAGE(message.starts_with("module 'orders' needs module 'inventry'"), message);
  CHECK_MESSAGE(message.find("did you mean inventory?") != std::string::npos, message);
  CHECK_MESSAGE(message.find("d.needs_module(\"inventry\")") != std::string::npos, message);
  CHECK(journal.names("prepare").empty());
}

TEST_CASE("D3: everything that is missing is told at once") {
  const std::string message =
      error_of_start(scripted("orders", {.declare =
                                             [](ashlar::Declaration& d) {
                                               d.needs<Stock>();
                                               d.needs_module("ledger");
                                             }}),
                     scripted("till", {.declare = [](ashlar::Declaration& d) { d.needs<Scales>(); }}));
  for (const char* part : {"'inventory::Stock'", "'ledger'", "module 'till'", "'inventory::Scales'"}) {
    CHECK_MESSAGE(message.find(part) != std::string::npos, message);
  }
}

TEST_CASE("D3: a dependency cycle fails before any module has prepared and is printed whole") {
  Journal journal;
  const auto needs = [&](std::string name, std::string needed) {
    return scripted(std::move(name), journal,
                    {.declare = [needed](ashlar::Declaration& d) { d.needs_module(needed); }});
  };
  CHECK(error_of_start(needs("d", "b"), needs("c", "d"), needs("b", "c"), needs("a", "b")).find("b -> c -> d -> b") !=
        std::string::npos);
  CHECK(error_of_start(needs("self", "self")).find("self -> self") != std::string::npos);
  CHECK(journal.names("prepare").empty());
}

TEST_CASE("D3: a cycle of services is a cycle too") {
  const std::string message = error_of_start(scripted("till", {.declare =
                                                                   [](ashlar::Declaration& d) {
                                                                     d.needs<Stock>();
                                                                     d.provides<Scales>();
                                                                   }}),
                                             scripted("warehouse", {.declare = [](ashlar::Declaration& d) {
                                                        d.needs<Scales>();
                                                        d.provides<Stock>();
                                                      }}));
  CHECK_MESSAGE(message.find("till -> warehouse -> till") != std::string::npos, message);
}
