#include "corpus/case.hpp"

#include "corpus/sparse_bytes.hpp"
#include "corpus/text.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <span>

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

void insert_lines(std::set<u64>& lines, std::span<const Bytes> laid) {
  for (const Bytes& bytes : laid) {
    const u64 end = bytes.address + bytes.bytes.size();
    for (u64 line = bytes.address & ~(SparseBytes::line_size - 1); line < end; line += SparseBytes::line_size) lines.insert(line);
  }
}

// The lines of memory that are not the same for an earlier input as for the one that is compared. Only where
// one of them lays bytes over the contents can there be any.
std::vector<Bytes> differing_lines(const SparseBytes& contents, const Input& earlier, const Input& input,
                                   const SparseBytes& compared) {
  std::set<u64> lines;
  insert_lines(lines, earlier.memory);
  insert_lines(lines, input.memory);
  SparseBytes own;
  for (u64 line : lines) own.lay(contents.line(line));
  for (const Bytes& bytes : earlier.memory) own.lay(bytes);
  SparseBytes differing;
  for (u64 line : lines)
    if (Bytes bytes = own.line(line); bytes != compared.line(line)) differing.lay(bytes);
  return differing.runs();
}

}  // namespace

std::vector<Input> Case::all_inputs() const {
  std::vector<Input> all = earlier;
  all.push_back(input);
  return all;
}

Case flatten(Case some) {
  some.why = tidy_lines(some.why);
  for (std::string& note : some.notes) note = tidy_line(note);
  SparseBytes contents, compared;
  for (const Bytes& bytes : some.program.contents) contents.lay(bytes), compared.lay(bytes);
  for (const Bytes& bytes : some.input.memory) compared.lay(bytes);
  for (Input& earlier : some.earlier) {
    earlier.state = only_registers(some.guest(), earlier.state);
    earlier.memory = differing_lines(contents, earlier, some.input, compared);
  }
  some.input.state = only_registers(some.guest(), some.input.state);
  some.program.contents.clear();
  some.input.memory.clear();
  for (const Region& region : some.program.memory)
    std::ranges::move(compared.nonzero_lines(region.address, region.size), std::back_inserter(some.program.contents));
  if (some.expect) flatten(*some.expect, some.guest());
  return some;
}

}  // namespace diptych
