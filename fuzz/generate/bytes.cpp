#include "fuzz/generate/bytes.hpp"

#include "corpus/parse.hpp"
#include "engine/guest/riscv64/registers.hpp"
#include "fuzz/generate/placement.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace diptych::fuzz {
namespace {

using namespace riscv64;

constexpr u8 mark = 0xd1, version = 1;
constexpr std::size_t most_regions = 8, most_contents = 64;
constexpr std::size_t mask_words = (riscv64::state_words + 63) / 64;

class Writer {
 public:
  explicit Writer(std::span<u8> out) : out_(out) {}

  void raw(const void* from, std::size_t size) {
    if (size > out_.size() - at_) {
      full_ = true;
      return;
    }
    if (size != 0) std::memcpy(&out_[at_], from, size);
    at_ += size;
  }
  template <class T>
  void fixed(T value) {
    raw(&value, sizeof value);
  }
  /// How many low bytes, and whether all above them are ones; then those bytes.
  void packed(u64 value) {
    const bool ones = value > ~value;
    const u64 rest = ones ? ~value : value;
    const unsigned size = unsigned(std::bit_width(rest) + 7) / 8;
    fixed(u8(size | (ones ? 16 : 0)));
    raw(&value, size);
  }
  void bytes(const std::vector<Bytes>& all) {
    fixed(u8(all.size()));
    if (all.size() > most_contents) full_ = true;
    for (const Bytes& some : all) {
      packed(some.address);
      fixed(u16(some.bytes.size()));
      if (some.bytes.size() > 0xffff) full_ = true;
      raw(some.bytes.data(), some.bytes.size());
    }
  }
  std::size_t size() const { return full_ ? 0 : at_; }

 private:
  std::span<u8> out_;
  std::size_t at_ = 0;
  bool full_ = false;
};

/// Gives zeros behind the end.
class Reader {
 public:
  explicit Reader(std::span<const u8> in) : in_(in) {}

  template <class T>
  T fixed() {
    T value = 0;
    const std::size_t size = std::min(sizeof value, left());
    std::memcpy(&value, in_.data() + at_, size);
    at_ += size;
    return value;
  }
  u64 packed() {
    const u8 head = fixed<u8>();
    const unsigned size = std::min(8u, head & 15u);
    u64 value = 0;
    if (left() >= 8) {
      std::memcpy(&value, in_.data() + at_, 8);
      at_ += size;
    } else {
      const std::size_t here = std::min<std::size_t>(size, left());
      std::memcpy(&value, in_.data() + at_, here);
      at_ += here;
    }
    if (size == 8) return value;
    const u64 above = ~u64{0} << (8 * size);
    return (head & 16) != 0 ? value | above : value & ~above;
  }
  std::span<const u8> raw(std::size_t size) {
    const std::span<const u8> some = in_.subspan(at_, std::min(size, left()));
    at_ += some.size();
    return some;
  }
  void bytes(std::vector<Bytes>& all) {
    all.resize(std::min<std::size_t>(fixed<u8>(), most_contents));
    for (Bytes& some : all) {
      some.address = packed();
      const std::span<const u8> here = raw(fixed<u16>());
      some.bytes.assign(here.begin(), here.end());
    }
  }

 private:
  std::size_t left() const { return in_.size() - at_; }

