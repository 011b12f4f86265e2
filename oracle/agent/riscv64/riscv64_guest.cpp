#include "engine/guest/riscv64/registers.hpp"
#include "oracle/agent/agent_guest.hpp"
#include "oracle/agent/agent_image.hpp"
#include "oracle/agent/protocol.h"
#include "oracle/agent/riscv64/memory_access.hpp"

#include <algorithm>
#include <cstring>

namespace diptych::agent {
namespace {

using namespace riscv64;

// struct rt_sigframe of the RISC-V Linux ABI: siginfo (128 bytes), then ucontext.
constexpr std::size_t context_in_frame = 128;
constexpr std::size_t stack_in_context = 16;     // ss_sp, ss_flags, ss_size
constexpr std::size_t machine_in_context = 176;  // pc, x1 to x31, f0 to f31, fcsr
constexpr std::size_t floating_in_machine = 32 * 8;
constexpr std::size_t control_in_machine = 64 * 8;
// What lies around the code: the illegal instruction. Not a breakpoint: at one, qemu looks for a
// semihosting call in the words around it, and faults where those reach a page that is not there.
constexpr u16 filling = 0x0000;
// That search reads the four bytes that begin four behind a breakpoint, if they begin in its page. So a
// guest's own breakpoint six bytes before a page end is replaced by the illegal instruction too: else
// its translation would fault, and not even where it stands.
bool searched_behind_it(u64 address) { return address % page_size == page_size - 6; }
constexpr u16 compressed_break = 0x9002;
constexpr u16 refused = 0x9ab4;  // reserved as a compressed instruction, and above 0x0073 no system call
constexpr u32 system_call = 0x00000073;
constexpr u32 breakpoint = 0x00100073;  // differs from it in the upper half only

u16 half(std::span<const u8> bytes, u64 at) {
  u16 value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

void put(std::span<u8> bytes, u64 at, u16 value) { std::memcpy(bytes.data() + at, &value, sizeof value); }

bool is_long(u16 first_half) { return (first_half & 3) == 3; }

bool is_system_call(std::span<const u8> code, u64 at) {
  return half(code, at) == (system_call & 0xffff) && half(code, at + 2) == system_call >> 16;
}

bool is_breakpoint(std::span<const u8> bytes) {
  if (half(bytes, 0) == compressed_break) return true;
  return bytes.size() >= 4 && half(bytes, 0) == (breakpoint & 0xffff) && half(bytes, 2) == breakpoint >> 16;
}

void write_frame(const GuestState& state, u64 stack, u64 stack_size, u8* frame) {
  std::memset(frame, 0, context_in_frame + machine_in_context);
  u8* context = frame + context_in_frame;
  std::memcpy(context + stack_in_context, &stack, sizeof stack);
  std::memcpy(context + stack_in_context + 16, &stack_size, sizeof stack_size);
  u8* machine = context + machine_in_context;
  std::memcpy(machine, &state.words[pc_word], 8);
  std::memcpy(machine + 8, &state.words[x_word + 1], std::size_t{31} * 8);
  std::memcpy(machine + floating_in_machine, &state.words[f_word], std::size_t{32} * 8);
  std::memcpy(machine + control_in_machine, &state.words[fcsr_word], 8);
}

void read_state(const u8* machine, GuestState& state) {
  std::memcpy(&state.words[pc_word], machine, 8);
  state.words[x_word] = 0;
  std::memcpy(&state.words[x_word + 1], machine + 8, std::size_t{31} * 8);
  std::memcpy(&state.words[f_word], machine + floating_in_machine, std::size_t{32} * 8);
  u32 control = 0;
  std::memcpy(&control, machine + control_in_machine, sizeof control);
  state.words[fcsr_word] = control;
}

// x10 points to the registers, and so is loaded last; what then remains to be done needs none.
void write_entry(u64 address, u64 target, std::span<u8> page) {
  constexpr u32 pointer = 10;
  u64 at = 0;
  const auto emit = [&](u32 word) {
    std::memcpy(&page[at], &word, sizeof word);
    at += sizeof word;
  };
  const auto load = [](u32 opcode, u32 rd, u64 offset) {
    return u32(offset) << 20 | pointer << 15 | 3u << 12 | rd << 7 | opcode;
  };
  constexpr u32 load_general = 0x03;
  constexpr u32 load_floating = 0x07;
  emit(load(load_general, 1, control_in_machine));
  emit(0x00309073);  // csrw fcsr, x1
  for (u32 i = 0; i < 32; ++i) emit(load(load_floating, i, floating_in_machine + 8 * i));
  for (u32 i = 1; i < 32; ++i)
    if (i != pointer) emit(load(load_general, i, 8 * i));
  emit(load(load_general, pointer, 8 * pointer));
  const u32 offset = u32(target - (address + at));
  emit((offset >> 20 & 1) << 31 | (offset >> 1 & 0x3ff) << 21 | (offset >> 11 & 1) << 20 | (offset & 0xff000) | 0x6f);
  for (; at + 2 <= page.size(); at += 2) put(page, at, filling);
}

// An ecall is made an illegal instruction by its upper half alone. Where that half was an instruction by
// itself, it was the illegal 0x0000, and what replaces it is illegal too: only a program that reads or
// rewrites its own code can tell, and it hardly ever writes just this.
// The upper half of an instruction cut off by the end of the code would be found in the filling, so the
// instruction is replaced whole, where the code read from its start arrives at it.
void plant(const AreaPlan& code, std::span<u8> pages, Planted& planted) {
  planted.replaced.clear();
  planted.system_calls.clear();
  const u64 first = code.address - code.first_page;
  const u64 end = first + code.size;
  for (u64 at = 0; at + 2 <= first; at += 2) put(pages, at, filling);
  for (u64 at = end + end % 2; at + 2 <= pages.size(); at += 2) put(pages, at, filling);
  if (end % 2 != 0 && end < pages.size()) pages[end] = 0;

  const std::span<u8> bytes = pages.subspan(first, code.size);
  auto replace = [&](u64 at, u16 by) {
    planted.replaced.push_back({.offset = at, .was = half(bytes, at), .is = by});
    put(bytes, at, by);
  };
  u64 boundary = 0;  // where the code read from its start has an instruction begin
  for (u64 at = 0; at + 2 <= bytes.size(); at += 2) {
    const bool begins = at == boundary;
    const u64 length = is_long(half(bytes, at)) ? 4 : 2;
    if (begins) boundary += length;
    // Where two halves only happen to meet in the middle of others, nothing that executes may change.
    const bool searched = begins && searched_behind_it(code.address + at);
    if (at + 4 <= bytes.size() && is_system_call(bytes, at)) {
      planted.system_calls.push_back(code.address + at);
      replace(at + 2, refused);
    } else if (searched && is_breakpoint(bytes.subspan(at))) {
      replace(at, filling);
    } else if (begins && at + length > bytes.size() && end % page_size != 0) {
      replace(at, filling);
    }
  }
}

std::optional<u64> first_unreachable(const MemoryAccess& tried, std::span<const AreaPlan> areas) {
  for (u64 i = 0; i < tried.size; ++i) {
    const u64 byte = tried.address + i;
    const bool reachable = std::ranges::any_of(areas, [&](const AreaPlan& area) {
      return byte - area.address < area.size && allows(area.access, tried.access);
    });
    if (!reachable) return byte;
  }
  return std::nullopt;
}

Stop explain(const Ending& ending, const GuestState& state, const Scene& scene) {
  const u64 pc = state.words[pc_word];
  const u64 offset = pc - scene.code_address;
  const u64 size = scene.code.size();
  if (offset == size) return {.kind = StopKind::end};
  if (ending.signal == AGENT_SIGNAL_POKE) return {.kind = StopKind::runaway};
  if (offset > size || offset + 2 > size) return {.kind = StopKind::fault, .access = Access::execute, .address = pc};
  u32 instruction = half(scene.code, offset);
  if (is_long(u16(instruction))) {
    if (offset + 4 > size)
      return {.kind = StopKind::fault, .access = Access::execute, .address = scene.code_address + size};
    instruction |= u32{half(scene.code, offset + 2)} << 16;
  }
  const std::optional<MemoryAccess> tried = memory_access(instruction, state);
  // Unless the guest has written something else there since.
  const bool system_call_here = offset + 4 <= size && is_system_call(scene.code, offset) &&
                                std::ranges::binary_search(scene.planted->system_calls, pc);
  switch (ending.signal) {
    case AGENT_SIGNAL_TRAP:
      return {.kind = system_call_here ? StopKind::system_call : StopKind::breakpoint};
    case AGENT_SIGNAL_BUS:
      if (tried) return {.kind = StopKind::misaligned, .access = tried->access, .address = tried->address};
      return {.kind = StopKind::misaligned, .access = Access::read, .address = ending.signal_address};
    case AGENT_SIGNAL_SEGMENT: {
      if (!tried) return {.kind = StopKind::fault, .access = Access::read, .address = ending.signal_address};
      return {.kind = StopKind::fault,
              .access = tried->access,
              .address = first_unreachable(*tried, scene.areas).value_or(ending.signal_address)};
    }
    default:
      if (system_call_here) return {.kind = StopKind::system_call};
      return {.kind = is_breakpoint(scene.code.subspan(offset)) ? StopKind::breakpoint : StopKind::illegal};
  }
}

bool made_system_call(const Scene& scene) {
  for (u64 at = 0; at + 4 <= scene.code.size(); at += 2)
    if (is_system_call(scene.code, at) &&
        !std::ranges::binary_search(scene.planted->system_calls, scene.code_address + at))
      return true;
  return false;
}

// The address space is reserved well away from where the host maps anything, so that no small offset
// from either end of it reaches the emulator. The extensions are exactly ours: the others are off.
std::vector<std::string> arguments(std::string processor) {
  return {"-B", "0x100000000000", "-R", "0x100000000000", "-s", "65536", "-cpu", std::move(processor)};
}

}  // namespace

const AgentGuest& riscv64_guest() {
  static const AgentGuest guest{
      .guest = Guest::riscv64,
      .extensions = (ExtensionSet{1} << extension_names.size()) - 1,
      .emulator = "qemu-riscv64",
      .dialects = {arguments("rv64i,i=true,m=true,a=true,f=true,d=true,c=true,zicsr=true,zifencei=true,"
                             "zicntr=true,zba=true,zbb=true,zbs=true"),
                   arguments("rv64,g=true,c=true,h=false,v=false,zba=true,zbb=true,zbc=false,zbs=true,pmu-num=0"),
                   arguments("rv64,zba=true,zbb=true,zbc=false,zbs=true")},
      .image = riscv64_agent_image,
      .write_frame = write_frame,
      .read_state = read_state,
      .jump_reach = u64{1} << 20,
      .write_entry = write_entry,
      .plant = plant,
      .explain = explain,
      .made_system_call = made_system_call,
  };
  return guest;
}

}  // namespace diptych::agent
