// The outcomes of one machine's runs of a program, kept until another machine has come so far. Of memory only
// the lines are kept that a run changed.
#pragma once

#include "engine/memory/areas.hpp"

#include <array>
#include <deque>
#include <span>
#include <vector>

namespace diptych {

class KeptRuns {
 public:
  /// Forgets what is kept. The outcomes kept next are of this program.
  void take_up(const Program& program);

  /// Under the next number, counted from 0.
  void keep(const Outcome& outcome);

  /// As it was kept. Valid until the next call of any function.
  const Outcome& show(std::size_t number);

  /// Whether it agrees with another of the same program: see agree().
  bool agrees(Guest guest, std::size_t number, const Outcome& other);

 private:
  struct Line {
    std::size_t area;  // of the writable ones
    u64 offset, size;
    std::array<u8, line_size> bytes;
  };
  struct Kept {
    Outcome outcome;  // its views are of memory_
    std::size_t first_line, end_line;
  };

  bool same_lines(const Kept& kept, const Outcome& other) const;
  void make_memory();
  void put_back();

  InitialMemory initial_;
  std::vector<std::size_t> writable_;       // areas
  std::vector<LineBytes> memory_;           // theirs, with the lines of the run shown last
  std::deque<Kept> kept_;                   // more than count_ of them, whose storage is used again
  std::size_t count_ = 0;
  std::vector<Line> lines_;
  std::vector<u64> changed_;
  const Kept* shown_ = nullptr;
};

}  // namespace diptych
