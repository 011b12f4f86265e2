#include "fuzz/session/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace diptych::fuzz {

Result<ChildProcess> ChildProcess::start(const std::filesystem::path& program, std::vector<std::string> arguments,
                                         const std::vector<int>& inherited, const std::filesystem::path& log) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorKind::environment, std::string("a pipe: ") + std::strerror(errno));
  bool named = false;
  for (std::string& argument : arguments)
    if (argument == "%report") {
      argument = std::to_string(ends[1]);
      named = true;
    }
  // Everything that allocates is done before the fork.
  std::vector<char*> pointers;
  std::string name = program.string();
  pointers.push_back(name.data());
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const int log_descriptor = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    // However the parent ends, nothing it started stays behind; it may have ended just now.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    if (log_descriptor >= 0) dup2(log_descriptor, 2);
    const int null = ::open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(named ? null : ends[1], 1);
    if (named) fcntl(ends[1], F_SETFD, 0);
    for (int descriptor : inherited) fcntl(descriptor, F_SETFD, 0);
    // A group of its own: an interrupt from the terminal is the parent's to deal with.
    setpgid(0, 0);
    execv(name.c_str(), pointers.data());
    _exit(127);
  }
  close(ends[1]);
  if (log_descriptor >= 0) close(log_descriptor);
  if (pid < 0) {
    close(ends[0]);
    return fail(ErrorKind::environment, std::string("starting a process: ") + std::strerror(errno));
  }
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return ChildProcess(pid, ends[0]);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept { *this = std::move(other); }

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(report_, other.report_);
  std::swap(partial_, other.partial_);
  std::swap(status_, other.status_);
  std::swap(seconds_, other.seconds_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0 && !ended()) {
    kill();
    waitpid(pid_, nullptr, 0);
  }
  if (report_ >= 0) close(report_);
}

std::vector<std::string> ChildProcess::read_lines(int milliseconds) {
  std::vector<std::string> lines;
  pollfd poll_for{report_, POLLIN, 0};
  if (poll(&poll_for, 1, milliseconds) <= 0) return lines;
  char buffer[4096];
  ssize_t got = 0;
  while ((got = read(report_, buffer, sizeof buffer)) > 0) partial_.append(buffer, std::size_t(got));
  if (got == 0) {
    // Nobody writes any more. A closed pipe is always ready; without one, waiting is waiting.
    close(report_);
    report_ = -1;
  }
  std::size_t end = 0;
  while ((end = partial_.find('\n')) != std::string::npos) {
    lines.push_back(partial_.substr(0, end));
    partial_.erase(0, end + 1);
  }
  return lines;
}

std::optional<int> ChildProcess::ended() {
  if (status_) return status_;
  int status = 0;
  rusage usage{};
  if (wait4(pid_, &status, WNOHANG, &usage) != pid_) return std::nullopt;
  status_ = status;
  auto seconds = [](const timeval& t) { return double(t.tv_sec) + double(t.tv_usec) * 1e-6; };
  seconds_ = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  return status_;
}

void ChildProcess::kill() {
  if (pid_ > 0 && !status_) ::kill(pid_, SIGKILL);
}

}  // namespace diptych::fuzz
