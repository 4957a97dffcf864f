#include <algorithm>
#include <ashlar/errors.hpp>
#include <ashlar/middleware/only_for.hpp>

namespace ashlar {
namespace {

class OnlyFor final : public Middleware {
 public:
  OnlyFor(std::vector<std::string> handlers, std::shared_ptr<Middleware> inner)
      : handlers_(std::move(handlers)), inner_(std::move(inner)) {}

  bool wraps(const HandlerInfo& handler) override {
    const std::string whole = std::string(handler.module) + '/' + std::string(handler.name);
    const bool named = std::any_of(handlers_.begin(), handlers_.end(),
                                   [&](const std::string& name) { return name == handler.module || name == whole; });
    return named && inner_->wraps(handler);
  }

  void around(const HandlerCall& call, const Next& next) override { inner_->around(call, next); }

 private:
  std::vector<std::string> handlers_;
  std::shared_ptr<Middleware> inner_;
};

}  // namespace

std::shared_ptr<Middleware> only_for(std::vector<std::string> handlers, std::shared_ptr<Middleware> inner) {
  if (!inner) throw Error("only_for() was given no middleware");
  return std::make_shared<OnlyFor>(std::move(handlers), std::move(inner));
}

}  // namespace ashlar
