// Linked into a command and a worker of the tests' own, this gives them two machines more.
#include "oracle/machines.hpp"
#include "tests/toy/toy_machine.hpp"

namespace diptych {
namespace {

[[maybe_unused]] const bool registered = [] {
  register_machine({"toy", false, [](Guest) -> Result<std::unique_ptr<Machine>> { return make_toy_machine("toy", true); }});
  register_machine({"toy-right", false, [](Guest) -> Result<std::unique_ptr<Machine>> { return make_toy_machine("toy-right", false); }});
  return true;
}();

}  // namespace
}  // namespace diptych
