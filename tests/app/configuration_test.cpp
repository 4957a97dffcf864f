#include <doctest/doctest.h>

#include "shop_process.hpp"

TEST_CASE("app/shop.yaml holds every value there is, with its default") {
  const ShopProcess shop;
  const ShopResult defaults = shop.run({"--print-config"});
  const ShopResult file = shop.run({"--config", ASHLAR_SOURCE_DIR "/app/shop.yaml", "--print-config"});
  CHECK(defaults.exit_code == 0);
  CHECK(file.exit_code == 0);
  CHECK(file.err == "");
  CHECK(file.out == defaults.out);
}
