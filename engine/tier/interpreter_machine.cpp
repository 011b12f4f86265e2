#include "engine/tier/interpreter_machine.hpp"

#include "engine/guest/riscv64/bound_interpreter.hpp"
#include "engine/guest/riscv64/registers.hpp"

namespace diptych {
namespace {

class InterpreterMachine final : public Machine {
 public:
  const Description& describe() const override {
    static const Description description = {
        .name = "interp",
        .version = "0.1",
        .guests = {{Guest::riscv64, (ExtensionSet{1} << riscv64::extension_names.size()) - 1}},
        .counts_retired = true,
        .exact_budget = true,
        .hides_code_end = true,
    };
    return description;
  }

  Result<void> prepare(const Program& program) override {
    if (program.guest != Guest::riscv64)
      return fail(ErrorKind::unsupported, "interp does not run " + std::string(name_of(program.guest)));
    bound_.prepare(program);
    view_writable(bound_.areas(), outcome_.memory);
    return {};
  }

  Result<void> begin(std::span<const Input> inputs, Budget budget) override {
    inputs_ = inputs;
    budget_ = budget;
    return {};
  }

  Result<const Outcome*> outcome(std::size_t index, Precision) override {
    bound_.start(inputs_[index]);
    outcome_.stop = bound_.interpreter().run(budget_);
    outcome_.state = bound_.interpreter().hart.state;
    outcome_.retired = bound_.interpreter().hart.retired;
    return &outcome_;
  }

 private:
  riscv64::BoundInterpreter bound_;
  std::span<const Input> inputs_;
  Budget budget_;
  Outcome outcome_;
};

}  // namespace

std::unique_ptr<Machine> make_interpreter_machine() { return std::make_unique<InterpreterMachine>(); }

}  // namespace diptych
