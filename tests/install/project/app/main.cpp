#include <ashlar/application.hpp>

int main(int argc, char** argv) {
  return ashlar::run_application(
      argc, argv, {.name = "library", .summary = "A small library.", .modules = ashlar::application_modules()});
}
