// Blocks of IR that no lifter would make: any operation on any type, with far more values alive than there
// are registers.
#pragma once

#include "engine/guest/riscv64/registers.hpp"
#include "engine/ir/builder.hpp"

#include <random>

namespace diptych::ir {

class RandomBlock {
 public:
  /// Words of the state below this are read and written; so are the floating-point flags.
  static constexpr u32 words = 24;
  static constexpr u64 memory_at = 0x20000, memory_size = 0x1000;

  RandomBlock(std::mt19937_64& random, std::size_t guest_instructions, u8 rounding) : random_(random), rounding_(rounding) {
    block_.variant = rounding;
    for (std::size_t g = 0; g < guest_instructions; ++g) {
      builder_.begin(0x10000 + 4 * g, 4);
      one(g + 1 == guest_instructions);
    }
  }

  Block take() { return std::move(block_); }

 private:
  u64 below(u64 bound) { return random_() % bound; }
  Type integer() { return std::array{Type::i8, Type::i16, Type::i32, Type::i64, Type::i32, Type::i64, Type::i64}[below(7)]; }
  Type floating() { return below(2) ? Type::f64 : Type::f32; }

  u64 number() {
    constexpr std::array<u64, 12> some = {0, 1, ~u64{0}, 0x7f, 0x80, 0x7fff, 0x7fffffff, 0x80000000, u64{1} << 63, 0x3ff0000000000000, 0x3f800000, 63};
    return below(3) ? some[below(some.size())] : random_() >> below(64);
  }

  // A value of the type: one there is, if possible an old one.
  ValueId value(Type type) {
    for (int tries = 0; tries < 12 && !block_.instructions.empty(); ++tries) {
      const ValueId some = ValueId(below(block_.instructions.size()));
      if (block_.instructions[some].type == type) return some;
    }
    switch (type) {
      case Type::i64:
        return below(3) ? builder_.emit(Opcode::read_word, Type::i64, {}, below(words)) : builder_.constant(type, number());
      case Type::i1: {
        const Type compared = integer();
        const ValueId a = value(compared), b = value(compared);
        return builder_.emit(comparison(), Type::i1, {a, b});
      }
      case Type::f32:
      case Type::f64: {
        const ValueId bits = value(type == Type::f32 ? Type::i32 : Type::i64);
        return builder_.emit(Opcode::reinterpret, type, {bits});
      }
      default: {
        const ValueId wide = value(Type::i64);
        return below(4) ? builder_.emit(Opcode::truncate, type, {wide}) : builder_.constant(type, number());
      }
    }
  }

  Opcode comparison() { return Opcode(u8(Opcode::equal) + below(6)); }
  ValueId mode() { return builder_.constant(Type::i8, below(3) ? rounding_ : below(5)); }
  ValueId count(Type type) {
    const ValueId any = value(type);
    if (below(4) == 0) return builder_.constant(type, below(2) ? below(bits_of(type)) : number());
    return below(4) ? builder_.emit(Opcode::bit_and, type, {any, builder_.constant(type, bits_of(type) - 1)}) : any;
  }

  void compute() {
    const auto emit = [&](Opcode opcode, Type type, std::initializer_list<ValueId> operands) { return builder_.emit(opcode, type, operands); };
    const Type type = integer();
    switch (below(14)) {
      case 0: case 1: {
        constexpr std::array some = {Opcode::add, Opcode::subtract, Opcode::multiply, Opcode::bit_and, Opcode::bit_or, Opcode::bit_xor};
        const ValueId a = value(type), b = below(4) ? value(type) : builder_.constant(type, number());
        emit(some[below(some.size())], type, {a, b});
        break;
      }
      case 2: {
        const ValueId a = value(type), b = value(type);
        emit(Opcode(u8(Opcode::divide_signed) + below(4)), type, {a, b});
        break;
      }
      case 3: {
        const ValueId a = value(Type::i64), b = value(Type::i64);
        emit(Opcode(u8(Opcode::multiply_high_signed) + below(3)), Type::i64, {a, b});
        break;
      }
      case 4: {
        const ValueId a = value(type), b = count(type);
        emit(Opcode(u8(Opcode::shift_left) + below(4)), type, {a, b});
        break;
      }
      case 5: {
        const ValueId a = value(type), b = below(3) ? value(type) : builder_.constant(type, number());
        emit(comparison(), Type::i1, {a, b});
        break;
      }
      case 6: {
        const ValueId a = value(type);
        emit(Opcode(u8(Opcode::leading_zeros) + below(4)), type, {a});
        break;
      }
      case 7: {
        const Type narrow = Type(u8(Type::i8) + below(3));
        const Type wide = Type(u8(narrow) + 1 + below(u64(Type::i64) - u64(narrow)));
        const ValueId a = value(narrow);
        emit(below(2) ? Opcode::extend_signed : Opcode::extend_unsigned, wide, {a});
        break;
      }
      case 8: {
        const ValueId a = value(Type::i1);
        emit(Opcode::extend_unsigned, type, {a});
        break;
      }
      case 9: {
        const Type chosen = below(4) ? type : Type::i1;
        const ValueId when = value(Type::i1), yes = value(chosen), no = value(chosen);
        emit(Opcode::select, chosen, {when, yes, no});
        break;
      }
      case 10: {
        const ValueId a = value(Type::i1), b = value(Type::i1);
        emit(Opcode(u8(Opcode::bit_and) + below(3)), Type::i1, {a, b});
        break;
      }
      default:
        if (raising_) compute_floating();
    }
  }

