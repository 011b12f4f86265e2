#include "cli/debugger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <vector>

#include <spawn.h>
#include <unistd.h>

namespace diptych::cli {
namespace {

std::vector<std::string> command_line(const std::string& name, const std::string& program, const std::string& address) {
  const std::string base = name.substr(name.rfind('/') + 1);
  std::vector<std::string> words = {name};
  if (!program.empty()) words.push_back(program);
  if (base.starts_with("lldb")) words.insert(words.end(), {"-o", "gdb-remote " + address});
  else words.insert(words.end(), {"-q", "-ex", "target remote " + address, "-ex", "python exec(gdb.execute('monitor lesson', to_string=True))"});
  return words;
}

// lldb by its latest version, where it has only names with one.
std::string latest_lldb() {
  int latest = 0;
  const char* const path = std::getenv("PATH");
  for (std::string_view rest = path ? path : ""; !rest.empty();) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator(folder, ignored)) {
      const std::string name = file.path().filename();
      int version = 0;
      if (name.starts_with("lldb-") && std::from_chars(name.data() + 5, name.data() + name.size(), version).ptr == name.data() + name.size())
        latest = std::max(latest, version);
    }
  }
  return fmt::format("lldb-{}", latest);
}

// 0, or an error number. It begins with the signals this process had before it blocked some for itself.
int spawn(const std::vector<std::string>& words, pid_t& child) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  const int error = posix_spawnp(&child, words.front().c_str(), nullptr, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  return error;
}

}  // namespace

Result<pid_t> start_debugger(const std::string& name, const std::string& program, const std::string& address) {
  pid_t child = 0;
  int error = ENOENT;
  if (name == "gdb") error = spawn(command_line("gdb-multiarch", program, address), child);
  if (error == ENOENT) error = spawn(command_line(name, program, address), child);
  if (error == ENOENT && name == "lldb") error = spawn(command_line(latest_lldb(), program, address), child);
  if (error == 0) return child;
  return fail(ErrorKind::environment, fmt::format("{} cannot be started: {}", name, std::strerror(error)));
}

}  // namespace diptych::cli
