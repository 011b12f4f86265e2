// Runs what may die in a child process with a scratch directory, and nothing else of the host's to harm.
#pragma once

#include "engine/machine/integers.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fcntl.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace diptych::hostile {

/// Shared with the child: how far it is, and at what.
struct Progress {
  std::atomic<u64> done;
  char doing[1024];

  void say(std::string_view text) {
    const std::size_t size = std::min(text.size(), sizeof doing - 1);
    std::memcpy(doing, text.data(), size);
    doing[size] = 0;
  }
};

/// While it lives the standard streams are pipes, of which a process that is started takes copies: the guest finds no
/// descriptor that leads to anything else.
class GuestStreams {
 public:
  GuestStreams() {
    int in[2], out[2];
    if (pipe2(in, O_NONBLOCK | O_CLOEXEC) != 0 || pipe2(out, O_NONBLOCK | O_CLOEXEC) != 0) std::abort();
    for (int stream = 0; stream < 3; ++stream) {
      before_[stream] = fcntl(stream, F_DUPFD_CLOEXEC, 100);
      dup2(stream == 0 ? in[0] : out[1], stream);
    }
    for (const int end : {in[0], in[1], out[0], out[1]}) ::close(end);
  }
  GuestStreams(const GuestStreams&) = delete;
  ~GuestStreams() {
    for (int stream = 0; stream < 3; ++stream) dup2(before_[stream], stream), ::close(before_[stream]);
  }

 private:
  int before_[3];
};

/// While it lives no large file can be written. Translated code lies in one.
class FileSizeLimit {
 public:
  FileSizeLimit() {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{16 << 20, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_;
};

/// What the child says on standard error is shown if it fails. `work` returns the number of
/// complaints.
template <class Work>
int run_in_child(std::string_view what, Work work) {
  namespace fs = std::filesystem;
  constexpr int seconds_without_progress = 120;
  std::string scratch = (fs::temp_directory_path() / "diptych-hostile-XXXXXX").string();
  void* shared = mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (!mkdtemp(scratch.data()) || shared == MAP_FAILED) return fmt::print("{}: the host refuses a directory or memory\n", what), 2;
  auto* progress = new (shared) Progress{};
  fs::create_directory(scratch + "/granted");
  const std::string errors = scratch + "/errors";

  const pid_t child = fork();
  if (child == 0) {
    const rlimit core{0, 0};
    const int err = ::open(errors.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (err < 0 || chdir((scratch + "/granted").c_str()) != 0) _exit(2);
    if (setrlimit(RLIMIT_CORE, &core) != 0) _exit(2);
    dup2(err, 2);
    _exit(work(*progress) == 0 ? 0 : 1);
  }
  int status = 0;
  u64 seen = 0;
  int tenths = 0;
  while (child > 0 && waitpid(child, &status, WNOHANG) == 0) {
    usleep(100'000);
    const u64 done = progress->done;
    tenths = done == seen ? tenths + 1 : 0;
    seen = done;
    if (tenths < seconds_without_progress * 10) continue;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    fmt::print("{}: no progress for {} seconds\n", what, seconds_without_progress);
    break;
  }
  const bool fine = child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (fine) {
    fmt::print("{}: {} done, and the host process lives\n", what, progress->done.load());
  } else {
    std::ifstream told(errors, std::ios::binary);
    fmt::print("{}: after {} the host process ended with {} {}, at {}\n{}\n", what, progress->done.load(),
               WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), progress->doing,
               std::string(std::istreambuf_iterator<char>(told), {}));
  }
  // What a guest has made unreadable the owner may still remove.
  std::error_code ignored;
  fs::permissions(scratch + "/granted", fs::perms::owner_all, ignored);
  fs::remove_all(scratch, ignored);
  return fine ? 0 : 1;
}

}  // namespace diptych::hostile
