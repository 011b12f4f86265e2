#include "engine/guest/riscv64/registers.hpp"
#include "oracle/unicorn/guest_traits.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace diptych::unicorn {
namespace {

using riscv64::Extension;

constexpr auto registers = [] {
  std::array<RegisterId, 64> all{};
  std::size_t n = 0;
  for (int i = 1; i < 32; ++i) all[n++] = {UC_RISCV_REG_X0 + i, u16(riscv64::x_word + std::size_t(i))};
  for (int i = 0; i < 32; ++i) all[n++] = {UC_RISCV_REG_F0 + i, u16(riscv64::f_word + std::size_t(i))};
  all[n++] = {UC_RISCV_REG_FCSR, u16(riscv64::fcsr_word)};
  return all;
}();

constexpr std::array<u8, 2> compressed_ebreak = {0x02, 0x90};

constexpr std::array<u8, 2> reserved_opcode = {0x6b, 0xa5};

u32 word_at(std::span<const u8> bytes) {
  u32 word = 0;
  std::memcpy(&word, bytes.data(), std::min(bytes.size(), sizeof word));
  return word;
}

bool write_register(uc_engine* engine, int id, u64 value) { return uc_reg_write(engine, id, &value) == UC_ERR_OK; }

// Unicorn starts in machine mode, where privileged registers may be read and written for good.
bool enter_user_level(uc_engine* engine, u64 stub_address, std::span<u8> stub) {
  constexpr u64 floating_point_dirty = 3 << 13;  // the state FP code ends in: translations depend on it
  constexpr u64 cycle_time_instret = 7;
  constexpr std::array<u32, 2> code = {0x30200073 /* mret */, 0x00100073 /* ebreak */};
  std::memcpy(stub.data(), code.data(), sizeof code);
  if (!write_register(engine, UC_RISCV_REG_MSTATUS, floating_point_dirty)) return false;
  if (!write_register(engine, UC_RISCV_REG_MCOUNTEREN, cycle_time_instret)) return false;
  if (!write_register(engine, UC_RISCV_REG_SCOUNTEREN, cycle_time_instret)) return false;
  if (!write_register(engine, UC_RISCV_REG_MEPC, stub_address + 4)) return false;
  uc_err error = uc_emu_start(engine, stub_address, 1, 0, 0);
  u64 pc = 0;
  uc_reg_read(engine, UC_RISCV_REG_PC, &pc);
  return error == UC_ERR_INSN_INVALID && pc == stub_address + 4;
}

std::optional<StopKind> stop_of_interrupt(u32 number) {
  switch (number) {
    case 2:
      return StopKind::illegal;
    case 3:
      return StopKind::breakpoint;
    case 4:
    case 6:
      return StopKind::misaligned;
    case 8:
      return StopKind::system_call;
    default:
      return std::nullopt;
  }
}

std::size_t instruction_size(std::span<const u8> bytes) { return (bytes[0] & 3) == 3 ? 4 : 2; }

constexpr u32 atomic_opcode = 0x2f;
constexpr u32 load_reserved = 2;

bool is_atomic(u32 word) { return (word & 0x7f) == atomic_opcode; }
bool is_load_reserved(u32 word) { return is_atomic(word) && word >> 27 == load_reserved; }

// An AMO, and here an SC as well, reads before it writes; the manual has either fault as a store.
Access access_tried(std::span<const u8> instruction, Access seen) {
  const u32 word = word_at(instruction);
  return is_atomic(word) && !is_load_reserved(word) ? Access::write : seen;
}

bool insists_on_alignment(std::span<const u8> instruction) { return is_atomic(word_at(instruction)); }

u64 address_used(std::span<const u8> instruction, const GuestState& state) {
  return state.words[riscv64::x_word + (word_at(instruction) >> 15 & 31)];
}

bool tail_may_branch(std::span<const u8> code) {
  if (code.size() % 2 != 0) return true;  // the terminator would not be where instructions can begin
  const u32 half = word_at(code.last(2));
  const u32 opcode = half & 0x7f;
  const u32 function = half >> 12;
  const bool jal = opcode == 0x6f;
  const bool jalr = opcode == 0x67 && (function & 7) == 0;
  const bool branch = opcode == 0x63 && (function & 6) != 2;
  return jal || jalr || branch;
}

constexpr ExtensionSet extensions = [] {
  ExtensionSet set = 0;
  for (Extension extension : {Extension::I, Extension::M, Extension::A, Extension::F, Extension::D, Extension::C,
                              Extension::Zicsr, Extension::Zifencei})
    set |= riscv64::bit(extension);
  return set;
}();

}  // namespace

const GuestTraits riscv64_traits = {
    .guest = Guest::riscv64,
    .architecture = UC_ARCH_RISCV,
    .mode = UC_MODE_RISCV64,
    .extensions = extensions,
    .registers = registers,
    .program_counter = UC_RISCV_REG_PC,
    .terminator = compressed_ebreak,
    .terminator_error = UC_ERR_INSN_INVALID,
    .terminator_stop = StopKind::breakpoint,
    .filler = reserved_opcode,
    .never_reached = 1,
    .enter_user_level = enter_user_level,
    .stop_of_interrupt = stop_of_interrupt,
    .instruction_size = instruction_size,
    .access_tried = access_tried,
    .insists_on_alignment = insists_on_alignment,
    .address_used = address_used,
    .tail_may_branch = tail_may_branch,
};

}  // namespace diptych::unicorn
