// What a program prints where its server speaks to the debugger on standard output: kept until it is taken for the
// debugger's console.
#pragma once

#include "engine/machine/error.hpp"
#include "gdbstub/transport/descriptor.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace diptych::gdb {

/// A pipe, emptied by a thread of its own: the guest runs in the server's thread, and a system call that prints more
/// than a pipe holds is to be made as a whole.
class GuestOutput {
 public:
  static Result<std::unique_ptr<GuestOutput>> create();
  GuestOutput(const GuestOutput&) = delete;
  GuestOutput& operator=(const GuestOutput&) = delete;
  ~GuestOutput();

  /// The guest's standard output and standard error.
  int guest_end() const { return guest_end_.get(); }

  /// All that was printed since it was taken last.
  std::string take();

 private:
  GuestOutput(Descriptor guest_end, Descriptor own_end, Descriptor stop);

  void run();
  void drain();

  Descriptor guest_end_, own_end_, stop_;
  std::mutex mutex_;
  std::string text_;
  std::thread reader_;
};

}  // namespace diptych::gdb
