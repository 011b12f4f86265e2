// One descriptor that is readable while any of several is: for a guest that waits in the host and is to be woken
// when a debugger wants something.
#pragma once

#include "gdbstub/transport/descriptor.hpp"

#include <sys/epoll.h>

namespace diptych::gdb {

class Attention {
 public:
  Attention() : set_(epoll_create1(EPOLL_CLOEXEC)) {}

  int descriptor() const { return set_.get(); }

  /// Until it is closed. What cannot be waited for, such as a file, is always ready, and is not what is meant.
  void heed(int descriptor) const {
    epoll_event event{.events = EPOLLIN | EPOLLRDHUP, .data = {}};
    epoll_ctl(set_.get(), EPOLL_CTL_ADD, descriptor, &event);
  }

 private:
  Descriptor set_;
};

}  // namespace diptych::gdb
