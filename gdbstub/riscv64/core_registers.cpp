#include "gdbstub/riscv64/core_registers.hpp"

#include "engine/guest/riscv64/registers.hpp"

#include <elf.h>

#include <cstring>

namespace diptych::gdb::riscv64 {
namespace {

namespace guest = diptych::riscv64;

// As <sys/procfs.h> of that Linux has it.
struct Status {
  struct {
    i32 signal = 0, code = 0, error = 0;
  } information;
  i16 current_signal = 0;
  u64 pending = 0, held = 0;
  i32 process = 0, parent = 0, group = 0, session = 0;
  u64 times[8] = {};
  u64 pc = 0;
  u64 x[31] = {};  // from x1 on
  i32 float_valid = 1;
};
static_assert(sizeof(Status) == 376 && offsetof(Status, pc) == 112);

struct Floats {
  u64 f[32] = {};
  u32 fcsr = 0;
};
static_assert(sizeof(Floats) == 264);

template <class T>
std::vector<u8> bytes_of(const T& value) {
  const auto* bytes = reinterpret_cast<const u8*>(&value);
  return {bytes, bytes + sizeof value};
}

}  // namespace

CoreNote status_note(const GuestState& state, u64 process, int signal) {
  Status status;
  status.information.signal = signal;
  status.current_signal = static_cast<i16>(signal);
  status.process = status.group = status.session = static_cast<i32>(process);
  status.pc = state.words[guest::pc_word];
  std::memcpy(status.x, &state.words[guest::x_word + 1], sizeof status.x);
  return {.type = NT_PRSTATUS, .bytes = bytes_of(status)};
}

CoreNote float_note(const GuestState& state) {
  Floats floats;
  std::memcpy(floats.f, &state.words[guest::f_word], sizeof floats.f);
  floats.fcsr = static_cast<u32>(state.words[guest::fcsr_word]);
  return {.type = NT_FPREGSET, .bytes = bytes_of(floats)};
}

}  // namespace diptych::gdb::riscv64
