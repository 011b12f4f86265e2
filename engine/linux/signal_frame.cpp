#include "engine/linux/signal_frame.hpp"

#include "engine/guest/riscv64/registers.hpp"

#include <csignal>
#include <cstddef>

namespace diptych::linux_guest {
namespace {

using riscv64::f_word;
using riscv64::fcsr_word;
using riscv64::pc_word;
using riscv64::x_word;

struct Frame {
  std::array<u8, 128> information;
  u64 flags;
  u64 link;
  SignalStack stack;
  u64 blocked;
  std::array<u8, 128 - 8> more_signals;
  u64 padding;  // what follows is aligned to 16 bytes
  u64 pc;
  std::array<u64, 31> x;
  std::array<u64, 32> f;
  u32 fcsr;
  std::array<u8, 528 - 260> wider_floats;  // room for quads; zero here
};
static_assert(offsetof(Frame, pc) == 128 + 176 && offsetof(Frame, f) == 128 + 432 && sizeof(Frame) == 1088);

constexpr std::size_t return_register = 1, stack_register = 2, first_argument = 10;

}  // namespace

bool on_signal_stack(const SignalStack& stack, u64 pointer) {
  return pointer > stack.address && pointer - stack.address <= stack.size;
}

bool enter_handler(GuestMemory& memory, GuestState& state, const SignalStack& stack, const Signal& signal,
                   const SignalAction& action, u64 blocked, u64 return_address) {
  auto& words = state.words;
  u64 pointer = words[x_word + stack_register];
  const bool already = on_signal_stack(stack, pointer);
  if ((action.flags & SA_ONSTACK) && stack.size != 0 && !already) pointer = stack.address + stack.size;
  pointer = (pointer - sizeof(Frame)) & ~u64{15};
  // What would run off the signal stack must not overwrite what lies below it.
  if (already && !on_signal_stack(stack, pointer)) return false;

  Frame frame{};
  frame.information = signal_information(signal);
  frame.stack = stack;
  frame.stack.flags = stack.size == 0 ? SS_DISABLE : already ? SS_ONSTACK : 0;
  frame.blocked = blocked;
  frame.pc = words[pc_word];
  for (std::size_t i = 1; i < 32; ++i) frame.x[i - 1] = words[x_word + i];
  for (std::size_t i = 0; i < 32; ++i) frame.f[i] = words[f_word + i];
  frame.fcsr = static_cast<u32>(words[fcsr_word]);
  if (!memory.write(pointer, frame)) return false;

  words[pc_word] = action.handler & ~u64{1};
  words[x_word + return_register] = return_address;
  words[x_word + stack_register] = pointer;
  words[x_word + first_argument] = static_cast<u64>(signal.number);
  words[x_word + first_argument + 1] = pointer + offsetof(Frame, information);
  words[x_word + first_argument + 2] = pointer + offsetof(Frame, flags);
  return true;
}

std::optional<FrameLeft> leave_handler(GuestMemory& memory, GuestState& state) {
  auto& words = state.words;
  const auto frame = memory.read<Frame>(words[x_word + stack_register]);
  if (!frame) return std::nullopt;
  words[pc_word] = frame->pc & ~u64{1};
  for (std::size_t i = 1; i < 32; ++i) words[x_word + i] = frame->x[i - 1];
  for (std::size_t i = 0; i < 32; ++i) words[f_word + i] = frame->f[i];
  words[fcsr_word] = frame->fcsr & 0xff;
  return FrameLeft{frame->blocked, frame->stack};
}

}  // namespace diptych::linux_guest
