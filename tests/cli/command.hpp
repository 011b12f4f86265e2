// Runs the command itself, and what a test needs around it.
#pragma once

#include "tests/catch.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace diptych::cli_test {

namespace fs = std::filesystem;

inline const std::string command = DIPTYCH_BINARY_DIR "/diptych";
inline const fs::path edge_cases = DIPTYCH_SOURCE_DIR "/corpus/seeds/riscv64/edge";

/// What is there to be read: what /proc tells of a process ends, with an error, where the process does.
inline std::string slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A directory of a test's own, gone with it.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "diptych-cli-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }

  std::string operator/(std::string_view name) const { return (path_ / name).string(); }
  std::string put(std::string_view name, std::string_view text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }

 private:
  fs::path path_;
};

struct Ended {
  int exit = -1;  ///< -1: by a signal, or not in time
  std::string out, err;
};

/// Where standard output and standard error go; empty: to files whose content wait() gives, `-`: they are closed. And
/// which build of the command is run.
struct Redirected {
  std::string out = {}, err = {};
  std::string program = command;
};

/// The command, started and not yet waited for. Its output goes to files, so that it never waits.
class Running {
 public:
  explicit Running(const std::vector<std::string>& arguments, const Redirected& redirected = {}) {
    const std::string program = redirected.program;
    std::vector<char*> pointers{const_cast<char*>(program.c_str())};
    for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    const std::string out = redirected.out.empty() ? folder_ / "out" : redirected.out;
    const std::string err = redirected.err.empty() ? folder_ / "err" : redirected.err;
    pid_ = fork();
    if (pid_ == 0) {
      if (out != "-") dup2(::open(out.c_str(), O_WRONLY | O_CREAT, 0600), 1);
      if (err != "-") dup2(::open(err.c_str(), O_WRONLY | O_CREAT, 0600), 2);
      dup2(::open("/dev/null", O_RDONLY), 0);
      if (out == "-") ::close(1);
      if (err == "-") ::close(2);
      execv(program.c_str(), pointers.data());
      _exit(127);
    }
    REQUIRE(pid_ > 0);
  }
  ~Running() {
    if (!waited_) {
      ::kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }

  pid_t pid() const { return pid_; }
  void signal(int number) const { ::kill(pid_, number); }

  Ended wait(std::chrono::seconds limit = std::chrono::seconds(60)) {
    const auto end = std::chrono::steady_clock::now() + limit;
    int status = 0;
    while (waitpid(pid_, &status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > end) return {-1, slurp(folder_ / "out"), "not in time\n" + slurp(folder_ / "err")};
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    waited_ = true;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, slurp(folder_ / "out"), slurp(folder_ / "err")};
  }

 private:
  Folder folder_;
  pid_t pid_ = -1;
  bool waited_ = false;
};

inline Ended run(const std::vector<std::string>& arguments, const Redirected& redirected = {}) {
  return Running(arguments, redirected).wait();
}

/// Unusable arguments or files: one sentence on standard error, nothing else, exit 2.
inline void require_refused(const std::vector<std::string>& arguments, std::string_view said = "") {
  const Ended ended = run(arguments);
  std::string line;
  for (const std::string& argument : arguments) line += argument + " ";
  INFO("diptych " << line << "\nstdout: " << ended.out << "\nstderr: " << ended.err);
  CHECK(ended.exit == 2);
  CHECK(ended.out.empty());
  CHECK(ended.err.starts_with("diptych"));
  CHECK(std::ranges::count(ended.err, '\n') == 1);
  CHECK(ended.err.ends_with('\n'));
  CHECK(ended.err.find(said) != std::string::npos);
}

/// The processes whose parent this is.
inline std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> found;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename().string();
    if (!std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) continue;
    const std::string stat = slurp(entry.path() / "stat");
    const std::size_t after_name = stat.rfind(')');
    // ") S PARENT": a zombie is a process no more.
    if (after_name == std::string::npos || after_name + 4 >= stat.size() || stat[after_name + 2] == 'Z') continue;
    if (std::atoi(stat.c_str() + after_name + 4) == parent) found.push_back(std::atoi(name.c_str()));
  }
  return found;
}

/// Its descendants, however far down.
inline std::vector<pid_t> descendants_of(pid_t parent) {
  std::vector<pid_t> all = children_of(parent);
  for (std::size_t i = 0; i < all.size(); ++i)
    for (pid_t child : children_of(all[i])) all.push_back(child);
  return all;
}

inline std::string name_of_process(pid_t pid) { return slurp("/proc/" + std::to_string(pid) + "/comm"); }

inline bool runs(pid_t pid) {
  const std::string stat = slurp("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t after_name = stat.rfind(')');
  return after_name != std::string::npos && stat[after_name + 2] != 'Z' && stat[after_name + 2] != 'X';
}

template <class Condition>
bool within(std::chrono::seconds limit, Condition condition) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace diptych::cli_test
