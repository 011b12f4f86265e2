#include "fuzz/generate/generate.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "fuzz/generate/budget.hpp"
#include "fuzz/generate/finish.hpp"
#include "fuzz/generate/named_rows.hpp"
#include "fuzz/generate/placement.hpp"
#include "fuzz/generate/snippets/snippets.hpp"
#include "fuzz/generate/values.hpp"
#include "fuzz/generate/weighted.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace diptych::fuzz {
namespace {

using namespace riscv64;

constexpr u32 narrow_mask = 0xff00;
constexpr u32 stack = u32{1} << 2;

// sp, one or two that compressed instructions reach, and one or two others; never ra, which calls use.
u32 choose_pointers(Random& random) {
  u32 pointers = stack | u32{1} << (8 + random.below(8));
  if (random.chance(2, 5)) pointers |= u32{1} << (8 + random.below(8));
  constexpr u32 others = ~(narrow_mask | stack | 3u);
  pointers |= u32{1} << random.bit_of(others);
  if (random.chance(1, 2)) pointers |= u32{1} << random.bit_of(others);
  return pointers;
}

void fill(Bytes& bytes, u64 address, std::size_t size, Random& random) {
  bytes.address = address;
  bytes.bytes.resize(size);
  for (std::size_t at = 0; at < size; at += 8) {
    const u64 r = random.next();
    u64 value = sample(r % 4 == 0 ? double_samples : integer_samples, random);
    if (r % 4 == 1) {
      const u64 low = sample(single_samples, random), high = sample(single_samples, random);
      value = (low & 0xffffffff) | high << 32;
    }
    std::memcpy(&bytes.bytes[at], &value, 8);
  }
}

void set_memory(Program& program, bool with_constants, Random& random) {
  program.memory.resize(with_constants ? 2 : 1);
  program.memory[0] = placement.data;
  if (with_constants) program.memory[1] = placement.constants;
  program.contents.resize(with_constants ? 4 : 3);
  fill(program.contents[0], placement.first_middle - 32, 160, random);
  fill(program.contents[1], placement.crossing - 16, 32, random);
  fill(program.contents[2], placement.second_middle - 16, 128, random);
  if (with_constants) fill(program.contents[3], placement.constant_middle - 16, 96, random);
}

void set_registers(GuestState& state, const Palette& palette, Random& random) {
  state = {};
  for (unsigned i = 1; i < 32; ++i) {
    const bool pointer = (palette.pointers >> i & 1) != 0;
    state.words[x_word + i] = !pointer                           ? any_integer(random)
                              : (palette.writable >> i & 1) != 0 ? any_anchor(i, random)
                                                                 : constant_anchor(random);
  }
  for (unsigned i = 0; i < 32; ++i) state.words[f_word + i] = any_float(random, i);
  state.words[fcsr_word] = any_fcsr(random);
}

// Code changed in every round of a loop is where links go stale, code put back is where old translations come up.
constexpr auto modifications = weighted<void (*)(Composer&)>({
    {2, [](Composer& composer) { composer.changing_loop(); }},
    {2, [](Composer& composer) { composer.self_modification(); }},
    {1, restored_code},
});

}  // namespace

ExtensionSet Extensions::smallest_with(ExtensionSet used) const {
  ExtensionSet smallest = all;
  for (const ExtensionSet set : narrower)
    if ((used & ~set) == 0 && std::popcount(set) < std::popcount(smallest)) smallest = set;
  return smallest;
}

Generator::Generator(Guest, Extensions extensions) : extensions_(std::move(extensions)), used_(extensions_.all) {
  for (const Shape& shape : shapes()) {
    Deck& deck = shape.flow == Flow::trap ? traps_ : shape.bit_manipulation ? bits_ : general_;
    deck.cards.push_back(shape.index);
  }
  for (Deck* deck : {&general_, &bits_, &traps_}) deck->finish();
  palette_.pointers = palette_.writable = stack;
}

bool Generator::permits(const Shape& shape) const { return (used_ & bit(shape.row->extension)) != 0; }

