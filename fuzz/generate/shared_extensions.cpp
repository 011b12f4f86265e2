#include "fuzz/generate/shared_extensions.hpp"

#include <algorithm>

namespace diptych::fuzz {

Extensions shared_extensions(std::span<const std::unique_ptr<Machine>> subjects,
                             std::span<const std::unique_ptr<Machine>> oracles, Guest guest) {
  const ExtensionSet first = subjects.front()->describe().extensions(guest);
  std::vector<ExtensionSet> sets;
  for (const auto& machines : {subjects.subspan(1), oracles})
    for (const std::unique_ptr<Machine>& machine : machines) sets.push_back(machine->describe().extensions(guest) & first);
  Extensions shared{.all = sets.empty() ? first : 0, .narrower = {}};
  for (const ExtensionSet set : sets) shared.all |= set;
  std::ranges::sort(sets);
  sets.erase(std::ranges::unique(sets).begin(), sets.end());
  std::erase(sets, shared.all);
  shared.narrower = std::move(sets);
  return shared;
}

}  // namespace diptych::fuzz
