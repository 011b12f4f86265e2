#include "cli/program_arguments.hpp"

#include <unistd.h>

namespace diptych::cli {

std::vector<std::string> environment_of_host() {
  std::vector<std::string> all;
  for (char** entry = environ; *entry; ++entry) all.emplace_back(*entry);
  return all;
}

Result<linux_guest::Grants> grants_of(const std::vector<std::string>& roots, std::vector<std::string> directories) {
  if (roots.size() > 1) return fail(ErrorKind::bad_input, "--root is given more than once; the guest has one /");
  if (!roots.empty() && !directories.empty()) return fail(ErrorKind::bad_input, "--root and --dir exclude each other");
  if (!roots.empty()) return linux_guest::Grants::root(roots.front());
  if (directories.empty()) directories.emplace_back(".");
  return linux_guest::Grants::directories(directories);
}

}  // namespace diptych::cli
