#include "fuzz/generate/shared_extensions.hpp"

#include "engine/guest/riscv64/table.hpp"
#include "tests/catch.hpp"
#include "tests/oracle/comparison/faulty_machine.hpp"

using namespace diptych;
using namespace diptych::fuzz;

namespace {

constexpr ExtensionSet integer = bit(riscv64::Extension::I), multiply = integer | bit(riscv64::Extension::M),
                       floats = multiply | bit(riscv64::Extension::F);

std::vector<std::unique_ptr<Machine>> machines_with(std::initializer_list<ExtensionSet> sets) {
  std::vector<std::unique_ptr<Machine>> machines;
  for (const ExtensionSet set : sets) {
    auto machine = std::make_unique<FaultyMachine>("some", "none", [](GuestState&, const riscv64::Decoded&) {});
    machine->description().guests[0].extensions = set;
    machines.push_back(std::move(machine));
  }
  return machines;
}

}  // namespace

TEST_CASE("blocks use what the first subject has in common with another machine") {
  const auto shared = [](auto subjects, auto oracles) {
    return shared_extensions(machines_with(subjects), machines_with(oracles), Guest::riscv64);
  };
  using Sets = std::initializer_list<ExtensionSet>;
  CHECK(shared(Sets{floats}, Sets{integer}).all == integer);
  CHECK(shared(Sets{floats}, Sets{integer}).narrower.empty());
  CHECK(shared(Sets{integer}, Sets{floats}).all == integer);
  CHECK(shared(Sets{floats, floats}, Sets{integer}).all == floats);
  CHECK(shared(Sets{floats, floats}, Sets{integer}).narrower == std::vector{integer});
  CHECK(shared(Sets{floats}, Sets{multiply, integer, floats, multiply}).narrower == std::vector{integer, multiply});
  CHECK(shared(Sets{multiply}, Sets{}).all == multiply);
}
