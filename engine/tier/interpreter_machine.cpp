#include "engine/tier/interpreter_machine.hpp"

#include "engine/guest/riscv64/interpreter.hpp"
#include "engine/tier/bound_machine.hpp"

namespace diptych {

std::unique_ptr<Machine> make_interpreter_machine() {
  return std::make_unique<BoundMachine<riscv64::Interpreter>>("interp");
}

}  // namespace diptych
