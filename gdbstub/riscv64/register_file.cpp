#include "gdbstub/riscv64/register_file.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "gdbstub/riscv64/description.hpp"

namespace diptych::gdb::riscv64 {

namespace guest = diptych::riscv64;

u64 register_value(const GuestState& state, u64 count, std::size_t number) {
  if (number < pc_number) return state.words[guest::x_word + number - x_number];
  if (number == pc_number) return state.words[guest::pc_word];
  if (number < fflags_number) return state.words[guest::f_word + number - f_number];
  const u64 fcsr = state.words[guest::fcsr_word];
  switch (number) {
    case fflags_number: return fcsr & 0x1f;
    case frm_number: return fcsr >> 5 & 7;
    case fcsr_number: return fcsr;
    default: return count;
  }
}

void set_register(GuestState& state, std::size_t number, u64 value) {
  u64& fcsr = state.words[guest::fcsr_word];
  if (number == x_number || number > fcsr_number) return;
  if (number < pc_number) state.words[guest::x_word + number - x_number] = value;
  else if (number == pc_number) state.words[guest::pc_word] = value & ~u64{1};  // the register has no such bit
  else if (number < fflags_number) state.words[guest::f_word + number - f_number] = value;
  else if (number == fflags_number) fcsr = (fcsr & ~u64{0x1f}) | (value & 0x1f);
  else if (number == frm_number) fcsr = (fcsr & 0x1f) | (value & 7) << 5;
  else fcsr = value & 0xff;
}

}  // namespace diptych::gdb::riscv64
