// Generated programs, halted at stop points and before accesses that somebody looks on: each tier halts at the
// same places, and comes to what it comes to undisturbed.
#include "engine/guest/riscv64/registers.hpp"
#include "engine/memory/backing.hpp"
#include "engine/tier/tier.hpp"
#include "fuzz/generate/generate.hpp"
#include "tests/catch.hpp"

#include <array>
#include <random>

using namespace diptych;
using namespace diptych::fuzz;

namespace {

struct Halt {
  Stop stop;
  GuestState state;
  u64 retired = 0;
  bool operator==(const Halt&) const = default;
};

struct Course {
  std::vector<Halt> halts;
  Halt end;
  std::vector<std::vector<u8>> memory;
};

struct Watch {
  Range range;
  Access access;
};

/// A tier with a program before it.
class Subject {
 public:
  explicit Subject(std::string_view name, const jit::Options& options = {})
      : window_(*Window::reserve()), backing_(window_), tier_(std::move(*make_tier(name, options))) {
    tier_->stop_at(&points_);
  }

  void prepare(const Program& program) {
    initial_.prepare(program);
    REQUIRE(backing_.place(initial_, areas_));
    tier_->bind(window_, areas_, program.code_end());
    code_end_ = program.code_end();
  }

  /// One run, in slices, which goes on by a step from each halt. The dice say where it stops; if it `changes`,
  /// stop points come and go at each halt.
  Course run(const Input& input, Budget budget, std::mt19937_64 dice, std::span<const u64> places, std::span<const Watch> watches,
             bool changes) {
    start(input);
    points_.clear();
    tier_->code_changed({places.front(), places.back() + 2 - places.front()});
    for (const u64 place : places)
      if (dice() % 4 == 0) toggle(place);
    Hart& hart = tier_->hart();
    for (const Watch& watch : watches) REQUIRE(hart.memory.watch_accesses(watch.range, watch.access));
    Course course;
    while (true) {
      const u64 left = budget.instructions - hart.retired, slice = 1 + dice() % 40;
      Stop stop = tier_->run({std::min(left, slice)});
      if (stop.kind == StopKind::budget && slice < left) continue;
      if (stop.kind == StopKind::intercepted) {
        course.halts.push_back(here(stop));
        if (stop.access == Access::none) REQUIRE(points_.has(hart.state.words[riscv64::pc_word]));
        if (changes)
          for (int n = 0; n < 3; ++n) toggle(places[dice() % places.size()]);
        stop = tier_->step();
        if (stop.kind == StopKind::budget) continue;
      }
      course.end = here(stop);
      break;
    }
    for (const Watch& watch : watches) hart.memory.unwatch_accesses(watch.range, watch.access);
    finish(course);
    return course;
  }

  /// One instruction at a time; each is a halt.
  Course steps(const Input& input, Budget budget) {
    start(input);
    Course course;
    Hart& hart = tier_->hart();
    while (true) {
      course.halts.push_back(here({.kind = StopKind::budget}));
      Stop stop{.kind = StopKind::budget};
      const bool over = hart.retired == budget.instructions && hart.state.words[riscv64::pc_word] != code_end_;
      if (!over) stop = tier_->step();
      if (!over && stop.kind == StopKind::budget) continue;
      course.end = here(stop);
      finish(course);
      return course;
    }
  }

  const StopPoints& points() const { return points_; }

 private:
  void start(const Input& input) {
    for (std::size_t i = 0; i < areas_.size(); ++i) {
      backing_.write(areas_[i], areas_[i].address, initial_.bytes(i));
      tier_->code_changed({areas_[i].address, areas_[i].size});
    }
    for (const Bytes& some : input.memory)
      for (const Area& area : areas_)
        if (area.contains(some.address)) backing_.write(area, some.address, some.bytes);
    Hart& hart = tier_->hart();
    hart.state = input.state;
    hart.reservation.reset();
    hart.retired = 0;
  }

