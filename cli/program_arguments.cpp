#include "cli/program_arguments.hpp"

#include "engine/linux/memory_budget.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

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

Result<u64> memory_limit(const std::string& text) {
  if (text.empty()) return linux_guest::default_memory_limit();
  u64 number = 0;
  const char* const end = text.data() + text.size();
  const auto [behind, error] = std::from_chars(text.data(), end, number);
  constexpr std::string_view units = "KMG";
  const std::size_t unit = behind == end ? units.npos : units.find(*behind);
  const bool whole = behind == end || (behind + 1 == end && unit != units.npos);
  const unsigned shift = unit == units.npos ? 0 : 10 * (static_cast<unsigned>(unit) + 1);
  if (error != std::errc{} || !whole || number == 0 || number > (~u64{0} >> shift))
    return fail(ErrorKind::bad_input, fmt::format("--memory {}: it takes a number of bytes, with K, M or G behind it of KiB, MiB or GiB, such as 512M", text));
  return number << shift;
}

}  // namespace diptych::cli
