#include "engine/tier/interpreter_machine.hpp"

#include "engine/guest/riscv64/interpreter.hpp"
#include "engine/memory/areas.hpp"

#include <cstring>

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
    initial_.prepare(program);
    areas_.clear();
    backing_.resize(initial_.areas().size());
    for (std::size_t i = 0; i < backing_.size(); ++i) {
      const AreaPlan& plan = initial_.areas()[i];
      const std::span<const u8> bytes = initial_.bytes(i);
      backing_[i].assign(bytes.begin(), bytes.end());
      areas_.push_back({plan.address, plan.size, plan.access, backing_[i].data()});
    }
    interpreter_.bind(areas_, program.code_end());
    view_writable(areas_, outcome_.memory);
    return {};
  }

  Result<void> begin(std::span<const Input> inputs, Budget budget) override {
    inputs_ = inputs;
    budget_ = budget;
    return {};
  }

  Result<const Outcome*> outcome(std::size_t index, Precision) override {
    const Input& input = inputs_[index];
    reset_memory(input);
    riscv64::Hart& hart = interpreter_.hart;
    hart.state = input.state;
    hart.reservation.reset();
    hart.retired = 0;
    outcome_.stop = interpreter_.run(budget_);
    outcome_.state = hart.state;
    outcome_.retired = hart.retired;
    return &outcome_;
  }

 private:
  // Only what may be written can differ from its initial bytes; where that may be executed too, what
  // was decoded from changed bytes is forgotten.
  void reset_memory(const Input& input) {
    for (std::size_t i = 0; i < areas_.size(); ++i) {
      const Area& area = areas_[i];
      if (!allows(area.access, Access::write) && !patched_) continue;
      const std::span<const u8> bytes = initial_.bytes(i);
      if (allows(area.access, Access::execute)) {
        if (std::memcmp(area.host, bytes.data(), area.size) == 0) continue;
        interpreter_.code_changed({area.address, area.size});
      }
      std::memcpy(area.host, bytes.data(), area.size);
    }
    patched_ = !input.memory.empty();
    lay(input.memory, areas_);
    for (const Bytes& bytes : input.memory) interpreter_.code_changed({bytes.address, bytes.bytes.size()});
  }

  InitialMemory initial_;
  std::vector<std::vector<u8>> backing_;
  std::vector<Area> areas_;
  riscv64::Interpreter interpreter_;
  std::span<const Input> inputs_;
  Budget budget_;
  bool patched_ = false;
  Outcome outcome_;
};

}  // namespace

std::unique_ptr<Machine> make_interpreter_machine() { return std::make_unique<InterpreterMachine>(); }

}  // namespace diptych
