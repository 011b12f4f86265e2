#include "tests/toy/toy_machine.hpp"

#include <cstring>

namespace diptych {
namespace {

constexpr ExtensionSet base_only = 1;  // RV64I, the first extension there is
constexpr std::size_t pc_at = 32;      // in the words of a state; x0 to x31 lie before it

i64 sign_extended(u64 value, unsigned bits) { return i64(value << (64 - bits)) >> (64 - bits); }

u32 bits(u32 word, unsigned high, unsigned low) { return (word >> low) & ((u32{1} << (high - low + 1)) - 1); }

i64 i_immediate(u32 w) { return sign_extended(bits(w, 31, 20), 12); }
i64 s_immediate(u32 w) { return sign_extended(bits(w, 31, 25) << 5 | bits(w, 11, 7), 12); }
i64 b_immediate(u32 w) {
  return sign_extended(bits(w, 31, 31) << 12 | bits(w, 7, 7) << 11 | bits(w, 30, 25) << 5 | bits(w, 11, 8) << 1, 13);
}
i64 u_immediate(u32 w) { return sign_extended(w & 0xfffff000, 32); }
i64 j_immediate(u32 w) {
  return sign_extended(bits(w, 31, 31) << 20 | bits(w, 19, 12) << 12 | bits(w, 20, 20) << 11 | bits(w, 30, 21) << 1, 21);
}

// The guest's memory: a list of blocks.
class Blocks {
 public:
  struct Block {
    u64 address;
    Access access;
    std::vector<u8> bytes;
  };

  void lay_out(const Program& program) {
    blocks_.clear();
    blocks_.push_back({program.code_address, program.code_access, program.code});
    for (const Region& region : program.memory) blocks_.push_back({region.address, region.access, std::vector<u8>(region.size)});
    for (const Bytes& bytes : program.contents) put(bytes);
    initial_ = blocks_;
  }

  void begin(const Input& input) {
    for (std::size_t i = 0; i < blocks_.size(); ++i) blocks_[i].bytes = initial_[i].bytes;
    for (const Bytes& bytes : input.memory) put(bytes);
  }

  u8* byte(u64 address, Access wanted) {
    for (Block& block : blocks_)
      if (address - block.address < block.bytes.size()) return allows(block.access, wanted) ? &block.bytes[address - block.address] : nullptr;
    return nullptr;
  }

  void views(std::vector<MemoryView>& out) const {
    out.clear();
    for (const Block& block : blocks_)
      if (allows(block.access, Access::write)) out.push_back({block.address, block.bytes});
  }

 private:
  void put(const Bytes& bytes) {
    for (Block& block : blocks_)
      if (bytes.address - block.address < block.bytes.size())
        std::memcpy(&block.bytes[bytes.address - block.address], bytes.bytes.data(), bytes.bytes.size());
  }

  std::vector<Block> blocks_, initial_;
};

class ToyMachine final : public Machine {
 public:
  ToyMachine(std::string name, bool wrong) : wrong_(wrong) {
    description_ = {.name = std::move(name), .version = "1", .guests = {{Guest::riscv64, base_only}},
                    .counts_retired = true, .exact_budget = true, .hides_code_end = true};
  }

  const Description& describe() const override { return description_; }

  Result<void> prepare(const Program& program) override {
    code_end_ = program.code_end();
    memory_.lay_out(program);
    return {};
  }

  Result<void> begin(std::span<const Input> inputs, Budget budget) override {
    inputs_ = inputs;
    budget_ = budget;
    return {};
  }

  Result<const Outcome*> outcome(std::size_t index, Precision) override {
    memory_.begin(inputs_[index]);
    outcome_.state = inputs_[index].state;
    x_ = outcome_.state.words.data();
    pc_ = x_[pc_at];
    u64 retired = 0;
    stopped_ = false;
    while (!stopped_) {
      if (pc_ == code_end_) stop(StopKind::end);
      else if (retired == budget_.instructions) stop(StopKind::budget);
      else if (step(), !stopped_) ++retired;
    }
    x_[pc_at] = pc_;
    outcome_.retired = retired;
    memory_.views(outcome_.memory);
    return &outcome_;
  }

 private:
  void stop(StopKind kind, Access access = Access::none, u64 address = 0) {
    outcome_.stop = {kind, access, address};
    stopped_ = true;
  }

  // The address of the first byte that refuses; nothing if all permit it.
  bool reach(u64 address, unsigned size, Access access) {
    for (unsigned i = 0; i < size; ++i)
      if (!memory_.byte(address + i, access)) {
        stop(StopKind::fault, access, address + i);
        return false;
      }
    return true;
  }

  u64 read(u64 address, unsigned size, Access access) {
    u64 value = 0;
    if (!reach(address, size, access)) return 0;
    for (unsigned i = 0; i < size; ++i) value |= u64{*memory_.byte(address + i, access)} << (8 * i);
    return value;
  }

  void set(unsigned rd, u64 value) {
    if (rd != 0 && !stopped_) x_[rd] = value;
  }

  void step() {
    const u32 low = u32(read(pc_, 2, Access::execute));
    if (stopped_) return;
    if ((low & 3) != 3) return stop(StopKind::illegal);
    const u32 high = u32(read(pc_ + 2, 2, Access::execute));
    if (stopped_) return;
    next_ = pc_ + 4;
    execute(low | high << 16);
    if (!stopped_) pc_ = next_;
  }

