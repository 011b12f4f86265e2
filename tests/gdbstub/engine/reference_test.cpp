// A reference beside a case: where both agree, and where one of them lies.
#include "gdbstub/engine/case_inferior.hpp"
#include "gdbstub/engine/engine_target.hpp"

#include "gdbstub/beside/case_reference.hpp"
#include "tests/catch.hpp"
#include "tests/gdbstub/sample_case.hpp"

using namespace diptych;
using namespace diptych::gdb;

namespace {

constexpr std::size_t a0 = 10;

/// Says what another reference says, but for one register from some time on.
class Liar final : public Reference {
 public:
  Liar(std::unique_ptr<Reference> honest, u64 from) : honest_(std::move(honest)), from_(from) {}

  const std::string& name() const override { return honest_->name(); }
  Result<Sight> look(u64 time, const Outcome& engine, bool reserved) override {
    auto sight = honest_->look(time, engine, reserved);
    if (sight && time >= from_) {
      sight->state.words[a0] += 1000;
      sight->diverged = true;
      sight->difference = "a0 is a lie\n";
    }
    return sight;
  }
  void take_over(u64 time, const GuestState& engine, const ReadMemory& read) override { honest_->take_over(time, engine, read); }
  bool read_memory(u64 address, std::span<u8> bytes) const override { return honest_->read_memory(address, bytes); }

 private:
  std::unique_ptr<Reference> honest_;
  const u64 from_;
};

struct Pair {
  EngineTarget target;

  explicit Pair(u64 lies_from, bool threads = false)
      : target(*make_case_inferior(sample_case(), "baseline"), std::make_unique<Liar>(*make_case_reference(sample_case(), "unicorn"), lies_from),
               {.history_bytes = 1 << 20, .two_threads = threads}) {}

  Halt go(Resume how = {}) {
    target.resume(how);
    while (true)
      if (const auto halt = target.advance(1000)) return *halt;
  }
  u64 named(std::string_view name, u32 thread = 1) {
    const auto& registers = target.description().registers;
    for (std::size_t number = 0; number < registers.size(); ++number)
      if (registers[number].name == name) {
        u64 value = 0;
        target.read_register(thread, number, std::span(reinterpret_cast<u8*>(&value), registers[number].bytes()));
        return value;
      }
    FAIL("no register " << name);
    return 0;
  }
};

constexpr u64 never = ~u64{0};

}  // namespace

TEST_CASE("where both agree nothing is said") {
  Pair both(never);
  REQUIRE(both.go() == Halt{});
  CHECK(both.target.program_counter(1) == sample_end);
  CHECK(both.target.take_notice().empty());
  CHECK(both.named("o_a0") == both.named("a0"));
  CHECK(both.named("diverged") == 0);
  CHECK(both.named("icount") == both.named("instret"));
}

TEST_CASE("they halt behind the first instruction after which they differ") {
  for (const u64 from : {1u, 2u, 7u, 19u}) {
    Pair both(from);
    both.go();
    CHECK(both.named("instret") == from);
    CHECK(both.named("diverged") == 1);
    CHECK(both.named("o_a0") == both.named("a0") + 1000);
    CHECK(both.target.take_notice().find("a0 is a lie") != std::string::npos);
    // It is said once; then the guest goes on.
    both.go();
    CHECK(both.target.program_counter(1) == sample_end);
  }
}

TEST_CASE("a start at the divergence is one instruction before it") {
  Pair both(7);
  REQUIRE(both.target.run_to_divergence(true));
  CHECK(both.named("instret") == 6);
  CHECK(both.named("diverged") == 0);
  both.go({.kind = ResumeKind::step});
  CHECK(both.named("diverged") == 1);
  CHECK(both.named("o_a0") == both.named("a0") + 1000);
}

TEST_CASE("a run to the divergence says where there is none") {
  Pair both(never);
  CHECK(!both.target.run_to_divergence(true));
}

TEST_CASE("from behind a divergence the way to it is backwards") {
  Pair both(7);
  both.go();
  both.go();
  for (const MonitorCommand& command : both.target.commands())
    if (command.name == "run-to-divergence") CHECK(command.run("").find("goes back") != std::string::npos);
  both.go({.direction = Direction::backward});
  CHECK(both.named("instret") == 7);
}

TEST_CASE("what was said of a divergence is said again where it is come to again") {
  Pair both(7);
  both.go();
  CHECK(both.named("instret") == 7);
  both.go({.kind = ResumeKind::step, .direction = Direction::backward});
  both.go({.kind = ResumeKind::step, .direction = Direction::backward});
  CHECK(both.named("instret") == 5);
  both.target.take_notice();
  both.go();
  CHECK(both.named("instret") == 7);
  CHECK(both.target.take_notice().find("a0 is a lie") != std::string::npos);
  REQUIRE(both.target.restart({}));
  both.go();
  CHECK(both.named("instret") == 7);
  CHECK(both.target.take_notice().find("a0 is a lie") != std::string::npos);
}

TEST_CASE("the reference can be a thread") {
  Pair both(3, true);
  CHECK(both.target.threads().size() == 2);
  both.go();
  CHECK(both.named("a0", 2) == both.named("a0", 1) + 1000);
  CHECK(both.target.program_counter(2) == both.target.program_counter(1));
}
