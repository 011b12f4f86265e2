#include "cli/guarded_run.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <optional>
#include <utility>

namespace diptych::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int poll_milliseconds = 50;

// What a child sends: this, and the bytes.
struct Header {
  enum Kind : u64 { result, error } kind;
  u64 size;
};

bool write_all(int descriptor, const void* data, std::size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size != 0) {
    const ssize_t written = ::write(descriptor, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += written;
    size -= std::size_t(written);
  }
  return true;
}

bool send(int descriptor, Header::Kind kind, const std::string& bytes) {
  const Header header{kind, bytes.size()};
  return write_all(descriptor, &header, sizeof header) && write_all(descriptor, bytes.data(), bytes.size());
}

[[noreturn]] void run_child(int descriptor, std::size_t first, std::size_t count, MachineWatch& watch,
                            const std::function<Result<Work>(MachineWatch&)>& start) {
  const Result<Work> work = start(watch);
  if (!work) send(descriptor, Header::error, work.error().message);
  else
    for (std::size_t i = first; i < count; ++i)
      if (!send(descriptor, Header::result, (*work)(i))) break;
  _exit(0);
}

class Child {
 public:
  Child(pid_t pid, int descriptor) : pid_(pid), descriptor_(descriptor) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    close(descriptor_);
    end();
  }

  /// The next message, or how the child was lost.
  std::expected<std::pair<Header::Kind, std::string>, std::string> receive(double limit, const MachineWatch& watch) {
    u64 events = watch.events();
    Clock::time_point alive = Clock::now();
    while (true) {
      if (auto message = take_message()) return std::move(*message);
      pollfd readable{descriptor_, POLLIN, 0};
      if (poll(&readable, 1, poll_milliseconds) > 0) {
        char buffer[65536];
        const ssize_t got = read(descriptor_, buffer, sizeof buffer);
        if (got == 0) return std::unexpected(end());
        if (got > 0) received_.append(buffer, std::size_t(got));
      }
      if (std::exchange(events, watch.events()) != watch.events()) alive = Clock::now();
      if (std::chrono::duration<double>(Clock::now() - alive).count() > limit)
        return std::unexpected(fmt::format("did not end within {} s (--time-limit)", limit));
    }
  }

 private:
  std::optional<std::pair<Header::Kind, std::string>> take_message() {
    Header header{};
    if (received_.size() < sizeof header) return std::nullopt;
    std::memcpy(&header, received_.data(), sizeof header);
    if (received_.size() - sizeof header < header.size) return std::nullopt;
    std::pair message{header.kind, received_.substr(sizeof header, header.size)};
    received_.erase(0, sizeof header + header.size);
    return message;
  }

  // How it ended. A process that closed its end of the pipe by ending is past being killed: its status stays its own.
  std::string end() {
    if (pid_ <= 0) return {};
    int status = 0;
    kill(pid_, SIGKILL);
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    if (WIFSIGNALED(status)) return fmt::format("was ended by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return fmt::format("ended the process with status {}", WEXITSTATUS(status));
  }

  pid_t pid_;
  int descriptor_;
  std::string received_;
};

}  // namespace

Result<void> run_guarded(std::size_t count, double limit, const std::function<Result<Work>(MachineWatch&)>& start,
                         const std::function<bool(std::size_t, std::expected<std::string, Lost>)>& take) {
  Result<std::unique_ptr<MachineWatch>> watch = MachineWatch::create();
  if (!watch) return std::unexpected(std::move(watch).error());
  const pid_t parent = getpid();
  for (std::size_t done = 0; done < count;) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorKind::environment, fmt::format("a pipe: {}", std::strerror(errno)));
    const pid_t pid = fork();
    if (pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (getppid() != parent) _exit(127);
      close(ends[0]);
      run_child(ends[1], done, count, **watch, start);
    }
    close(ends[1]);
    if (pid < 0) {
      close(ends[0]);
      return fail(ErrorKind::environment, fmt::format("starting a process: {}", std::strerror(errno)));
    }
    Child child(pid, ends[0]);
    for (bool lost = false; done < count && !lost; ++done) {
      auto message = child.receive(limit, **watch);
      if (message && message->first == Header::error) return fail(ErrorKind::environment, std::move(message->second));
      lost = !message;
      std::expected<std::string, Lost> result = message ? std::expected<std::string, Lost>(std::move(message->second))
                                                        : std::unexpected(Lost{(*watch)->running(), std::move(message).error()});
      if (!take(done, std::move(result))) return {};
    }
    // The next child's calls are counted from an even number on.
    (*watch)->reset();
  }
  return {};
}

Result<void> check_time_limit(double limit) {
  if (std::isfinite(limit) && limit > 0) return {};
  return fail(ErrorKind::bad_input, fmt::format("--time-limit {} is not a time above 0", limit));
}

}  // namespace diptych::cli
