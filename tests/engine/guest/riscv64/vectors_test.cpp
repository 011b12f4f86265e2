// What runs the vectors, and tests that it can tell right from wrong.
#include "tests/engine/guest/riscv64/vectors.hpp"

#include "engine/tier/interpreter_machine.hpp"
#include "tests/catch.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstdlib>

namespace diptych::riscv64 {
namespace {

u64 value_of(std::string_view text) {
  const bool single = text.starts_with("s:");
  if (!single && !text.starts_with("d:")) return static_cast<u64>(assemble_detail::number(text));
  const std::string number(text.substr(2));
  if (number.starts_with("0x")) return (single ? boxed : 0) | static_cast<u64>(assemble_detail::number(number));
  char* end = nullptr;
  const u64 bits = single ? boxed | std::bit_cast<u32>(std::strtof(number.c_str(), &end))
                          : std::bit_cast<u64>(std::strtod(number.c_str(), &end));
  if (end != number.c_str() + number.size()) throw std::invalid_argument("no number: " + number);
  return bits;
}

template <class Take>
void for_each_assignment(std::string_view text, Take take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.empty()) continue;
    const std::size_t equals = one.find('=');
    if (equals == one.npos) throw std::invalid_argument("no assignment: " + std::string(one));
    take(one.substr(0, equals), value_of(one.substr(equals + 1)));
  }
}

std::size_t word_of(std::string_view name) {
  const Register* found = register_named(Guest::riscv64, name);
  if (!found) throw std::invalid_argument("no register: " + std::string(name));
  return found->word;
}

u64 address_of(std::string_view name) {
  return static_cast<u64>(assemble_detail::number(name.substr(1, name.size() - 2)));
}

void put(std::map<u64, u8>& bytes, u64 address, u64 value) {
  for (u64 i = 0; i < 8; ++i) bytes[address + i] = u8(value >> (8 * i));
}

// Every byte that is not zero, of the writable areas.
std::map<u64, u8> bytes_of(const Outcome& outcome) {
  std::map<u64, u8> bytes;
  for (const MemoryView& view : outcome.memory)
    for (std::size_t i = 0; i < view.bytes.size(); ++i)
      if (view.bytes[i] != 0) bytes[view.address + i] = view.bytes[i];
  return bytes;
}

std::string difference_with(const Vector& vector, Access code_access) {
  const std::vector<u32> words = assemble_all(vector.text);
  Program program{.code_address = code_at,
                  .code = code_of(words),
                  .code_access = code_access,
                  .memory = {std::begin(vector_memory), std::end(vector_memory)},
                  .contents = {}};
  if (auto checked = check(program); !checked) return checked.error().message;

  Input input;
  input.state.words[pc_word] = code_at;
  set(input, vector.before);

  const std::size_t mark = vector.after.find('!');
  const bool stops = mark != vector.after.npos;
  GuestState expected = input.state;
  if (!stops) expected.words[pc_word] = program.code_end();
  std::map<u64, u8> memory;
  for (const Bytes& bytes : input.memory)
    for (std::size_t i = 0; i < bytes.bytes.size(); ++i) memory[bytes.address + i] = bytes.bytes[i];
  if (allows(code_access, Access::write))
    for (std::size_t i = 0; i < program.code.size(); ++i) memory[code_at + i] = program.code[i];
  for_each_assignment(vector.after.substr(0, mark), [&](std::string_view name, u64 value) {
    if (name.starts_with('[')) put(memory, address_of(name), value);
    else expected.words[word_of(name)] = value;
  });
  std::erase_if(memory, [](const auto& byte) { return byte.second == 0 || byte.first - 0x21000 < 0x1000; });

  static const std::unique_ptr<Machine> machine = make_interpreter_machine();
  if (auto prepared = machine->prepare(program); !prepared) return prepared.error().message;
  auto run = machine->run(input, Budget{words.size()}, Precision::precise);
  if (!run) return run.error().message;
  const Outcome& outcome = **run;

  std::string text;
  const std::string stop = describe(outcome.stop);
  if (stops) {
    if (stop != vector.after.substr(mark + 1)) text += fmt::format(" stop is {};", stop);
  } else {
    if (stop != "end" && stop != "budget") text += fmt::format(" stop is {};", stop);
    if (outcome.retired != words.size()) text += fmt::format(" {} retired;", outcome.retired.value_or(0));
  }
  if (outcome.state.words[0] != 0) text += " x0 is not zero;";
  for (const Register& r : registers_of(Guest::riscv64))
    if (outcome.state.words[r.word] != expected.words[r.word])
      text += fmt::format(" {} is {:#x}, not {:#x};", r.name, outcome.state.words[r.word], expected.words[r.word]);
  const std::map<u64, u8> left = bytes_of(outcome);
  for (const auto& [address, byte] : left)
    if (!memory.contains(address) || memory[address] != byte)
      text += fmt::format(" byte {:#x} is {:#x}, not {:#x};", address, byte, memory[address]);
  for (const auto& [address, byte] : memory)
    if (byte != 0 && !left.contains(address)) text += fmt::format(" byte {:#x} is 0, not {:#x};", address, byte);
  return text;
}

}  // namespace

