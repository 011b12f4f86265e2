// What a fuzzing session shows while it runs: a live screen on a terminal, plain lines elsewhere.
#pragma once

#include "fuzz/session/summary.hpp"

#include <chrono>

namespace diptych::cli {

class FuzzScreen {
 public:
  /// The screen is standard error's: standard output may be a file of JSON. A terminal that is dumb gets plain lines.
  FuzzScreen();
  ~FuzzScreen() { leave(); }

  /// The screen takes at most the terminal's width and height, whatever they are now.
  void show(const fuzz::Summary& summary);

  /// Gives the terminal back.
  void leave();

 private:
  using Clock = std::chrono::steady_clock;
  struct Size {
    std::size_t columns, rows;
    bool operator==(const Size&) const = default;
  };

  static Size terminal_size();
  void draw(const fuzz::Summary& summary);

  bool live_, coloured_;
  Size size_{};
  std::size_t lines_ = 0;  // that are on the screen
  Clock::time_point said_ = Clock::now();
};

}  // namespace diptych::cli
