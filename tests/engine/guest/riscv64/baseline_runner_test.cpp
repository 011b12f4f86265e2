// The run loop of translated code where a case of the fuzzer does not come: programs in the window that
// change their code, code memory that is too small, tables that must not grow, the host's own state.
#include "engine/guest/riscv64/baseline_runner.hpp"

#include "engine/guest/riscv64/interpreter.hpp"
#include "tests/catch.hpp"
#include "tests/engine/guest/riscv64/vectors.hpp"

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace diptych::riscv64 {
namespace {

constexpr Access everything = Access::read | Access::write | Access::execute;
constexpr std::size_t arena = 4 << 20;

struct Result {
  Stop stop;
  GuestState state;
  u64 retired = 0;
  std::vector<u8> memory;

  bool operator==(const Result&) const = default;
};

/// Code at code_at in the window, in pages with all rights, and data behind it.
class Rig {
 public:
  static constexpr u64 code_pages = 0x4000, data_at = 0x20000, data_size = 0x2000;

  explicit Rig(const jit::Options& options = {}, std::size_t code_size = arena)
      : window_(*Window::reserve()), runner_(*BaselineRunner::create(options, code_size)) {
    runner_->use(window_);
  }

  BaselineRunner& runner() { return *runner_; }
  Window& window() { return window_; }

  Result translated(std::span<const u8> code, const Input& input, u64 budget, u64 at = code_at) {
    lay_out(code, at);
    runner_->bind(window_);
    return run(*runner_, input, budget);
  }
  Result interpreted(std::span<const u8> code, const Input& input, u64 budget, u64 at = code_at) {
    lay_out(code, at);
    interpreter_.bind(window_);
    return run(interpreter_, input, budget);
  }

 private:
  void lay_out(std::span<const u8> code, u64 at) {
    REQUIRE(window_.map(code_at, code_pages, everything));
    REQUIRE(window_.map(data_at, data_size, Access::read | Access::write));
    REQUIRE(window_.fill(at, code));
  }

  template <class Runner>
  Result run(Runner& runner, const Input& input, u64 budget) {
    runner.hart.state = input.state;
    runner.hart.retired = 0;
    runner.hart.reservation.reset();
    for (const Bytes& bytes : input.memory) REQUIRE(window_.fill(bytes.address, bytes.bytes));
    Result result;
    result.stop = runner.run(Budget{budget});
    result.state = runner.hart.state;
    result.retired = runner.hart.retired;
    for (const auto& [begin, size] : {std::pair{code_at, code_pages}, std::pair{data_at, data_size}})
      result.memory.insert(result.memory.end(), window_.base() + begin, window_.base() + begin + size);
    return result;
  }

  Window window_;
  std::unique_ptr<BaselineRunner> runner_;
  Interpreter interpreter_;
};

Input input_of(std::string_view assignments, u64 pc = code_at) {
  Input input;
  input.state.words[pc_word] = pc;
  set(input, assignments);
  return input;
}

void check_every_budget(Rig& rig, std::string_view text, std::string_view before, u64 most, u64 at = code_at) {
  INFO(text << " | " << before);
  const std::vector<u8> code = code_of(text);
  const Input input = input_of(before, at);
  for (u64 budget = 0; budget <= most; ++budget) {
    INFO(budget);
    const Result wanted = rig.interpreted(code, input, budget, at), got = rig.translated(code, input, budget, at);
    INFO(describe(wanted.stop) << " | " << describe(got.stop));
    CHECK(wanted.retired == got.retired);
    REQUIRE(wanted == got);
  }
}

std::string hex(u64 number) {
  char text[20];
  std::snprintf(text, sizeof text, "0x%lx", static_cast<unsigned long>(number));
  return text;
}

}  // namespace

TEST_CASE("code in the window that changes itself is followed, whatever of it has run") {
  for (const jit::Stage& stage : jit::stages) {
    INFO(stage.name);
    Rig rig(stage.options);
    // The next instruction; the block that runs, in a loop, with another instruction each time.
    check_every_budget(rig, "sw a1, 4(a2); addi a0, a0, 1; addi a0, a0, 1; ebreak", "a1=0x00250513 a2=0x10000", 6);
    check_every_budget(rig, "addi a0, a0, 1; add a1, a1, a3; sw a1, 0(a2); bne a0, a4, -12; ebreak",
                       "a1=0x00150513 a2=0x10000 a3=0x100000 a4=36", 50);
    // Another block, which is linked, and which an indirect jump finds.
    check_every_budget(rig,
                       "jal ra, 24; addi s0, s0, 1; jalr ra, 24(a2); add a1, a1, a3; sw a1, 24(a2); blt s0, a4, -20;"
                       " addi a0, a0, 1; jalr zero, 0(ra)",
                       "a1=0x00150513 a2=0x10000 a3=0x100000 a4=6", 80);
    // Across the end of a page: the code lies on two, either half of the instruction is changed.
    const u64 end = code_at + 0x1000;
    for (i64 offset : {-2, 0, 2})
      check_every_budget(rig, "addi s0, s0, 1; c.nop; addi a0, a0, 1; add a1, a1, a3; sh a1, " + std::to_string(offset) + "(a2); blt s0, a4, -18; ebreak",
                         "a1=0x0015 a2=" + hex(end) + " a3=0x10 a4=5", 60, end - 8);
    check_every_budget(rig, "addi s0, s0, 1; c.nop; addi a0, a0, 1; add a1, a1, a3; sd a1, 0(a2); blt s0, a4, -18; ebreak",
                       "a1=0x00b585b300150513 a2=" + hex(end - 2) + " a3=0x100000 a4=5", 60, end - 8);
    // Data on a page with code: nothing that was translated changes.
    check_every_budget(rig, "sd a0, 1024(a2); ld a3, 1024(a2); addi a0, a3, 3; bne a0, a4, -12; ebreak", "a2=0x10000 a4=30", 60);
    // What stores is atomic, or comes from a floating-point register, or was reserved.
    check_every_budget(rig, "amoadd.w a5, a1, (a2); addi a0, a0, 1; blt a0, a4, -8; ebreak", "a1=0x100000 a2=0x10004 a4=90", 40);
    check_every_budget(rig, "fsw fa1, 4(a2); addi a0, a0, 1; ebreak", "fa1=0x00250513 a2=0x10000", 6);
    check_every_budget(rig, "lr.w a5, (a2); sc.w a6, a1, (a2); addi a0, a0, 1; ebreak", "a1=0x00250513 a2=0x10008", 6);
  }
}

TEST_CASE("a page that held code and was made again is translated anew") {
  Rig rig;
  for (u64 n = 1; n < 20; ++n) {
    const std::vector<u8> code = code_of("addi a0, a0, " + std::to_string(n) + "; ebreak");
    CHECK(rig.translated(code, input_of(""), 10).state.words[10] == n);
    // Changed from outside, with word of it, while translations live.
    const std::vector<u8> other = code_of("addi a0, a0, " + std::to_string(n + 100));
    REQUIRE(rig.window().fill(code_at, other));
    rig.runner().code_changed({code_at, 4});
    rig.runner().hart.state = input_of("").state;
    CHECK(rig.runner().run(Budget{10}).kind == StopKind::breakpoint);
    CHECK(rig.runner().hart.state.words[10] == n + 100);
  }
}

TEST_CASE("what is written to code by another way than the guest's is found by its page") {
  Rig rig;
  CHECK(rig.translated(code_of("addi a0, a0, 1; ebreak"), input_of(""), 10).state.words[10] == 1);
  CHECK(rig.window().watched(code_at));
  // As a system call does that writes to guest memory.
  u8* const host = rig.runner().hart.memory.reach(code_at, 4, Access::write);
  REQUIRE(host);
  const std::vector<u8> other = code_of("addi a0, a0, 7");
  std::copy(other.begin(), other.end(), host);
  rig.runner().hart.state = input_of("").state;
  CHECK(rig.runner().run(Budget{10}).kind == StopKind::breakpoint);
  CHECK(rig.runner().hart.state.words[10] == 7);
}

TEST_CASE("code memory that is too small for the program is used again and again") {
  // More than a thousand blocks, of instructions that need much code, round and round.
  std::string text;
  for (int n = 0; n < 1300; ++n) text += "fadd.d fa0, fa0, fa1, rup; fmul.d fa2, fa0, fa1, rdn; jal zero, 4; ";
  text += "addi s0, s0, 1; beq s0, a4, 8; jalr zero, 0(a2); ebreak";
  const std::vector<u8> code = code_of(text);
  const Input input = input_of("a2=0x10000 a4=5 fa1=d:0.25");
  Rig large, small({}, 300 * 1024), tiny({}, 4096);
  const Result wanted = large.interpreted(code, input, 50000);
  CHECK(wanted.stop.kind == StopKind::breakpoint);
  CHECK(large.translated(code, input, 50000) == wanted);
  CHECK(small.translated(code, input, 50000) == wanted);
  CHECK(small.runner().cache().generation() > large.runner().cache().generation());
  CHECK(tiny.translated(code, input, 50000) == wanted);
  for (const u64 budget : std::array<u64, 7>{1, 500, 777, 1501, 1502, 3000, 7000}) {
    const Result some = large.interpreted(code, input, budget);
    CHECK(small.translated(code, input, budget) == some);
    CHECK(tiny.translated(code, input, budget) == some);
  }
}

TEST_CASE("the host's floating-point control is after a run what it was before") {
  Rig rig;
  const u32 before = _mm_getcsr();
  for (u32 control : {before, (before & ~_MM_ROUND_MASK) | _MM_ROUND_UP, before | _MM_EXCEPT_INEXACT}) {
    _mm_setcsr(control);
    for (std::string_view stop : {"ebreak", "ld a0, 0(s1)", "csrrs a0, 0x123, zero", "jal zero, 0", "lr.w a0, (s2)"})
      for (std::string_view mode : {"rup", "rtz", "rmm", "dyn"}) {
        const std::string text = "fdiv.d fa0, fa1, fa2, " + std::string(mode) + "; fcvt.w.d a0, fa0, rdn; csrrwi zero, frm, 3;"
                                 " fdiv.d fa0, fa1, fa2; " + std::string(stop);
        rig.translated(code_of(text), input_of("fa1=d:1 fa2=d:3 s1=0x40000 s2=0x20001"), 50);
        const u32 after = _mm_getcsr();
        CHECK(after == control);
      }
  }
  _mm_setcsr(before);
}

TEST_CASE("a jump through a register to anywhere ends as in the interpreter") {
  Rig rig;
  const std::vector<u8> code = code_of("jalr ra, 0(a0); ebreak");
  for (u64 target : {u64{0}, code_at + 4, code_at + 6, code_at + Rig::code_pages - 2, code_at + Rig::code_pages,
                     Rig::data_at, (u64{1} << 40) - 2, u64{1} << 40, u64{1} << 63, ~u64{1}}) {
    Input input = input_of("");
    input.state.words[10] = target;
    const Result wanted = rig.interpreted(code, input, 3);
    CHECK(rig.translated(code, input, 3) == wanted);
  }
}

TEST_CASE("what is kept about links and jumps does not grow with how often they are taken") {
  Rig rig;
  // Two functions whose addresses share a place in the jump cache, and a mode that changes in each round.
  std::vector<u8> code = code_of("csrrw zero, frm, s1; xori s1, s1, 1; jalr ra, 0(a2); jalr ra, 0(a3); fadd.d fa0, fa0, fa1;"
                                 " addi s0, s0, 1; blt s0, a4, -24; ebreak");
  const std::vector<u8> function = code_of("fmul.d fa2, fa0, fa1; jalr zero, 0(ra)");
  code.resize(0x2000);
  for (const std::ptrdiff_t at : {0x800, 0x1000}) std::ranges::copy(function, code.begin() + at);
  const Input input = input_of("a2=0x10800 a3=0x11000 a4=3000 fa0=d:1 fa1=d:0.1");
  const Result wanted = rig.interpreted(code, input, 100000), got = rig.translated(code, input, 100000);
  CHECK(got == wanted);
  std::size_t incoming = 0;
  const jit::Records& records = rig.runner().cache().records();
  for (u32 to = 0; to < records.translations.size(); ++to)
    for (u32 link = records.translations[to].incoming; link != jit::Link::none; link = records.links[link].next) {
      CHECK(records.links[link].to == to);
      // Each is in one list, once.
      REQUIRE(++incoming <= records.links.size());
    }
  CHECK(rig.runner().cache().remembered() <= jit::Frame::jump_cache_size);
}

// Code beside the window, as the programs of cases have it.
struct Beside {
  explicit Beside(std::string_view text) : bytes(code_of(text)) {
    area = {code_at, bytes.size(), Access::read | Access::execute, bytes.data()};
  }
  void bind(BaselineRunner& runner) { runner.bind(std::span(&area, 1), code_at + bytes.size()); }
  static GuestState run(BaselineRunner& runner, std::string_view assignments) {
    runner.hart.state = input_of(assignments).state;
    runner.hart.retired = 0;
    CHECK(runner.run(Budget{100}).kind == StopKind::end);
    return runner.hart.state;
  }

  std::vector<u8> bytes;
  Area area;
};

TEST_CASE("what was made of bytes that come back is found again, and nothing else is") {
  Rig rig;
  Beside code("addi a0, a0, 1; addi a0, a0, 1");
  code.bind(rig.runner());
  const std::vector<u8> first = code.bytes, second = code_of("addi a0, a0, 1; addi a0, a0, 2");
  const auto& made = rig.runner().cache().records().translations;
  for (int round = 0; round < 3; ++round)
    for (const auto& [bytes, sum] : {std::pair{first, u64{2}}, std::pair{second, u64{3}}}) {
      std::ranges::copy(bytes, code.bytes.begin());
      rig.runner().code_changed({code_at, bytes.size()});
      CHECK(Beside::run(rig.runner(), "").words[x_word + 10] == sum);
    }
  CHECK(made.size() == 2);
}

TEST_CASE("a block lifted for one rounding mode and translated for another rounds as it says") {
  // Lifted once for all modes, since it names its own; the host's is another each time.
  Beside code("fdiv.d fa0, fa1, fa2, rup; fdiv.d fa3, fa1, fa2, rdn");
  std::vector<GuestState> states;
  for (std::string_view mode : {"fcsr=0", "fcsr=0x40", "fcsr=0x60", "fcsr=0x20"}) {
    Rig rig;
    code.bind(rig.runner());
    for (std::string_view own : {mode, std::string_view("fcsr=0"), mode})
      states.push_back(Beside::run(rig.runner(), "fa1=d:1 fa2=d:3 " + std::string(own)));
  }
  for (const GuestState& state : states) {
    CHECK(state.words[f_word + 10] == 0x3fd5555555555556);
    CHECK(state.words[f_word + 13] == 0x3fd5555555555555);
  }
}

TEST_CASE("a stop point costs the translations it lies in, and no other") {
  Rig rig;
  // Ten functions of five instructions, each called in every round.
  std::string text;
  for (int n = 0; n < 10; ++n) text += "jalr ra, " + std::to_string(0x400 + n * 20) + "(a2); ";
  text += "addi s0, s0, 1; blt s0, a4, -44; ebreak";
  std::vector<u8> code = code_of(text);
  code.resize(0x400);
  for (int n = 0; n < 10; ++n)
    std::ranges::copy(code_of("addi a0, a0, 1; beq a0, zero, 8; addi a0, a0, 1; addi a0, a0, 1; jalr zero, 0(ra)"), std::back_inserter(code));
  const Input input = input_of("a2=0x10000 a4=100");
  StopPoints points;
  rig.runner().stop_at(&points);
  const Result wanted = rig.translated(code, input, 100000);
  REQUIRE(wanted.stop.kind == StopKind::breakpoint);
  const CodeCache& cache = rig.runner().cache();
  const std::vector<jit::Translation> before = cache.records().translations;
  const u32 generation = cache.generation();

  const u64 at = code_at + 0x400 + 5 * 20 + 8;
  points.insert(at);
  rig.runner().code_changed({at, 2});
  u64 contain = 0;
  for (u32 n = 0; n < before.size(); ++n) {
    const bool contains = at - before[n].pc < before[n].end - before[n].pc;
    contain += contains;
    CHECK(cache.find(before[n].pc, 0).has_value() == !contains);
  }
  CHECK(contain == 1);

  Hart& hart = rig.runner().hart;
  hart.state = input.state;
  hart.retired = 0;
  std::size_t made = 0;
  for (u64 round = 0; round < 100; ++round) {
    REQUIRE(rig.runner().run(Budget{100000}) == Stop{StopKind::intercepted, Access::none, at});
    // As gdb does at every stop.
    points.erase(at);
    rig.runner().code_changed({at, 2});
    REQUIRE(rig.runner().step({}).kind == StopKind::budget);
    points.insert(at);
    rig.runner().code_changed({at, 2});
    if (round == 1) made = cache.records().translations.size();
  }
  CHECK(rig.runner().run(Budget{100000}) == wanted.stop);
  CHECK(hart.state == wanted.state);
  CHECK(hart.retired == wanted.retired);
  // Those up to the stop point and behind it.
  CHECK(made == before.size() + 2);
  CHECK(cache.records().translations.size() == made);
  CHECK(cache.generation() == generation);
}

TEST_CASE("code that looks before each access does what code does that the host stops") {
  constexpr Access both = Access::read | Access::write;
  const auto check = [](std::string_view text, std::string_view before, u64 watched) {
    INFO(text);
    const std::vector<u8> code = code_of(text);
    const Input input = input_of(before);
    for (const jit::Stage& stage : jit::stages)
      for (const Access access : {Access::write, both})
        for (const u64 budget : {u64{100000}, u64{2600}, u64{2601}}) {
          INFO(stage.name);
          Rig rig(stage.options), slow;
          const Result wanted = slow.interpreted(code, input, budget);
          // The page alone is touched, not what is watched in it.
          REQUIRE(rig.runner().hart.memory.watch_accesses({watched, 8}, access));
          const Result got = rig.translated(code, input, budget);
          INFO(describe(wanted.stop) << " | " << describe(got.stop));
          CHECK(wanted.retired == got.retired);
          REQUIRE(wanted == got);
          // Once when it was bound, and once to look.
          CHECK(rig.runner().cache().generation() == 2);
        }
  };
  // Every width, at the pages' common end too; then a fault far from the window's end, or beyond it.
  for (std::string_view last : {"ld a5, 0(s8)", "sd a5, 0(s8)", "lw a5, 2000(s9)", "fsd fa0, -2000(zero)", "ebreak"})
    check("lb a0, -1(s1); lhu a1, -1(s1); lw a2, -2(s1); lwu a3, -4(s1); ld a4, -4(s1); fld fa0, -8(s1); flw fa1, -4(s1);"
          " sb a0, 1(s1); sh a1, -1(s1); sw a2, 5(s1); sd s2, -3(s1); fsd fa0, 16(s1); fsw fa1, -4(s1); addi s2, s2, 77;"
          " amoadd.d a6, s2, (s1); lr.w a7, (s1); sc.w a7, s2, (s1); addi s0, s0, 1; blt s0, s4, -72; " + std::string(last),
          "s1=0x21000 s4=150 s8=0x40000 s9=0xfffffffffff s2=0x123456789abcdef", 0x21800);
  // Code that changes itself on such a page.
  check("addi a0, a0, 1; add a1, a1, a3; sw a1, 0(a2); lw a5, 1024(a2); bne a0, a4, -16; ebreak",
        "a1=0x00150513 a2=0x10000 a3=0x100000 a4=180300", 0x10800);
}

TEST_CASE("code that looked goes back to what it was when nobody looks on any more") {
  Rig rig;
  const std::vector<u8> code = code_of("ld a0, 0(s1); addi s0, s0, 1; blt s0, s4, -8; ebreak");
  const Range watched{Rig::data_at + 64, 8};
  REQUIRE(rig.runner().hart.memory.watch_accesses(watched, Access::read));
  rig.translated(code, input_of("s1=0x20000 s4=10000"), 100000);
  CHECK(rig.runner().cache().generation() == 2);
  rig.runner().hart.memory.unwatch_accesses(watched, Access::read);
  for (int n = 0; n < 4; ++n) {
    rig.runner().hart.state = input_of("s1=0x20000 s4=20000000").state;
    CHECK(rig.runner().run(Budget{60'000'000}).kind == StopKind::budget);
  }
  CHECK(rig.runner().cache().generation() == 3);
}

}  // namespace diptych::riscv64
