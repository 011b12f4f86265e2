#include "oracle/unicorn/watchdog.hpp"

#include <chrono>

namespace diptych::unicorn {
namespace {

constexpr auto look_every = std::chrono::milliseconds(100);
constexpr int looks_allowed = 10;

}  // namespace

Watchdog::~Watchdog() {
  {
    std::lock_guard lock(mutex_);
    quit_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Watchdog::watch() {
  u64 last = 0;
  int looks = 0;
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, look_every, [this] { return quit_; })) {
    const u64 run = run_.load(std::memory_order_acquire);
    if (run % 2 == 0 || run != last) {
      last = run;
      looks = 0;
    } else if (++looks >= looks_allowed) {
      stop_();
    }
  }
}

}  // namespace diptych::unicorn