  void compute_floating() {
    const Type type = floating(), other = type == Type::f32 ? Type::f64 : Type::f32;
    const ValueId rounding = mode();
    const Opcode opcode = Opcode(u8(Opcode::float_add) + below(u64(Opcode::float_convert) - u64(Opcode::float_add) + 1));
    ValueId made = no_value;
    switch (opcode) {
      case Opcode::float_square_root: made = builder_.emit(opcode, type, {rounding, value(type)}); break;
      case Opcode::float_fused_multiply_add: {
        const ValueId a = value(type), b = value(type), c = value(type);
        made = builder_.emit(opcode, type, {rounding, a, b, c});
        break;
      }
      case Opcode::float_equal:
      case Opcode::float_less:
      case Opcode::float_less_equal: {
        const ValueId a = value(type), b = value(type);
        made = builder_.emit(opcode, Type::i1, {rounding, a, b});
        break;
      }
      case Opcode::float_to_signed:
      case Opcode::float_to_unsigned: made = builder_.emit(opcode, below(2) ? Type::i64 : Type::i32, {rounding, value(type)}); break;
      case Opcode::float_from_signed:
      case Opcode::float_from_unsigned: made = builder_.emit(opcode, type, {rounding, value(below(2) ? Type::i64 : Type::i32)}); break;
      case Opcode::float_convert: made = builder_.emit(opcode, type, {rounding, value(other)}); break;
      default: {
        const ValueId a = value(type), b = value(type);
        made = builder_.emit(opcode, type, {rounding, a, b});
      }
    }
    flags_.push_back(made);
  }

  // What may stop comes first, then what takes effect; the end is last.
  void one(bool last) {
    raising_ = false;
    for (u64 n = below(6); n > 0; --n) compute();
    const u64 kind = below(12);
    if (kind == 0) builder_.emit(Opcode::trap_if, Type::none, {value(Type::i1)}, u64(StopKind::breakpoint));
    const ValueId target = builder_.constant(Type::i64, 0x40000 + 2 * below(64));
    if (kind < 6 && kind > 0) {
      ValueId address = value(Type::i64);
      if (below(8)) {
        const ValueId offset = builder_.emit(Opcode::bit_and, Type::i64, {address, builder_.constant(Type::i64, memory_size - 8)});
        address = builder_.emit(Opcode::add, Type::i64, {offset, builder_.constant(Type::i64, memory_at)});
      }
      if (below(2)) address = builder_.emit(Opcode::add, Type::i64, {address, builder_.constant(Type::i64, below(64) - 32)});
      const Type type = integer();
      if (kind < 4) builder_.emit(Opcode::load, type, {address});
      else builder_.emit(Opcode::store, Type::none, {address, value(type)});
    }
    // Where a guest instruction stops it has raised no flags; where it goes on, whatever may raise some does.
    flags_.clear();
    raising_ = true;
    for (u64 n = below(5); n > 0; --n) compute();
    for (u64 n = below(4); n > 0; --n) builder_.emit(Opcode::write_word, Type::none, {value(Type::i64)}, below(words));
    for (const ValueId raising : flags_) builder_.emit(Opcode::raise_flags, Type::none, {raising}, riscv64::fcsr_word);
    if (last) {
      const ValueId other = builder_.constant(Type::i64, 0x50000);
      switch (below(3)) {
        case 0: {
          // No guest is at an odd address.
          const ValueId any = value(Type::i64);
          builder_.emit(Opcode::exit, Type::none, {builder_.emit(Opcode::bit_and, Type::i64, {any, builder_.constant(Type::i64, ~u64{1})})});
          break;
        }
        case 1: builder_.emit(Opcode::branch, Type::none, {value(Type::i1), target, other}); break;
        default: builder_.emit(Opcode::exit, Type::none, {target});
      }
    } else if (kind == 11) {
      builder_.emit(Opcode::exit_if, Type::none, {value(Type::i1), target});
    }
  }

  std::mt19937_64& random_;
  const u8 rounding_;
  Block block_;
  Builder builder_{block_};
  std::vector<ValueId> flags_;
  bool raising_ = false;
};

}  // namespace diptych::ir
