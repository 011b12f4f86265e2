#include "gdbstub/engine/case_inferior.hpp"

#include "engine/debug/case_execution.hpp"
#include "oracle/comparison/stages.hpp"
#include "oracle/comparison/vote.hpp"
#include "oracle/machines.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace diptych::gdb {
namespace {

class CaseInferior final : public Inferior {
 public:
  CaseInferior(const Case& some, std::unique_ptr<CaseExecution> execution) : case_(some), execution_(std::move(execution)) {}

  Guest guest() const override { return case_.guest(); }
  Execution& execution() override { return *execution_; }
  const Execution& execution() const override { return *execution_; }

  ProcessInfo process() const override { return {.id = 1, .triple = "riscv64-unknown-unknown-elf", .program = {}, .arguments = {}}; }
  std::string_view os_abi() const override { return "none"; }

  std::vector<MappingInfo> mappings() const override {
    const Program& program = case_.program;
    std::vector<MappingInfo> all = {{program.code_address, program.code_end(), program.code_access, "[code]", 0}};
    for (const Region& region : program.memory) all.push_back({region.address, region.address + region.size, region.access, "[memory]", 0});
    std::ranges::sort(all, {}, &MappingInfo::begin);
    return all;
  }

  std::vector<Range> compared_memory() const override {
    std::vector<Range> all;
    if (allows(case_.program.code_access, Access::write)) all.push_back({case_.program.code_address, case_.program.code.size()});
    for (const Region& region : case_.program.memory)
      if (allows(region.access, Access::write)) all.push_back({region.address, region.size});
    return all;
  }

  std::string outlook() const override {
    return fmt::format("The case's budget is {}; the code ends at {:#x}.", case_.budget.instructions, case_.program.code_end());
  }

  // With the stages go the references, who know which of two stages is right.
  std::string stages() override {
    auto machines = make_machines(subject_list("all", case_.guest()), case_.guest());
    if (!machines) return machines.error().message + ".\n";
    const std::size_t stage_count = count_stages(*machines, case_.guest());
    if (auto references = make_machines("unicorn", case_.guest()))
      for (auto& one : *references) machines->push_back(std::move(one));
    Explainer explainer;
    const auto statements = hear(case_, *machines, explainer, stage_count);
    if (!statements) return statements.error().message + ".\n";
    const std::vector<std::string> parting = parting_stages(*statements);
    if (parting.empty()) return fmt::format("All {} stages and {} agree on the case as it was given.\n", stage_count, "unicorn");
    return fmt::format("The case, as it was given, parts at stage {}.\n", fmt::join(parting, " and at stage "));
  }

  Result<void> prepare_restart(const Launch&) override { return {}; }

 private:
  const Case case_;
  std::unique_ptr<CaseExecution> execution_;
};

}  // namespace

Result<std::unique_ptr<Inferior>> make_case_inferior(const Case& some, std::string_view tier_name) {
  if (auto checked = check(some.program); !checked) return std::unexpected(std::move(checked).error());
  if (auto checked = check(some.program, some.input); !checked) return std::unexpected(std::move(checked).error());
  if (some.guest() != Guest::riscv64)
    return fail(ErrorKind::unsupported, fmt::format("a {} case cannot be debugged", name_of(some.guest())));
  // A case is debugged for the sake of the engine: each step is to be as the tier makes it.
  Result<std::unique_ptr<Tier>> tier = make_tier(tier_name, {.cut = true});
  if (!tier) return std::unexpected(std::move(tier).error());
  auto execution = CaseExecution::create(some.program, some.input, std::move(*tier));
  if (!execution) return std::unexpected(std::move(execution).error());
  return std::make_unique<CaseInferior>(some, std::move(*execution));
}

}  // namespace diptych::gdb
