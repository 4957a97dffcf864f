#include "smtp_server.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <mutex>
#include <string_view>

#include "header.hpp"

namespace notifications {

namespace {

// libcurl counts these; every user of it initializes it for itself.
struct CurlUse {
  CurlUse() {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw ashlar::Error("libcurl cannot be initialized");
  }
  CurlUse(const CurlUse&) = delete;
  CurlUse& operator=(const CurlUse&) = delete;
  ~CurlUse() { curl_global_cleanup(); }
};

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string value = text;
  curl_free(text);
  return value;
}

void check_url(const std::string& text) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
  const bool read = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK;
  // The text itself may hold a password, so that it is not repeated.
  if (!part_of(url.get(), CURLUPART_USER).empty() || !part_of(url.get(), CURLUPART_PASSWORD).empty()) {
    throw ashlar::Error(
        "notifications.smtp.url holds a user or a password: move them to notifications.smtp.user and "
        "notifications.smtp.password");
  }
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
  if (!read || (scheme != "smtp" && scheme != "smtps")) {
    throw ashlar::Error(
        "notifications.smtp.url is no address of a mail server: write smtp://host:port or "
        "smtps://host:port");
  }
}

std::size_t read_from(char* buffer, std::size_t size, std::size_t count, void* text) {
  auto& rest = *static_cast<std::string_view*>(text);
  const std::size_t taken = std::min(size * count, rest.size());
  std::memcpy(buffer, rest.data(), taken);
  rest.remove_prefix(taken);
  return taken;
}

// No such mailbox, not one of ours, its owner takes no such mail (RFC 5321, 4.2.3). Other answers may change: a wrong password
// of the shop is no fault of the mail.
bool is_final(CURL* handle) {
  long answer = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer);
  return answer >= 550 && answer <= 553;
}

}  // namespace

struct SmtpServer::Connection {
  CurlUse use{};
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle{curl_easy_init(), &curl_easy_cleanup};
  std::array<char, CURL_ERROR_SIZE> error{};
  std::string url{};
  std::mutex one_at_a_time{};
};

SmtpServer::SmtpServer(const SmtpOptions& options) : connection_(std::make_unique<Connection>()) {
  CURL* handle = connection_->handle.get();
  if (handle == nullptr) throw ashlar::Error("libcurl cannot be initialized");
  check_url(options.url);
  connection_->url = options.url;
  curl_easy_setopt(handle, CURLOPT_URL, options.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, connection_->error.data());
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.timeout.count()));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(handle, CURLOPT_READFUNCTION, &read_from);
  const bool secret = !options.password.value.empty();
  curl_easy_setopt(handle, CURLOPT_USE_SSL, static_cast<long>(secret ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  if (!options.user.empty() || secret) {
    curl_easy_setopt(handle, CURLOPT_USERNAME, options.user.c_str());
    curl_easy_setopt(handle, CURLOPT_PASSWORD, options.password.value.c_str());
  }
}

SmtpServer::~SmtpServer() = default;

void SmtpServer::deliver(const Mail& mail) {
  const std::string text = to_rfc5322(mail);
  const std::string from = "<" + checked_address(mail.from.address) + ">";
  const std::string to = "<" + checked_address(mail.to.address) + ">";
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> recipients(curl_slist_append(nullptr, to.c_str()),
                                                                               &curl_slist_free_all);
  const std::lock_guard lock(connection_->one_at_a_time);
  CURL* handle = connection_->handle.get();
  std::string_view rest = text;
  curl_easy_setopt(handle, CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(handle, CURLOPT_READDATA, &rest);
  connection_->error[0] = '\0';
  const CURLcode result = curl_easy_perform(handle);
  if (result != CURLE_OK) {
    const char* why = connection_->error[0] != '\0' ? connection_->error.data() : curl_easy_strerror(result);
    const std::string problem = "the mail " + mail.id + " was not taken by " + connection_->url + ": " + why;
    if (is_final(handle)) throw Undeliverable(problem);
    throw ashlar::Error(problem);
  }
}

}  // namespace notifications
