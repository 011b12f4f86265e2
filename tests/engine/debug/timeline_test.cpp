// Going back, held against what was seen on the way forward.
#include "engine/debug/timeline.hpp"

#include "engine/debug/case_execution.hpp"
#include "engine/guest/riscv64/registers.hpp"
#include "tests/catch.hpp"
#include "tests/engine/guest/riscv64/vectors.hpp"

#include <algorithm>
#include <limits>
#include <random>

namespace diptych {
namespace {

constexpr u64 code_at = 0x10000, data_at = 0x20000;
constexpr std::size_t a0 = 10, a1 = 11, s0 = 8;

// Sums a1 down to 1, keeping the sum in memory on every fourth turn.
const std::vector<u32>& code() {
  static const std::vector<u32> words = riscv64::assemble_all(
      "add a0, a0, a1; "
      "addi a1, a1, -1; "
      "andi a2, a1, 3; "
      "bne a2, zero, 8; "
      "sd a0, 0(s0); "
      "bne a1, zero, -20; "
      "ld a3, 8(s0)");
  return words;
}
constexpr u64 store_at = code_at + 16, last_load_at = code_at + 24;

Program program() {
  Program made;
  made.code_address = code_at;
  for (const u32 word : code())
    for (int i = 0; i < 4; ++i) made.code.push_back(u8(word >> (8 * i)));
  made.memory = {{data_at, page_size, Access::read | Access::write}};
  return made;
}

Input input(u64 turns) {
  Input made;
  made.state.words[riscv64::pc_word] = code_at;
  made.state.words[s0] = data_at;
  made.state.words[a1] = turns;
  return made;
}

struct Seen {
  GuestState state;
  u64 sum = 0;
  bool operator==(const Seen&) const = default;
};

class Rig {
 public:
  explicit Rig(std::string_view tier, u64 turns, std::size_t most = std::size_t{64} << 20)
      : execution_(*CaseExecution::create(program(), input(turns), *make_tier(tier))), timeline(*execution_, stops, most) {}

  Execution& execution() { return *execution_; }
  AddressSpace& memory() { return execution_->tier().hart().memory; }
  u64 pc() { return execution_->tier().hart().state.words[riscv64::pc_word]; }

  Seen now() {
    Seen seen{execution_->tier().hart().state, 0};
    timeline.read(data_at, std::span(reinterpret_cast<u8*>(&seen.sum), sizeof seen.sum));
    return seen;
  }
  Timeline::Halted forward() {
    while (true)
      if (const auto halted = timeline.forward(1000)) return *halted;
  }
  Timeline::Halted back() {
    timeline.begin_back();
    return finish();
  }
  Timeline::Halted seek(u64 time) {
    timeline.begin_seek(time);
    return finish();
  }
  Timeline::Halted finish() {
    while (true)
      if (const auto halted = timeline.backward(1000)) return *halted;
  }
  void stop_at(u64 address) {
    stops.insert(address);
    timeline.stops_changed(address);
  }

 private:
  std::unique_ptr<CaseExecution> execution_;

