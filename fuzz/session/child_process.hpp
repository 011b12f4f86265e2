// A child process whose end and whose report its parent learns of without blocking.
#pragma once

#include "engine/machine/error.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace diptych::fuzz {

class ChildProcess {
 public:
  /// Starts a program. `%report` in its arguments becomes the number of a descriptor whose lines the
  /// parent reads; without it the child's standard output is that. The descriptors in `inherited` stay
  /// open in the child. Standard error goes to `log`. The child is killed when the thread that started it
  /// ends, however that comes.
  static Result<ChildProcess> start(const std::filesystem::path& program, std::vector<std::string> arguments,
                                    const std::vector<int>& inherited, const std::filesystem::path& log);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();  ///< kills what still runs

  /// Whole lines reported since, waiting up to so long for the first.
  std::vector<std::string> read_lines(int milliseconds);

  /// How it ended, once it has: the status as wait gives it.
  std::optional<int> ended();

  void kill();
  pid_t pid() const { return pid_; }

  /// CPU seconds used, known once it ended.
  double seconds() const { return seconds_; }

 private:
  ChildProcess(pid_t pid, int report) : pid_(pid), report_(report) {}

  pid_t pid_ = -1;
  int report_ = -1;
  std::string partial_;
  std::optional<int> status_;
  double seconds_ = 0;
};

}  // namespace diptych::fuzz
