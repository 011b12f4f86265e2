#include "fuzz/generate/named_rows.hpp"
#include "fuzz/generate/snippets/row_list.hpp"
#include "fuzz/generate/snippets/snippets.hpp"

namespace diptych::fuzz {
namespace {

// An instruction of four bytes that neither stores nor loads.
u32 any_wide_word(Composer& composer, const Shape*& row) {
  do row = &composer.source().plain_row(composer.random());
  while (row->length != 4 || row->memory != Memory::none);
  return sample_word(*row, composer.palette(), composer.random());
}

}  // namespace

void restored_code(Composer& composer) {
  const NamedRows& rows = named_rows();
  Random& random = composer.random();
  if (!composer.source().permits(*rows.fence_i)) return;
  const Reservation until_end(composer);
  const unsigned address = composer.reserve_register(), before = composer.reserve_register(),
                 after = composer.reserve_register(), link = composer.reserve_register();
  // All of an instruction, or its upper half with most of the immediate: then what changed begins within it.
  const bool half = random.chance(1, 3);
  const Shape &load = half ? shape_named("lhu") : *rows.lw, &store = half ? shape_named("sh") : *rows.sw;
  const u32 at = half ? 2 : 0;
  Code& code = composer.code();
  const std::size_t begin = code.size();
  std::size_t calls[3], call_count = 0;
  const auto call = [&] {
    calls[call_count++] = code.size();
    composer.append(*rows.jal, with(*rows.jal, {.rd = link}));
  };
  const auto put = [&](unsigned word) {
    composer.append(store, with(store, {.rs1 = address, .rs2 = word, .imm = at}));
    composer.append_glued(*rows.fence_i, rows.fence_i->row->encoding.match);
  };
  const Shape *original = rows.addi, *other = rows.addi;
  const u32 original_word = half ? sample_word(*original, composer.palette(), random) : any_wide_word(composer, original);
  const u32 other_word = half ? with_immediate(*other, original_word, u32(random.next())) >> 16 : any_wide_word(composer, other);
  const std::size_t pointing = composer.address_of_target(address);
  composer.append(load, with(load, {.rd = before, .rs1 = address, .imm = at}));
  composer.append(*rows.lui, with(*rows.lui, {.rd = after, .imm = other_word + 0x800}));
  composer.append(*rows.addiw, with(*rows.addiw, {.rd = after, .rs1 = after, .imm = other_word}));
  // What was never run before it was changed is another case than what was.
  if (random.chance(3, 4)) call();
  put(after);
  if (random.chance(3, 4)) call();
  put(before);
  call();
  if (random.chance(1, 2)) composer.plain(1);
  composer.append(*rows.jal, with(*rows.jal, {}));
  const std::size_t over = code.size() - 1, function = code.size();
  composer.append(*original, original_word);
  composer.jump_through(*rows.jalr, link, 0);
  // Who gets into it otherwise has no address to store at, or none to return to.
  for (std::size_t i = begin + 1; i < code.size(); ++i) code[i].inside = true;
  code[pointing].target = i16(function);
  code[over].target = i16(code.size());
  for (std::size_t i = 0; i < call_count; ++i) code[calls[i]].target = i16(function);
}

}  // namespace diptych::fuzz
