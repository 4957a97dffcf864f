#pragma once

#include <ashlar/errors.hpp>
#include <exception>
#include <string>
#include <string_view>

// What docs/errors.md says is said about a mistake: the second column of the row whose first one is `mistake`. Throws where
// there is none.
std::string on_the_page(std::string_view mistake);

// What is said when `mistake` is made: the text of the exception and of what is nested in it.
template <class Mistake>
std::string said_about(Mistake&& mistake) {
  try {
    mistake();
  } catch (const std::exception& error) {
    return ashlar::full_message(error);
  }
  return "nothing was said";
}
