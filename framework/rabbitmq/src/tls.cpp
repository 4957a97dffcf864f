#include "tls.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <climits>

#include "failure.hpp"

namespace ashlar::rabbitmq {
namespace {

std::string last_error() {
  unsigned long code = 0;
  for (unsigned long next = ::ERR_get_error(); next != 0; next = ::ERR_get_error()) code = next;
  if (code == 0) return "no reason given";
  const char* reason = ::ERR_reason_error_string(code);
  return reason != nullptr ? reason : fmt::format("error {:x}", code);
}

[[noreturn]] void cannot(const std::string& what) { throw settings_failure(fmt::format("{}: {}", what, last_error())); }

int size_of(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

}  // namespace

struct TlsSession::Parts {
  std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context{::SSL_CTX_new(::TLS_client_method()), &::SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&::SSL_free)> ssl{nullptr, &::SSL_free};
  BIO* in = nullptr;  // these two belong to ssl
  BIO* out = nullptr;
};

TlsSession::TlsSession(const Tls& tls, const std::string& host) : parts_(std::make_unique<Parts>()) {
  ::ERR_clear_error();
  SSL_CTX* context = parts_->context.get();
  if (context == nullptr) cannot("TLS");
  ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (tls.ca_file.empty()) {
    if (::SSL_CTX_set_default_verify_paths(context) != 1) cannot("the machine's authorities for TLS");
  } else if (::SSL_CTX_load_verify_locations(context, tls.ca_file.c_str(), nullptr) != 1) {
    cannot(fmt::format("tls: ca_file '{}' cannot be used", tls.ca_file));
  }
  if (!tls.certificate_file.empty()) {
    if (::SSL_CTX_use_certificate_chain_file(context, tls.certificate_file.c_str()) != 1) {
      cannot(fmt::format("tls: certificate_file '{}' cannot be used", tls.certificate_file));
    }
    // A key with a password would be asked for at the terminal.
    ::SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return -1; });
    if (::SSL_CTX_use_PrivateKey_file(context, tls.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
      cannot(fmt::format("tls: key_file '{}' cannot be used", tls.key_file));
    }
    if (::SSL_CTX_check_private_key(context) != 1) cannot("tls: key_file does not belong to certificate_file");
  }

  parts_->ssl.reset(::SSL_new(context));
  SSL* ssl = parts_->ssl.get();
  parts_->in = ::BIO_new(::BIO_s_mem());
  parts_->out = ::BIO_new(::BIO_s_mem());
  if (ssl == nullptr || parts_->in == nullptr || parts_->out == nullptr) cannot("TLS");
  ::SSL_set_bio(ssl, parts_->in, parts_->out);
  ::SSL_set_connect_state(ssl);
  std::array<unsigned char, sizeof(in6_addr)> address{};
  const bool is_address = ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
                          ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
  if (is_address) {
    if (::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl), host.c_str()) != 1) cannot("TLS: the address");
  } else {
    if (::SSL_set1_host(ssl, host.c_str()) != 1) cannot("TLS: the host's name");
    if (::SSL_set_tlsext_host_name(ssl, host.c_str()) != 1) cannot("TLS: the host's name");
  }
}

TlsSession::~TlsSession() = default;

bool TlsSession::shake_hands() {
  ::ERR_clear_error();
  const int result = ::SSL_do_handshake(parts_->ssl.get());
  if (result == 1) return true;
  if (::SSL_get_error(parts_->ssl.get(), result) == SSL_ERROR_WANT_READ) return false;
  const long verified = ::SSL_get_verify_result(parts_->ssl.get());
  if (verified != X509_V_OK) {
    throw settings_failure(
        fmt::format("TLS: the broker's certificate is not accepted: {} (tls.ca_file names its authority, and "
                    "the host in the URL has to stand in it)",
                    ::X509_verify_cert_error_string(verified)));
  }
  throw settings_failure(fmt::format(
      "TLS: {} (is it the port of a listener without TLS, for which the URL begins with amqp://?)", last_error()));
}

void TlsSession::feed(std::span<const char> encrypted) {
  ::BIO_write(parts_->in, encrypted.data(), size_of(encrypted.size()));
}

std::size_t TlsSession::read(std::span<char> plain) {
  ::ERR_clear_error();
  const int size = ::SSL_read(parts_->ssl.get(), plain.data(), size_of(plain.size()));
  if (size > 0) return static_cast<std::size_t>(size);
  const int error = ::SSL_get_error(parts_->ssl.get(), size);
  if (error == SSL_ERROR_WANT_READ) return 0;
  if (error == SSL_ERROR_ZERO_RETURN) throw line_failure("the broker has closed the line");
  throw line_failure("TLS: " + last_error());
}

void TlsSession::write(std::span<const char> plain) {
  while (!plain.empty()) {
    ::ERR_clear_error();
    const int size = ::SSL_write(parts_->ssl.get(), plain.data(), size_of(plain.size()));
    if (size <= 0) throw line_failure("TLS: " + last_error());
    plain = plain.subspan(static_cast<std::size_t>(size));
  }
}

void TlsSession::take(std::string& encrypted) {
  const std::size_t size = ::BIO_ctrl_pending(parts_->out);
  const std::size_t before = encrypted.size();
  encrypted.resize(before + size);
  if (size > 0) ::BIO_read(parts_->out, encrypted.data() + before, size_of(size));
}

}  // namespace ashlar::rabbitmq
