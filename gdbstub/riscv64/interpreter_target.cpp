#include "gdbstub/riscv64/interpreter_target.hpp"

#include "engine/guest/riscv64/interpreter.hpp"
#include "gdbstub/breakpoints.hpp"
#include "gdbstub/guest_memory.hpp"
#include "gdbstub/riscv64/description.hpp"

#include <fmt/format.h>

#include <cstring>

namespace diptych::gdb::riscv64 {
namespace {

using diptych::riscv64::Interpreter;

Halt halt_of(const Stop& stop) {
  switch (stop.kind) {
    case StopKind::illegal:
      return {.signal = Signal::illegal};
    case StopKind::system_call:
      return {.signal = Signal::system_call};
    case StopKind::fault:
      return {.signal = Signal::segmentation};
    case StopKind::misaligned:
      return {.signal = Signal::bus};
    // The guest's own ebreak is one to the debugger as well.
    case StopKind::breakpoint:
      return {.signal = Signal::trap, .reason = HaltReason::software_breakpoint};
    default:
      return {.signal = Signal::trap};
  }
}

class InterpreterTarget final : public Target {
 public:
  explicit InterpreterTarget(const Case& some) : case_(some) { begin(); }

  const Description& description() const override { return description_; }

  std::vector<ThreadInfo> threads() const override { return {{.number = 1, .name = "the case"}}; }
  ProcessInfo process() const override { return {.triple = "riscv64-unknown-unknown", .program = {}, .arguments = {}}; }

  void read_register(u32, std::size_t number, std::span<u8> bytes) const override {
    const u64 value = value_of(number);
    std::memcpy(bytes.data(), &value, bytes.size());
  }

  void write_register(u32, std::size_t number, std::span<const u8> bytes) override {
    u64 value = 0;
    std::memcpy(&value, bytes.data(), bytes.size());
    set_value(number, value);
  }

  std::size_t read_memory(u32, u64 address, std::span<u8> bytes) const override {
    return memory_.read(address, bytes);
  }

  bool write_memory(u32, u64 address, std::span<const u8> bytes) override {
    if (!memory_.write(address, bytes)) return false;
    interpreter_.code_changed({address, bytes.size()});
    return true;
  }

  bool insert_breakpoint(BreakpointKind kind, u64 address) override {
    return address % 2 == 0 && breakpoints_.insert(kind, address);
  }
  void remove_breakpoint(BreakpointKind kind, u64 address) override { breakpoints_.remove(kind, address); }
  bool insert_watchpoint(Access, u64, u64) override { return false; }
  void remove_watchpoint(Access, u64, u64) override {}
  void remove_all_breakpoints() override { breakpoints_.clear(); }

  u64 program_counter(u32) const override { return pc(); }
  void set_program_counter(u32, u64 address) override { set_value(pc_number, address); }

  void resume(Resume how) override {
    how_ = how;
    why_ = "Interrupted.";  // unless a halt of its own says otherwise
    passing_ = pc() == halted_at_;
  }

  std::optional<Halt> advance(u64 most) override {
    auto halt = run(most);
    if (halt) halted_at_ = pc();
    return halt;
  }

  Halt interrupt() override {
    halted_at_ = pc();
    return {.signal = Signal::interrupt};
  }

  bool goes_back() const override { return false; }
  void pass_signals(std::span<const Signal>) override {}
  bool catch_calls(std::optional<std::vector<u64>>) override { return false; }
  std::vector<u8> auxiliary_vector() const override { return {}; }
  std::vector<MappingInfo> mappings() const override {
    std::vector<MappingInfo> result;
    for (const Area& area : memory_.areas())
      result.push_back({.begin = area.address, .end = area.address + area.size, .access = area.access, .name = {}});
    return result;
  }
  std::optional<SignalInformation> signal_information() const override { return std::nullopt; }
  bool set_signal_information(const SignalInformation&) override { return false; }
  std::optional<std::vector<u8>> open_file(std::string_view) const override { return std::nullopt; }
  std::optional<u64> allocate(u64, Access) override { return std::nullopt; }
  bool release(u64) override { return false; }

  std::string status() const override {
    return fmt::format("{}\n{} instructions retired; the case's budget is {}.\nThe code ends at {:#x}.\n", why_,
                       interpreter_.hart.retired, case_.budget.instructions, case_.program.code_end());
  }

  std::span<const MonitorCommand> commands() const override { return {}; }
  std::string take_notice() override { return {}; }

  // There is one program; arguments and environment are nothing to it.
  Result<void> restart(const Launch&) override {
    begin();
    return {};
  }

