// Host calls that may wait for as long as they please, made by a thread of their own so that the wait can be ended.
#pragma once

#include "engine/linux/host_file.hpp"
#include "engine/machine/integers.hpp"

#include <atomic>
#include <functional>
#include <thread>

namespace diptych::linux_guest {

/// One call at a time, of the thread that owns this. Its thread is started with the first call.
class BlockingCall {
 public:
  BlockingCall() = default;
  BlockingCall(const BlockingCall&) = delete;
  BlockingCall& operator=(const BlockingCall&) = delete;
  ~BlockingCall();

  /// Begins a call; it returns a result or a negative error number. False: the host gives no thread.
  bool begin(std::function<i64()> call);

  /// Readable once the call has returned.
  int returned() const { return returned_.number(); }

  /// The result of a call that has returned, or does so soon.
  i64 result();

  /// Ends the wait of a call: -EINTR, unless it was done already.
  i64 cancel();

 private:
  HostFile asked_, returned_;  // counters, eventfd
  std::function<i64()> call_;
  i64 result_ = 0;
  std::atomic<bool> ends_ = false;
  std::thread thread_;
};

}  // namespace diptych::linux_guest
