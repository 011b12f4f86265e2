#include "cli/minimize_crash.hpp"

#include "engine/guest/instructions.hpp"
#include "oracle/comparison/run_case.hpp"
#include "oracle/machines.hpp"

namespace diptych::cli {
namespace {

bool is_lost_again(const Case& some, const Lost& lost, double limit) {
  const auto start = [&](MachineWatch& watch) -> Result<Work> {
    auto made = make_machine(lost.machine, some.guest());
    if (!made) return std::unexpected(std::move(made).error());
    return [&some, machine = std::shared_ptr<Machine>(watch.watched(std::move(*made)))](std::size_t) {
      for (const Precision precision : {Precision::fast, Precision::precise})
        if (!run_case(*machine, some, precision)) break;
      return std::string();
    };
  };
  bool again = false;
  const auto take = [&](std::size_t, std::expected<std::string, Lost> result) {
    again = !result && result.error().how == lost.how;
    return true;
  };
  return run_guarded(1, limit, start, take) && again;
}

}  // namespace

std::optional<fuzz::Minimized> minimize_crash(const Case& some, const Lost& lost, double limit) {
  if (lost.machine.empty() || !is_lost_again(some, lost, limit)) return std::nullopt;
  Case smallest = some;
  smallest.expect.reset();
  if (!lost.how.starts_with("did not end")) smallest = fuzz::shrink(std::move(smallest), [&](const Case& c) { return is_lost_again(c, lost, limit); });
  const auto first = instruction_at(smallest.guest(), smallest.program.code);
  const bool single = first && first->length == smallest.program.code.size();
  return fuzz::Minimized{std::move(smallest), {single ? std::string(first->mnemonic) : "several", DifferenceKind::crash, lost.machine}};
}

}  // namespace diptych::cli
