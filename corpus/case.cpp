#include "corpus/case.hpp"

#include "corpus/sparse_bytes.hpp"
#include "corpus/text.hpp"

#include <algorithm>
#include <iterator>

namespace diptych {
namespace {

u64 fitting(u64 value, const Register& reg) { return reg.bits >= 64 ? value : value & ((u64{1} << reg.bits) - 1); }

GuestState only_registers(Guest guest, const GuestState& state) {
  GuestState result;
  for (const Register& reg : registers_of(guest)) result.words[reg.word] = fitting(state.words[reg.word], reg);
  return result;
}

std::string tidy_lines(std::string_view text) {
  std::string result;
  bool more = true;
  while (more) {
    const std::size_t end = text.find('\n');
    more = end != std::string_view::npos;
    result += tidy_line(text.substr(0, end));
    if (more) {
      result += '\n';
      text.remove_prefix(end + 1);
    }
  }
  return result;
}

void flatten(Expectation& expect, Guest guest) {
  std::vector<ExpectedRegister> registers;
  for (const Register& reg : registers_of(guest)) {
    auto said = std::ranges::find(expect.registers, reg.word, &ExpectedRegister::word);
    if (said != expect.registers.end()) registers.push_back({reg.word, fitting(said->value, reg)});
  }
  expect.registers = std::move(registers);
  SparseBytes memory;
  for (const Bytes& bytes : expect.memory) memory.lay(bytes);
  expect.memory = memory.runs();
}

}  // namespace

Case flatten(Case some) {
  some.why = tidy_lines(some.why);
  for (std::string& note : some.notes) note = tidy_line(note);
  some.input.state = only_registers(some.guest(), some.input.state);
  SparseBytes memory;
  for (const Bytes& bytes : some.program.contents) memory.lay(bytes);
  for (const Bytes& bytes : some.input.memory) memory.lay(bytes);
  some.program.contents.clear();
  some.input.memory.clear();
  for (const Region& region : some.program.memory)
    std::ranges::move(memory.nonzero_lines(region.address, region.size), std::back_inserter(some.program.contents));
  if (some.expect) flatten(*some.expect, some.guest());
  return some;
}

}  // namespace diptych
