#include "fuzz/generate/named_rows.hpp"
#include "fuzz/generate/snippets/constants.hpp"
#include "fuzz/generate/snippets/row_list.hpp"
#include "fuzz/generate/snippets/snippets.hpp"

namespace diptych::fuzz {
namespace {

bool has_displacement(const Shape& shape, Memory memory) {
  return shape.memory == memory && shape.length == 4 && shape.operand(OperandKind::immediate);
}

const RowList& loads() {
  static const RowList all([](const Shape& shape) { return has_displacement(shape, Memory::load); });
  return all;
}
const RowList& stores() {
  static const RowList all([](const Shape& shape) { return has_displacement(shape, Memory::store); });
  return all;
}
const RowList& updates() {
  static const RowList all([](const Shape& shape) { return shape.memory == Memory::update; });
  return all;
}

// A register that holds an address to store at, 0 where there is none. Those with even numbers are mostly
// aligned, as atomic instructions want them.
unsigned writable_base(Composer& composer) {
  constexpr u32 even = 0x55555554;
  const u32 usable = composer.palette().pointers & composer.palette().writable;
  if (usable == 0) return 0;
  return composer.random().bit_of((usable & even) != 0 ? usable & even : usable);
}

void append_access(Composer& composer, const Shape& shape, unsigned base, i32 displacement) {
  u32 word = sample_word(shape, composer.palette(), composer.random());
  // Each load has a result of its own, so that all of them are compared.
  if (shape.memory != Memory::store) word = with_register(shape, word, OperandKind::rd, composer.reserve_register());
  word = with_register(shape, word, OperandKind::rs1, base);
  composer.append(shape, with_immediate(shape, word, u32(displacement)));
}

/// Bytes that accesses meet in.
struct Place {
  i32 at;
  u8 size;

  i32 overlapped_by(const Shape& shape, Random& random) const {
    return random.chance(1, 3) ? at : at + i32(random.between(1 - i64{shape.access}, i64{size} - 1));
  }
};

}  // namespace

void overlapping_accesses(Composer& composer) {
  Random& random = composer.random();
  const unsigned base = writable_base(composer);
  const Shape *load = loads().pick(composer), *store = stores().pick(composer), *update = updates().pick(composer);
  if (base == 0 || !load || !store) return;
  const Reservation until_end(composer);
  composer.palette().reserved |= u32{1} << base;
  // The same bytes under another name: nothing says that the two registers are near each other.
  unsigned alias = base;
  i32 apart = 0;
  if (random.chance(1, 4)) {
    alias = composer.reserve_register();
    apart = i32(random.between(-16, 16));
    composer.append(*named_rows().addi, with(*named_rows().addi, {.rd = alias, .rs1 = base, .imm = u32(apart)}));
  }
  const bool updates_too = update && random.chance(1, 8);
  const Place place = {.at = updates_too ? 0 : i32(random.between(-4, 4) * 8 + random.between(0, random.chance(1, 4) ? 7 : 0)),
                       .size = load->access};
  // Loads, stores, and updates. A load is the first one again, mostly.
  constexpr std::string_view orders[] = {"lsl", "lsl", "lsl", "lssl", "lslsl", "ssl", "sl", "sls"};
  for (const char access : random.pick(orders)) {
    if (access == 'l') {
      const Shape* again = random.chance(3, 4) ? load : loads().pick(composer);
      append_access(composer, *again, base, again == load ? place.at : place.overlapped_by(*again, random));
    } else if (updates_too) {
      append_access(composer, *update, base, 0);
    } else {
      const Shape* changing = random.chance(1, 2) ? store : stores().pick(composer);
      append_access(composer, *changing, alias, place.overlapped_by(*changing, random) - apart);
    }
    if (random.chance(1, 6)) composer.plain(1);
  }
}

void far_address(Composer& composer) {
  const NamedRows& rows = named_rows();
  Random& random = composer.random();
  const unsigned base = writable_base(composer);
  const Shape* access = random.chance(1, 2) ? loads().pick(composer) : stores().pick(composer);
  if (base == 0 || !access) return;
  const Reservation until_end(composer);
  composer.palette().reserved |= u32{1} << base;
  const unsigned distance = composer.reserve_register(), far = composer.reserve_register();
  const u64 edge = edge_constant(random);
  append_constant(composer, distance, edge);
  composer.append(*rows.add, with(*rows.add, {.rd = far, .rs1 = base, .rs2 = distance}));
  // Back by another constant, or by the one that is there: either is folded with the first.
  const bool by_another = random.chance(1, 2);
  if (by_another) append_constant(composer, distance, u64(random.between(-64, 64)) - edge);
  const Shape& back = by_another ? *rows.add : *rows.sub;
  composer.append(back, with(back, {.rd = far, .rs1 = far, .rs2 = distance}));
  append_access(composer, *access, far, i32(random.between(-64, 64)));
}

}  // namespace diptych::fuzz
