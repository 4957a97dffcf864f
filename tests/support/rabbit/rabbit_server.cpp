#include "rabbit_server.hpp"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "certificates.hpp"
#include "patience.hpp"
#include "processes.hpp"

namespace {

const std::string programs = "/usr/lib/rabbitmq/bin/";

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::filesystem::path new_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "rabbit-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder like " + name);
  return name;
}

// One call instead of two for each: a call starts a whole Erlang.
std::string make_vhosts(const std::string& names) {
  return "[begin rabbit_vhost:add(V, <<\"test\">>), rabbit_auth_backend_internal:set_permissions(<<\"guest\">>, V, "
         "<<\".*\">>, "
         "<<\".*\">>, <<\".*\">>, <<\"test\">>) end || V <- " +
         names + "], ok.";
}

}  // namespace

std::string RabbitControl::url(const std::string& vhost, std::uint16_t by_port) const {
  return "amqp://guest:guest@127.0.0.1:" + std::to_string(by_port == 0 ? port_ : by_port) + "/" + vhost;
}

std::vector<std::string> RabbitControl::environment() const {
  const std::string epmd = std::to_string(epmd_port_);
  const std::string folder = folder_.string();
  const std::string dist = std::to_string(dist_port_);
  const std::string ctl_dist = std::to_string(dist_port_ + 1);
  const std::string ctl_dist_max = std::to_string(dist_port_ + 40);
  return {"HOME=" + folder, "RABBITMQ_NODENAME=rmq" + epmd + "@localhost", "RABBITMQ_DIST_PORT=" + dist,
          "ERL_EPMD_ADDRESS=127.0.0.1", "ERL_EPMD_PORT=" + epmd, "RABBITMQ_CONF_ENV_FILE=" + folder + "/env.conf",
          "RABBITMQ_CONFIG_FILE=" + folder + "/rabbitmq.conf",
          "RABBITMQ_ENABLED_PLUGINS_FILE=" + folder + "/enabled_plugins", "RABBITMQ_MNESIA_BASE=" + folder + "/mnesia",
          "RABBITMQ_LOG_BASE=" + folder + "/log", "RABBITMQ_PID_FILE=" + folder + "/pid",
          "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false",
          "RABBITMQ_CTL_ERL_ARGS=-start_epmd false", "RABBITMQ_CTL_DIST_PORT_MIN=" + ctl_dist,
          "RABBITMQ_CTL_DIST_PORT_MAX=" + ctl_dist_max,
          // So that the script becomes the broker, whose process id is known then.
          "RUNNING_UNDER_SYSTEMD=true"};
}

std::string RabbitControl::ctl(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command{programs + "rabbitmqctl", "-q"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_process(command, environment());
}

std::string RabbitControl::add_vhost() const {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(prepared(), none)) {
    // Whoever removes it has it.
    if (::unlink(entry.path().c_str()) == 0) return entry.path().filename().string();
  }
  static std::atomic<int> made{0};
  const std::string name = "test-" + std::to_string(::getpid()) + "-" + std::to_string(++made);
  eval(make_vhosts("[<<\"" + name + "\">>]"));
  return name;
}

void RabbitControl::prepare_vhosts(int count) const {
  std::string names;
  for (int i = 1; i <= count; ++i) names += (i == 1 ? "<<\"prepared-" : ",<<\"prepared-") + std::to_string(i) + "\">>";
  eval(make_vhosts("[" + names + "]"));
  std::filesystem::create_directory(prepared());
  for (int i = 1; i <= count; ++i) std::ofstream(prepared() / ("prepared-" + std::to_string(i))).flush();
}

RabbitControl RabbitControl::read(const std::filesystem::path& file) {
  RabbitControl control;
  std::ifstream in(file);
  if (!(in >> control.folder_ >> control.port_ >> control.tls_port_ >> control.epmd_port_ >> control.dist_port_)) {
    throw std::runtime_error("no broker is described in " + file.string());
  }
  return control;
}

void RabbitControl::write(const std::filesystem::path& file) const {
  std::ofstream(file) << folder_ << ' ' << port_ << ' ' << tls_port_ << ' ' << epmd_port_ << ' ' << dist_port_ << '\n';
}

