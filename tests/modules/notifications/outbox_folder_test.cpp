#include "outbox_folder.hpp"

#include <doctest/doctest.h>

#include <ashlar/errors.hpp>
#include <ashlar/testing/temporary_directory.hpp>
#include <fstream>
#include <iterator>

#include "header.hpp"

using notifications::Mail;
using notifications::OutboxFolder;

namespace {

Mail mail(const std::string& id) {
  return {.id = id, .from = {"", "shop@shop.example"}, .to = {"", "a@example.org"}, .subject = "Hi", .body = "Hello\n"};
}

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::ptrdiff_t files_in(const std::filesystem::path& folder) {
  return std::distance(std::filesystem::directory_iterator(folder), {});
}

struct Outbox {
  ashlar::testing::TemporaryDirectory folder;
  OutboxFolder outbox{folder.path() / "a" / "outbox"};
  std::filesystem::path path = folder.path() / "a" / "outbox";
};

}  // namespace

TEST_CASE_FIXTURE(Outbox, "each mail becomes one file named after it, which only its owner can read") {
  outbox.deliver(mail("1"));
  outbox.deliver(mail("2"));
  CHECK(files_in(path) == 2);
  CHECK(content(path / "1.eml") == to_rfc5322(mail("1")));
  CHECK((std::filesystem::status(path / "1.eml").permissions() & std::filesystem::perms(0077)) ==
        std::filesystem::perms::none);
}

TEST_CASE_FIXTURE(Outbox, "a mail that was written before is not written again") {
  outbox.deliver(mail("1"));
  Mail again = mail("1");
  again.subject = "Another";
  outbox.deliver(again);
  CHECK(files_in(path) == 1);
  CHECK(content(path / "1.eml") == to_rfc5322(mail("1")));
}

TEST_CASE_FIXTURE(Outbox, "a mail that cannot be written leaves nothing behind") {
  Mail bad = mail("1");
  bad.to.address = "nowhere";
  CHECK_THROWS_AS(outbox.deliver(bad), notifications::InvalidAddress);
  CHECK(files_in(path) == 0);
}

TEST_CASE_FIXTURE(Outbox, "a mail goes on being possible after the folder was away") {
  std::filesystem::remove_all(path);
  CHECK_THROWS_AS(outbox.deliver(mail("1")), ashlar::Error);
  std::filesystem::create_directories(path);
  CHECK_NOTHROW(outbox.deliver(mail("1")));
}

TEST_CASE_FIXTURE(Outbox, "an outbox that is gone is told as unhealthy") {
  CHECK(outbox.health().empty());
  std::filesystem::remove_all(path);
  CHECK(outbox.health().find("outbox") != std::string::npos);
}

TEST_CASE("an outbox that cannot be made is an error that names it") {
  const ashlar::testing::TemporaryDirectory folder;
  std::ofstream(folder.path() / "file") << "not a folder";
  CHECK_THROWS_WITH_AS(OutboxFolder(folder.path() / "file" / "outbox"), doctest::Contains("file/outbox"),
                       ashlar::Error);
}
