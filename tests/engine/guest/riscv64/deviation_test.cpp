// Each known deviation: what it bends, that it says so, and that without it the answer is the manual's.
#include "engine/guest/riscv64/deviation.hpp"

#include "engine/guest/riscv64/bound_interpreter.hpp"
#include "tests/catch.hpp"
#include "tests/engine/guest/riscv64/vectors.hpp"

#include <set>
#include <string>

using namespace diptych;
using namespace diptych::riscv64;

namespace {

struct Ran {
  GuestState state;
  Stop stop;
  u64 mattered = 0;
  std::vector<u8> memory;  // the first region
};

Ran run(std::span<const u8> code, std::string_view before, u64 followed) {
  Program program;
  program.code_address = code_at;
  program.code.assign(code.begin(), code.end());
  program.memory = {std::begin(vector_memory), std::end(vector_memory)};
  Input input;
  input.state.words[pc_word] = code_at;
  set(input, before);
  BoundInterpreter bound{deviant_evaluations(), deviant_illegal};
  bound.prepare(program);
  bound.interpreter().hart.deviations.followed = followed;
  bound.start(input);
  Ran ran;
  ran.stop = bound.interpreter().run(Budget{20});
  ran.state = bound.interpreter().hart.state;
  ran.mattered = bound.interpreter().hart.deviations.mattered;
  const Area& area = bound.areas()[1];
  ran.memory.assign(area.host, area.host + area.size);
  return ran;
}

// Runs it as the manual has it, then with one deviation: which must say whether it mattered.
struct Pair {
  Ran right, wrong;
};
Pair run(Deviation deviation, std::span<const u8> code, std::string_view before, bool matters = true) {
  const u64 bit = u64{1} << unsigned(deviation);
  Pair pair{run(code, before, 0), run(code, before, bit)};
  CHECK(pair.right.mattered == 0);
  CHECK(pair.wrong.mattered == (matters ? bit : 0));
  if (!matters) CHECK(pair.wrong.state == pair.right.state);
  return pair;
}
Pair run(Deviation deviation, std::string_view text, std::string_view before, bool matters = true) {
  return run(deviation, code_of(text), before, matters);
}

constexpr std::size_t a0 = 10, fa0 = f_word + 10;

}  // namespace

TEST_CASE("every deviation has a name of its own, and is found by it") {
  std::set<std::string_view> names(deviation_names.begin(), deviation_names.end());
  CHECK(names.size() == deviation_names.size());
  for (std::size_t i = 0; i < deviation_names.size(); ++i) CHECK(deviation_named(deviation_names[i]) == Deviation(i));
  CHECK(!deviation_named("none such"));
}

TEST_CASE("singles: unchecked when read, unboxed when written, moved whole") {
  Pair pair = run(Deviation::singles_unchecked, "fclass.s a0, fa1", "fa1=0x3f800000");
  CHECK(pair.right.state.words[a0] == 0x200);
  CHECK(pair.wrong.state.words[a0] == 0x40);
  pair = run(Deviation::singles_unboxed, "fadd.s fa0, fa1, fa1, rne", "fa1=0xffffffff3f800000");
  CHECK(pair.right.state.words[fa0] == 0xffffffff40000000);
  CHECK(pair.wrong.state.words[fa0] == 0x40000000);
  pair = run(Deviation::integer_moved_whole, "fmv.w.x fa0, a0", "a0=0x123456789abcdef0");
  CHECK(pair.wrong.state.words[fa0] == 0x123456789abcdef0);
  run(Deviation::singles_unchecked, "fclass.s a0, fa1", "fa1=0xffffffff3f800000", false);
}

TEST_CASE("signs of whole registers") {
  Pair pair = run(Deviation::signs_whole, "fsgnj.s fa0, fa1, fa2", "fa1=0x3f800000 fa2=0x1234567880000000");
  CHECK(pair.wrong.state.words[fa0] == 0x12345678bf800000);
  pair = run(Deviation::signs_whole, "fsgnjn.s fa0, fa1, fa1", "fa1=0xffffffff3f800000");
  CHECK(pair.wrong.state.words[fa0] == 0x00000000bf800000);
  pair = run(Deviation::signs_whole, "fsgnjx.s fa0, fa1, fa1", "fa1=0xffffffffbf800000");
  CHECK(pair.wrong.state.words[fa0] == 0x3f800000);
}

