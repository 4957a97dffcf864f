#include <ashlar/application.hpp>

int main(int argc, char** argv) {
  return ashlar::run_application(argc, argv,
                                 {.name = "shop-lite",
                                  .summary = "The shop without customers, mails and reports: three of its modules.",
                                  .modules = ashlar::application_modules()});
}