  void execute(u32 w) {
    const unsigned rd = bits(w, 11, 7), rs1 = bits(w, 19, 15), rs2 = bits(w, 24, 20), function = bits(w, 14, 12);
    const u64 a = x_[rs1], b = x_[rs2];
    switch (bits(w, 6, 0)) {
      case 0x37: return set(rd, u64(u_immediate(w)));
      case 0x17: return set(rd, pc_ + u64(u_immediate(w)));
      case 0x6f: set(rd, next_); next_ = pc_ + u64(j_immediate(w)); return;
      case 0x67:
        if (function != 0) return stop(StopKind::illegal);
        set(rd, next_);
        next_ = (a + u64(i_immediate(w))) & ~u64{1};
        return;
      case 0x63: return branch(function, a, b, w);
      case 0x03: return load(function, rd, a + u64(i_immediate(w)));
      case 0x23: return store(function, a + u64(s_immediate(w)), b);
      case 0x13: return immediate(function, rd, a, w);
      case 0x1b: return immediate_word(function, rd, a, w);
      case 0x33: return operation(function, bits(w, 31, 25), rd, a, b);
      case 0x3b: return operation_word(function, bits(w, 31, 25), rd, a, b);
      case 0x0f: return function == 0 ? void() : stop(StopKind::illegal);  // fence
      case 0x73:
        if (w == 0x00000073) return stop(StopKind::system_call);
        if (w == 0x00100073) return stop(StopKind::breakpoint);
        return stop(StopKind::illegal);
      default: return stop(StopKind::illegal);
    }
  }

  void branch(unsigned function, u64 a, u64 b, u32 w) {
    bool taken = false;
    switch (function) {
      case 0: taken = a == b; break;
      case 1: taken = a != b; break;
      case 4: taken = i64(a) < i64(b); break;
      case 5: taken = i64(a) >= i64(b); break;
      case 6: taken = a < b; break;
      case 7: taken = wrong_ ? a > b : a >= b; break;
      default: return stop(StopKind::illegal);
    }
    if (taken) next_ = pc_ + u64(b_immediate(w));
  }

  void load(unsigned function, unsigned rd, u64 address) {
    if (function == 7) return stop(StopKind::illegal);
    const unsigned size = 1u << (function & 3);
    const u64 value = read(address, size, Access::read);
    const bool extends = function < 4 || (wrong_ && function == 5);
    set(rd, extends ? u64(sign_extended(value, 8 * size)) : value);
  }

  void store(unsigned function, u64 address, u64 value) {
    if (function > 3) return stop(StopKind::illegal);
    const unsigned size = 1u << function;
    if (!reach(address, size, Access::write)) return;
    for (unsigned i = 0; i < size; ++i) *memory_.byte(address + i, Access::write) = u8(value >> (8 * i));
  }

  void immediate(unsigned function, unsigned rd, u64 a, u32 w) {
    const i64 value = i_immediate(w);
    const unsigned shift = bits(w, 25, 20), top = bits(w, 31, 26);
    switch (function) {
      case 0: return set(rd, a + u64(value));
      case 1: return top == 0 ? set(rd, a << shift) : stop(StopKind::illegal);
      case 2: return set(rd, i64(a) < value);
      case 3: return set(rd, wrong_ ? i64(a) < value : a < u64(value));
      case 4: return set(rd, a ^ u64(value));
      case 5:
        if (top == 0) return set(rd, a >> shift);
        return top == 0x10 ? set(rd, u64(i64(a) >> shift)) : stop(StopKind::illegal);
      case 6: return set(rd, a | u64(value));
      default: return set(rd, a & u64(value));
    }
  }

  static u64 word(u64 value) { return u64(sign_extended(value, 32)); }

  void immediate_word(unsigned function, unsigned rd, u64 a, u32 w) {
    const unsigned shift = bits(w, 24, 20), top = bits(w, 31, 25);
    if (function == 0) return set(rd, word(a + u64(i_immediate(w))));
    if (function == 1 && top == 0) return set(rd, word(a << shift));
    if (function == 5 && top == 0) return set(rd, word(u32(a) >> shift));
    if (function == 5 && top == 0x20) return set(rd, u64(i64(word(a)) >> shift));
    stop(StopKind::illegal);
  }

  void operation(unsigned function, unsigned top, unsigned rd, u64 a, u64 b) {
    if (top == 0x20 && function == 0) return set(rd, a - b);
    if (top == 0x20 && function == 5) return set(rd, u64(i64(a) >> (b & 63)));
    if (top != 0) return stop(StopKind::illegal);
    switch (function) {
      case 0: return set(rd, a + b);
      case 1: return set(rd, a << (b & 63));
      case 2: return set(rd, i64(a) < i64(b));
      case 3: return set(rd, a < b);
      case 4: return set(rd, a ^ b);
      case 5: return set(rd, a >> (b & 63));
      case 6: return set(rd, a | b);
      default: return set(rd, a & b);
    }
  }

  void operation_word(unsigned function, unsigned top, unsigned rd, u64 a, u64 b) {
    const unsigned shift = b & 31;
    if (function == 0 && top == 0) return set(rd, word(a + b));
    if (function == 0 && top == 0x20) return set(rd, word(a - b));
    if (function == 1 && top == 0) return set(rd, word(a << shift));
    if (function == 5 && top == 0) return set(rd, word(u32(a) >> shift));
    if (function == 5 && top == 0x20) return set(rd, wrong_ ? word(u64(i64(a) >> shift)) : u64(i64(word(a)) >> shift));
    stop(StopKind::illegal);
  }

  Description description_;
  const bool wrong_;
  Blocks memory_;
  u64 code_end_ = 0, pc_ = 0, next_ = 0;
  u64* x_ = nullptr;
  bool stopped_ = false;
  std::span<const Input> inputs_;
  Budget budget_;
  Outcome outcome_;
};

}  // namespace

std::unique_ptr<Machine> make_toy_machine(std::string name, bool wrong) {
  return std::make_unique<ToyMachine>(std::move(name), wrong);
}

}  // namespace diptych
