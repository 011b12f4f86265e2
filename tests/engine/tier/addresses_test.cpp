// No guest address reaches host memory: loads, stores and jumps at any 64-bit address, from every stage,
// fault or hit the guest's memory as they do in the interpreter, and nothing around it changes.
#include "tests/engine/tier/canaries.hpp"
#include "tests/engine/tier/stages.hpp"

#include <cstdlib>

namespace diptych::riscv64 {
namespace {

// A million from every stage; as many as DIPTYCH_RANDOM_ADDRESSES says.
u64 runs() {
  const char* said = std::getenv("DIPTYCH_RANDOM_ADDRESSES");
  return said ? std::strtoull(said, nullptr, 10) : 1'000'000;
}

constexpr u64 window_size = u64{1} << 40;
constexpr Region regions[] = {
    {0, 0x1000, Access::read | Access::write},
    {0x20000, 0x1000, Access::read | Access::write},
    {0x21000, 0x1000, Access::read},
    {0x30000, 0x1000, Access::read | Access::write | Access::execute},
    {window_size - 0x1000, 0x1000, Access::read | Access::write},
};

u64 any_address(std::mt19937_64& random) {
  const u64 r = random(), near = random() % 0x30000 - 0x18000;
  switch (r % 10) {
    case 0: return random();
    case 1: return random() >> (r >> 8) % 64;
    case 2: return window_size + near;
    case 3: return near;
    case 4: return (u64{1} << 63) + near;
    case 5: return (u64{1} << (r >> 8) % 64) + near % 64;
    case 6: return (u64{0x7fff} << 32 | u64(u32(random()))) + ((r >> 8) % 2 ? 0 : ~u64{0} << 47);  // about where the host has its own
    case 7: return window_size + (random() % (u64{1} << 25)) - (u64{1} << 24);
    case 8: return random() % 0x40000;
    default: {
      const Region& region = regions[(r >> 8) % std::size(regions)];
      return region.address + ((r >> 12) % 2 ? region.size : 0) + random() % 64 - 32;
    }
  }
}

u32 any_access(std::mt19937_64& random) {
  static constexpr std::string_view names[] = {"lb", "lh", "lw", "ld", "lbu", "lhu", "lwu", "flw", "fld",
                                               "sb", "sh", "sw", "sd", "fsw", "fsd"};
  const std::string_view name = names[random() % std::size(names)];
  constexpr i64 edges[] = {0, 8, -8, 2047, -2048};
  const i64 displacement = random() % 2 ? edges[random() % 5] : i64(random() % 4096) - 2048;
  const std::string_view registers = name[0] == 'f' ? "fa" : "a";
  // None of them is the base.
  return assemble(std::string(name) + " " + std::string(registers) + std::to_string(1 + random() % 6) + ", " +
                  std::to_string(displacement) + "(a0)");
}

u32 any_atomic(std::mt19937_64& random) {
  static constexpr std::string_view forms[] = {"lr.w a1, (a0)", "lr.d a1, (a0)", "sc.d a1, a2, (a0)", "amoadd.w a1, a2, (a0)",
                                               "amoor.d a1, a2, (a0)", "amoswap.w a1, a2, (a0)"};
  return assemble(forms[random() % std::size(forms)]);
}

// One to six accesses from one base, the later of them needing no check of their own; or a base that a
// sum gives; or a jump.
std::vector<u32> any_words(std::mt19937_64& random) {
  std::vector<u32> words;
  const u64 kind = random() % 8;
  if (kind == 0) {
    words.push_back(assemble("jalr ra, " + std::to_string(i64(random() % 4096) - 2048) + "(a0)"));
    return words;
  }
  if (kind == 1) words.push_back(assemble("add a0, a0, a7"));
  if (kind == 2) {
    words.push_back(assemble("lui a7, " + std::to_string(random() % 16)));
    words.push_back(assemble("add a0, a0, a7"));
  }
  if (kind == 3) words.push_back(any_atomic(random));
  for (u64 n = 1 + random() % 6; n > 0; --n) {
    words.push_back(any_access(random));
    // The address is a value of its own, too.
    if (kind == 4) words.push_back(assemble("addi a0, a0, " + std::to_string(i64(random() % 4096) - 2048)));
  }
  return words;
}

}  // namespace

TEST_CASE("no guest address reaches host memory, from any stage") {
  const Canaries::Reserved before = Canaries::reserved();
  const auto interpreter = make_interpreter_machine();
  const Machines machines = all_stages();
  const Canaries canaries(before, 1 << 16);
  CHECK(canaries.count() >= 1);
  std::mt19937_64 random(10);
  constexpr std::size_t batch = 512;
  u64 faults = 0, hits = 0;
  std::vector<Input> inputs(batch);
  for (u64 done = 0; done < runs(); done += batch) {
    Program program = program_of(any_words(random));
    program.memory = {std::begin(regions), std::end(regions)};
    prepare(*interpreter, machines, program);
    for (Input& input : inputs) {
      for (std::size_t i = 1; i < 32; ++i) input.state.words[x_word + i] = random();
      input.state.words[x_word + 10] = any_address(random);
      input.state.words[x_word + 17] = random() % 2 ? any_address(random) : random() % 64;
      input.state.words[pc_word] = code_at;
    }
    REQUIRE(difference(*interpreter, machines, inputs, Budget{12}) == "");
    // Both ways of it happen.
    REQUIRE(interpreter->begin(inputs, Budget{12}));
    ((*interpreter->outcome(0, Precision::precise))->stop.kind == StopKind::fault ? faults : hits) += 1;
    REQUIRE(canaries.untouched());
  }
  CHECK(faults > 0);
  CHECK(hits > 0);
}

}  // namespace diptych::riscv64
