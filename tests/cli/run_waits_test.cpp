// run: a signal ends or interrupts every wait in the host.
#include "tests/cli/program.hpp"

#include <sys/stat.h>

using namespace diptych::cli_test;

namespace {

/// Whether every thread of a process sleeps. It may be on its way to where it will wait: no test depends on that.
bool sleeps(pid_t process) {
  for (const auto& thread : fs::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
    const std::string stat = slurp(thread.path() / "stat");
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string::npos || name_end + 2 >= stat.size() || stat[name_end + 2] != 'S') return false;
  }
  return true;
}

/// Another process of the command's has the lock that it waits for.
class LockHolder {
 public:
  explicit LockHolder(const std::string& file) : file_(::open(file.c_str(), O_RDWR | O_CLOEXEC)) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    REQUIRE(fcntl(file_, F_SETLK, &lock) == 0);
  }
  LockHolder(const LockHolder&) = delete;
  ~LockHolder() { ::close(file_); }

 private:
  int file_;
};

}  // namespace

TEST_CASE("a signal interrupts every wait, or ends the program in it") {
  const Folder folder;
  const LockHolder holder(folder.put("lock", "locked by another process"));
  REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  for (const char* way : {"fifo-read", "fifo-write", "flock", "setlkw", "read", "readv", "write", "writev", "sendfile", "poll", "select", "futex", "nanosleep", "pause"})
    for (const int number : {SIGINT, SIGTERM}) {
      INFO(way << ", " << (number == SIGINT ? "SIGINT" : "SIGTERM"));
      Program program({command, "run", guest("waits"), way}, folder / "");
      REQUIRE(within(std::chrono::seconds(30), [&] { return program.out_so_far() == "waits\n" && sleeps(program.pid()); }));
      program.signal_with(number);
      const Finished finished = program.wait(std::chrono::seconds(30));
      CHECK(finished.exit == (number == SIGINT ? 0 : 128 + SIGTERM));
      CHECK(finished.out == (number == SIGINT ? "waits\n-1 EINTR\n" : "waits\n"));
    }
}
