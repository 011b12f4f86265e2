#include "oracle/machines.hpp"

#include "engine/machine/similar_name.hpp"
#include "engine/tier/baseline_machine.hpp"
#include "engine/tier/interpreter_machine.hpp"
#include "engine/tier/ir_machine.hpp"
#include "oracle/agent/agent_machine.hpp"
#include "oracle/unicorn/unicorn_machine.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace diptych {
namespace {

using Made = Result<std::unique_ptr<Machine>>;

constexpr bool stage = true, reference = false;

constexpr auto built_in = std::to_array<RegisteredMachine>({
    {"interp", stage, [](Guest) -> Made { return make_interpreter_machine(); }},
    {"ir", stage, [](Guest) -> Made { return make_ir_machine(); }},
    {"ir:forward", stage, [](Guest) -> Made { return make_ir_machine("forward"); }},
    {"ir:fold", stage, [](Guest) -> Made { return make_ir_machine("fold"); }},
    {"ir:checks", stage, [](Guest) -> Made { return make_ir_machine("checks"); }},
    {"ir:common", stage, [](Guest) -> Made { return make_ir_machine("common"); }},
    {"ir:dead", stage, [](Guest) -> Made { return make_ir_machine("dead"); }},
    {"jit:emit", stage, [](Guest) { return make_baseline_machine(jit::stages[0]); }},
    {"jit:allocate", stage, [](Guest) { return make_baseline_machine(jit::stages[1]); }},
    {"jit:recover", stage, [](Guest) { return make_baseline_machine(jit::stages[2]); }},
    {"baseline", stage, [](Guest) { return make_baseline_machine(jit::stages[3]); }},
    {"unicorn", reference, [](Guest) -> Made { return make_unicorn_machine(); }},
    {"qemu", reference, [](Guest guest) -> Made { return make_qemu_machine(guest); }},
});

std::vector<RegisteredMachine>& all_registered() {
  static std::vector<RegisteredMachine> all(built_in.begin(), built_in.end());
  return all;
}

// The place of a machine in the pipeline; all that are no stage come behind it.
std::size_t place_of(std::string_view name) {
  const std::span<const RegisteredMachine> registered = built_in;
  const auto at = std::ranges::find(registered, name, &RegisteredMachine::name);
  return at != registered.end() && at->stage ? std::size_t(at - registered.begin()) : registered.size();
}

std::vector<std::string_view> plain_list(std::string_view list, Guest guest, bool stages) {
  std::vector<std::string_view> names;
  while (true) {
    const std::size_t comma = list.find(',');
    const std::string_view name = list.substr(0, comma);
    if (name == "all") {
      for (const RegisteredMachine& machine : all_registered()) {
        if (machine.stage != stages) continue;
        // A stage that this host cannot run is no part of all; a reference that is missing stays in the
        // list, so that whoever asks for it is told what to install.
        const Made made = machine.make(guest);
        if (!made ? !machine.stage : (*made)->describe().runs(guest)) names.push_back(machine.name);
      }
    } else {
      names.push_back(name);
    }
    if (comma == std::string_view::npos) return names;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

std::span<const RegisteredMachine> registered_machines() { return all_registered(); }

void register_machine(RegisteredMachine machine) { all_registered().push_back(machine); }

bool is_stage(std::string_view name) { return place_of(name) != built_in.size(); }

Result<std::unique_ptr<Machine>> make_machine(std::string_view name, Guest guest) {
  const std::span<const RegisteredMachine> registered = registered_machines();
  const auto known = std::ranges::find(registered, name, &RegisteredMachine::name);
  if (known == registered.end()) {
    std::vector<std::string_view> names(registered.size());
    std::ranges::transform(registered, names.begin(), &RegisteredMachine::name);
    return fail(ErrorKind::bad_input,
                fmt::format("there is no machine \"{}\"; there are {}{}", name, fmt::join(names, ", "), did_you_mean(name, names)));
  }
  Made made = known->make(guest);
  if (made && !(*made)->describe().runs(guest))
    return fail(ErrorKind::bad_input, fmt::format("{} does not run {}", name, name_of(guest)));
  return made;
}

Result<std::vector<std::unique_ptr<Machine>>> make_machines(std::string_view list, Guest guest) {
  std::vector<std::unique_ptr<Machine>> machines;
  while (true) {
    const std::size_t comma = list.find(',');
    Result<std::unique_ptr<Machine>> made = make_machine(list.substr(0, comma), guest);
    if (!made) return std::unexpected(std::move(made).error());
    machines.push_back(std::move(*made));
    if (comma == std::string_view::npos) return machines;
    list.remove_prefix(comma + 1);
  }
}

std::string subject_list(std::string_view list, Guest guest) {
  std::vector<std::string_view> stages, others;
  for (const std::string_view name : plain_list(list, guest, stage)) (is_stage(name) ? stages : others).push_back(name);
  std::ranges::sort(stages, {}, place_of);
  stages.insert(stages.end(), others.begin(), others.end());
  return fmt::format("{}", fmt::join(stages, ","));
}

std::string oracle_list(std::string_view list, Guest guest) {
  return fmt::format("{}", fmt::join(plain_list(list, guest, reference), ","));
}

}  // namespace diptych
