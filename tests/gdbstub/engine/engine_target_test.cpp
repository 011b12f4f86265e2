#include "gdbstub/engine/engine_target.hpp"

#include "gdbstub/riscv64/description.hpp"
#include "tests/catch.hpp"
#include "tests/gdbstub/case_target.hpp"
#include "tests/gdbstub/sample_case.hpp"

using namespace diptych;
using namespace diptych::gdb;
using namespace diptych::gdb::riscv64;

namespace {

struct Debuggee {
  std::unique_ptr<Target> target;

  explicit Debuggee(const Case& some = sample_case()) : target(*make_case_target(some)) {}

  Halt resume(Resume how = {}) {
    target->resume(how);
    for (int i = 0; i < 100; ++i)
      if (const auto halt = target->advance(1000)) return *halt;
    FAIL("it never halted");
    return {};
  }
  Halt step() { return resume({.kind = ResumeKind::step}); }
  u64 pc() const { return target->program_counter(1); }
  u64 value(std::size_t number) const {
    u64 result = 0;
    target->read_register(1, number, {reinterpret_cast<u8*>(&result), target->description().registers[number].bytes()});
    return result;
  }
  void set(std::size_t number, u64 value) {
    target->write_register(1, number, {reinterpret_cast<u8*>(&value), target->description().registers[number].bytes()});
  }
};

Halt halt_of(std::vector<u8> code) {
  Debuggee it(case_of(std::move(code)));
  const Halt halt = it.resume();
  CHECK(it.pc() == sample_code);
  return halt;
}

}  // namespace

TEST_CASE("steps go one instruction at a time") {
  Debuggee it;
  REQUIRE(it.step() == Halt{});
  REQUIRE(it.pc() == sample_code + 2);
  REQUIRE(it.step() == Halt{});
  REQUIRE(it.value(11) == 5);
  REQUIRE(it.value(instret_number) == 2);
}

TEST_CASE("the end halts once, whatever the budget; going on is the exit") {
  Debuggee it;
  REQUIRE(it.resume() == Halt{});
  REQUIRE(it.pc() == sample_end);
  REQUIRE(it.value(10) == 15);
  REQUIRE(it.value(instret_number) == 19);
  REQUIRE(it.resume() == Halt{.kind = HaltKind::exited});
  it.target->set_program_counter(1, sample_store);
  REQUIRE(it.resume() == Halt{});
  REQUIRE(it.pc() == sample_end);
  REQUIRE(it.step() == Halt{.kind = HaltKind::exited});
}

TEST_CASE("what stops a machine is a signal") {
  REQUIRE(halt_of({0x73, 0x00, 0x00, 0x00}) == Halt{.signal = Signal::system_call});
  REQUIRE(halt_of({0x02, 0x90}) == Halt{.signal = Signal::trap, .reason = HaltReason::software_breakpoint});
  REQUIRE(halt_of({0x00, 0x00}) == Halt{.signal = Signal::illegal});
  REQUIRE(halt_of({0x08, 0xe1}) == Halt{.signal = Signal::segmentation});  // sd a0, 0(a0)
  Case some = case_of({0x2f, 0x25, 0xa4, 0x00});                           // amoadd.w a0, a0, (s0)
  some.input.state.words[diptych::riscv64::x_word + 8] = sample_data + 1;
  Debuggee it(some);
  REQUIRE(it.resume() == Halt{.signal = Signal::bus});
}

TEST_CASE("a breakpoint halts before its instruction, and going on passes it") {
  Debuggee it;
  REQUIRE(it.target->insert_breakpoint(BreakpointKind::software, sample_branch));
  for (u64 left = 4; left > 0; --left) {
    REQUIRE(it.resume() == Halt{.reason = HaltReason::software_breakpoint});
    REQUIRE(it.pc() == sample_branch);
    REQUIRE(it.value(11) == left);
  }
  REQUIRE(it.target->insert_breakpoint(BreakpointKind::hardware, sample_store));
  it.target->remove_breakpoint(BreakpointKind::software, sample_branch);
  REQUIRE(it.resume() == Halt{.reason = HaltReason::hardware_breakpoint});
  REQUIRE(it.pc() == sample_store);
  it.target->remove_all_breakpoints();
  REQUIRE(it.resume() == Halt{});
  REQUIRE(it.pc() == sample_end);
}

