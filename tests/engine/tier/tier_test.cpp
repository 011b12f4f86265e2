// Both tiers under one interface: where they stop, and going on from there.
#include "engine/tier/tier.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "engine/memory/backing.hpp"
#include "tests/catch.hpp"
#include "tests/engine/guest/riscv64/vectors.hpp"

using namespace diptych;
using namespace diptych::riscv64;

namespace {

constexpr Access everything = Access::read | Access::write | Access::execute;
constexpr std::string_view tiers[] = {"interp", "baseline"};

/// A tier in a window of its own: code, and data behind it.
struct Rig {
  static constexpr u64 code_pages = 0x4000, data_at = 0x20000, data_size = 0x2000;

  explicit Rig(std::string_view name, const jit::Options& options = {})
      : window(*Window::reserve(u64{1} << 32)), tier(*make_tier(name, options)) {
    tier->bind(window);
    tier->stop_at(&points);
  }

  void begin(std::string_view text, std::string_view before) {
    REQUIRE(window.map(code_at, code_pages, everything));
    REQUIRE(window.map(data_at, data_size, Access::read | Access::write));
    REQUIRE(window.fill(code_at, code_of(text)));
    tier->code_changed({code_at, code_pages});
    Input input;
    set(input, before);
    input.state.words[pc_word] = code_at;
    hart().state = input.state;
    hart().retired = 0;
  }
  Hart& hart() { return tier->hart(); }
  u64 pc() { return hart().state.words[pc_word]; }
  u64 x(std::size_t number) { return hart().state.words[number]; }
  void insert(u64 address) {
    REQUIRE(points.insert(address));
    tier->code_changed({address, 2});
  }
  void erase(u64 address) {
    points.erase(address);
    tier->code_changed({address, 2});
  }

  Window window;
  std::unique_ptr<Tier> tier;
  StopPoints points;
};

constexpr Stop at(u64 pc) { return {StopKind::intercepted, Access::none, pc}; }

}  // namespace

TEST_CASE("a run stops before the instruction at a stop point, and goes on from there by a step") {
  for (const std::string_view name : tiers) {
    INFO(name);
    Rig rig(name);
    rig.begin("addi a0, a0, 1; addi a1, a1, 1; blt a0, a4, -8; ebreak", "a4=5");
    rig.insert(code_at + 4);
    for (u64 round = 1; round <= 3; ++round) {
      CHECK(rig.tier->run({1000}) == at(code_at + 4));
      CHECK(rig.tier->run({1000}) == at(code_at + 4));
      CHECK(rig.x(10) == round);
      CHECK(rig.x(11) == round - 1);
      CHECK(rig.hart().retired == round * 3 - 2);
      CHECK(rig.tier->step().kind == StopKind::budget);
      CHECK(rig.x(11) == round);
      CHECK(rig.pc() == code_at + 8);
    }
    rig.erase(code_at + 4);
    CHECK(rig.tier->run({1000}).kind == StopKind::breakpoint);
    CHECK(rig.hart().retired == 15);
  }
}

TEST_CASE("steps by translated code leave none behind that goes on over a stop point") {
  Rig rig("baseline", {.cut = true});
  rig.begin("addi a0, a0, 1; addi a1, a1, 1; addi a2, a2, 1; blt a0, a4, -12; ebreak", "a4=5");
  rig.insert(code_at + 8);
  for (u64 round = 1; round <= 4; ++round) {
    INFO(round);
    CHECK(rig.tier->run({1000}) == at(code_at + 8));
    // At the stop point, at the branch, and at the loop's begin.
    for (int n = 0; n < 3; ++n) CHECK(rig.tier->step().kind == StopKind::budget);
    CHECK(rig.pc() == code_at + 4);
    CHECK(rig.x(10) == round + 1);
    CHECK(rig.hart().retired == 4 * round + 1);
  }
  for (int n = 0; n < 2; ++n) CHECK(rig.tier->run({1000}) == at(code_at + 8));
  CHECK(rig.tier->step().kind == StopKind::budget);
  rig.erase(code_at + 8);
  rig.insert(code_at + 4);
  CHECK(rig.tier->run({1000}).kind == StopKind::breakpoint);
}

