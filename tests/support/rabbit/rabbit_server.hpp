#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

// A real RabbitMQ broker for tests, on free ports of 127.0.0.1, with a folder, a node name and an epmd of its own.

// Where one runs, and what can be told to it. Copies mean the same broker.
class RabbitControl {
 public:
  std::uint16_t port() const { return port_; }
  // Its certificate is for `localhost` only.
  std::uint16_t tls_port() const { return tls_port_; }
  std::filesystem::path ca_file() const { return folder_ / "ca.pem"; }

  // `amqp://guest:guest@127.0.0.1:port/vhost`
  std::string url(const std::string& vhost, std::uint16_t by_port = 0) const;

  // rabbitmqctl; what it writes. Throws std::runtime_error with that where it fails.
  std::string ctl(const std::vector<std::string>& arguments) const;
  std::string eval(const std::string& erlang) const { return ctl({"eval", erlang}); }

  // A virtual host that nobody else has; its name.
  std::string add_vhost() const;
  // Makes some of them in one go, which is much faster, for add_vhost() to hand out in this process and others.
  void prepare_vhosts(int count) const;

  // Where a broker is that another process started, which wrote the file.
  static RabbitControl read(const std::filesystem::path& file);
  void write(const std::filesystem::path& file) const;

 protected:
  std::vector<std::string> environment() const;
  std::filesystem::path prepared() const { return folder_ / "vhosts"; }

  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  std::uint16_t tls_port_ = 0;
  std::uint16_t epmd_port_ = 0;
  std::uint16_t dist_port_ = 0;
};

// Runs one as a child of this process, by which it is outlived in no case.
class RabbitServer : public RabbitControl {
 public:
  // `more` is added to rabbitmq.conf. Has answered when this returns; throws std::runtime_error with its log otherwise.
  explicit RabbitServer(std::string more = {});
  ~RabbitServer();
  RabbitServer(const RabbitServer&) = delete;
  RabbitServer& operator=(const RabbitServer&) = delete;

  void kill();   // as a crash
  void start();  // again, on the same ports and data
  void freeze();
  void thaw();

 private:
  void choose_ports();
  void write_files() const;
  bool answers() const;
  bool wait_until_it_answers();

  std::string more_;
  pid_t epmd_ = -1;
  pid_t broker_ = -1;
};

// For most tests: the one that ctest's fixture has started, or else one that lives as long as this process. What is
// done to it concerns its virtual host alone.
const RabbitControl& shared_rabbit();
