#include "oracle/agent/program_version.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace diptych::agent {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t longest_line = 4096;

[[noreturn]] void become_program(const char* path, char* const* arguments, pid_t parent, int output) {
  // A group of its own, so that what the program starts can be ended with it.
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (dup2(null, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0) _exit(127);
  execv(path, arguments);
  _exit(127);
}

// False where time ran out before a line ended or the output did.
bool read_line(int descriptor, Clock::time_point deadline, std::string& line) {
  while (line.size() < longest_line) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd readable{descriptor, POLLIN, 0};
    const int ready = poll(&readable, 1, int(std::max<long>(0, left)));
    if (ready == 0) return false;
    if (ready < 0) continue;  // interrupted
    char buffer[512];
    const ssize_t got = read(descriptor, buffer, std::min(sizeof buffer, longest_line - line.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    line.append(buffer, std::size_t(got));
    if (const std::size_t end = line.find('\n'); end != line.npos) {
      line.resize(end);
      return true;
    }
  }
  return true;
}

}  // namespace

Result<std::string> version_line(const std::string& path, std::chrono::milliseconds patience) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorKind::environment, fmt::format("a pipe: {}", std::strerror(errno)));
  char argument[] = "--version";
  char* const arguments[] = {const_cast<char*>(path.c_str()), argument, nullptr};
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) become_program(path.c_str(), arguments, parent, ends[1]);
  const int error = errno;
  close(ends[1]);
  std::string line;
  const bool in_time = child < 0 || read_line(ends[0], Clock::now() + patience, line);
  close(ends[0]);
  if (child < 0) return fail(ErrorKind::environment, fmt::format("starting {}: {}", path, std::strerror(error)));
  kill(-child, SIGKILL);
  kill(child, SIGKILL);  // it may not have got as far as its group
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!in_time)
    return fail(ErrorKind::environment,
                fmt::format("{} --version printed no line within {} ms; run it by hand to see why, or put another one first in PATH", path, patience.count()));
  return line;
}

}  // namespace diptych::agent
