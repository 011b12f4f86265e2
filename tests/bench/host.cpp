#include "tests/bench/host.hpp"

#include "tests/bench/measure.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <sys/utsname.h>
#include <thread>

namespace diptych::bench {
namespace {

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      if (const std::size_t colon = line.find(": "); colon != line.npos) return line.substr(colon + 2);
  return {};
}

std::string version_of(const std::string& program) {
  const Result<Run> run = measure({program, "--version"}, 10);
  return run ? run->out.substr(0, run->out.find('\n')) : std::string();
}

}  // namespace

nlohmann::json describe_host() {
  nlohmann::json host = {{"cores", std::thread::hardware_concurrency()}};
  auto tell = [&](const char* what, const std::string& value) {
    if (!value.empty()) host[what] = value;
  };
  tell("processor", processor());
  utsname system{};
  if (::uname(&system) == 0) tell("system", std::string(system.sysname) + ' ' + system.release);
  if (std::ifstream file("/proc/loadavg"); file) {
    double load = 0;
    file >> load;
    host["load_before"] = load;
  }
  tell("native_compiler", version_of("g++"));
  tell("guest_compiler", version_of("riscv64-linux-gnu-g++"));
  tell("qemu", version_of("qemu-riscv64"));
  return host;
}

}  // namespace diptych::bench
