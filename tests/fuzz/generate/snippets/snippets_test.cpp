#include "fuzz/generate/snippets/snippets.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "fuzz/generate/budget.hpp"
#include "fuzz/generate/generate.hpp"
#include "fuzz/generate/placement.hpp"
#include "fuzz/generate/snippets/constants.hpp"
#include "tests/catch.hpp"
#include "tests/fuzz/generate/runs.hpp"

#include <map>
#include <set>

using namespace diptych;
using namespace diptych::fuzz;
using namespace diptych::riscv64;

namespace {

// Composes on its own, with one register that holds an address.
class Bench final : public RowSource {
 public:
  explicit Bench(u64 seed) : random(seed) {
    palette.pointers = palette.writable = u32{1} << 8;
    palette.choose(random);
    code.clear();
  }
  bool permits(const Shape&) const override { return true; }
  const Shape& plain_row(Random&) override { return shape_named("xor"); }

  GuestState run() {
    Program program;
    composer.settle();
    code.write(program.code);
    program.code_address = placement.code_end - program.code.size();
    program.code_access = Access::read | Access::write | Access::execute;
    program.memory = {placement.data};
    Input input;
    input.state.words[pc_word] = program.code_address;
    input.state.words[x_word + 8] = placement.first_middle;
    Tracer tracer;
    tracer.trace(program, input, {4096}, trace);
    return tracer.state();
  }

  Random random;
  Palette palette;
  Code code;
  Composer composer{code, palette, *this, random};
  std::vector<Traced> trace;
};

struct Access12 {
  char kind;
  i32 first, last;
};

std::vector<Access12> accesses(const Code& code) {
  std::vector<Access12> all;
  for (const Item& item : code.all()) {
    const Shape& shape = *item.shape();
    const Operand* displacement = shape.operand(OperandKind::immediate);
    if (shape.memory == Memory::none || !displacement || shape.operand(OperandKind::rs1)->number_in(item.word) != 8) continue;
    const i32 at = i32(displacement->field->extract(item.word) << 20) >> 20;
    all.push_back({shape.memory == Memory::load ? 'l' : 's', at, at + shape.access - 1});
  }
  return all;
}

}  // namespace

TEST_CASE("constants are what they are asked to be") {
  Random edges(1);
  for (u64 i = 0; i < 2000; ++i) {
    Bench bench(i);
    const u64 value = i % 2 ? edge_constant(edges) : edges.next();
    append_constant(bench.composer, 5, value);
    REQUIRE(bench.run().words[x_word + 5] == value);
  }
}

TEST_CASE("edge constants lie around the end of each immediate of the host") {
  Random random(2);
  std::set<u64> seen;
  for (int i = 0; i < 4000; ++i) seen.insert(edge_constant(random));
  for (u64 edge : {u64{0x7f}, u64{0x80}, u64{0xff}, u64{0x100}, u64{0x7fffffff}, u64{0x80000000}, u64{0xffffffff},
                   u64{0x100000000}, ~u64{0x7f}, ~u64{0x80}, ~u64{0x7fffffff}, ~u64{0x80000000}}) {
    INFO(edge);
    CHECK(seen.contains(edge));
  }
}

TEST_CASE("stores of every width come between loads of bytes that they overlap") {
  std::set<std::tuple<i32, i32, i32>> seen;  // widths of load and store, and how they lie
  for (u64 seed = 0; seed < 16000; ++seed) {
    Bench bench(seed);
    overlapping_accesses(bench.composer);
    const auto all = accesses(bench.code);
    for (std::size_t i = 0; i + 2 < all.size(); ++i)
      if (all[i].kind == 'l' && all[i + 1].kind == 's' && all[i + 2].kind == 'l' && all[i].first == all[i + 2].first)
        seen.insert({all[i].last - all[i].first + 1, all[i + 1].last - all[i + 1].first + 1, all[i + 1].first - all[i].first});
  }
  for (i32 load : {1, 2, 4, 8})
    for (i32 store : {1, 2, 4, 8})
      for (i32 apart = 1 - store; apart < load; ++apart) {
        INFO(load << " " << store << " " << apart);
        CHECK(seen.contains({load, store, apart}));
      }
}

TEST_CASE("an address that was far is near again") {
  for (u64 seed = 0; seed < 500; ++seed) {
    Bench bench(seed);
    far_address(bench.composer);
    const u64 pc = bench.run().words[pc_word];
    REQUIRE(pc == placement.code_end);
  }
}

TEST_CASE("every operation comes with one register, and with constants only") {
  std::set<u16> same, constant;
  for (u64 seed = 0; seed < 6000; ++seed) {
    Bench bench(seed);
    same_operands(bench.composer);
    const Item& item = bench.code[bench.code.size() - 1];
    const Shape& shape = *item.shape();
    std::set<unsigned> sources;
    for (const Operand& operand : shape.all())
      if (operand.is_register() && !operand.destination) sources.insert(operand.number_in(item.word));
    if (sources.size() == 1) same.insert(item.row);
    if (bench.code.size() > 2) constant.insert(item.row);
  }
  for (const Shape& shape : shapes()) {
    if (shape.length != 4 || shape.memory != Memory::none || shape.flow != Flow::next || !shape.operand(OperandKind::rs2)) continue;
    INFO(shape.row->mnemonic());
    CHECK(same.contains(shape.index));
    CHECK(constant.contains(shape.index));
  }
}

