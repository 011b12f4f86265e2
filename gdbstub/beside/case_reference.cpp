#include "gdbstub/beside/case_reference.hpp"

#include "engine/tier/baseline_machine.hpp"
#include "oracle/comparison/explain.hpp"
#include "oracle/machines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace diptych::gdb {
namespace {

class CaseReference final : public Reference {
 public:
  CaseReference(const Case& some, std::unique_ptr<Machine> machine) : case_(some), machine_(std::move(machine)) {
    explainer_.take_up(case_.program);
  }

  const std::string& name() const override { return machine_->describe().name; }

  Result<Sight> look(u64 time, const Outcome& engine) override {
    if (auto prepared = machine_->prepare(case_.program); !prepared) return std::unexpected(std::move(prepared).error());
    // Where the engine was stopped by the instruction it stands at, the question is what this one makes of it.
    const Budget budget{engine.stop.kind == StopKind::budget || engine.stop.kind == StopKind::end ? time : time + 1};
    auto outcome = machine_->run(case_.input, budget, Precision::precise);
    if (!outcome) return std::unexpected(std::move(outcome).error());
    last_.emplace(**outcome);
    Outcome mine = engine;
    if (!(*last_)->retired) mine.retired.reset();
    if (mine.stop.kind == StopKind::budget && mine.state.words[program_counter_word(case_.guest())] == case_.program.code_end())
      mine.stop.kind = StopKind::end;
    Sight sight{(*last_)->state, (*last_)->retired.value_or(time), false, {}};
    if (agree(case_.guest(), mine, **last_)) return sight;
    sight.diverged = !explainer_.explain_quickly(case_.program, case_.input, budget, mine, *machine_, **last_);
    for (const Difference& one : differences(case_.guest(), mine, **last_))
      sight.difference += fmt::format("{}: engine {}, {} {}\n", one.name, one.left, name(), one.right);
    return sight;
  }

  bool read_memory(u64 address, std::span<u8> bytes) const override {
    if (!last_) return false;
    for (const MemoryView& view : (*last_)->memory) {
      const u64 offset = address - view.address;
      if (offset >= view.bytes.size() || view.bytes.size() - offset < bytes.size()) continue;
      std::memcpy(bytes.data(), view.bytes.data() + offset, bytes.size());
      return true;
    }
    return false;
  }

 private:
  const Case case_;
  std::unique_ptr<Machine> machine_;
  Explainer explainer_;
  std::optional<KeptOutcome> last_;
};

// Stages of translated code stand for themselves at each instruction, too.
Result<std::unique_ptr<Machine>> make_stepwise(std::string_view name, Guest guest) {
  const auto stage = std::ranges::find(jit::stages, name, &jit::Stage::name);
  if (stage == jit::stages.end()) return make_machine(name, guest);
  jit::Stage one = *stage;
  one.options.cut = true;
  return make_baseline_machine(one);
}

}  // namespace

Result<std::unique_ptr<Reference>> make_case_reference(const Case& some, std::string_view name) {
  auto machine = make_stepwise(name, some.guest());
  if (!machine) return std::unexpected(std::move(machine).error());
  if (!(*machine)->describe().exact_budget)
    return fail(ErrorKind::unsupported, fmt::format("{} cannot stop after a number of instructions, so it cannot stand beside the engine", name));
  if (auto prepared = (*machine)->prepare(some.program); !prepared) return std::unexpected(std::move(prepared).error().in(std::string(name)));
  return std::make_unique<CaseReference>(some, std::move(*machine));
}

}  // namespace diptych::gdb
