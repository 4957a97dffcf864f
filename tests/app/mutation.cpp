#include "mutation.hpp"

#include <array>

std::size_t Mutation::number(std::size_t below) { return below == 0 ? 0 : random_() % below; }

std::string Mutation::of(std::string text) {
  for (std::size_t times = 1 + number(3); times > 0; --times) text = once(std::move(text));
  return text;
}

std::string Mutation::once(std::string text) {
  static const std::array<std::string, 16> disliked = {"null",
                                                       "true",
                                                       "\"text\"",
                                                       "-1",
                                                       "0.5",
                                                       "1e999",
                                                       "99999999999999999999999999",
                                                       "9223372036854775808",
                                                       std::string(70, '[') + std::string(70, ']'),
                                                       "{\"a\":",
                                                       "\xff\xfe",
                                                       "\xed\xa0\x80",
                                                       std::string(1, '\0'),
                                                       "\"",
                                                       "\r\n",
                                                       std::string(20'000, 'x')};
  const std::size_t at = number(text.size());
  const std::size_t length = 1 + number(12);
  switch (number(6)) {
    case 0: return text.substr(0, at);
    case 1:
      if (!text.empty()) text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ (1U << number(8)));
      return text;
    case 2: return text.erase(at, length);
    case 3: return text.insert(at, text.substr(at, length));
    case 4: return text.insert(at, disliked[number(disliked.size())]);
    default: break;
  }
  // In the place of a value: what stands between two separators.
  constexpr const char* separators = ":,[]{}\n ";
  const std::size_t begin = text.find_first_of(separators, at);
  if (begin == std::string::npos) return text.substr(0, at);
  const std::size_t end = text.find_first_of(separators, begin + 1);
  return text.replace(begin + 1, end == std::string::npos ? std::string::npos : end - begin - 1,
                      disliked[number(disliked.size())]);
}
