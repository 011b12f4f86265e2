// What a machine says has changed of memory, and what it puts back before the next run.
#include "engine/memory/areas.hpp"
#include "engine/memory/changed_lines.hpp"
#include "tests/engine/tier/stages.hpp"

namespace diptych::riscv64 {
namespace {

// Held against memory itself, byte by byte.
void check_changes(const Outcome& outcome, const Program& program, std::size_t& changed_lines) {
  InitialMemory initial;
  initial.prepare(program);
  std::size_t view = 0;
  for (std::size_t i = 0; i < initial.areas().size(); ++i) {
    if (!allows(initial.areas()[i].access, Access::write)) continue;
    const MemoryView& now = outcome.memory[view++];
    const std::span<const u8> before = initial.bytes(i);
    REQUIRE(now.bytes.size() == before.size());
    std::vector<u64> expected(words_of_lines(before.size()));
    for (std::size_t at = 0; at < before.size(); ++at)
      if (now.bytes[at] != before[at]) expected[at / 4096] |= u64{1} << (at / 64 % 64);
    REQUIRE(std::ranges::equal(now.changed, expected));
    for (u64 word : expected) changed_lines += std::size_t(std::popcount(word));
  }
  REQUIRE(view == outcome.memory.size());
}

}  // namespace

TEST_CASE("a machine tells which lines a run changed, and none of them is left to the next") {
  Machines machines = all_stages();
  machines.push_back(make_interpreter_machine());
  std::mt19937_64 random(17);
  std::string text = "sd a0, 0(a1); sb a2, 0(a3); sw a4, -4(a5); fsd fa0, 8(a1); amoadd.d a6, a7, (a1); lr.w t0, (a1); sc.w t1, t2, (a1); "
                     "sh t3, 0(a3)";
  for (const Access access : {Access::read | Access::execute, Access::read | Access::write | Access::execute}) {
    Program program = program_of(text, access);
    program.contents.push_back({0x20100, {1, 2, 3, 4, 5, 6, 7, 8}});
    std::size_t changed = 0;
    for (const auto& machine : machines) {
      INFO(machine->describe().name);
      REQUIRE(machine->prepare(program));
      for (int round = 0; round < 300; ++round) {
        Input input;
        for (std::size_t i = 5; i < 32; ++i) input.state.words[x_word + i] = random();
        // Aligned, or not at all; in data, now and then in code.
        for (const std::size_t base : {11u, 13u, 15u})
          input.state.words[x_word + base] = (random() % 8 == 0 ? code_at : 0x20000) + random() % 0x1000 / (random() % 2 + 1) * 8 % 0x1000;
        input.state.words[pc_word] = code_at;
        if (random() % 3 == 0) input.memory.push_back({0x20000 + random() % 0xf00, std::vector<u8>(random() % 200, u8(random()))});
        const auto outcome = [&] {
          REQUIRE(machine->begin(std::span(&input, 1), Budget{random() % 12}));
          const auto made = machine->outcome(0, Precision::fast);
          REQUIRE(made);
          return *made;
        }();
        check_changes(*outcome, program, changed);
      }
      // Nothing runs: then memory is what the program put there.
      const Input input = input_of("");
      REQUIRE(machine->begin(std::span(&input, 1), Budget{0}));
      const auto untouched = machine->outcome(0, Precision::fast);
      REQUIRE(untouched);
      std::size_t none = 0;
      check_changes(**untouched, program, none);
      CHECK(none == 0);
    }
    CHECK(changed > 1000);
  }
}

TEST_CASE("bytes laid over memory that the guest cannot write are gone with the next input") {
  Machines machines = all_stages();
  machines.push_back(make_interpreter_machine());
  Program program = program_of("ld a0, 0(a1)");
  program.memory = {{0x20000, 0x1000, Access::read}};
  program.contents = {{0x20010, {42}}};
  const Input plain = input_of("a1=0x20010");
  Input laid = plain;
  laid.memory = {{0x20010, {43}}};
  for (const auto& machine : machines) {
    INFO(machine->describe().name);
    REQUIRE(machine->prepare(program));
    for (int round = 0; round < 3; ++round) {
      CHECK(answer_of(*machine, plain, 10).state.words[10] == 42);
      CHECK(answer_of(*machine, laid, 10).state.words[10] == 43);
    }
  }
}

}  // namespace diptych::riscv64
