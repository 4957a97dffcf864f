#include "revenue_book.hpp"

#include <doctest/doctest.h>

#include <ashlar/errors.hpp>
#include <ashlar/testing/temporary_directory.hpp>
#include <chrono>
#include <limits>

using analytics::Grouping;
using analytics::RevenueBook;
using Revenues = std::map<std::string, analytics::TenThousandths>;

namespace {

constexpr orders::Time july{std::chrono::sys_days{std::chrono::year{1996} / 7 / 4}};
constexpr orders::Time august{std::chrono::sys_days{std::chrono::year{1996} / 8 / 1}};

orders::OrderPlaced placed(const std::string& order, const std::string& customer, orders::Time at) {
  return {
      .order_id = order, .customer_id = customer, .placed_at = at, .lines = {{"tea", 2, 150, 5}, {"cup", 1, 999, 0}}};
}

orders::OrderCancelled cancelled(const orders::OrderPlaced& order) {
  return {.order_id = order.order_id,
          .customer_id = order.customer_id,
          .cancelled_at = order.placed_at,
          .reason = "changed my mind",
          .lines = order.lines,
          .placed_at = order.placed_at};
}

struct OnDisk {
  ashlar::testing::TemporaryDirectory folder;
  RevenueBook book{folder.path() / "shop.db"};
};

}  // namespace

TEST_CASE_FIXTURE(OnDisk, "revenue is summed by customer, by item and by month") {
  book.count(placed("1", "ANNA", july));
  book.count(placed("2", "ANNA", august));
  book.count(placed("3", "BERT", august));
  CHECK(book.total() == 3 * (28'500 + 99'900));
  CHECK(book.by(Grouping::customer) == Revenues{{"ANNA", 256'800}, {"BERT", 128'400}});
  CHECK(book.by(Grouping::item) == Revenues{{"cup", 299'700}, {"tea", 85'500}});
  CHECK(book.by(Grouping::month) == Revenues{{"1996-07", 128'400}, {"1996-08", 256'800}});
}

TEST_CASE_FIXTURE(OnDisk, "an order that is heard of twice counts once") {
  book.count(placed("1", "ANNA", july));
  book.count(placed("1", "ANNA", july));
  CHECK(book.total() == 128'400);
}

TEST_CASE_FIXTURE(OnDisk, "a cancelled order counts no more, and its customer is left out") {
  book.count(placed("1", "ANNA", july));
  book.count(placed("2", "BERT", july));
  book.take_out(cancelled(placed("1", "ANNA", july)));
  book.take_out(cancelled(placed("1", "ANNA", july)));
  CHECK(book.total() == 128'400);
  CHECK(book.by(Grouping::customer) == Revenues{{"BERT", 128'400}});
}

TEST_CASE_FIXTURE(OnDisk, "an order whose cancelling is heard of first never counts") {
  book.take_out(cancelled(placed("1", "ANNA", july)));
  book.count(placed("1", "ANNA", july));
  CHECK(book.total() == 0);
}

TEST_CASE_FIXTURE(OnDisk, "an order that cannot be counted leaves nothing of itself") {
  orders::OrderPlaced order = placed("1", "ANNA", july);
  order.lines.push_back({"gold", 2, std::numeric_limits<std::int64_t>::max(), 0});
  CHECK_THROWS_AS(book.count(order), ashlar::Error);
  CHECK(book.total() == 0);
  order.lines.pop_back();
  book.count(order);
  CHECK(book.total() == 128'400);
}

TEST_CASE_FIXTURE(OnDisk, "what was counted is there after a restart") {
  book.count(placed("1", "ANNA", july));
  RevenueBook again(folder.path() / "shop.db");
  CHECK(again.total() == 128'400);
}
