#include "oracle/comparison/run_case.hpp"

namespace diptych {

Result<KeptOutcome> run_case(Machine& machine, const Case& some, Precision precision) {
  if (auto prepared = machine.prepare(some.program); !prepared) return std::unexpected(std::move(prepared).error());
  const std::vector<Input> inputs = some.all_inputs();
  if (auto begun = machine.begin(inputs, some.budget); !begun) return std::unexpected(std::move(begun).error());
  for (std::size_t index = 0; index + 1 < inputs.size(); ++index)
    if (auto ran = machine.outcome(index, precision); !ran) return std::unexpected(std::move(ran).error());
  Result<const Outcome*> last = machine.outcome(inputs.size() - 1, precision);
  if (!last) return std::unexpected(std::move(last).error());
  return KeptOutcome(**last);
}

bool may_say_when_fast(const Machine& machine, Guest guest, const Outcome& fast, const Outcome& precise) {
  if (agree(guest, fast, precise) || !machine.exact_when_fast(precise.stop)) return true;
  // Where the clock ends a run is chance.
  if (fast.stop.kind == StopKind::runaway && precise.stop.kind == StopKind::runaway) return true;
  const auto is_fault = [](const Outcome& outcome) {
    return outcome.stop.kind == StopKind::fault || outcome.stop.kind == StopKind::misaligned;
  };
  if (!is_fault(fast) || !is_fault(precise)) return false;
  Outcome without_place = fast;
  without_place.stop = precise.stop;
  const std::size_t pc = program_counter_word(guest);
  without_place.state.words[pc] = precise.state.words[pc];
  return agree(guest, without_place, precise);
}

}  // namespace diptych
