#include "fuzz/generate/named_rows.hpp"
#include "fuzz/generate/snippets/snippets.hpp"

#include <bit>

namespace diptych::fuzz {

// An illegal word ends the run, so that one after the other only the first would be reached. Here a number, made
// of registers that each input has other values in, is counted down, and where it is zero the word is met.
void word_chain(Composer& composer, ReservedWords& words, std::size_t count) {
  const NamedRows& rows = named_rows();
  Random& random = composer.random();
  const Reservation until_end(composer);
  const unsigned number = composer.reserve_register(), shifted = composer.reserve_register();
  const auto mix_in = [&](unsigned from, u32 by) {
    const Operand& shift = *rows.srli->operand(OperandKind::shamt);
    composer.append(*rows.srli, shift.field->insert(with(*rows.srli, {.rd = shifted, .rs1 = from}), by));
    composer.append(*rows.add, with(*rows.add, {.rd = number, .rs1 = number, .rs2 = shifted}));
  };
  // The low bits of one register are often the same ones: those of several are not.
  composer.append(*rows.add, with(*rows.add, {.rd = number, .rs1 = composer.spare_register(), .rs2 = composer.spare_register()}));
  for (u32 by : {7u, 13u}) mix_in(composer.spare_register(), by);
  mix_in(number, 5);
  composer.append(*rows.andi, with(*rows.andi, {.rd = number, .rs1 = number, .imm = std::bit_ceil(u32(count)) - 1}));
  for (std::size_t left = count; left > 0; --left) {
    const bool narrow = number >= 8 && number < 16 && composer.source().permits(*rows.c_bnez);
    const Shape& skip = narrow ? *rows.c_bnez : *rows.bne;
    composer.append(skip, with(skip, {.rs1 = number}));
    const std::size_t branch = composer.code().size() - 1;
    composer.code().append(item_of(words.draw(composer.source(), composer.palette(), random)));
    composer.code()[branch].target = i16(composer.code().size());
    const Shape& down = composer.either(*rows.c_addi, *rows.addi);
    composer.append(down, with(down, {.rd = number, .rs1 = number, .imm = ~u32{0}}));
  }
}

}  // namespace diptych::fuzz
