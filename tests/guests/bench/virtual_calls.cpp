// Calls through tables of functions, to objects of several kinds in no order.
#include "tests/guests/bench/guest.hpp"

#include <memory>
#include <vector>

using namespace diptych::bench;

namespace {

class Cell {
 public:
  virtual ~Cell() = default;
  virtual u32 step(u32 input) = 0;
  virtual u32 value() const = 0;
};

class Adder : public Cell {
 public:
  u32 step(u32 input) override { return total_ += input; }
  u32 value() const override { return total_; }

 private:
  u32 total_ = 1;
};

class Shifter : public Cell {
 public:
  u32 step(u32 input) override { return last_ = (last_ << 1) ^ input; }
  u32 value() const override { return last_; }

 private:
  u32 last_ = 2;
};

class Counter : public Cell {
 public:
  explicit Counter(u32 limit) : limit_(limit) {}
  u32 step(u32 input) override {
    if (++count_ == limit_) count_ = 0;
    return input + count_;
  }
  u32 value() const override { return count_; }

 private:
  u32 limit_, count_ = 0;
};

class Chooser : public Cell {
 public:
  u32 step(u32 input) override { return input & 1 ? kept_ : kept_ = input; }
  u32 value() const override { return kept_; }

 private:
  u32 kept_ = 3;
};

std::unique_ptr<Cell> make_cell(Random& random) {
  switch (random.below(4)) {
    case 0: return std::make_unique<Adder>();
    case 1: return std::make_unique<Shifter>();
    case 2: return std::make_unique<Counter>(2 + random.below(9));
    default: return std::make_unique<Chooser>();
  }
}

}  // namespace

int main(int argc, char** argv) {
  Random random(9);
  std::vector<std::unique_ptr<Cell>> cells;
  for (int i = 0; i < 1000; ++i) cells.push_back(make_cell(random));
  Checksum sum;
  u32 signal = 1;
  const u64 size = size_from(argc, argv, default_size("virtual_calls"));
  for (u64 i = 0; i < size; ++i) {
    for (auto& cell : cells) signal = cell->step(signal);
    sum.add(signal);
  }
  for (const auto& cell : cells) sum.add(cell->value());
  sum.print("virtual_calls");
}
