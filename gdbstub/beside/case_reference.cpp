#include "gdbstub/beside/case_reference.hpp"

#include "engine/tier/baseline_machine.hpp"
#include "gdbstub/beside/known_reason.hpp"
#include "oracle/machines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace diptych::gdb {
namespace {

class CaseReference final : public Reference {
 public:
  CaseReference(const Case& some, std::unique_ptr<Machine> machine, const ReferenceOptions& options)
      : guest_(some.guest()), machine_(std::move(machine)), options_(options) {
    starts_.push_back({0, some.program, some.input});
  }

  const std::string& name() const override { return machine_->describe().name; }

  Result<Sight> look(u64 time, const Outcome& engine) override {
    const Start& start = start_before(time);
    if (auto prepared = machine_->prepare(start.program); !prepared) return std::unexpected(std::move(prepared).error());
    // Where the engine was stopped by the instruction it stands at, the question is what this one makes of it.
    const u64 made = time - start.time;
    const Budget budget{engine.stop.kind == StopKind::budget || engine.stop.kind == StopKind::end ? made : made + 1};
    auto outcome = machine_->run(start.input, budget, Precision::precise);
    if (!outcome) return std::unexpected(std::move(outcome).error());
    last_.emplace(**outcome);
    Outcome engines = engine;
    if (!(*last_)->retired) engines.retired.reset();
    else if (engines.retired) *engines.retired -= start.time;
    if (engines.stop.kind == StopKind::budget && engines.state.words[program_counter_word(guest_)] == start.program.code_end())
      engines.stop.kind = StopKind::end;
    Sight sight{.state = (*last_)->state, .retired = start.time + (*last_)->retired.value_or(made), .difference = {}, .known = {}};
    if (agree(guest_, engines, **last_)) return sight;
    if (std::exchange(explained_, &start) != &start) explainer_.take_up(start.program);
    if (const auto why = explainer_.explain_quickly(start.program, start.input, budget, engines, *machine_, **last_))
      sight.known = known_reason(*why, name(), guest_);
    sight.diverged = sight.known.empty() || options_.known_too;
    for (const Difference& one : differences(guest_, engines, **last_))
      sight.difference += fmt::format("{}: engine {}, {} {}\n", one.name, one.left, name(), one.right);
    return sight;
  }

  void take_over(u64 time, const GuestState& engine, const ReadMemory& read) override {
    const Start& before = start_before(time);
    Start start{time, before.program, {engine, {}}};
    read(start.program.code_address, start.program.code);
    start.program.contents.clear();
    for (const Region& region : start.program.memory) {
      std::vector<u8> bytes(region.size);
      read(region.address, bytes);
      start.program.contents.push_back({region.address, std::move(bytes)});
    }
    // One at this time was of an earlier change, and later ones are of another story.
    while (!starts_.empty() && starts_.back().time >= time) starts_.pop_back();
    starts_.push_back(std::move(start));
    explained_ = nullptr;
  }

  bool read_memory(u64 address, std::span<u8> bytes) const override { return last_ && last_->read(address, bytes); }

 private:
  // Where it runs from: the case's own beginning, then each change by hand.
  struct Start {
    u64 time;
    Program program;
    Input input;
  };

  const Start& start_before(u64 time) const { return *std::prev(std::ranges::upper_bound(starts_, time, {}, &Start::time)); }

  const Guest guest_;
  std::deque<Start> starts_;  // ascending, from 0 on; each stays where it is
  std::unique_ptr<Machine> machine_;
  const ReferenceOptions options_;
  Explainer explainer_;
  const Start* explained_ = nullptr;  // what the explainer has taken up
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

Result<std::unique_ptr<Reference>> make_case_reference(const Case& some, std::string_view name, const ReferenceOptions& options) {
  auto machine = make_stepwise(name, some.guest());
  if (!machine) return std::unexpected(std::move(machine).error());
  if (!(*machine)->describe().exact_budget)
    return fail(ErrorKind::unsupported, fmt::format("{} cannot stop after a number of instructions, so it cannot stand beside the engine", name));
  if (auto prepared = (*machine)->prepare(some.program); !prepared) return std::unexpected(std::move(prepared).error().in(std::string(name)));
  return std::make_unique<CaseReference>(some, std::move(*machine), options);
}

}  // namespace diptych::gdb