  std::span<const u8> in_;
  std::size_t at_ = 0;
};

// The last page belongs to nobody.
constexpr u64 top = ~(page_size - 1);

void bound_code(Program& program) {
  program.code_address &= ~u64{1};
  if (program.code_address >= top || program.code.size() > top - program.code_address)
    program.code_address = placement.code_end - ((program.code.size() + 1) & ~std::size_t{1});
  program.code_access = Access(u8((u8(program.code_access) & 7) | u8(Access::execute)));
}

// Regions that cannot be are left out.
void bound_memory(Program& program) {
  const u64 code_first = program.code_address & ~(page_size - 1),
            code_last = (program.code_end() - 1) | (page_size - 1);
  u64 end = 0, total = 0;
  std::erase_if(program.memory, [&](Region& region) {
    const bool possible = region.size != 0 && u8(region.access) != 0 && region.address < top &&
                          region.size <= top - region.address && region.address >= end &&
                          total + region.size <= largest_memory &&
                          (region.address > code_last || region.address + (region.size - 1) < code_first);
    if (!possible) return true;
    end = region.address + region.size;
    total += region.size;
    return false;
  });
}

void bound_bytes(const Program& program, std::vector<Bytes>& all) {
  std::erase_if(all, [&](const Bytes& bytes) {
    return std::ranges::none_of(program.memory, [&](const Region& region) {
      return bytes.address >= region.address && bytes.bytes.size() <= region.size &&
             bytes.address - region.address <= region.size - bytes.bytes.size();
    });
  });
}

bool decode_text(std::span<const u8> bytes, Block& block) {
  auto some = parse_case({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "input");
  if (!some || some->guest() != Guest::riscv64) return false;
  u64 total = 0;
  for (const Region& region : some->program.memory) total += region.size;
  if (some->program.code.size() > largest_code || total > largest_memory) return false;
  block.program = std::move(some->program);
  block.base = std::move(some->input);
  block.budget.instructions = std::min(some->budget.instructions, largest_budget);
  block.seed = 0;
  block.pointers = 0;
  for (unsigned i = 1; i < 32; ++i) {
    const u64 value = block.base.state.words[x_word + i];
    for (const Region& region : block.program.memory)
      if (value - region.address < region.size) block.pointers |= u32{1} << i;
  }
  return true;
}

}  // namespace

std::size_t encode(const Block& block, std::span<u8> out) {
  if (block.program.guest != Guest::riscv64 || block.program.memory.size() > most_regions) return 0;
  Writer writer(out);
  const Program& program = block.program;
  writer.fixed(mark);
  writer.fixed(version);
  writer.fixed(u8(program.code_access));
  writer.fixed(u16(block.budget.instructions));
  writer.fixed(block.pointers);
  writer.fixed(block.seed);
  writer.packed(program.code_address);
  writer.fixed(u16(program.code.size()));
  writer.raw(program.code.data(), program.code.size());
  writer.fixed(u8(program.memory.size()));
  for (const Region& region : program.memory) {
    writer.fixed(u8(u8(region.access) | (region.size / page_size - 1) << 3));
    writer.packed(region.address / page_size);
  }
  u64 masks[mask_words] = {};
  for (std::size_t i = 0; i < riscv64::state_words; ++i)
    if (block.base.state.words[i] != 0) masks[i / 64] |= u64{1} << (i % 64);
  for (u64 mask : masks) writer.fixed(mask);
  for (std::size_t i = 0; i < riscv64::state_words; ++i)
    if (const u64 value = block.base.state.words[i]; value != 0) writer.packed(value);
  writer.bytes(program.contents);
  writer.bytes(block.base.memory);
  return writer.size();
}

bool is_encoded(std::span<const u8> bytes) { return bytes.size() >= 2 && bytes[0] == mark && bytes[1] == version; }

bool decode(std::span<const u8> bytes, Block& block) {
  constexpr std::string_view text = "case ";
  if (bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0)
    return decode_text(bytes, block);
  Reader reader(bytes);
  if (reader.fixed<u8>() != mark || reader.fixed<u8>() != version) return false;
  Program& program = block.program;
  program.guest = Guest::riscv64;
  program.code_access = Access(reader.fixed<u8>());
  block.budget.instructions = std::min<u64>(reader.fixed<u16>(), largest_budget);
  block.pointers = reader.fixed<u32>();
  block.seed = reader.fixed<u64>();
  program.code_address = reader.packed();
  const std::span<const u8> code = reader.raw(std::min<std::size_t>(reader.fixed<u16>(), largest_code));
  program.code.assign(code.begin(), code.end());
  if (program.code.size() < 2) program.code.assign({0x01, 0x00});  // something must be there: c.nop
  bound_code(program);
  program.memory.resize(std::min<std::size_t>(reader.fixed<u8>(), most_regions));
  for (Region& region : program.memory) {
    const u8 head = reader.fixed<u8>();
    region.access = Access(head & 7);
    region.size = (u64{head} / 8 + 1) * page_size;
    region.address = reader.packed() * page_size;
  }
  bound_memory(program);
  u64 masks[mask_words];
  for (u64& mask : masks) mask = reader.fixed<u64>();
  GuestState& state = block.base.state;
  state = {};
  for (std::size_t i = 0; i < riscv64::state_words; ++i)
    if ((masks[i / 64] >> (i % 64) & 1) != 0) state.words[i] = reader.packed();
  state.words[x_word] = 0;
  state.words[pc_word] &= ~u64{1};
  state.words[fcsr_word] &= 0xff;
  reader.bytes(program.contents);
  bound_bytes(program, program.contents);
  reader.bytes(block.base.memory);
  bound_bytes(program, block.base.memory);
  return true;
}

}  // namespace diptych::fuzz