TEST_CASE("signalling NaNs in minimum, and the flag of infinity times zero") {
  Pair pair = run(Deviation::minimum_of_signalling, "fmin.d fa0, fa1, fa2", "fa1=0x7ff0000000000001 fa2=0x3ff0000000000000");
  CHECK(pair.right.state.words[fa0] == 0x3ff0000000000000);
  CHECK(pair.wrong.state.words[fa0] == canonical_nan_d);
  pair = run(Deviation::fused_invalid_lost, "fmadd.d fa0, fa1, fa2, fa3, rne", "fa1=0x7ff0000000000000 fa3=0x7ff8000000000000");
  CHECK(pair.right.state.words[fcsr_word] == 0x10);
  CHECK(pair.wrong.state.words[fcsr_word] == 0);
}

TEST_CASE("words compared wide, and counted on") {
  Pair pair = run(Deviation::word_minimum_wide, "amomin.w a0, a1, (a2)", "a1=0x1 a2=0x20000 [0x20000]=0xffffffff");
  CHECK(pair.right.memory[0] == 0xff);
  CHECK(pair.wrong.memory[0] == 0x01);
  pair = run(Deviation::word_zeros_wide, "ctzw a0, a1", "a1=0x10000000000");
  CHECK(pair.right.state.words[a0] == 32);
  CHECK(pair.wrong.state.words[a0] == 40);
  run(Deviation::word_zeros_wide, "ctzw a0, a1", "a1=0", false);
}

TEST_CASE("a store that faults behind a page end has written what lies before it") {
  const Pair pair = run(Deviation::store_torn, "sd a1, 0(a2)", "a1=0x1122334455667788 a2=0x20ffd");
  CHECK(pair.right.stop == Stop{StopKind::fault, Access::write, 0x21000});
  CHECK(pair.wrong.stop == pair.right.stop);
  CHECK(pair.right.memory[0xffd] == 0);
  CHECK(pair.wrong.memory[0xffd] == 0x88);
  CHECK(pair.wrong.memory[0xfff] == 0x66);
}

TEST_CASE("store-conditional that fails too early, or half") {
  Pair pair = run(Deviation::failed_sc_unaligned, "sc.w a0, a1, (a2)", "a2=0x20001");
  CHECK(pair.right.stop.kind == StopKind::misaligned);
  CHECK(pair.wrong.stop.kind == StopKind::end);
  CHECK(pair.wrong.state.words[a0] == 1);
  pair = run(Deviation::failed_sc_unaligned, "sc.w a0, a1, (a2)", "a2=0xffffffffffffffff", false);
  CHECK(pair.wrong.stop.kind == StopKind::misaligned);
  pair = run(Deviation::failed_sc_unaligned, "lr.w a3, (a4); sc.w a0, a1, (a2)", "a2=0xffffffffffffffff a4=0x20000");
  CHECK(pair.wrong.stop.kind == StopKind::end);
  pair = run(Deviation::word_of_doubleword, "lr.d a3, (a2); sc.w a0, a1, (a2)", "a1=0x55 a2=0x20000 [0x20000]=0x100000000");
  CHECK(pair.right.memory[0] == 0);
  CHECK(pair.wrong.memory[0] == 0x55);
  CHECK(pair.wrong.state.words[a0] == 1);
}

TEST_CASE("control registers that are not there, or too many") {
  CHECK(run(Deviation::time_missing, "csrrs a0, time, zero", "").wrong.stop.kind == StopKind::illegal);
  Pair pair = run(Deviation::counter_write_of_zero, "csrrs a0, cycle, a1", "");
  CHECK(pair.right.stop.kind == StopKind::illegal);
  CHECK(pair.wrong.stop.kind == StopKind::end);
  run(Deviation::counter_write_of_zero, "csrrs a0, cycle, a1", "a1=1", false);
}

TEST_CASE("reserved words that retire") {
  const u8 quadrant[] = {0x00, 0x80}, arithmetic[] = {0x41, 0x9c}, wait[] = {0x73, 0x00, 0x50, 0x10};
  for (const auto& [deviation, code] : {std::pair<Deviation, std::span<const u8>>{Deviation::reserved_quadrant_retires, quadrant},
                                        {Deviation::reserved_arithmetic_retires, arithmetic},
                                        {Deviation::wfi_retires, wait}}) {
    const Pair pair = run(deviation, code, "");
    CHECK(pair.right.stop.kind == StopKind::illegal);
    CHECK(pair.wrong.stop.kind == StopKind::end);
  }
}