TEST_CASE("the end of a budget comes before a stop point, and a stop point before what the instruction does") {
  for (const std::string_view name : tiers) {
    INFO(name);
    Rig rig(name);
    rig.begin("addi a0, a0, 1; addi a0, a0, 1; ebreak", "");
    rig.insert(code_at + 8);
    CHECK(rig.tier->run({2}).kind == StopKind::budget);
    CHECK(rig.tier->run({0}).kind == StopKind::budget);
    CHECK(rig.tier->run({1}) == at(code_at + 8));
    CHECK(rig.tier->step().kind == StopKind::breakpoint);
    CHECK(rig.pc() == code_at + 8);
    CHECK(rig.hart().retired == 2);
    // Where nothing can be executed, too: a processor looks for breakpoints before it fetches.
    rig.hart().state.words[pc_word] = Rig::data_at;
    rig.insert(Rig::data_at);
    CHECK(rig.tier->run({1}) == at(Rig::data_at));
    CHECK(rig.tier->step() == Stop{StopKind::fault, Access::execute, Rig::data_at});
    rig.hart().state.words[pc_word] = code_at + Rig::code_pages;
    rig.insert(code_at + Rig::code_pages);
    CHECK(rig.tier->run({1}) == at(code_at + Rig::code_pages));
  }
}

TEST_CASE("stop points that come and go between runs are followed in linked blocks and by jumps of every kind") {
  for (const std::string_view name : tiers) {
    INFO(name);
    Rig rig(name);
    //              0                4                 8                12              16               20
    rig.begin("jal ra, 16; jalr ra, 20(a2); addi s0, s0, 1; blt s0, a4, -12; addi a0, a0, 1; addi a0, a0, 1; jalr zero, 0(ra)",
              "a2=0x10000 a4=100000");
    CHECK(rig.tier->run({900}).kind == StopKind::budget);
    for (const u64 offset : {u64{24}, u64{20}, u64{16}, u64{8}, u64{0}, u64{12}, u64{4}}) {
      INFO(offset);
      rig.insert(code_at + offset);
      const u64 before = rig.hart().retired;
      CHECK(rig.tier->run({900}) == at(code_at + offset));
      CHECK(rig.hart().retired - before < 9);
      CHECK(rig.tier->step().kind == StopKind::budget);
      CHECK(rig.tier->run({900}) == at(code_at + offset));
      rig.erase(code_at + offset);
      CHECK(rig.tier->run({900}).kind == StopKind::budget);
    }
  }
}

TEST_CASE("an end of the code is one, and areas may lie in the window and beside it") {
  Program program;
  program.code_address = code_at;
  program.code = code_of("ld a0, 0(s0); ld a1, 0(s1); sd a0, 0(s2); sd a1, 0(s3); addi a2, a2, 1");
  // A region that is executable and writable lies beside the window, as does what is beyond it.
  program.memory = {{0x20000, 0x1000, Access::read | Access::write},
                    {0x30000, 0x1000, everything},
                    {u64{1} << 50, 0x1000, Access::read | Access::write}};
  for (const std::string_view name : tiers) {
    INFO(name);
    Rig rig(name);
    InitialMemory initial;
    initial.prepare(program);
    WindowBacking backing(rig.window);
    std::vector<Area> areas;
    REQUIRE(backing.place(initial, areas));
    rig.tier->bind(rig.window, areas, program.code_end());
    const u64 first = 11, second = 22;
    backing.write(areas[1], 0x20000, std::vector<u8>{11});
    backing.write(areas[3], u64{1} << 50, std::vector<u8>{22});
    rig.hart().state.words[pc_word] = code_at;
    rig.hart().state.words[8] = 0x20000;
    rig.hart().state.words[9] = u64{1} << 50;
    rig.hart().state.words[18] = 0x30000;
    rig.hart().state.words[19] = 0x20008;
    rig.insert(code_at + 16);
    rig.insert(program.code_end());
    CHECK(rig.tier->run({1000}) == at(code_at + 16));
    CHECK(rig.x(10) == first);
    CHECK(rig.x(11) == second);
    CHECK(areas[2].host[0] == first);
    CHECK(rig.window.base()[0x20008] == second);
    CHECK(rig.tier->step().kind == StopKind::budget);
    CHECK(rig.x(12) == 1);
    CHECK(rig.tier->run({1000}).kind == StopKind::end);
    CHECK(rig.tier->step().kind == StopKind::end);
    CHECK(rig.hart().retired == 5);
  }
}

TEST_CASE("a tier has a name, and there is none by another") {
  for (const std::string_view name : tiers) CHECK((*make_tier(name))->name() == name);
  const auto none = make_tier("fast");
  REQUIRE(!none);
  CHECK(none.error().message == "there is no tier \"fast\"; there are interp and baseline");
}
