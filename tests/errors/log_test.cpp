// What the commands of the durable log say.

#include <doctest/doctest.h>

#include <ashlar/application.hpp>
#include <ashlar/testing/temporary_directory.hpp>
#include <sstream>

#include "page.hpp"

namespace mails {

struct MailSent {
  std::string address;
};
ASHLAR_EVENT(MailSent, "mails.mail.sent", 1, address)

}  // namespace mails

namespace {

// The module mails, with the stream consumer mails.thank and a command that publishes.
class MailsModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "mails"; }
  void declare(ashlar::Declaration& d) override {
    d.emits<mails::MailSent>();
    d.commands().add({.name = "send", .summary = "Sends a mail", .run = [this](const ashlar::CommandLine&) {
                        bus_->publish(mails::MailSent{"a@b.example"});
                        return 0;
                      }});
  }
  void register_handlers(ashlar::EventRegistry& registry) override {
    registry.on_stream<mails::MailSent>("thank", {}, [](const mails::MailSent&) {});
  }
  void start(ashlar::ModuleContext& context) override { bus_ = &context.bus(); }

 private:
  ashlar::EventBus* bus_ = nullptr;
};

// A shop that is run in a folder of its own.
struct Shop {
  ashlar::testing::TemporaryDirectory folder{};

  // What it says on stderr, without the folder's name.
  std::string says(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--data", (folder.path() / "data").string()});
    std::ostringstream out;
    std::ostringstream err;
    const auto make = +[]() -> std::unique_ptr<ashlar::Module> { return std::make_unique<MailsModule>(); };
    const auto environment = [](std::string_view) { return std::optional<std::string>(); };
    const int exit_code =
        ashlar::run_application(arguments, {.name = "shop", .modules = {{"mails", make}}}, {out, err, environment});
    std::string said = err.str();
    const std::string path = folder.path().string() + "/";
    if (const std::size_t at = said.find(path); at != std::string::npos) said.erase(at, path.size());
    if (said.ends_with('\n')) said.pop_back();
    return exit_code == 0 ? "nothing was wrong" : said;
  }
};

// A shop that has sent a mail.
struct UsedShop : Shop {
  UsedShop() { REQUIRE(says({"send"}) == "nothing was wrong"); }
};

}  // namespace

TEST_CASE("a command for a log that is not there is told the file") {
  CHECK(Shop().says({"streams", "list"}) == on_the_page("A command for a log that is not there"));
}

TEST_CASE("a misspelt stream consumer is told the one that was meant") {
  CHECK(UsedShop().says({"streams", "pause", "mails.thnk"}) == on_the_page("A stream consumer that is not there"));
}

TEST_CASE("a dead letter that is not there is told where they are listed") {
  CHECK(UsedShop().says({"dead-letters", "show", "7"}) == on_the_page("A dead letter that is not there"));
}

TEST_CASE("a retry of nothing is told how dead letters are named") {
  CHECK(UsedShop().says({"dead-letters", "retry"}) == on_the_page("A dead letter to retry that nobody named"));
}

TEST_CASE("a number that is none is told what is expected") {
  CHECK(UsedShop().says({"dead-letters", "show", "seven"}) == on_the_page("A number that is none"));
}

TEST_CASE("an event that is not in the log is told what there is") {
  CHECK(UsedShop().says({"log", "show", "7"}) == on_the_page("An event that is not in the log"));
}

TEST_CASE("a replay without its range is told what it takes") {
  CHECK(UsedShop().says({"log", "replay", "--from", "1"}) == on_the_page("A replay without its range"));
}

TEST_CASE("a scheduled event that is not there is told where they are listed") {
  CHECK(UsedShop().says({"log", "cancel", "7"}) == on_the_page("A scheduled event that is not there"));
}

TEST_CASE("a projection that is not there is told those there are") {
  CHECK(UsedShop().says({"rebuild", "revenue"}) == on_the_page("A projection that is not there"));
}

TEST_CASE("a limit of the store that leaves nothing is told by name") {
  CHECK(Shop().says({"--set", "store.max_bytes=0", "send"}) == on_the_page("A limit of the store that leaves nothing"));
}
