#include "tests/bench/measure.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace diptych::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_output = 1 << 20;

double seconds(timeval time) { return double(time.tv_sec) + double(time.tv_usec) * 1e-6; }

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) ends_ = {-1, -1};
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(0);
    close(1);
  }

  int end(std::size_t which) const { return ends_[which]; }
  void close(std::size_t which) {
    if (ends_[which] >= 0) ::close(ends_[which]);
    ends_[which] = -1;
  }

 private:
  std::array<int, 2> ends_{};
};

// Reads both pipes to their ends. What is wrong, if the program must be stopped before that.
std::optional<std::string> read_all(Pipe& out, Pipe& err, Run& run, Clock::time_point deadline) {
  std::array<char, 4096> buffer;
  while (out.end(0) >= 0 || err.end(0) >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return "took too long";
    std::array<pollfd, 2> watched = {pollfd{out.end(0), POLLIN, 0}, pollfd{err.end(0), POLLIN, 0}};
    if (::poll(watched.data(), watched.size(), int(left) + 1) < 0 && errno != EINTR) return std::strerror(errno);
    for (std::size_t i = 0; i < 2; ++i) {
      if (watched[i].revents == 0) continue;
      const ssize_t count = ::read(watched[i].fd, buffer.data(), buffer.size());
      std::string& said = i == 0 ? run.out : run.err;
      if (count > 0) said.append(buffer.data(), std::size_t(count));
      else if (count == 0 || errno != EINTR) (i == 0 ? out : err).close(0);
      if (said.size() > most_output) return "wrote more than any program here should";
    }
  }
  return std::nullopt;
}

}  // namespace

Result<Run> measure(const std::vector<std::string>& command, double seconds_allowed) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);

  Pipe out, err;
  if (out.end(0) < 0 || err.end(0) < 0) return fail(ErrorKind::environment, "no pipe can be made");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.end(1), 1);
  posix_spawn_file_actions_adddup2(&actions, err.end(1), 2);
  const Clock::time_point begin = Clock::now();
  pid_t child = -1;
  const int refused = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (refused != 0)
    return fail(ErrorKind::environment, fmt::format("{} cannot be started: {}", command[0], std::strerror(refused)));
  out.close(1);
  err.close(1);

  Run run;
  const auto allowed = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds_allowed));
  const std::optional<std::string> wrong = read_all(out, err, run, begin + allowed);
  if (wrong) ::kill(child, SIGKILL);
  int status = 0;
  rusage used{};
  while (::wait4(child, &status, 0, &used) < 0 && errno == EINTR) {
  }
  run.wall = std::chrono::duration<double>(Clock::now() - begin).count();
  if (wrong) return fail(ErrorKind::lost, fmt::format("{} {}", fmt::join(command, " "), *wrong));
  run.cpu = seconds(used.ru_utime) + seconds(used.ru_stime);
  run.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return run;
}

}  // namespace diptych::bench
