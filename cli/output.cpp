#include "cli/output.hpp"

#include "cli/verb.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>

namespace diptych::cli {
namespace {

constexpr std::size_t buffer_size = 1 << 16;

std::string& buffer() {
  static std::string text;
  return text;
}

// The error number of the first write that failed, or 0.
std::atomic<int> output_error = 0, error_error = 0;

// 0, or an error number. A descriptor that does not block may belong to a terminal that is also somebody else's.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(std::size_t(written));
    } else if (errno == EAGAIN) {
      pollfd writable{descriptor, POLLOUT, 0};
      ::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

void remember(std::atomic<int>& first, int error) {
  int none = 0;
  if (error != 0) first.compare_exchange_strong(none, error);
}

void flush_output() {
  if (output_error == 0) remember(output_error, write_all(STDOUT_FILENO, buffer()));
  buffer().clear();
}

}  // namespace

void reserve_standard_descriptors() {
  // In ascending order: open() takes the lowest free one. Each is opened for what it is not used for.
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) (void)!::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

void write_output(std::string_view text) {
  static const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  buffer() += text;
  if (buffer().size() >= buffer_size || (terminal && text.ends_with('\n'))) flush_output();
}

void write_error(std::string_view text) { remember(error_error, write_all(STDERR_FILENO, text)); }

void write_progress(std::string_view text) { write_all(STDERR_FILENO, text); }

int finish_output(int status) {
  flush_output();
  if (const int error = output_error) print_error("diptych: standard output cannot be written: {}\n", std::strerror(error));
  return output_error != 0 || error_error != 0 ? unusable : status;
}

}  // namespace diptych::cli
