#include "certificates.hpp"

#include <fstream>

#include "processes.hpp"

namespace {

const std::string openssl = "/usr/bin/openssl";

}  // namespace

void make_authority(const std::filesystem::path& folder, const std::string& name) {
  const std::string base = (folder / name).string();
  run_process({openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
               "30", "-subj", "/CN=" + name, "-keyout", base + ".key", "-out", base + ".pem"});
}

void make_certificate(const std::filesystem::path& folder, const std::string& authority, const std::string& name,
                      const std::string& names, int days) {
  const std::string base = (folder / name).string();
  const std::string signer = (folder / authority).string();
  std::ofstream(base + ".ext") << "subjectAltName = " << names << '\n';
  run_process({openssl, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
               "/CN=" + name, "-keyout", base + ".key", "-out", base + ".csr"});
  run_process({openssl, "x509", "-req", "-in", base + ".csr", "-CA", signer + ".pem", "-CAkey", signer + ".key",
               "-set_serial", "7", "-days", std::to_string(days), "-extfile", base + ".ext", "-out", base + ".pem"});
}
