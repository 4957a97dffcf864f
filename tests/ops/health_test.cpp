#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "application_run.hpp"

namespace {

struct Ill final : ashlar::Module {
  std::string_view name() const override { return "ill"; }
  void declare(ashlar::Declaration&) override {}
  void start(ashlar::ModuleContext& context) override {
    context.health_check("disk", [] { return std::string("the disk is full"); });
    context.health_check("line", []() -> std::string { throw std::runtime_error("cut"); });
  }
};

}  // namespace

TEST_CASE("health of a well application is `ready` and exit code 0") {
  ApplicationRun shop;
  CHECK(shop({"health"}) == 0);
  CHECK(shop.out.str() == "ready\n  ok      mails\n  ok      orders\n  ok      stock\n");
}

TEST_CASE("D7: health names the checks that failed, and its exit code is 1") {
  ApplicationRun shop;
  shop.application.modules.push_back({"ill", &small_shop::make<Ill>});
  CHECK(shop({"health"}) == 1);
  CHECK(shop.out.str().starts_with("not ready\n"));
  CHECK(contains(shop.out.str(), "  FAILED  ill/disk: the disk is full\n"));
  CHECK(contains(shop.out.str(), "  FAILED  ill/line: cut\n"));
  CHECK(contains(shop.out.str(), "  ok      orders\n"));
  CHECK(shop({"health", "--json"}) == 1);
  const auto json = nlohmann::json::parse(shop.out.str());
  CHECK(json["status"] == "not ready");
}
