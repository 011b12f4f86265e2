// A file descriptor of the host, owned.
#pragma once

#include <unistd.h>

#include <utility>

namespace diptych::linux_guest {

class HostFile {
 public:
  HostFile() = default;
  explicit HostFile(int number) : number_(number) {}
  HostFile(HostFile&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  HostFile& operator=(HostFile&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~HostFile() {
    if (number_ >= 0) ::close(number_);
  }

  int number() const { return number_; }
  /// The number, which is the caller's to close from now on.
  int release() { return std::exchange(number_, -1); }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

}  // namespace diptych::linux_guest