TEST_CASE("a breakpoint at a PC the debugger has set counts") {
  Debuggee it;
  it.target->insert_breakpoint(BreakpointKind::software, sample_loop);
  it.target->set_program_counter(1, sample_loop);
  REQUIRE(it.resume() == Halt{.reason = HaltReason::software_breakpoint});
  REQUIRE(it.value(instret_number) == 0);
}

TEST_CASE("a breakpoint set where the guest stands halts it once, however it goes on") {
  for (const ResumeKind kind : {ResumeKind::go_on, ResumeKind::step, ResumeKind::range}) {
    Debuggee it;
    REQUIRE(it.step() == Halt{});
    const u64 here = it.pc();
    const Resume how{.kind = kind, .begin = sample_code, .end = sample_end};
    it.target->insert_breakpoint(BreakpointKind::software, here);
    REQUIRE(it.resume(how) == Halt{.reason = HaltReason::software_breakpoint});
    REQUIRE(it.pc() == here);
    // Taken away and set again it has not been reported.
    it.target->remove_breakpoint(BreakpointKind::software, here);
    it.target->insert_breakpoint(BreakpointKind::software, here);
    REQUIRE(it.resume(how) == Halt{.reason = HaltReason::software_breakpoint});
    REQUIRE(it.resume(how) == Halt{});
    REQUIRE(it.pc() != here);
  }
}

TEST_CASE("a breakpoint that a step has come to halts the guest when it goes on") {
  Debuggee it;
  it.target->insert_breakpoint(BreakpointKind::software, sample_loop);
  it.step();
  REQUIRE(it.step() == Halt{});
  REQUIRE(it.pc() == sample_loop);
  REQUIRE(it.resume() == Halt{.reason = HaltReason::software_breakpoint});
  REQUIRE(it.pc() == sample_loop);
  REQUIRE(it.value(instret_number) == 2);
  REQUIRE(it.resume() == Halt{.reason = HaltReason::software_breakpoint});
  REQUIRE(it.value(instret_number) == 5);
}

TEST_CASE("a step stops before a watched access once, a step back behind it") {
  for (const std::string_view tier : {"interp", "baseline"}) {
    Debuggee it;
    it.target = std::move(*make_case_target(sample_case(), tier));
    it.target->insert_breakpoint(BreakpointKind::software, sample_store);
    REQUIRE(it.resume() == Halt{.reason = HaltReason::software_breakpoint});
    REQUIRE(it.target->insert_watchpoint(Access::write, sample_data, 4));
    const Halt watched{.reason = HaltReason::write_watch, .detail = sample_data};
    REQUIRE(it.step() == watched);
    REQUIRE(it.pc() == sample_store);
    // Another one for the same store has not been reported.
    REQUIRE(it.target->insert_watchpoint(Access::write, sample_data + 6, 1));
    REQUIRE(it.step() == Halt{.reason = HaltReason::write_watch, .detail = sample_data + 6});
    REQUIRE(it.step() == Halt{});
    REQUIRE(it.pc() == sample_store + 2);
    const Resume back{.kind = ResumeKind::step, .direction = Direction::backward};
    REQUIRE(it.resume(back) == watched);
    REQUIRE(it.pc() == sample_store + 2);
    REQUIRE(it.resume(back).reason == HaltReason::other);
    REQUIRE(it.pc() == sample_store);
    REQUIRE(it.resume() == watched);
  }
}

TEST_CASE("a breakpoint at the end is reached with the end") {
  Debuggee it;
  it.target->insert_breakpoint(BreakpointKind::software, sample_end);
  REQUIRE(it.resume() == Halt{.reason = HaltReason::software_breakpoint});
  REQUIRE(it.resume() == Halt{.kind = HaltKind::exited});
}

TEST_CASE("no instruction stands at an odd address") {
  Debuggee it;
  REQUIRE_FALSE(it.target->insert_breakpoint(BreakpointKind::software, sample_loop + 1));
  it.target->set_program_counter(1, sample_loop + 1);
  REQUIRE(it.pc() == sample_loop);
}

