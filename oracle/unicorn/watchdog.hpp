// Ends runs that go on too long, at no cost to those that do not: a run is announced by one store, and
// a thread looks now and then whether it is still the same one.
#pragma once

#include "engine/machine/integers.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace diptych::unicorn {

class Watchdog {
 public:
  /// `stop` is called from the watchdog's thread, more than once if need be; it may come just after the
  /// run has ended by itself, so that an early end of the next run must be survivable.
  explicit Watchdog(std::function<void()> stop) : stop_(std::move(stop)) {}
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// A run begins; the first one starts the thread.
  void enter() {
    if (!thread_.joinable()) thread_ = std::thread([this] { watch(); });
    run_.store(run_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  /// It has ended.
  void leave() { run_.store(run_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

 private:
  void watch();

  std::function<void()> stop_;
  std::atomic<u64> run_ = 0;  // odd while a run is under way
  std::mutex mutex_;
  std::condition_variable wake_;
  bool quit_ = false;
  std::thread thread_;
};

}  // namespace diptych::unicorn
