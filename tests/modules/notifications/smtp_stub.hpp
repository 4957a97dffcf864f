#pragma once

#include <mutex>
#include <string>
#include <thread>
#include <vector>

// A mail server of the smallest kind, on a free port of this machine: it takes whatever it is given.
class SmtpStub {
 public:
  enum class Mood { takes, refuses_recipients, never_answers };

  explicit SmtpStub(Mood mood = Mood::takes);
  ~SmtpStub();
  SmtpStub(const SmtpStub&) = delete;
  SmtpStub& operator=(const SmtpStub&) = delete;

  std::string url() const;

  struct Mail {
    std::string from;  // as the client wrote it
    std::string to;
    std::string text;
  };
  std::vector<Mail> mails() const;

  // Every line the client said outside of mails.
  std::vector<std::string> commands() const;

 private:
  void serve();
  void talk(int connection);
  void say(int connection, const std::string& line) const;

  Mood mood_;
  int listener_;
  mutable std::mutex mutex_;
  int connection_ = -1;  // guarded by mutex_, as is what follows
  bool closing_ = false;
  std::vector<Mail> mails_;
  std::vector<std::string> commands_;
  std::thread thread_;
};