std::vector<u32> assemble_all(std::string_view text) {
  std::vector<u32> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("; "), text.size());
    words.push_back(assemble(text.substr(0, end)));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return words;
}

std::vector<u8> code_of(std::span<const u32> words) {
  std::vector<u8> code;
  for (u32 word : words)
    for (unsigned i = 0; i < length_of(u16(word)); ++i) code.push_back(u8(word >> (8 * i)));
  return code;
}

std::vector<u8> code_of(std::string_view text) { return code_of(assemble_all(text)); }

std::string difference(const Vector& vector) { return difference_with(vector, Access::read | Access::execute); }
std::string difference_writable(const Vector& vector) {
  return difference_with(vector, Access::read | Access::write | Access::execute);
}

void check_vectors(Extension extension, std::span<const Vector> vectors, std::size_t least) {
  std::map<std::string_view, std::size_t> seen;
  for (const Vector& vector : vectors) {
    INFO(vector.text << " | " << vector.before << " | " << vector.after);
    for (u32 word : assemble_all(vector.text)) ++seen[decode(word).row->mnemonic()];
    CHECK(difference(vector) == "");
  }
  for (const Row& row : rows())
    if (row.extension == extension) {
      INFO("vectors of " << row.form);
      CHECK(seen[row.mnemonic()] >= least);
    }
}

Answer answer_of(Machine& machine, const Input& input, u64 budget) {
  const auto run = machine.run(input, Budget{budget}, Precision::precise);
  REQUIRE(run);
  Answer answer{(*run)->stop, (*run)->state, (*run)->retired.value_or(~u64{0}), {}};
  for (const auto& [address, byte] : bytes_of(**run)) answer.memory[address & ~u64{7}] |= u64{byte} << (8 * (address & 7));
  return answer;
}

void set(Input& input, std::string_view assignments) {
  for_each_assignment(assignments, [&](std::string_view name, u64 value) {
    if (!name.starts_with('[')) {
      input.state.words[word_of(name)] = value;
      return;
    }
    Bytes bytes{address_of(name), {}};
    for (u64 i = 0; i < 8; ++i) bytes.bytes.push_back(u8(value >> (8 * i)));
    input.memory.push_back(std::move(bytes));
  });
}

TEST_CASE("a vector that is wrong is seen to be wrong") {
  CHECK(difference({"add a0, a1, a2", "a1=1 a2=2", "a0=3"}) == "");
  CHECK(difference({"add a0, a1, a2", "a1=1 a2=2", "a0=4"}) == " a0 is 0x3, not 0x4;");
  CHECK(difference({"add a0, a1, a2", "a1=1 a2=2", "a0=3 pc=0"}) == " pc is 0x10004, not 0x0;");
  CHECK(difference({"sb a0, 0(a1)", "a0=1 a1=0x20000", ""}) == " byte 0x20000 is 0x1, not 0x0;");
  CHECK(difference({"add a0, a0, a0", "", "[0x20000]=1"}) == " byte 0x20000 is 0, not 0x1;");
  CHECK(difference({"ecall", "", "!breakpoint"}) == " stop is system-call;");
  CHECK(difference({"ecall", "", "pc=0x10000"}) != "");
  CHECK_THROWS_AS(assemble("addi a0, a1, 2048"), std::invalid_argument);
  CHECK_THROWS_AS(assemble("beq a0, a1, 3"), std::invalid_argument);
  CHECK_THROWS_AS(assemble("c.lw a6, 0(a0)"), std::invalid_argument);
  CHECK_THROWS_AS(assemble("c.addi zero, 1"), std::invalid_argument);
  CHECK_THROWS_AS(assemble("add a0, a1"), std::invalid_argument);
  CHECK_THROWS_AS(assemble("bogus"), std::invalid_argument);
}

TEST_CASE("the test assembler gives the words of the manual") {
  CHECK(assemble("addi a0, zero, 1") == 0x00100513);
  CHECK(assemble("lui a0, 0x80000") == 0x80000537);
  CHECK(assemble("jal ra, -4") == 0xffdff0ef);
  CHECK(assemble("beq a0, a1, -2") == 0xfeb50fe3);
  CHECK(assemble("sw ra, -4(sp)") == 0xfe112e23);
  CHECK(assemble("amomin.w a2, a1, (a0)") == 0x80b5262f);
  CHECK(assemble("lr.d.aq a0, (a1)") == 0x1405b52f);
  CHECK(assemble("sc.w.rl a0, a2, (a1)") == 0x1ac5a52f);
  CHECK(assemble("fadd.s fa0, fa1, fa2") == 0x00c5f553);
  CHECK(assemble("csrrw a0, fcsr, a1") == 0x00359573);
  CHECK(assemble("fence rw, w") == 0x0310000f);
  CHECK(assemble("c.addi16sp sp, -64") == 0x7139);
  CHECK(assemble("c.ldsp ra, 56(sp)") == 0x70e2);
}

}  // namespace diptych::riscv64
