// What the generator wants to know of a row, read off its form and its encoding once.
#pragma once

#include "engine/guest/riscv64/table.hpp"

#include <array>
#include <span>

namespace diptych::fuzz {

enum class OperandKind : u8 { rd, rs1, rs2, rs3, rm, shamt, zimm, ordering, fence, csr, immediate };

struct Operand {
  const Field* field = nullptr;
  OperandKind kind = OperandKind::immediate;
  bool floating = false;    ///< an f register
  bool single = false;      ///< and what it holds is a single
  bool compressed = false;  ///< three bits, for registers 8 to 15
  bool destination = false;
  bool base = false;  ///< the address of a load, a store or a jump
  u8 sign_width = 0;  ///< of an immediate: its width if it is signed

  bool is_register() const { return kind <= OperandKind::rs3; }
  u8 number_in(u32 word) const { return u8(field->extract(word) + (compressed ? 8 : 0)); }
  u32 with_number(u32 word, unsigned number) const { return field->insert(word, number - (compressed ? 8 : 0)); }
};

enum class Flow : u8 { next, branch, jump, indirect, trap };
enum class Memory : u8 { none, load, store, reserve, conditional, update };

struct Shape {
  const riscv64::Row* row = nullptr;
  u16 index = 0;
  u8 length = 4;
  Flow flow = Flow::next;
  Memory memory = Memory::none;
  u8 access = 0;  ///< bytes read or written
  bool bit_manipulation = false;
  bool at_stack = false;          ///< addresses from sp, without an operand for it
  u8 writes_always = 0;           ///< an x register written without an operand for it; 0: none
  const Field* offset = nullptr;  ///< of a branch or jump: the way from its own address to the target
  std::array<Operand, 8> operands{};
  u8 operand_count = 0;

  std::span<const Operand> all() const { return {operands.data(), operand_count}; }
  const Operand* operand(OperandKind kind) const;
  bool stores() const { return memory == Memory::store || memory == Memory::conditional || memory == Memory::update; }
  bool atomic() const { return memory >= Memory::reserve; }
};

constexpr u16 no_row = 0xffff;

/// In the order of riscv64::rows().
std::span<const Shape> shapes();

/// By mnemonic, which exists.
const Shape& shape_named(std::string_view mnemonic);

/// Index of the row the word is an instance of, or no_row. As riscv64::decode finds it, without the
/// operands.
u16 row_of(u32 word);

/// The x register that the instruction writes; 0 where there is none.
unsigned written_by(u16 row, u32 word);

}  // namespace diptych::fuzz
