#include "smtp_stub.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

namespace {

// Reads lines that end in CRLF; false when the client has gone.
class Lines {
 public:
  explicit Lines(int connection) : connection_(connection) {}

  bool next(std::string& line) {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
      char bytes[4096];
      const ssize_t size = ::recv(connection_, bytes, sizeof bytes, 0);
      if (size <= 0) return false;
      buffer_.append(bytes, static_cast<std::size_t>(size));
    }
    line = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return true;
  }

 private:
  int connection_;
  std::string buffer_;
};

}  // namespace

SmtpStub::SmtpStub(Mood mood) : mood_(mood), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (listener_ < 0 || ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 8) != 0) {
    throw std::runtime_error("no port to listen on");
  }
  thread_ = std::thread([this] { serve(); });
}

SmtpStub::~SmtpStub() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    if (connection_ >= 0) ::shutdown(connection_, SHUT_RDWR);
  }
  thread_.join();
  ::close(listener_);
}

std::string SmtpStub::url() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  return "smtp://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

std::vector<SmtpStub::Mail> SmtpStub::mails() const {
  const std::lock_guard lock(mutex_);
  return mails_;
}

std::vector<std::string> SmtpStub::commands() const {
  const std::lock_guard lock(mutex_);
  return commands_;
}

void SmtpStub::serve() {
  for (;;) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    {
      const std::lock_guard lock(mutex_);
      connection_ = connection;
      if (closing_) ::shutdown(connection, SHUT_RDWR);
    }
    talk(connection);
    const std::lock_guard lock(mutex_);
    connection_ = -1;
    ::close(connection);
  }
}

void SmtpStub::say(int connection, const std::string& line) const {
  if (mood_ == Mood::never_answers) return;
  const std::string text = line + "\r\n";
  (void)::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
}

void SmtpStub::talk(int connection) {
  Lines lines(connection);
  std::string line;
  Mail mail;
  say(connection, "220 stub");
  while (lines.next(line)) {
    {
      const std::lock_guard lock(mutex_);
      commands_.push_back(line);
    }
    if (line == "DATA") {
      say(connection, "354 go on");
      while (lines.next(line) && line != ".") {
        mail.text += (line.starts_with('.') ? line.substr(1) : line) + "\r\n";
      }
      const std::lock_guard lock(mutex_);
      mails_.push_back(std::exchange(mail, {}));
    } else if (line.starts_with("MAIL FROM:")) {
      mail.from = line.substr(10);
    } else if (line.starts_with("RCPT TO:")) {
      mail.to = line.substr(8);
      if (mood_ == Mood::refuses_recipients) {
        say(connection, "550 nobody of that name lives here");
        continue;
      }
    }
    say(connection, line == "QUIT" ? "221 bye" : "250 stub");
  }
}
