#include <algorithm>
#include <ashlar/module.hpp>
#include <ashlar/store/store.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "header.hpp"
#include "mailer.hpp"
#include "options.hpp"
#include "outbox_folder.hpp"
#include "smtp_server.hpp"

namespace notifications {

class NotificationsModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "notifications"; }

  void declare(ashlar::Declaration& declaration) override {
    declaration.needs<ashlar::store::Store>();
    declaration.configured_by(options_);
  }

  void prepare(ashlar::ModuleContext& context) override {
    clock_ = &context.clock();
    if (options_.tries < 1) throw ashlar::Error("notifications.tries: a mail is tried once at least");
    if (options_.smtp.url.empty()) {
      way_ = std::make_unique<OutboxFolder>(options_.outbox.empty() ? context.data_directory() / "outbox"
                                                                    : std::filesystem::path(options_.outbox));
    } else {
      way_ = std::make_unique<SmtpServer>(options_.smtp);
    }
    book_.emplace(context.service<ashlar::store::Store>().connect());
    mailer_.emplace(*book_, *way_, sender());
    context.health_check("database", [this] {
      book_->check();
      return std::string();
    });
    context.health_check("delivery", [this] { return way_->health(); });
  }

  void register_handlers(ashlar::EventRegistry& registry) override {
    ashlar::StreamOptions patient{.max_deliver = options_.tries, .max_backoff = std::chrono::minutes{5}};
    patient.ack_wait = std::max(patient.ack_wait, 2 * options_.smtp.timeout);
    ashlar::StreamConsumer mail = registry.stream("mail", patient);
    on(mail, &Mailer::welcome);
    on(mail, &Mailer::send_token);
    on(mail, &Mailer::confirm);
    on(mail, &Mailer::announce);
  }

 private:
  Mailbox sender() const {
    try {
      return {options_.from_name, checked_address(options_.from_address)};
    } catch (const InvalidAddress& error) {
      throw ashlar::Error(std::string("notifications.from_address: ") + error.what());
    }
  }

  // What could not be sent now is tried again later; what never can is given up.
  template <class E>
  void on(ashlar::StreamConsumer& consumer, void (Mailer::*send)(const E& event, const Occasion& occasion)) {
    consumer.on([this, send](const E& event, ashlar::Delivery& delivery) {
      try {
        ((*mailer_).*send)(event, {delivery.metadata().id.to_string(), clock_->now()});
      } catch (const Undeliverable& error) {
        delivery.term(error.what());
      }
    });
  }

  Options options_;
  ashlar::Clock* clock_ = nullptr;
  std::unique_ptr<Delivery> way_;
  std::optional<MailBook> book_;
  std::optional<Mailer> mailer_;
};

}  // namespace notifications

ASHLAR_MODULE(notifications, notifications::NotificationsModule)
