#include "engine/tier/ir_machine.hpp"

#include "engine/guest/riscv64/ir_runner.hpp"
#include "engine/tier/bound_machine.hpp"

namespace diptych {

std::unique_ptr<Machine> make_ir_machine(std::string_view pass) {
  std::string name = pass.empty() ? "ir" : "ir:" + std::string(pass);
  return std::make_unique<BoundMachine<riscv64::IrRunner>>(std::move(name), ir::pass_number(pass));
}

}  // namespace diptych
