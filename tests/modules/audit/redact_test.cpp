#include "redact.hpp"

#include <doctest/doctest.h>

using audit::redact;

TEST_CASE("values whose names say that they are secret are masked, at any depth and in any case") {
  CHECK(redact(R"({"token":"abc","email":"a@b.example"})") == R"({"token":"***","email":"a@b.example"})");
  CHECK(redact(R"({"a":[{"newPassword":"x"},{"API_TOKEN":{"b":1}}]})") ==
        R"({"a":[{"newPassword":"***"},{"API_TOKEN":"***"}]})");
  CHECK(redact(R"({"client_secret":7,"credentials":["u","p"]})") == R"({"client_secret":"***","credentials":"***"})");
}

TEST_CASE("everything else stays as it was, in its order") {
  const char* json = R"({"z":1,"a":[true,null,-9223372036854775808,18446744073709551615,0.1],"ü":"Grüße"})";
  CHECK(redact(json) == json);
}
