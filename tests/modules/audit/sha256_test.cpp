#include "sha256.hpp"

#include <doctest/doctest.h>

TEST_CASE("the hash is the one that FIPS 180-4 defines") {
  CHECK(audit::sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(audit::sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
