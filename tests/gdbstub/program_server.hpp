// A server for a program in a process of its own, as users start it.
#pragma once

#include "tests/gdbstub/stock_gdb.hpp"

#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>

namespace diptych::gdb {

inline std::string debuggee(const std::string& name) { return std::string(DIPTYCH_GDB_GUESTS) + "/" + name; }

class ProgramServer {
 public:
  /// `arguments` as behind `diptych gdb`.
  explicit ProgramServer(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {DIPTYCH_COMMAND, "gdb"});
    std::vector<char*> words;
    for (const std::string& one : arguments) words.push_back(const_cast<char*>(one.c_str()));
    words.push_back(nullptr);
    int told[2];
    REQUIRE(pipe2(told, O_CLOEXEC) == 0);
    output_ = std::filesystem::temp_directory_path() / ("diptych-gdb-test-" + std::to_string(getpid()) + "-" + std::to_string(told[0]));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, told[1], STDERR_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int error = posix_spawn(&child_, words.front(), &actions, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(told[1]);
    REQUIRE(error == 0);
    const std::unique_ptr<FILE, int (*)(FILE*)> lines(fdopen(told[0], "r"), fclose);
    char line[1024];
    while (!announced_.starts_with("Listening on ") && fgets(line, sizeof line, lines.get())) {
      before_ += announced_;
      announced_ = line;
    }
    while (announced_.ends_with('\n')) announced_.pop_back();
    INFO(before_ << announced_);
    REQUIRE(announced_.starts_with("Listening on "));
  }
  ~ProgramServer() {
    if (child_ > 0) {
      kill(child_, SIGTERM);
      waitpid(child_, nullptr, 0);
    }
    std::filesystem::remove(output_);
  }

  std::string address() const { return announced_.substr(announced_.rfind(' ') + 1); }
  std::string connect() const { return "target remote " + address(); }

  /// What was said before that.
  const std::string& said_before() const { return before_; }

  /// What the program has printed.
  std::string output() const { return output_of("cat " + output_); }

  /// Its exit code, once it has ended by itself.
  int wait() {
    int status = 0;
    REQUIRE(waitpid(child_, &status, 0) == child_);
    child_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t child_ = 0;
  std::string announced_, before_;
  std::string output_;
};

}  // namespace diptych::gdb
