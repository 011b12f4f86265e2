#include "gdbstub/beside/follower.hpp"

#include "corpus/case.hpp"
#include "engine/debug/case_execution.hpp"
#include "engine/linux/process_execution.hpp"
#include "tests/catch.hpp"
#include "tests/gdbstub/sample_case.hpp"

#include <limits>

using namespace diptych;
using namespace diptych::gdb;

namespace {

constexpr u64 for_ever = std::numeric_limits<u64>::max();

// The engine with a fault: one instruction's result has a bit too many.
class FaultyTier final : public Tier {
 public:
  FaultyTier(std::string_view name, u64 address, std::size_t word) : right_(*make_tier(name)), address_(address), word_(word) {}

  std::string_view name() const override { return "faulty"; }
  Hart& hart() override { return right_->hart(); }
  u64 program_counter() override { return right_->program_counter(); }
  void bind(Window& window) override { right_->bind(window); }
  void bind(Window& window, std::span<const Area> areas, u64 code_end) override { right_->bind(window, areas, code_end); }
  void code_changed(Range range) override { right_->code_changed(range); }
  void stop_at(const StopPoints* points) override { right_->stop_at(points); }

  Stop run(Budget budget) override {
    for (u64 i = 0; i < budget.instructions; ++i) {
      const u64 at = program_counter();
      const Stop stop = right_->run({1});
      spoil(at, stop);
      if (stop.kind != StopKind::budget) return stop;
    }
    return {.kind = StopKind::budget};
  }
  Stop step(const PassedStops& passed) override {
    const u64 at = program_counter();
    const Stop stop = right_->step(passed);
    spoil(at, stop);
    return stop;
  }

 private:
  void spoil(u64 at, const Stop& stop) {
    if (at == address_ && stop.kind == StopKind::budget && hart().retired > from) hart().state.words[word_] ^= u64{1} << 40;
  }

  std::unique_ptr<Tier> right_;
  const u64 address_;
  const std::size_t word_;

 public:
  u64 from = 0;  // it is right up to then
};

class Plain final : public Inferior {
 public:
  explicit Plain(std::unique_ptr<Execution> execution) : execution_(std::move(execution)) {}
  Guest guest() const override { return Guest::riscv64; }
  Execution& execution() override { return *execution_; }
  const Execution& execution() const override { return *execution_; }
  ProcessInfo process() const override { return {.id = 1, .triple = {}, .program = {}, .arguments = {}}; }
  std::string_view os_abi() const override { return "none"; }
  std::vector<MappingInfo> mappings() const override { return {}; }
  std::string outlook() const override { return {}; }
  Result<void> prepare_restart(const Launch&) override { return {}; }

 private:
  std::unique_ptr<Execution> execution_;
};

struct Pair {
  std::unique_ptr<Inferior> owned;
  Inferior& inferior = *owned;
  StopPoints stops;
  Timeline timeline;
  std::unique_ptr<Follower> follower = *Follower::create(Guest::riscv64);

  explicit Pair(std::unique_ptr<Inferior> one, std::size_t history = std::size_t{64} << 20) : owned(std::move(one)), timeline(inferior.execution(), stops, history) {
    follower->accompany(inferior, timeline);
  }
  Pair(const Case& some, std::unique_ptr<Tier> tier) : Pair(std::make_unique<Plain>(*CaseExecution::create(some.program, some.input, std::move(tier)))) {}