// A row that finds no register it could address memory through is of no use just now.
bool Generator::usable(const Shape& shape) const {
  if (!permits(shape)) return false;
  if (shape.at_stack) return (palette_.pointers & stack) != 0;
  if (shape.memory == Memory::none) return true;
  const Operand* base = shape.operand(OperandKind::rs1);
  const u32 reach = palette_.pointers & (base->compressed ? narrow_mask : ~u32{0});
  return (shape.stores() ? reach & palette_.writable : reach) != 0;
}

const Shape& Generator::draw(Deck& deck, Random& random) {
  for (std::size_t tries = 0; tries < deck.cards.size(); ++tries)
    if (const Shape& shape = shapes()[deck.draw(random)]; usable(shape)) return shape;
  return *named_rows().addi;
}

ExtensionSet Generator::choose_extensions(Random& random) const {
  const std::vector<ExtensionSet>& narrower = extensions_.narrower;
  if (narrower.empty() || random.chance(1, 4)) return extensions_.all;
  return narrower[random.below(u32(narrower.size()))];
}

Palette& Generator::edit(const Palette& palette, ExtensionSet used) {
  used_ = extensions_.smallest_with(used);
  palette_ = palette;
  return palette_;
}

const Shape& Generator::any_row(Random& random) {
  const u32 r = random.below(16);
  constexpr ExtensionSet bits = bit(Extension::Zba) | bit(Extension::Zbb) | bit(Extension::Zbs);
  if ((used_ & bits) != 0 && r < 6) return draw(bits_, random);
  if (r < 11) return draw(general_, random);
  for (int tries = 0; tries < 8; ++tries)
    if (const Shape& shape = shapes()[general_.cards[random.below(u32(general_.cards.size()))]]; usable(shape))
      return shape;
  return *named_rows().addi;
}

const Shape& Generator::plain_row(Random& random) {
  for (int tries = 0; tries < 8; ++tries)
    if (const Shape& shape = any_row(random); shape.flow == Flow::next) return shape;
  return *named_rows().addi;
}

void Generator::compose(Code& code, Random& random, const Profile& profile) {
  Composer composer(code, palette_, *this, random);
  const std::size_t count = profile.fewest + random.below(1u + profile.most - profile.fewest);
  const bool modifying = profile.modification.happens(random);
  const bool looping = count >= 6 && profile.loop.happens(random);
  if (looping) composer.begin_counting();
  const std::size_t loop_first = random.below(u32(count / 2)), loop_last = count / 2 + random.below(u32(count / 2));
  const std::size_t modify_at = modifying ? random.below(u32(count / 2)) : count;
  std::size_t first = 0;
  bool looped = !looping, modified = !modifying, started = false;
  const auto modify = [&] {
    modifications.pick(random)(composer);
    modified = true;
  };
  while (code.size() < count) {
    if (!modified && code.size() >= modify_at) modify();
    if (!looped && !started && code.size() > loop_first) first = code.size(), started = true;
    if (!looped && started && code.size() > loop_last) composer.end_loop(first), looped = true;
    if (profile.value_snippet.happens(random)) append_value_snippet(composer);
    else if (profile.pressure_snippet.happens(random)) append_pressure_snippet(composer);
    else composer.instruction(any_row(random));
  }
  if (!modified) modify();
  if (!looped && started) composer.end_loop(first);
  composer.settle();
  if (profile.reserved_words != 0) word_chain(composer, words_, profile.reserved_words);
}

void Generator::add_trap(Code& code, Random& random) {
  const Shape& trap = draw(traps_, random);
  const std::size_t at = random.chance(7, 8) ? code.size() : code.landing(random.below(u32(code.size())));
  code.insert(at, item_of(trap, trap.row->encoding.match));
}

void Generator::add_fault(Code& code, Random& random, Block& block, unsigned base) {
  const std::size_t at = code.landing(random.below(u32(code.size())));
  switch (random.below(8)) {
    case 0:
      return add_trap(code, random);
    case 1: {
      code.insert(at, item_of(near_miss(code[std::min(at, code.size() - 1)].word, random)));
      return;
    }
    default:
      break;
  }
  // An access at an address that is no good.
  Palette alone = palette_;
  alone.pointers = alone.writable = u32{1} << base;
  for (int tries = 0; tries < 64; ++tries) {
    const Shape& shape = draw(general_, random);
    const Operand* operand = shape.operand(OperandKind::rs1);
    if (shape.memory == Memory::none || shape.at_stack || operand->compressed) continue;
    code.insert(at, item_of(shape, operand->with_number(sample_word(shape, alone, random), base)));
    break;
  }
  block.pointers |= u32{1} << base;
  block.base.state.words[x_word + base] = faulting_anchor(random);
}

