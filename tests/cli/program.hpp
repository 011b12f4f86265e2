// A guest program, run by the command in a directory of its own.
#pragma once

#include "tests/cli/command.hpp"

namespace diptych::cli_test {

inline const fs::path guests = DIPTYCH_LINUX_GUESTS;

struct Finished {
  int exit = -1;  ///< as a shell has it: 128 and the signal's number
  std::string out, err;
  bool by_signal = false;  ///< of itself: qemu passes its guest's on, our command says it
};

/// A program in a directory, with input and environment of the test's own.
class Program {
 public:
  /// `from` is a file that becomes its standard input instead, with these flags.
  Program(const std::vector<std::string>& line, const fs::path& directory, std::string_view input = "", const std::string& from = "", int flags = O_RDONLY) {
    std::vector<char*> pointers;
    for (const std::string& word : line) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    const std::string in = from.empty() ? folder_.put("in", input) : from, out = folder_ / "out", err = folder_ / "err";
    pid_ = fork();
    if (pid_ == 0) {
      dup2(::open(in.c_str(), flags), 0);
      dup2(::open(out.c_str(), O_WRONLY | O_CREAT, 0600), 1);
      dup2(::open(err.c_str(), O_WRONLY | O_CREAT, 0600), 2);
      setenv("GUEST_ONE", "first value", 1);
      setenv("GUEST_TWO", "", 1);
      signal(SIGPIPE, SIG_DFL);
      if (chdir(directory.c_str()) == 0) execvp(pointers[0], pointers.data());
      _exit(127);
    }
    REQUIRE(pid_ > 0);
  }
  ~Program() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  void signal_with(int number) const { ::kill(pid_, number); }
  pid_t pid() const { return pid_; }
  std::string out_so_far() const { return slurp(folder_ / "out"); }

  Finished wait(std::chrono::seconds limit = std::chrono::seconds(120)) {
    int status = 0;
    const bool ended = within(limit, [&] { return waitpid(pid_, &status, WNOHANG) != 0; });
    Finished finished{-1, slurp(folder_ / "out"), slurp(folder_ / "err"), false};
    if (!ended) return finished;
    pid_ = -1;
    finished.by_signal = WIFSIGNALED(status);
    finished.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return finished;
  }

 private:
  Folder folder_;
  pid_t pid_ = -1;
};

inline std::string guest(std::string_view name) { return (guests / name).string(); }

}  // namespace diptych::cli_test