RabbitServer::RabbitServer(std::string more) : more_(std::move(more)) {
  if (!std::filesystem::exists(programs + "rabbitmq-server")) {
    throw std::runtime_error("rabbitmq-server is not installed, which these tests need");
  }
  folder_ = new_folder();
  make_authority(folder_, "ca");
  make_certificate(folder_, "ca", "server", "DNS:localhost", 30);
  // Somebody else may take a port before the broker does.
  for (int attempt = 1;; ++attempt) {
    choose_ports();
    write_files();
    try {
      start();
      return;
    } catch (const std::runtime_error&) {
      kill_process(broker_);
      kill_process(epmd_);
      if (attempt == 3) throw;
    }
  }
}

RabbitServer::~RabbitServer() {
  kill_process(broker_);
  kill_process(epmd_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void RabbitServer::choose_ports() {
  const std::vector<std::uint16_t> ports = free_ports(4);
  port_ = ports[0];
  tls_port_ = ports[1];
  epmd_port_ = ports[2];
  // What calls it needs a range behind it.
  dist_port_ = ports[3] > 65'000 ? static_cast<std::uint16_t>(ports[3] - 1'000) : ports[3];
}

void RabbitServer::write_files() const {
  const std::string folder = folder_.string();
  std::ofstream(folder_ / "env.conf").flush();
  std::ofstream(folder_ / "enabled_plugins") << "[].\n";
  std::ofstream(folder_ / "rabbitmq.conf") << "listeners.tcp.1 = 127.0.0.1:" << port_ << '\n'
                                           << "listeners.ssl.1 = 127.0.0.1:" << tls_port_ << '\n'
                                           << "ssl_options.cacertfile = " << folder << "/ca.pem\n"
                                           << "ssl_options.certfile = " << folder << "/server.pem\n"
                                           << "ssl_options.keyfile = " << folder << "/server.key\n"
                                           << "ssl_options.verify = verify_none\n"
                                           << "disk_free_limit.absolute = 64MB\n"
                                           << "vm_memory_high_watermark.absolute = 1GB\n"
                                           << more_;
}

void RabbitServer::start() {
  if (epmd_ < 0) {
    epmd_ = start_process({"/usr/bin/epmd", "-address", "127.0.0.1", "-port", std::to_string(epmd_port_)}, {},
                          folder_ / "epmd");
  }
  broker_ = start_process({programs + "rabbitmq-server"}, environment(), folder_ / "output");
  if (wait_until_it_answers()) return;
  kill_process(broker_);
  throw std::runtime_error("the broker does not start:\n" + text_of(folder_ / "output"));
}

void RabbitServer::kill() { kill_process(broker_); }
void RabbitServer::freeze() { ::kill(broker_, SIGSTOP); }
void RabbitServer::thaw() { ::kill(broker_, SIGCONT); }

// Its listener opens last, and says something when it has been greeted.
bool RabbitServer::answers() const {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{2, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  char first = 0;
  const bool answered = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                        ::send(fd, "AMQP\0\0\x09\x01", 8, MSG_NOSIGNAL) == 8 && ::recv(fd, &first, 1, 0) == 1 &&
                        first == 1;
  ::close(fd);
  return answered;
}

bool RabbitServer::wait_until_it_answers() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (!answers()) {
    if (::waitpid(broker_, nullptr, WNOHANG) == broker_) {
      broker_ = -1;
      return false;
    }
    if (std::chrono::steady_clock::now() > deadline) return false;
    pause_between_looks();
  }
  return true;
}

const RabbitControl& shared_rabbit() {
  static const std::unique_ptr<RabbitControl> control = []() -> std::unique_ptr<RabbitControl> {
    const char* file = std::getenv("ASHLAR_TEST_RABBIT");
    if (file != nullptr && std::filesystem::exists(file)) {
      return std::make_unique<RabbitControl>(RabbitControl::read(file));
    }
    return nullptr;
  }();
  if (control) return *control;
  static const RabbitServer server;
  return server;
}