  /// What it halts for.
  Timeline::Halted forward() {
    for (int i = 0; i < 100'000; ++i)
      if (const auto halted = follower->forward(for_ever)) return *halted;
    FAIL("it never halted: " << follower->statistics());
    return {};
  }
  Reference::Sight sight() {
    const Hart& hart = inferior.execution().tier().hart();
    return *follower->look(timeline.time(), {.stop = {}, .state = hart.state, .retired = hart.retired, .memory = {}}, false);
  }
  u64 pc() { return inferior.execution().tier().hart().state.words[riscv64::pc_word]; }
};

// A million and more: a loop of 300,000 rounds.
Case long_case() {
  return case_of({
      0x37, 0x93, 0x04, 0x00,  // lui t1, 0x49
      0x1a, 0x95,              // add a0, a0, t1       <- loop
      0x08, 0xe0,              // sd a0, 0(s0)
      0x14, 0x60,              // ld a3, 0(s0)
      0x7d, 0x13,              // addi t1, t1, -1
      0xe3, 0x1c, 0x03, 0xfe,  // bnez t1, -8
      0x02, 0x90,              // ebreak
  });
}

}  // namespace

TEST_CASE("both go to the end together, without a word") {
  for (const char* tier : {"interp", "baseline"}) {
    Pair pair(long_case(), *make_tier(tier));
    REQUIRE(pair.forward().event.kind == EventKind::signal);
    REQUIRE(pair.pc() == sample_code + 16);
    REQUIRE_FALSE(pair.follower->has_parted());
    REQUIRE(pair.follower->take_notice().empty());
    INFO(pair.follower->statistics());
    REQUIRE_FALSE(pair.sight().diverged);
  }
}

TEST_CASE("the instruction that parts them is named") {
  const u64 guilty = sample_code + 8;  // ld a3, 0(s0)
  auto faulty = std::make_unique<FaultyTier>("interp", guilty, riscv64::x_word + 13);
  faulty->from = 777'777;
  Pair pair(long_case(), std::move(faulty));
  pair.forward();
  REQUIRE(pair.follower->has_parted());
  REQUIRE(pair.follower->take_parting());
  REQUIRE_FALSE(pair.follower->take_parting());
  REQUIRE(pair.pc() == guilty + 2);
  const u64 retired = pair.inferior.execution().tier().hart().retired;
  REQUIRE(retired > 777'777);
  REQUIRE(retired <= 777'777 + 5);
  const Reference::Sight sight = pair.sight();
  REQUIRE(sight.diverged);
  REQUIRE(sight.difference.find("ld a3, 0(s0)") != std::string::npos);
  REQUIRE(sight.difference.find("a3: engine") != std::string::npos);
  GuestState right = pair.inferior.execution().tier().hart().state;
  right.words[riscv64::x_word + 13] ^= u64{1} << 40;
  REQUIRE(sight.state == right);
  // It takes over the engine's state, and parts again at the next.
  pair.forward();
  REQUIRE(pair.pc() == guilty + 2);
  REQUIRE(pair.inferior.execution().tier().hart().retired == retired + 5);
}

TEST_CASE("whole programs run beside Unicorn to their end without a word") {
  using namespace diptych::linux_guest;
  const std::string guests = DIPTYCH_LINUX_GUESTS;
  for (const char* name : {"hello", "machine", "memory", "recursion", "signals", "unwind", "library"}) {
    INFO(name);
    auto execution = ProcessExecution::start({.process = {.program = guests + "/" + name,
                                                          .arguments = {name},
                                                          .environment = {},
                                                          .grants = std::make_shared<const Grants>(*Grants::directories(std::vector<std::string>{"/tmp"})),
                                                          .tier = *make_tier("baseline"),
                                                          .trace = nullptr}});
    REQUIRE(execution);
    Pair pair(std::make_unique<Plain>(std::move(*execution)));
    // Signals go by unseen, or are seen and gone on from.
    const bool seen = std::string_view(name) != "library";
    if (!seen) pair.follower->pass_signals(~u64{0});
    auto halted = pair.forward();
    while (halted.event.kind == EventKind::signal && !pair.follower->has_parted()) halted = pair.forward();
    INFO(pair.follower->statistics());
    INFO((pair.follower->has_parted() ? pair.sight().difference : ""));
    CHECK(pair.follower->take_notice().empty());
    CHECK_FALSE(pair.follower->has_parted());
    CHECK((halted.event.kind == EventKind::exited || halted.event.kind == EventKind::killed));
  }
}