 public:
  StopPoints stops;
  Timeline timeline;
};

constexpr std::array<std::string_view, 2> tiers = {"interp", "baseline"};

}  // namespace

TEST_CASE("every time can be gone back to, and is as it was") {
  for (const std::string_view tier : tiers) {
    Rig rig(tier, 40);
    std::vector<Seen> seen = {rig.now()};
    while (rig.timeline.step()->event.kind == EventKind::time) seen.push_back(rig.now());
    const u64 end = rig.timeline.time();
    REQUIRE(seen.size() == end + 1);
    std::mt19937_64 random(1);
    for (int i = 0; i < 300; ++i) {
      const u64 time = random() % (end + 1);
      CHECK(rig.seek(time).edge == Timeline::Edge::none);
      REQUIRE(rig.timeline.time() == time);
      REQUIRE(rig.now() == seen[time]);
    }
    // A step at a time, all the way.
    rig.seek(end);
    for (u64 time = end; time-- > 0;) {
      rig.timeline.begin_back_step();
      rig.finish();
      REQUIRE(rig.timeline.time() == time);
      REQUIRE(rig.now() == seen[time]);
    }
    rig.timeline.begin_back_step();
    CHECK(rig.finish().edge == Timeline::Edge::beginning);
    CHECK(rig.timeline.time() == 0);
  }
}

TEST_CASE("going back halts at the last stop point before, then the one before that") {
  for (const std::string_view tier : tiers) {
    Rig rig(tier, 5000);
    rig.stop_at(store_at);
    std::vector<u64> hits;
    while (true) {
      const auto halted = rig.forward();
      if (halted.event.kind != EventKind::stop_point) break;
      CHECK(rig.pc() == store_at);
      hits.push_back(rig.timeline.time());
      rig.timeline.step();
    }
    CHECK(hits.size() == 1250);
    for (std::size_t i = hits.size(); i-- > hits.size() - 20;) {
      const auto halted = rig.back();
      CHECK(halted.event.kind == EventKind::stop_point);
      REQUIRE(rig.timeline.time() == hits[i]);
      REQUIRE(rig.pc() == store_at);
    }
    rig.stops.clear();
    rig.timeline.stops_changed(store_at);
    CHECK(rig.back().edge == Timeline::Edge::beginning);
    CHECK(rig.timeline.time() == 0);
    CHECK(rig.forward().event.kind == EventKind::code_end);
    CHECK(rig.pc() == code_at + 4 * code().size());
  }
}

TEST_CASE("going back halts behind the last access to a watched range") {
  for (const std::string_view tier : tiers) {
    Rig rig(tier, 4000);
    while (rig.forward().event.kind != EventKind::code_end) {}
    const u64 sum = rig.now().sum;
    REQUIRE(rig.memory().watch_accesses({data_at, 8}, Access::write));
    for (int i = 0; i < 10; ++i) {
      const auto halted = rig.back();
      REQUIRE(halted.event.kind == EventKind::access);
      CHECK(halted.event.address == data_at);
      CHECK(rig.pc() == store_at + 4);
      rig.timeline.begin_back_step();
      rig.finish();
      CHECK(rig.pc() == store_at);
      CHECK(rig.now().sum < sum);
    }
    rig.memory().unwatch_accesses({data_at, 8}, Access::write);
    // Forwards it halts before.
    REQUIRE(rig.memory().watch_accesses({data_at + 8, 8}, Access::read));
    const auto halted = rig.forward();
    CHECK(halted.event.kind == EventKind::access);
    CHECK(rig.pc() == last_load_at);
  }
}

TEST_CASE("what was changed by hand is met again, and makes another story of what came after") {
  for (const std::string_view tier : tiers) {
    Rig rig(tier, 100);
    rig.seek(0);
    rig.timeline.forward(50);
    const u64 at = rig.timeline.time();
    GuestState state = rig.execution().tier().hart().state;
    state.words[a0] = 1'000'000;
    rig.timeline.set_state(state);
    const u64 word = 7;
    REQUIRE(rig.timeline.write(data_at + 8, std::span(reinterpret_cast<const u8*>(&word), 8)));
    while (rig.forward().event.kind != EventKind::code_end) {}
    const Seen end = rig.now();
    const u64 end_time = rig.timeline.time();
    CHECK(end.state.words[a0] > 1'000'000);
    CHECK(end.state.words[13] == 7);
    rig.seek(at - 1);
    CHECK(rig.now().state.words[a0] < 1'000'000);
    u64 before = 1;
    rig.timeline.read(data_at + 8, std::span(reinterpret_cast<u8*>(&before), 8));
    CHECK(before == 0);
    CHECK(rig.forward().event.kind == EventKind::code_end);
    CHECK(rig.now() == end);
    CHECK(rig.timeline.time() == end_time);
    // Another change, earlier: the later one is of a story that is told no more.
    rig.seek(at - 10);
    state = rig.execution().tier().hart().state;
    state.words[a1] = 1;
    rig.timeline.set_state(state);
    CHECK(!rig.timeline.in_past());
    while (rig.forward().event.kind != EventKind::code_end) {}
    CHECK(rig.timeline.time() < end_time);
    CHECK(rig.now().state.words[a0] < 1'000'000);
  }
}

TEST_CASE("a bound on memory gives up the oldest past, not the newest") {
  Rig rig("interp", 20000, 3 * page_size);
  while (rig.forward().event.kind != EventKind::code_end) {}
  const u64 end = rig.timeline.time();
  const Seen last = rig.now();
  rig.timeline.begin_back_step();
  rig.finish();
  CHECK(rig.timeline.time() == end - 1);
  rig.timeline.step();
  CHECK(rig.now() == last);
  CHECK(rig.execution().kept() <= 8 * page_size);
}

TEST_CASE("from the past it comes to a halt where the record ends, once") {
  Rig rig("baseline", 1000);
  rig.timeline.forward(100);
  const u64 end = rig.timeline.time();
  rig.seek(end / 2);
  CHECK(rig.timeline.in_past());
  const auto halted = rig.forward();
  CHECK(halted.edge == Timeline::Edge::end);
  CHECK(rig.timeline.time() == end);
  CHECK(rig.forward().event.kind == EventKind::code_end);
}

TEST_CASE("without a history there is no way back") {
  Rig rig("interp", 10, 0);
  CHECK(!rig.timeline.goes_back());
  while (rig.forward().event.kind != EventKind::code_end) {}
  CHECK(rig.timeline.moments() == 0);
}

}  // namespace diptych