void Generator::generate(Random& random, const Options& options, Block& block) {
  const Profile& profile = profile_of(options.mix == Mix::all ? mix_in_turn(blocks_) : options.mix);
  ++blocks_;
  block.program.guest = Guest::riscv64;
  block.seed = random.next();
  const bool with_constants = random.chance(1, 4);
  palette_.pointers = choose_pointers(random);
  palette_.writable = palette_.pointers;
  if (with_constants) palette_.writable &= ~(u32{1} << random.bit_of(palette_.pointers & ~stack));
  const bool faulting = profile.fault.happens(random);
  // Through a register that nothing changes.
  const unsigned fault_base = random.bit_of(~(palette_.pointers | 1));
  palette_.reserved = faulting ? u32{1} << fault_base : 0;
  palette_.choose(random);
  block.pointers = palette_.pointers;
  set_registers(block.base.state, palette_, random);
  block.base.memory.clear();
  set_memory(block.program, with_constants, random);

  used_ = choose_extensions(random);
  Code code;
  compose(code, random, profile);
  if (faulting) add_fault(code, random, block, fault_base);
  // The first blocks show each trap once; later ones seldom, for they end what could be compared.
  if ((blocks_ < 64 && blocks_ % 16 == 0) || random.chance(1, 64)) add_trap(code, random);
  if (random.chance(1, 64)) {
    Item& item = code[random.below(u32(code.size()))];
    if (item.target == no_target) item = item_of(near_miss(item.word, random));
  }

  keep_to(code, used_);

  // What is stored into writable code takes a fence.i.
  const bool fences = permits(*named_rows().fence_i);
  const bool writable =
      (fences && profile.writable) || std::ranges::any_of(code.all(), [](const Item& item) {
        return item.row == named_rows().fence_i->index && item.glued;
      });
  block.program.code_access = Access::read | Access::execute | (writable ? Access::write : Access::none);
  finish(code, block, any_code_place(random), random);
  if (profile.budget_at_exit.happens(random)) block.budget = budget_at_exit(block, tracer_, random);
}

Block Generator::generate(Random& random, const Options& options) {
  Block block;
  generate(random, options, block);
  return block;
}

void keep_to(Code& code, ExtensionSet extensions) {
  const Shape& addi = *named_rows().addi;
  for (std::size_t i = 0; i < code.size(); ++i)
    if (const Shape* shape = code[i].shape(); shape && (extensions & bit(shape->row->extension)) == 0)
      code.replace(i, item_of(addi, addi.row->encoding.match));
}

u32 near_miss(u32 word, Random& random) {
  const bool wide = (word & 3) == 3;
  u32 flipped = word ^ u32 { 1 } << (2 + random.below(wide ? 30 : 14));
  if (random.chance(1, 2)) flipped ^= u32{1} << (2 + random.below(wide ? 30 : 14));
  constexpr u32 ecall = 0x00000073;
  return flipped == ecall ? word : flipped;
}

Palette palette_of(const Block& block, const Code& code, Random& random) {
  Palette palette;
  const u32 pointers = block.pointers & ~u32{1}, kept = pointers & ~code.written(0, code.size());
  palette.pointers = kept != 0 ? kept : pointers != 0 ? pointers : stack;
  palette.writable = palette.pointers;
  for (unsigned i = 1; i < 32; ++i) {
    const u64 from_constants = block.base.state.words[x_word + i] - placement.constants.address;
    if (from_constants < placement.constants.size) palette.writable &= ~(u32{1} << i);
  }
  palette.reserved = (registers_relied_on(code) | pointers) & ~palette.pointers;
  palette.choose(random);
  return palette;
}

}  // namespace diptych::fuzz
