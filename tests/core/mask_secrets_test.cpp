#include <ashlar/errors.hpp>
#include <ashlar/mask_secrets.hpp>
#include <doctest/doctest.h>

#include <string>

using ashlar::mask_secrets;

TEST_CASE("values whose names say that they are secret are masked, at any depth and in any case") {
  CHECK(mask_secrets(R"({"token":"abc","email":"a@b.example"})") == R"({"token":"***","email":"a@b.example"})");
  CHECK(mask_secrets(R"({"a":[{"newPassword":"x"},{"API_TOKEN":{"b":1}}]})") ==
        R"({"a":[{"newPassword":"***"},{"API_TOKEN":"***"}]})");
  CHECK(mask_secrets(R"({"client_secret":7,"credentials":["u","p"]})") ==
        R"({"client_secret":"***","credentials":"***"})");
}

TEST_CASE("what has no secret name stays as it was, in its order") {
  const char* json = R"({"z":1,"a":[true,null,-9223372036854775808,18446744073709551615,0.1],"ü":"Grüße"})";
  CHECK(mask_secrets(json) == json);
}

TEST_CASE("what is no JSON, or nested without end, is refused and not shown") {
  for (const std::string& text :
       {std::string("{\"password\":\"x\""), std::string("\"\xff\""), std::string(), std::string(100'000, '['),
        "{\"a\":" + std::string(70, '[') + std::string(70, ']') + "}"}) {
    CAPTURE(text.size());
    CHECK_THROWS_AS(mask_secrets(text), ashlar::JsonError);
  }
  CHECK(mask_secrets(std::string(60, '[') + std::string(60, ']')) == std::string(60, '[') + std::string(60, ']'));
}
