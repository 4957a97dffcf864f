#include <ashlar/testing/test_host.hpp>
#include <iostream>
#include <loans/events.hpp>
#include <shelves/events.hpp>
#include <shelves/shelves.hpp>

namespace {

struct FullShelves final : shelves::Shelves {
  bool take(const std::string&) override { return true; }
};

}  // namespace

int main() {
  using ashlar::testing::TestHost;
  FullShelves shelves;
  TestHost host = TestHost::alone("loans").with<shelves::Shelves>(shelves).emits<shelves::BookTaken>().start();
  host.run({"lend", "Emma", "ada"});
  const ashlar::testing::Expectation lent = host.exactly<loans::BookLent>(1);
  if (!lent) std::cerr << lent << "\n";
  return lent ? 0 : 1;
}
