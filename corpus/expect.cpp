#include "corpus/expect.hpp"

#include "engine/memory/areas.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace diptych {
namespace {

// Memory as it was found: where it cannot be written, it is that still.
class Found {
 public:
  Found(const Case& some, const Outcome& outcome) : outcome_(outcome) {
    before_.prepare(some.program);
    for (const AreaPlan& plan : before_.areas())
      if (!allows(plan.access, Access::write))
        unwritable_.push_back({plan.address, before_.bytes(std::size_t(&plan - before_.areas().data()))});
    for (const Bytes& bytes : some.input.memory) laid_.push_back(&bytes);
  }

  std::optional<u8> at(u64 address) const {
    for (const MemoryView& view : outcome_.memory)
      if (address - view.address < view.bytes.size()) return view.bytes[address - view.address];
    for (std::size_t i = laid_.size(); i-- > 0;)
      if (address - laid_[i]->address < laid_[i]->bytes.size()) return laid_[i]->bytes[address - laid_[i]->address];
    for (const MemoryView& view : unwritable_)
      if (address - view.address < view.bytes.size()) return view.bytes[address - view.address];
    return std::nullopt;
  }

 private:
  const Outcome& outcome_;
  InitialMemory before_;
  std::vector<MemoryView> unwritable_;
  std::vector<const Bytes*> laid_;
};

}  // namespace

std::vector<std::string> unmet(const Case& some, const Outcome& outcome) {
  std::vector<std::string> lines;
  if (!some.expect) return lines;
  const Expectation& expect = *some.expect;
  if (expect.stop && *expect.stop != outcome.stop)
    lines.push_back(fmt::format("the stop is {} where {} is expected", describe(outcome.stop), describe(*expect.stop)));
  for (const ExpectedRegister& one : expect.registers) {
    const u64 value = outcome.state.words[one.word];
    if (value == one.value) continue;
    const auto all = registers_of(some.guest());
    const auto reg = std::ranges::find(all, one.word, &Register::word);
    lines.push_back(fmt::format("{} is {:#x} where {:#x} is expected", reg->name, value, one.value));
  }
  if (!expect.memory.empty()) {
    const Found found(some, outcome);
    for (const Bytes& run : expect.memory)
      for (std::size_t i = 0; i < run.bytes.size(); ++i) {
        const std::optional<u8> value = found.at(run.address + i);
        if (value != run.bytes[i])
          lines.push_back(fmt::format("the byte at {:#x} is {} where {:02x} is expected", run.address + i,
                                      value ? fmt::format("{:02x}", *value) : "not known", run.bytes[i]));
      }
  }
  if (expect.retired && outcome.retired && *expect.retired != *outcome.retired)
    lines.push_back(fmt::format("{} instructions retired where {} are expected", *outcome.retired, *expect.retired));
  return lines;
}

}  // namespace diptych
