#include <doctest/doctest.h>

#include <ashlar/testing/temporary_directory.hpp>

#include "certificates.hpp"
#include "processes.hpp"
#include "rabbit_place.hpp"

using namespace ashlar::bridge;
using Outcome = Sent::Outcome;

namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

ashlar::rabbitmq::Options tls_options(const RabbitPlace& place, const std::string& host, std::uint16_t port) {
  ashlar::rabbitmq::Options options =
      quick_options("amqps://guest:guest@" + host + ":" + std::to_string(port) + "/" + place.vhost);
  options.tls.ca_file = place.broker.ca_file();
  return options;
}

// A server with a certificate of its own, which closes the line after the handshake.
class TlsServer {
 public:
  TlsServer(const std::filesystem::path& folder, const std::string& name, const std::vector<std::string>& more = {})
      : port(free_ports(1).at(0)) {
    const std::string base = (folder / name).string();
    std::vector<std::string> command{
        "/usr/bin/openssl", "s_server", "-quiet",     "-accept", "127.0.0.1:" + std::to_string(port), "-cert",
        base + ".pem",      "-key",     base + ".key"};
    command.insert(command.end(), more.begin(), more.end());
    process_ = start_process(command, {}, folder / "output");
  }
  ~TlsServer() { kill_process(process_); }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  const std::uint16_t port;

 private:
  pid_t process_ = -1;
};

}  // namespace

TEST_CASE("TLS: a broker whose certificate and name are right is spoken to") {
  RabbitPlace place;
  OneBroker one(tls_options(place, "localhost", place.broker.tls_port()), one_queue());
  REQUIRE(one.wait_until_connected());
  const std::string large(1'000'000, 'x');
  for (const std::string& body : {std::string("small"), large}) {
    CHECK(one.publish(text_message("a", body)).outcome == Outcome::confirmed);
  }
  CHECK(one.heard.wait_until([&] { return one.heard.received().size() >= 2; }));
  CHECK(one.heard.bodies().at(0) == "small");
  CHECK(one.heard.bodies().at(1) == large);
}

TEST_CASE("TLS: a certificate of an unknown authority, for another name or expired is refused, each with its reason") {
  RabbitPlace place;
  const ashlar::testing::TemporaryDirectory folder;
  make_authority(folder.path(), "other");
  make_certificate(folder.path(), "other", "expired", "DNS:localhost", -1);
  make_certificate(folder.path(), "other", "address", "IP:127.0.0.1", 2);

  ashlar::rabbitmq::Options unknown = tls_options(place, "localhost", place.broker.tls_port());
  unknown.tls.ca_file = folder.path() / "other.pem";
  OneBroker first(unknown, one_queue());
  CHECK(holds(first.wait_for_error("certificate"), "tls.ca_file"));

  ashlar::rabbitmq::Options machine = tls_options(place, "localhost", place.broker.tls_port());
  machine.tls.ca_file.clear();
  OneBroker second(machine, one_queue());
  CHECK(holds(second.wait_for_error("certificate"), "is not accepted"));

  OneBroker third(tls_options(place, "127.0.0.1", place.broker.tls_port()), one_queue());
  CHECK(holds(third.wait_for_error("certificate"), "mismatch"));

  const TlsServer expired(folder.path(), "expired");
  ashlar::rabbitmq::Options old = tls_options(place, "localhost", expired.port);
  old.tls.ca_file = folder.path() / "other.pem";
  OneBroker fourth(old, one_queue());
  CHECK(holds(fourth.wait_for_error("certificate"), "expired"));

  // An address is a name, too: then only the login is missing.
  const TlsServer address(folder.path(), "address");
  ashlar::rabbitmq::Options by_address = tls_options(place, "127.0.0.1", address.port);
  by_address.tls.ca_file = folder.path() / "other.pem";
  OneBroker fifth(by_address, one_queue());
  CHECK(holds(fifth.wait_for_error("during login"), "closed"));
}

TEST_CASE("TLS: a broker that asks for a certificate of ours gets it") {
  RabbitPlace place;
  const ashlar::testing::TemporaryDirectory folder;
  make_authority(folder.path(), "authority");
  make_certificate(folder.path(), "authority", "server", "DNS:localhost", 2);
  make_certificate(folder.path(), "authority", "client", "DNS:client", 2);
  const std::string authority = folder.path() / "authority.pem";
  const TlsServer server(folder.path(), "server", {"-Verify", "2", "-verify_return_error", "-CAfile", authority});
  ashlar::rabbitmq::Options options = tls_options(place, "localhost", server.port);
  options.tls.ca_file = authority;
  OneBroker without(options, one_queue());
  CHECK(holds(without.wait_for_error("TLS"), "certificate required"));
  options.tls.certificate_file = folder.path() / "client.pem";
  options.tls.key_file = folder.path() / "client.key";
  // The handshake is over then, and only the login is missing.
  OneBroker with(options, one_queue());
  CHECK(!holds(with.wait_for_error("during login"), "certificate required"));
}

TEST_CASE("TLS: a plain port and a port of TLS are told apart, and nothing falls back to plain") {
  RabbitPlace place;
  OneBroker to_plain(tls_options(place, "localhost", place.broker.port()), one_queue());
  CHECK(holds(to_plain.wait_for_error("TLS:"), "amqp://"));
  OneBroker to_tls(quick_options(place.broker.url(place.vhost, place.broker.tls_port())), one_queue());
  CHECK(holds(to_tls.wait_for_error("login"), "amqps://"));
}

TEST_CASE("TLS: a file that cannot be used is told by its name") {
  RabbitPlace place;
  ashlar::rabbitmq::Options options = tls_options(place, "localhost", place.broker.tls_port());
  options.tls.ca_file = "/nowhere/ca.pem";
  OneBroker no_authority(options, one_queue());
  CHECK(holds(no_authority.wait_for_error("ca_file"), "/nowhere/ca.pem"));
  options = tls_options(place, "localhost", place.broker.tls_port());
  options.tls.certificate_file = place.broker.ca_file();
  options.tls.key_file = "/nowhere/key";
  OneBroker no_key(options, one_queue());
  CHECK(holds(no_key.wait_for_error("key_file"), "/nowhere/key"));
}
