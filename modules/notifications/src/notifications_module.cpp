#include <array>
#include <ashlar/module.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "header.hpp"
#include "mailer.hpp"
#include "once.hpp"
#include "options.hpp"
#include "outbox_folder.hpp"
#include "smtp_server.hpp"

namespace notifications {

namespace {

// A mailer with a delivery of its own, so that two mails can be on their way at once.
struct Desk {
  std::unique_ptr<Delivery> way;
  std::unique_ptr<Delivery> once;
  std::unique_ptr<Mailer> mailer;
};

}  // namespace

class NotificationsModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "notifications"; }

  void declare(ashlar::Declaration& declaration) override { declaration.configured_by(options_); }

  void prepare(ashlar::ModuleContext& context) override {
    clock_ = &context.clock();
    book_.emplace(context.data_directory() / "shop.db");
    const Mailbox from = sender();
    for (Desk& desk : desks_) {
      if (options_.smtp.url.empty()) {
        desk.way = std::make_unique<OutboxFolder>(options_.outbox.empty() ? context.data_directory() / "outbox"
                                                                          : std::filesystem::path(options_.outbox));
      } else {
        desk.way = std::make_unique<SmtpServer>(options_.smtp);
        desk.once = std::make_unique<Once>(*desk.way, *book_);
      }
      desk.mailer = std::make_unique<Mailer>(*book_, desk.once ? *desk.once : *desk.way, from);
    }
    context.health_check("database", [this] {
      book_->check();
      return std::string();
    });
    context.health_check("delivery", [this] { return desks_[0].way->health(); });
  }

  void register_handlers(ashlar::EventRegistry& registry) override {
    Mailer& first = *desks_[0].mailer;
    registry.on([this, &first](const users::UserCreated& event, const ashlar::EventContext& context) {
      first.welcome(event, occasion(context));
    });
    registry.on([this, &first](const users::PasswordResetRequested& event, const ashlar::EventContext& context) {
      first.send_token(event, occasion(context));
    });
    // The desks share the mails about orders: each order's mail is written by one of them.
    for (std::size_t i = 0; i < desks_.size(); ++i) {
      Mailer& mailer = *desks_[i].mailer;
      const std::string desk = "desk_" + std::to_string(i + 1);
      registry.on([this, &mailer](const orders::OrderPlaced& event,
                                  const ashlar::EventContext& context) { mailer.confirm(event, occasion(context)); },
                  {.name = desk + "_confirms", .group = "mailers"});
      registry.on([this, &mailer](const orders::OrderShipped& event,
                                  const ashlar::EventContext& context) { mailer.announce(event, occasion(context)); },
                  {.name = desk + "_announces", .group = "mailers"});
    }
  }

 private:
  Mailbox sender() const {
    try {
      return {options_.from_name, checked_address(options_.from_address)};
    } catch (const InvalidAddress& error) {
      throw ashlar::Error(std::string("notifications.from_address: ") + error.what());
    }
  }

  Occasion occasion(const ashlar::EventContext& context) const { return {context.id().to_string(), clock_->now()}; }

  Options options_;
  ashlar::Clock* clock_ = nullptr;
  std::optional<MailBook> book_;
  std::array<Desk, 2> desks_;
};

}  // namespace notifications

ASHLAR_MODULE(notifications, notifications::NotificationsModule)
