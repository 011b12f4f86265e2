// What a fuzzing session shows while it runs: a live screen on a terminal, plain lines elsewhere.
#pragma once

#include "fuzz/session/summary.hpp"

#include <chrono>

namespace diptych::cli {

class FuzzScreen {
 public:
  FuzzScreen();
  ~FuzzScreen() { leave(); }

  void show(const fuzz::Summary& summary);

  /// Gives the terminal back.
  void leave();

 private:
  using Clock = std::chrono::steady_clock;

  void draw(const fuzz::Summary& summary);

  bool terminal_;
  bool drawn_ = false;
  std::size_t lines_ = 0;
  Clock::time_point said_ = Clock::now();
};

}  // namespace diptych::cli
