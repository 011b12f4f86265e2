#include "gdbstub/beside/case_reference.hpp"

#include "engine/guest/instructions.hpp"
#include "engine/tier/baseline_machine.hpp"
#include "gdbstub/beside/known_reason.hpp"
#include "oracle/machines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>

namespace diptych::gdb {
namespace {

// It begins anew where both are the same once running there from the start takes so long, longer where there is
// more memory to be taken along.
constexpr u64 instructions_between_starts = 2'000, bytes_an_instruction = 64;

class CaseReference final : public Reference {
 public:
  CaseReference(const Case& some, std::unique_ptr<Machine> machine, const ReferenceOptions& options)
      : guest_(some.guest()), machine_(std::move(machine)), options_(options) {
    starts_.push_back({last_number_, 0, some.program, some.input});
  }

  const std::string& name() const override { return machine_->describe().name; }

  Result<Sight> look(u64 time, const Outcome& engine, bool reserved) override {
    const Start& start = start_before(time);
    if (prepared_ != start.number) {
      if (auto prepared = machine_->prepare(start.program); !prepared) return std::unexpected(std::move(prepared).error());
      explainer_.take_up(start.program);
      prepared_ = start.number;
    }
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
    Sight sight{.state = (*last_)->state, .retired = start.time + (*last_)->retired.value_or(made), .difference = {}, .known = {}, .lost = {}};
    const auto took_over = [&] {
      sight = {.state = engine.state, .retired = time, .difference = {}, .known = {}, .lost = {}};
      sight.known = fmt::format("{} does not have the extension of the last instruction, and took over the engine's state behind it.", name());
      return sight;
    };
    if (agree(guest_, engines, **last_)) {
      if (passed_over_.contains(time)) return took_over();
      if (!reserved && !options_.known_too && made > instructions_between_starts + bytes_of(engine) / bytes_an_instruction) begin_at(time, start, engine);
      return sight;
    }
    for (const Difference& one : differences(guest_, engines, **last_))
      sight.difference += fmt::format("{}: engine {}, {} {}\n", one.name, one.left, name(), one.right);
    if (const u64 own = (*last_)->retired.value_or(made); own < made && lacks_extension(start)) {
      sight.known = fmt::format("{} does not have this instruction's extension.", name());
      sight.diverged = options_.known_too;
      if (own + 1 < made) {
        sight.lost = start.time + own;
      } else if (!options_.known_too) {
        passed_over_.insert(time);
        begin_at(time, start, engine);
        return took_over();
      }
      return sight;
    }
    if (const auto why = explainer_.explain_quickly(start.program, start.input, budget, engines, *machine_, **last_))
      sight.known = known_reason(*why, name(), guest_);
    sight.diverged = sight.known.empty() || options_.known_too;
    return sight;
  }

  void take_over(u64 time, const GuestState& engine, const ReadMemory& read) override {
    const Start& before = start_before(time);
    Start start{++last_number_, time, before.program, {engine, {}}};
    read(start.program.code_address, start.program.code);
    start.program.contents.clear();
    for (const Region& region : start.program.memory) {
      std::vector<u8> bytes(region.size);
      read(region.address, bytes);
      start.program.contents.push_back({region.address, std::move(bytes)});
    }
    // One at this time was of an earlier change, and later ones are of another story.
    while (!starts_.empty() && starts_.back().time >= time) starts_.pop_back();
    if (latest_ && latest_->time >= time) latest_.reset();
    passed_over_.erase(passed_over_.upper_bound(time), passed_over_.end());
    starts_.push_back(std::move(start));
  }

  std::string statistics() const override {
    return passed_over_.empty() ? std::string() : fmt::format("{} instructions not compared, since {} does not have their extensions\n", passed_over_.size(), name());
  }

  bool read_memory(u64 address, std::span<u8> bytes) const override { return last_ && last_->read(address, bytes); }

 private:
  struct Start {
    u64 number;
    u64 time;
    Program program;
    Input input;
  };

  const Start& start_before(u64 time) const {
    const Start& given = *std::prev(std::ranges::upper_bound(starts_, time, {}, &Start::time));
    return latest_ && latest_->time <= time && latest_->time >= given.time ? *latest_ : given;
  }

  static std::size_t bytes_of(const Outcome& engine) {
    std::size_t sum = 0;
    for (const MemoryView& view : engine.memory) sum += view.bytes.size();
    return sum;
  }

  // From now on it runs from here, where it is as the engine is. What the guest cannot write is as it was.
  void begin_at(u64 time, const Start& before, const Outcome& engine) {
    Start start{++last_number_, time, before.program, {engine.state, {}}};
    for (const MemoryView& view : engine.memory) {
      if (view.address == start.program.code_address) {
        start.program.code.assign(view.bytes.begin(), view.bytes.end());
        continue;
      }
      std::erase_if(start.program.contents, [&](const Bytes& some) { return some.address - view.address < view.bytes.size(); });
      start.program.contents.push_back({view.address, {view.bytes.begin(), view.bytes.end()}});
    }
    start.input.memory.clear();
    latest_ = std::move(start);
  }

  // Whether that is why it goes no further than it came last.
  bool lacks_extension(const Start& start) const {
    if ((*last_)->stop.kind != StopKind::illegal) return false;
    const u64 offset = (*last_)->state.words[program_counter_word(guest_)] - start.program.code_address;
    if (offset >= start.program.code.size()) return false;
    std::vector<u8> code(start.program.code.begin() + std::ptrdiff_t(offset), start.program.code.end());
    last_->read(start.program.code_address + offset, code);
    const auto instruction = instruction_at(guest_, code);
    return instruction && (extensions_used(guest_, std::span(code).first(instruction->length)) & ~machine_->describe().extensions(guest_)) != 0;
  }

  const Guest guest_;
  std::deque<Start> starts_;     // ascending: the case's own beginning, then each change by hand
  std::optional<Start> latest_;  // where both were the same last, if that is far behind the start before it
  u64 last_number_ = 1;
  u64 prepared_ = 0;             // the number of the start that is prepared
  std::unique_ptr<Machine> machine_;
  const ReferenceOptions options_;
  Explainer explainer_;
  std::set<u64> passed_over_;    // the times behind what it could not execute
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
