#include "complaints.hpp"

namespace ashlar::store {

void Complaints::say(std::string_view text, std::string_view problem) {
  const Clock::Steady now = clock_.steady_now();
  std::erase_if(said_, [&](const auto& said) { return now - said.second.at >= std::chrono::minutes{10}; });
  const auto [said, fresh] = said_.try_emplace(std::string(problem));
  if (!fresh && now - said->second.at < std::chrono::minutes{1}) {
    ++said->second.left_out;
    return;
  }
  log_.warning(text, {{"consumer", about_}, {"problem", problem}, {"left_out", said->second.left_out}});
  said->second = {now, 0};
}

}  // namespace ashlar::store