TEST_CASE("signed comparisons follow masks, shifts and extensions") {
  std::map<std::string_view, int> last, before;
  for (u64 seed = 0; seed < 2000; ++seed) {
    Bench bench(seed);
    known_bits_compared(bench.composer);
    ++last[bench.code[bench.code.size() - 1].shape()->row->mnemonic()];
    for (const Item& item : bench.code.all()) ++before[item.shape()->row->mnemonic()];
  }
  for (const char* mnemonic : {"slt", "slti", "blt", "bge", "min", "max"}) CHECK(last[mnemonic] > 40);
  for (const char* mnemonic : {"andi", "srli", "srai", "sext.b", "zext.h", "lbu", "lh"}) CHECK(before[mnemonic] > 40);
}

TEST_CASE("more values are alive than the host has registers") {
  for (const auto append : {live_integers, live_floats}) {
    std::size_t enough = 0;
    for (u64 seed = 0; seed < 200; ++seed) {
      Bench bench(seed);
      append(bench.composer);
      std::set<u32> results;
      for (const Item& item : bench.code.all()) {
        const Operand& into = *item.shape()->operand(OperandKind::rd);
        results.insert(into.number_in(item.word) + (into.floating ? 32u : 0u));
      }
      enough += results.size() >= 14;
    }
    CHECK(enough > 120);
  }
}

TEST_CASE("code is changed, run, put back and run again") {
  std::size_t both = 0;
  for (u64 seed = 0; seed < 300; ++seed) {
    Bench bench(seed);
    restored_code(bench.composer);
    const u64 pc = bench.run().words[pc_word];
    REQUIRE(pc == placement.code_end);
    // What stands at one address, as it was run.
    std::map<u64, std::vector<u32>> words;
    for (const Traced& step : bench.trace) words[step.pc].push_back(step.decoded.word);
    for (const auto& [address, run] : words)
      both += run.size() == 3 && run[0] == run[2] && run[0] != run[1];
  }
  CHECK(both > 100);
}

TEST_CASE("only the upper half of an instruction is changed, too") {
  std::size_t halves = 0;
  for (u64 seed = 0; seed < 300; ++seed) {
    Bench bench(seed);
    restored_code(bench.composer);
    bench.run();
    for (const Item& item : bench.code.all()) halves += item.shape()->row->mnemonic() == "sh";
  }
  CHECK(halves > 100);
}

TEST_CASE("a place is reserved, and the next one stored to on condition") {
  std::size_t failed = 0, then_stored = 0;
  for (u64 seed = 0; seed < 100; ++seed) {
    Bench bench(seed);
    reserved_neighbour(bench.composer);
    const GuestState state = bench.run();
    REQUIRE(state.words[pc_word] == placement.code_end);
    std::vector<const Item*> conditionals;
    for (const Item& item : bench.code.all())
      if (item.shape()->memory == Memory::conditional) conditionals.push_back(&item);
    REQUIRE(!conditionals.empty());
    failed += state.words[x_word + conditionals[0]->shape()->operand(OperandKind::rd)->number_in(conditionals[0]->word)] == 1;
    then_stored += conditionals.size() == 2;
  }
  CHECK(failed == 100);
  CHECK(then_stored > 30);
}

TEST_CASE("a double with half a box is used as a single, out of a register") {
  std::size_t as_both = 0;
  for (u64 seed = 0; seed < 200; ++seed) {
    Bench bench(seed);
    half_boxed(bench.composer);
    const std::size_t size = bench.code.size();
    REQUIRE(size >= 4);
    const Operand &last = *bench.code[size - 1].shape()->operand(OperandKind::rs1), &before = *bench.code[size - 2].shape()->operand(OperandKind::rs1);
    CHECK(last.single);
    as_both += before.floating && !before.single && before.number_in(bench.code[size - 2].word) == last.number_in(bench.code[size - 1].word);
  }
  CHECK(as_both > 100);
}

TEST_CASE("numbers just below, at and above the limits of integers are converted") {
  std::set<u64> seen;
  for (u64 seed = 0; seed < 2000; ++seed) {
    Bench bench(seed);
    conversion_limits(bench.composer);
    const Item& convert = bench.code[bench.code.size() - 1];
    CHECK(!convert.shape()->operand(OperandKind::rd)->floating);
    const Item& move = bench.code[bench.code.size() - 2];
    seen.insert(bench.run().words[x_word + move.shape()->operand(OperandKind::rs1)->number_in(move.word)]);
  }
  for (u64 limit : {u64{0x41dfffffffffffff}, u64{0x41e0000000000000}, u64{0x41efffffffffffff}, u64{0xc1e0000000000001}, u64{0x4f7fffff}, u64{0x5f000000}}) {
    INFO(limit);
    CHECK(seen.contains(limit));
  }
}

TEST_CASE("a lone sign bit is extended") {
  for (u64 seed = 0; seed < 50; ++seed) {
    Bench bench(seed);
    lone_sign_bit(bench.composer);
    const Item& last = bench.code[bench.code.size() - 1];
    const u64 extended = bench.run().words[x_word + last.shape()->operand(OperandKind::rd)->number_in(last.word)];
    CHECK((extended == 0 || i64(extended) < 0));
  }
}

TEST_CASE("budgets end at, before and behind what passes control on") {
  Generator generator;
  Random random(5);
  Tracer tracer;
  std::vector<Traced> trace;
  std::size_t cut = 0, at = 0;
  constexpr std::size_t blocks = 1000;
  for (std::size_t i = 0; i < blocks; ++i) {
    const Block block = generator.generate(random, {Mix::budgets});
    tracer.trace(block.program, block.base, {largest_budget}, trace);
    const u64 budget = block.budget.instructions;
    cut += budget < trace.size();
    if (budget == 0 || budget > trace.size() || !trace[budget - 1].decoded.row) continue;
    at += shapes()[index_of(*trace[budget - 1].decoded.row)].flow != Flow::next;
  }
  CHECK(cut > blocks / 2);
  CHECK(at > blocks / 10);
}
