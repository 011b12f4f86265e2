// From a block of IR to host code: one pass, each operation emitted where it stands.
#pragma once

#include "engine/jit/part.hpp"
#include "engine/jit/values.hpp"

namespace diptych::jit {

class Compiler {
 public:
  Compiler(Assembler& assembler, const FrameLayout& layout, const Routines& routines, Records& records)
      : a_(assembler), layout_(layout), routines_(routines), records_(records), values_(assembler, layout, records) {}

  struct Request {
    Options options;
    u32 counter_word = 0;       ///< of the state: the program counter
    u32 status_word = ~u32{0};  ///< the word that holds floating-point flags: raised ones lie in the host's own
    u32 variant_bits = 1;       ///< of that word: what the block's variant is
    u8 rounding = 0;            ///< that the host's operations have while the block runs, numbered as IR does
    u8 variant = 0;             ///< in force while the block runs; the block may have been lifted for another
    bool trust_checks = true;   ///< accesses marked as checked need no check: nothing lies beyond the window
    bool looks = false;         ///< each access asks the table of pages first, for the host would not refuse it
    std::vector<Part>* parts = nullptr;  ///< where those of the code are added, if anybody asks
  };

  /// Appends the block's code and a record of it. Nothing if it needs more than there is room for; what
  /// was appended then is taken back.
  std::optional<u32> compile(const ir::Block& block, const Request& request);

 private:
  using Condition = asmjit::x86::CondCode;

  /// Code beside the way that is taken most of the time, emitted behind the block.
  struct Detour {
    using Kind = Part::Kind;
    Kind kind;
    bool vectors = false;
    u32 from = 0;       // displacement of the jump that comes here; 0 where it is a fault that does
    u32 back = 0;       // where to go on
    u32 site = 0;       // or the link
    u32 access = 0;     // plus one
    u32 displaced = 0, displaced_end = 0;
    u32 unexecuted = 0; // guest instructions that were counted and have not run
    u8 reg = 0;
    bool wide = false;
    u64 target = 0;
  };
  struct Address {
    ValueId base = no_value;
    i32 displacement = 0;
  };

  void instruction(ValueId n);

  // Integers: emit_integer.cpp
  void binary(ValueId n);
  bool masks_a_count(ValueId n, ValueId value, ValueId mask) const;
  void shift(ValueId n);
  void rotate(ValueId n);
  void multiply_high(ValueId n);
  void divide(ValueId n);
  void bits(ValueId n);
  void extend(ValueId n);
  void extend_by_zeros(ValueId n, ValueId from);
  void select(ValueId n);
  void compare_to_number(ValueId n);
  /// Emits the comparison behind a condition, and gives when it holds. Nothing else may be emitted before
  /// the flags are used but moves.
  Condition condition(ValueId v);
  bool is_fused(ValueId n) const;
  void compare(ValueId n);
  static Condition condition_of(ir::Opcode opcode);

  // Memory: emit_memory.cpp
  Address address(ValueId v) const;
  u32 check(asmjit::x86::Gp base, i32 displacement, bool checked, Access access);
  void load(ValueId n);
  void store(ValueId n);

  // Floating point: emit_float.cpp
  /// False: the host has no equal.
  bool floating(ValueId n);
  void round_as(u32 rounding);
  void float_arithmetic(ValueId n);
  void float_extreme(ValueId n);
  void float_compare(ValueId n);
  void float_to_integer(ValueId n, bool truncates);
  void float_from_integer(ValueId n);

  // Floating-point status: emit_status.cpp
  void raised_to_scratch();
  void read_status(ValueId n);
  void write_status(ValueId n);
  /// A jump that is taken where the block has changed what it was translated for.
  u32 jump_if_variant_changed();

  // Single-precision numbers in registers of twice their width: emit_boxes.cpp
  /// Whether the value is a shift by which a select finds out if a number is boxed; then that does it all.
  bool begins_unboxing(ValueId n);
  void unbox(ValueId n);
  /// Whether the value is widened to be boxed only, from where the vector registers are.
  bool begins_boxing(ValueId n);
  void box(ValueId n, ValueId widened, ValueId ones);

  // Control: emit_control.cpp
  void entry();
  u32 new_link(u64 target);
  void link(u32 displacement, u32 number);
  void exit(ValueId n);
  void fetch_compared(ValueId condition);
  void branch(ValueId n);
  void exit_if(ValueId n);
  void trap(ValueId n);
  void trap_if(ValueId n);
  void emit_detours();
  void emit(const Detour& detour);
  void note(Part::Kind kind, u32 guest, u32 number = 0);
  void note(const Detour& detour);

  // What C++ does: emit_site.cpp
  u32 site(ValueId n);
  void in_software(ValueId n);
  void slow_detour(u32 site, u32 check);
  void slow_detour(u32 site, u32 check, u32 access);

  const ir::Instruction& at(ValueId n) const { return block_->instructions[n]; }
  asmjit::x86::Mem word(u32 index, unsigned bytes = 8) const {
    return asmjit::x86::Mem(host::state, layout_.word(index), bytes);
  }
  asmjit::x86::Mem member(i32 displacement, unsigned bytes) const {
    return asmjit::x86::Mem(host::state, displacement, bytes);
  }

  Assembler& a_;
  const FrameLayout& layout_;
  const Routines& routines_;
  Records& records_;
  Values values_;
  const ir::Block* block_ = nullptr;
  Request request_;
  u32 translation_ = 0;
  u32 guest_ = 0;  // the guest instruction being translated
  bool changes_status_ = false;
  bool depends_on_rounding_ = false;
  std::vector<Detour> detours_;
};

}  // namespace diptych::jit
