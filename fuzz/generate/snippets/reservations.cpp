#include "fuzz/generate/named_rows.hpp"
#include "fuzz/generate/snippets/snippets.hpp"

namespace diptych::fuzz {

// A conditional store may ask for less than it should: that some place is reserved, that one near it is, or that it
// holds what was read. So the neighbour holds the same, and the place itself is tried afterwards.
void reserved_neighbour(Composer& composer) {
  const NamedRows& rows = named_rows();
  Random& random = composer.random();
  constexpr u32 even = 0x55555554;  // whose addresses are mostly aligned
  const u32 usable = composer.palette().pointers & composer.palette().writable & even;
  const bool wide = random.chance(1, 4);
  const Shape &reserve = wide ? *rows.lr_d : *rows.lr_w, &conditional = wide ? *rows.sc_d : *rows.sc_w,
              &load = wide ? shape_named("ld") : *rows.lw, &store = wide ? *rows.sd : *rows.sw;
  if (usable == 0 || !composer.source().permits(reserve)) return;
  const Reservation until_end(composer);
  const unsigned base = random.bit_of(usable);
  composer.palette().reserved |= u32{1} << base;
  const unsigned other = composer.reserve_register(), held = composer.reserve_register(), failed = composer.reserve_register();
  const u32 apart = wide ? 8 : random.chance(3, 4) ? 4 : u32(-4);
  composer.append(load, with(load, {.rd = held, .rs1 = base}));
  composer.append(store, with(store, {.rs1 = base, .rs2 = held, .imm = apart}));
  composer.append(*rows.addi, with(*rows.addi, {.rd = other, .rs1 = base, .imm = apart}));
  composer.append(reserve, with(reserve, {.rd = held, .rs1 = base}));
  composer.append(conditional, with(conditional, {.rd = failed, .rs1 = other, .rs2 = composer.spare_register()}));
  if (random.chance(1, 2)) composer.append(conditional, with(conditional, {.rd = held, .rs1 = base, .rs2 = composer.spare_register()}));
}

}  // namespace diptych::fuzz