 private:
  u64 pc() const { return interpreter_.hart.state.words[diptych::riscv64::pc_word]; }

  void begin() {
    memory_.prepare(case_);
    interpreter_.bind(memory_.areas(), case_.program.code_end());
    Hart& hart = interpreter_.hart;
    hart.state = case_.input.state;
    hart.reservation.reset();
    hart.retired = 0;
    halted_at_ = pc();
    why_ = "At the beginning.";
  }

  u64 value_of(std::size_t number) const {
    namespace guest = diptych::riscv64;
    const Hart& hart = interpreter_.hart;
    if (number < pc_number) return hart.state.words[guest::x_word + number - x_number];
    if (number == pc_number) return pc();
    if (number < fflags_number) return hart.state.words[guest::f_word + number - f_number];
    const u64 fcsr = hart.state.words[guest::fcsr_word];
    switch (number) {
      case fflags_number:
        return fcsr & 0x1f;
      case frm_number:
        return fcsr >> 5 & 7;
      case fcsr_number:
        return fcsr;
      default:
        return hart.retired;  // the guest's only clock is its own
    }
  }

  void set_value(std::size_t number, u64 value) {
    namespace guest = diptych::riscv64;
    auto& words = interpreter_.hart.state.words;
    u64& fcsr = words[guest::fcsr_word];
    if (number == x_number || number > fcsr_number) return;
    if (number < pc_number)
      words[guest::x_word + number - x_number] = value;
    else if (number == pc_number)
      words[guest::pc_word] = value & ~u64{1};  // the register has no such bit
    else if (number < fflags_number)
      words[guest::f_word + number - f_number] = value;
    else if (number == fflags_number)
      fcsr = (fcsr & ~u64{0x1f}) | (value & 0x1f);
    else if (number == frm_number)
      fcsr = (fcsr & 0x1f) | (value & 7) << 5;
    else
      fcsr = value & 0xff;
  }

  std::optional<Halt> run(u64 most) {
    // A case has made no arrangements for signals.
    if (how_.signal && ends_program(*how_.signal)) {
      why_ = "Ended by a signal.";
      return Halt{.kind = HaltKind::killed, .signal = *how_.signal};
    }
    if (pc() == case_.program.code_end()) {
      why_ = "The end of the code was reached, and it went on: the case is over.";
      return Halt{.kind = HaltKind::exited};
    }
    if (how_.kind == ResumeKind::step) return one_step();
    if (how_.kind == ResumeKind::range || !breakpoints_.empty()) return run_watching(most);
    return halt_after(interpreter_.run({most}));
  }

  Halt one_step() {
    if (auto halt = halt_after(interpreter_.run({1}))) return *halt;
    why_ = "After a step.";
    return {.signal = Signal::trap};
  }

  // One instruction at a time, with a look at the PC before each.
  std::optional<Halt> run_watching(u64 most) {
    for (u64 i = 0; i < most; ++i) {
      if (const auto kind = breakpoints_.at(pc()); kind && !passing_) {
        why_ = "At a breakpoint.";
        return Halt{.signal = Signal::trap,
                    .reason = *kind == BreakpointKind::software ? HaltReason::software_breakpoint
                                                                : HaltReason::hardware_breakpoint};
      }
      passing_ = false;
      if (auto halt = halt_after(interpreter_.run({1}))) return halt;
      if (how_.kind == ResumeKind::range && pc() - how_.begin >= how_.end - how_.begin) {
        why_ = "After a step.";
        return Halt{.signal = Signal::trap};
      }
    }
    return std::nullopt;
  }

  std::optional<Halt> halt_after(const Stop& stop) {
    if (stop.kind == StopKind::budget) return std::nullopt;
    why_ = stop.kind == StopKind::end ? "At the end of the code." : "Stopped: " + describe(stop) + ".";
    Halt halt = halt_of(stop);
    // A breakpoint at the very end is reached as much as the end is.
    if (stop.kind == StopKind::end)
      if (const auto kind = breakpoints_.at(pc()); kind == BreakpointKind::software)
        halt.reason = HaltReason::software_breakpoint;
    return halt;
  }

  const Description description_ = describe("none");
  const Case case_;
  GuestMemory memory_;
  Interpreter interpreter_;
  Breakpoints breakpoints_;
  Resume how_;
  bool passing_ = false;  // the breakpoint at the PC is to be passed
  u64 halted_at_ = 0;
  std::string why_;
};

}  // namespace

std::unique_ptr<Target> make_interpreter_target(const Case& some) { return std::make_unique<InterpreterTarget>(some); }

}  // namespace diptych::gdb::riscv64
