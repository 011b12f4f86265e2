#include "fuzz/generate/block.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "fuzz/generate/placement.hpp"
#include "fuzz/generate/values.hpp"

#include <bit>

namespace diptych::fuzz {
namespace {

using namespace riscv64;

constexpr u64 rounding_bits = 0xe0;  // of fcsr

// About eleven of sixteen bits set.
u32 most_bits(Random& random) {
  const u64 a = random.next(), b = random.next();
  return u32(a) | (u32(b) & (u32(a >> 32) | u32(b >> 32)));
}

template <class Function>
void for_each_bit(u32 mask, Function function) {
  for (; mask != 0; mask &= mask - 1) function(unsigned(std::countr_zero(mask)));
}

// Operands that resemble each other are where comparisons, cancellation and rounding are decided, and
// independent values hardly ever do.
void relate(GuestState& state, u32 pointers, Random& random) {
  const u64 r = random.next();
  const unsigned from = r % 32, to = (r >> 5) % 32;
  u64& x = state.words[x_word + to];
  if (to != 0 && (pointers >> to & 1) == 0) {
    x = state.words[x_word + from];
    if ((r >> 10 & 3) == 1) x += (r >> 12) % 5 - 2;
    if ((r >> 10 & 3) == 2) x = -x;
  }
  const unsigned format = (r >> 16) & 1;  // both of one format
  const unsigned left = ((r >> 17) % 32 & ~1u) | format, right = ((r >> 22) % 32 & ~1u) | format;
  u64& f = state.words[f_word + left];
  f = state.words[f_word + right];
  if ((r >> 27 & 3) == 1) f ^= 1;
  if ((r >> 29 & 1) != 0) f ^= u64{1} << (format == 0 ? 31 : 63);
}

void vary(GuestState& state, const Block& block, u64 rounding, Random& random) {
  u64* x = &state.words[x_word];
  for_each_bit(most_bits(random) & ~block.pointers & ~u32{1}, [&](unsigned i) { x[i] = any_integer(random); });
  u64* f = &state.words[f_word];
  const u32 floats = most_bits(random);
  for_each_bit(floats & 0x55555555, [&](unsigned i) { f[i] = sample(single_samples, random); });
  for_each_bit(floats & 0xaaaaaaaa, [&](unsigned i) { f[i] = sample(double_samples, random); });
  const u64 r = random.next();
  const u64 flags = (r % 4 != 0 ? any_fcsr(random) : state.words[fcsr_word]) & ~rounding_bits;
  state.words[fcsr_word] = flags | rounding;
  if ((r >> 2) % 2 != 0) {
    relate(state, block.pointers, random);
    relate(state, block.pointers, random);
  }
  const u32 moved = block.pointers & u32(r >> 16) & u32(r >> 32) & ~u32{1};
  for_each_bit(moved, [&](unsigned i) { x[i] = any_anchor(i, random); });
}

}  // namespace

void inputs_of(const Block& block, std::size_t count, std::vector<Input>& out) {
  out.resize(count);
  // A stage that translates does so for each rounding mode: two of them a block, one after the other, since
  // there are many blocks.
  Random of_block(block.seed);
  const u64 other_rounding = any_fcsr(of_block) & rounding_bits;
  for (std::size_t i = 0; i < count; ++i) {
    out[i].state = block.base.state;
    if (!out[i].memory.empty() || !block.base.memory.empty()) out[i].memory = block.base.memory;
    if (i == 0 || block.program.guest != Guest::riscv64) continue;
    Random random(block.seed + i * 0xd1342543de82ef95);
    vary(out[i].state, block, (i & 16) == 0 ? block.base.state.words[fcsr_word] & rounding_bits : other_rounding, random);
  }
}

}  // namespace diptych::fuzz
