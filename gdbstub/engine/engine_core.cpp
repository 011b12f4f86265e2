// `monitor core FILE`.
#include "gdbstub/engine/engine_target.hpp"
#include "gdbstub/riscv64/core_registers.hpp"

#include <elf.h>
#include <fmt/format.h>

namespace diptych::gdb {

std::string EngineTarget::write_core(std::string_view path) {
  if (!inferior_->makes_calls()) return "A case has no core file: it is a file that says all there is.\n";
  if (path.empty()) return "`monitor core FILE`: a path as the program sees it, within what --root and --dir grant.\n";
  const ProcessInfo process = inferior_->process();
  Core core{.machine = riscv64::core_machine,
            .flags = riscv64::core_flags,
            .notes = {riscv64::status_note(state(), process.id, last_signal_ ? last_signal_->signal : 0), process_note(process), riscv64::float_note(state())},
            .mappings = inferior_->mappings(),
            .read = [this](u64 address, std::span<u8> bytes) { return timeline_.read(address, bytes); }};
  if (last_signal_) core.notes.push_back({.type = NT_SIGINFO, .bytes = {last_signal_->information.begin(), last_signal_->information.end()}});
  core.notes.push_back({.type = NT_AUXV, .bytes = inferior_->auxiliary_vector()});
  core.notes.push_back(mapped_files_note(core.mappings));
  const auto written = inferior_->create_file(path, [&](int file) { return gdb::write_core(file, core); });
  if (!written) return fmt::format("There is no core file: {}.\n", written.error().message);
  return fmt::format("Wrote {}.\n", path);
}

}  // namespace diptych::gdb
