// asmjit's assembler, writing straight into code memory, and what it is not asked for: jumps whose target comes
// later or changes, which would each need a label; and moves between registers and the guest's state, which are
// half of all code.
#pragma once

#include "engine/jit/code_memory.hpp"
#include "engine/jit/host.hpp"

#include <array>
#include <cstring>
#include <utility>

namespace diptych::jit {

/// A position is an offset from the begin of the code memory.
class Assembler : public asmjit::x86::Assembler {
 public:
  using Condition = asmjit::x86::CondCode;

  explicit Assembler(CodeMemory& memory) : memory_(memory) {
    code_.init(asmjit::Environment::host(), reinterpret_cast<u64>(memory.executable()));
    asmjit::CodeBuffer& buffer = code_.textSection()->buffer();
    buffer._data = memory.writable();
    buffer._capacity = memory.size();
    buffer._flags = asmjit::CodeBufferFlags::kIsExternal | asmjit::CodeBufferFlags::kIsFixed;
    code_.attach(this);
    code_.setErrorHandler(&errors_);
  }

  u32 position() const { return u32(offset()); }
  void rewind(u32 position) { setOffset(position); }
  bool has_room(std::size_t bytes) const { return remainingSpace() >= bytes; }
  const u8* address(u32 position) const { return memory_.executable() + position; }
  /// Something could not be encoded since this was last asked.
  bool failed() { return std::exchange(errors_.any, false); }

  /// What the routines take: the number of a site or a link.
  void number_to_scratch(u32 number) {
    move_number(host::scratch.id(), number);
  }

  // Registers are numbered as the host numbers them; `at` is a displacement from host::state. Narrow moves
  // clear the upper half of the register.

  void load_state(u32 to, i32 at, bool narrow = false) {
    rex(!narrow, to, 0);
    put(0x8b);
    state_operand(to, at);
  }
  void store_state(i32 at, u32 from) {
    rex(true, from, 0);
    put(0x89);
    state_operand(from, at);
  }
  void load_state_vector(u32 to, i32 at) {
    vex_scalar(to);
    put(0x10);
    state_operand(to, at);
  }
  void store_state_vector(i32 at, u32 from) {
    vex_scalar(from);
    put(0x11);
    state_operand(from, at);
  }
  void move(u32 to, u32 from, bool narrow = false) {
    rex(!narrow, from, to);
    put(0x89);
    put(u8(0xc0 | (from & 7) << 3 | (to & 7)));
  }
  void move_number(u32 to, u32 number) {
    rex(false, 0, to);
    put(u8(0xb8 | (to & 7)));
    put_word(number);
  }

  /// A jump that goes nowhere yet; gives the position of its displacement.
  u32 jump() {
    put(0xe9);
    return displacement();
  }
  u32 jump_if(Condition condition) {
    put(0x0f);
    put(u8(0x80 | u8(condition)));
    return displacement();
  }
  u32 call_forward() {
    put(0xe8);
    return displacement();
  }
  /// Makes the jump at that displacement go to a position.
  void direct(u32 displacement, u32 to) {
    const i32 distance = i32(to - (displacement + 4));
    std::memcpy(memory_.writable() + displacement, &distance, 4);
  }
  /// Makes the jump on a condition at that displacement one on none, of code that may have run.
  void jump_always(u32 displacement) {
    constexpr std::array<u8, 2> padded_jump = {0x90, 0xe9};
    std::memcpy(memory_.writable() + displacement - padded_jump.size(), padded_jump.data(), padded_jump.size());
  }
  void jump_to(u32 to) { direct(jump(), to); }
  void call_to(u32 to) { direct(call_forward(), to); }
  void bind_here(u32 displacement) { direct(displacement, position()); }

 private:
  struct Errors final : asmjit::ErrorHandler {
    void handleError(asmjit::Error, const char*, asmjit::BaseEmitter*) override { any = true; }
    bool any = false;
  };

  void put(u8 byte) { *_bufferPtr++ = byte; }
  void put_word(u32 word) {
    std::memcpy(_bufferPtr, &word, 4);
    _bufferPtr += 4;
  }
  // The prefix for 64 bits, and for registers from r8 on, where one of these is needed.
  void rex(bool wide, u32 reg, u32 base) {
    const u8 bits = u8(u32{wide} << 3 | reg >> 3 << 2 | base >> 3);
    if (bits != 0) put(0x40 | bits);
  }
  // That of vmovsd.
  void vex_scalar(u32 reg) {
    put(0xc5);
    put(reg < 8 ? 0xfb : 0x7b);
  }
  void state_operand(u32 reg, i32 at) {
    static_assert(host::state.id() == 5);
    const bool near = at == i8(at);
    put(u8((near ? 0x45 : 0x85) | (reg & 7) << 3));
    if (near) put(u8(at));
    else put_word(u32(at));
  }
  u32 displacement() {
    const u32 here = position();
    _bufferPtr += 4;
    return here;
  }

  CodeMemory& memory_;
  asmjit::CodeHolder code_;
  Errors errors_;
};

}  // namespace diptych::jit
