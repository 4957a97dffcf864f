#pragma once

#include <sqlite3.h>

#include <string>
#include <string_view>

namespace ashlar::store {

// The open SQLite handle, shared by the database and whatever it gave out.
class Connection {
 public:
  // `file` is a path or `:memory:`; `name` stands for it in errors.
  Connection(const std::string& file, std::string name);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void execute(std::string_view sql);

  // Throws Error with the message of the last call that failed.
  [[noreturn]] void fail(std::string_view sql) const;
  [[noreturn]] void fail(std::string_view sql, std::string_view problem) const;

  sqlite3* handle() const { return handle_; }

 private:
  void configure();

  std::string name_;
  sqlite3* handle_ = nullptr;
};

}  // namespace ashlar::store
