// While one of these lives, a write of this thread to a pipe or socket that nobody reads is an error,
// not the end of the process. Other threads and the process's handlers are left alone.
#pragma once

#include <csignal>

namespace diptych::gdb {

class QuietPipes {
 public:
  QuietPipes();
  QuietPipes(const QuietPipes&) = delete;
  QuietPipes& operator=(const QuietPipes&) = delete;
  ~QuietPipes();

 private:
  bool was_pending_ = false;
  sigset_t before_{};
};

}  // namespace diptych::gdb