TEST_CASE("a range is stepped through until it is left") {
  Debuggee it;
  it.target->set_program_counter(1, sample_loop);
  it.set(11, 5);
  REQUIRE(it.resume({.kind = ResumeKind::range, .begin = sample_loop, .end = sample_store}) == Halt{});
  REQUIRE(it.pc() == sample_store);
  REQUIRE(it.value(10) == 15);
  // Outside from the start: still one instruction.
  it.target->set_program_counter(1, sample_code);
  REQUIRE(it.resume({.kind = ResumeKind::range, .begin = sample_loop, .end = sample_loop}) == Halt{});
  REQUIRE(it.pc() == sample_code + 2);
}

TEST_CASE("registers are what the guest computes with") {
  Debuggee it;
  it.set(0, 7);
  REQUIRE(it.value(0) == 0);
  it.set(8, sample_data + 0x100);
  it.set(f_number + 10, 0x3ff0000000000000);
  REQUIRE(it.value(f_number + 10) == 0x3ff0000000000000);
  it.resume();
  std::vector<u8> stored(1);
  it.target->read_memory(1, sample_data + 0x100, stored);
  REQUIRE(stored[0] == 15);
}

TEST_CASE("fflags and frm are parts of fcsr, and of nothing more") {
  Debuggee it;
  it.set(fcsr_number, 0xffffffff);
  REQUIRE(it.value(fcsr_number) == 0xff);
  REQUIRE(it.value(fflags_number) == 0x1f);
  REQUIRE(it.value(frm_number) == 7);
  it.set(frm_number, 0xfa);
  REQUIRE(it.value(fcsr_number) == 0x5f);
  it.set(fflags_number, 0xe1);
  REQUIRE(it.value(fcsr_number) == 0x41);
  it.set(instret_number, 5);
  REQUIRE(it.value(instret_number) == 0);
}

TEST_CASE("code the debugger writes is executed as written") {
  Debuggee it;
  it.target->insert_breakpoint(BreakpointKind::software, sample_branch);
  it.resume();
  // The loop has been executed, hence decoded, once: add becomes c.sub a0, a1.
  REQUIRE(it.target->write_memory(1, sample_loop, std::vector<u8>{0x0d, 0x8d}));
  it.resume();
  REQUIRE(it.value(10) == 1);
}

TEST_CASE("a restart brings back the beginning and keeps the breakpoints") {
  Debuggee it;
  it.target->insert_breakpoint(BreakpointKind::software, sample_store);
  it.target->write_memory(1, sample_code, std::vector<u8>{0, 0});
  it.set(8, 1);
  REQUIRE(it.resume() == Halt{.signal = Signal::illegal});
  it.target->restart({});
  REQUIRE(it.pc() == sample_code);
  REQUIRE(it.value(8) == sample_data);
  REQUIRE(it.resume() == Halt{.reason = HaltReason::software_breakpoint});
  REQUIRE(it.value(instret_number) == 17);
}

TEST_CASE("the status says why it stands there") {
  Debuggee it(case_of({0x08, 0xe1}));
  it.resume();
  REQUIRE(it.target->status() ==
          "Stopped: fault write 0x0.\n0 instructions retired. The case's budget is 10; the code ends at 0x10002.\n");
  Debuggee endless(endless_case());
  endless.target->resume({});
  REQUIRE_FALSE(endless.target->advance(1000));
  REQUIRE(endless.target->status().starts_with("Interrupted.\n1000 instructions"));
}

TEST_CASE("a signal of the debugger's own ends a case, or does nothing to it") {
  Debuggee it;
  it.step();
  REQUIRE(it.resume({.signal = Signal::kill}) == Halt{.kind = HaltKind::killed, .signal = Signal::kill});
  Debuggee other;
  other.step();
  REQUIRE(other.resume({.signal = Signal::window}) == Halt{});
  REQUIRE(other.pc() == sample_end);
  // A choice made when there was nothing to choose does not meet the next signal.
  Debuggee third(case_of({0x73, 0x00, 0x00, 0x00}));
  third.target->resume({.kind = ResumeKind::step, .signal = Signal::none});
  REQUIRE(third.target->advance(10) == Halt{.signal = Signal::system_call});
  REQUIRE(third.resume({.signal = Signal::system_call}) == Halt{.kind = HaltKind::killed, .signal = Signal::system_call});
}