  void toggle(u64 place) {
    if (points_.has(place)) points_.erase(place);
    else REQUIRE(points_.insert(place));
    tier_->code_changed({place, 2});
  }

  Halt here(const Stop& stop) { return {stop, tier_->hart().state, tier_->hart().retired}; }

  void finish(Course& course) {
    window_.take_back();
    for (const Area& area : areas_)
      if (allows(area.access, Access::read)) course.memory.emplace_back(area.host, area.host + area.size);
  }

  Window window_;
  WindowBacking backing_;
  StopPoints points_;
  std::unique_ptr<Tier> tier_;
  InitialMemory initial_;
  std::vector<Area> areas_;
  u64 code_end_ = 0;
};

// Around where a program's pointers lead, and in its code.
std::vector<Watch> some_watches(const Block& block, std::mt19937_64& dice) {
  std::vector<Watch> watches;
  constexpr Access both = Access::read | Access::write;
  const auto watch = [&](u64 address, u64 size) {
    if (address + size > address) watches.push_back({{address, size}, std::array{Access::read, Access::write, both}[dice() % 3]});
  };
  for (std::size_t number = 1; number < 32; ++number)
    if (block.pointers >> number & 1 && dice() % 2) watch(block.base.state.words[number] - 64 + dice() % 128, 1 + dice() % 64);
  if (dice() % 4 == 0) watch(block.program.code_address + dice() % block.program.code.size(), 4);
  return watches;
}

}  // namespace

TEST_CASE("generated programs halt at the same places in each tier, and come to what they come to undisturbed") {
  Generator generator;
  Random random(11);
  std::mt19937_64 dice(12);
  Subject interpreter("interp"), baseline("baseline"), cut("baseline", {.cut = true});
  std::size_t at_points = 0, at_accesses = 0;
  for (int round = 0; round < 4500; ++round) {
    const Block block = generator.generate(random, {.mix = Mix(round % 3)});
    std::vector<Input> inputs;
    inputs_of(block, 3, inputs);
    for (Subject* subject : {&interpreter, &baseline, &cut}) subject->prepare(block.program);
    std::vector<u64> places;
    for (u64 at = block.program.code_address; at <= block.program.code_end(); at += 2) places.push_back(at);
    INFO(round);
    for (const Input& input : inputs) {
      const Course plain = interpreter.steps(input, block.budget);
      REQUIRE(baseline.steps(input, block.budget).halts == plain.halts);
      const std::vector<Watch> watches = round % 2 ? some_watches(block, dice) : std::vector<Watch>();
      const bool changes = dice() % 2;
      const std::mt19937_64 same(dice());
      const Course slow = interpreter.run(input, block.budget, same, places, watches, changes);
      // Each halt is a moment of the undisturbed run, and none is left out.
      std::size_t expected = 0;
      for (const Halt& halt : plain.halts) {
        const u64 pc = halt.state.words[riscv64::pc_word];
        const bool over = halt.retired == block.budget.instructions || pc == block.program.code_end();
        expected += interpreter.points().has(pc) && !over;
      }
      std::size_t found = 0;
      for (const Halt& halt : slow.halts) {
        (halt.stop.access == Access::none ? at_points : at_accesses) += 1;
        found += halt.stop.access == Access::none;
        REQUIRE(halt.retired < plain.halts.size());
        REQUIRE(halt.state == plain.halts[halt.retired].state);
      }
      if (!changes) REQUIRE(found == expected);
      const Course fast = baseline.run(input, block.budget, same, places, watches, changes);
      REQUIRE(fast.halts == slow.halts);
      // A third of them, because most of its time it translates.
      const Course whole = round % 3 == 0 ? cut.run(input, block.budget, same, places, watches, changes) : fast;
      REQUIRE(whole.halts == slow.halts);
      for (const Course* one : {&slow, &fast, &whole}) {
        REQUIRE(one->end == plain.end);
        REQUIRE(one->memory == plain.memory);
      }
    }
  }
  CHECK(at_points > 50000);
  CHECK(at_accesses > 1500);
}
