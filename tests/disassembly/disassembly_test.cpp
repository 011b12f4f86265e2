// The decoder and the disassembly against LLVM's: which words are instructions, and how they read.
#include "tests/catch.hpp"

#include "engine/guest/riscv64/table.hpp"
#include "tests/disassembly/differences.hpp"
#include "tests/disassembly/llvm_disassembler.hpp"

#include <fmt/format.h>

#include <random>
#include <vector>

using namespace diptych;

namespace {

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr u64 share = 20;  // sanitizers are slow, and what they look for shows in the first words
#else
constexpr u64 share = 1;
#endif
constexpr u64 words = 10'000'000 / share;

// Compares words, counts what each named difference explains, and keeps the first that none does.
class Comparison {
 public:
  void see(u32 word) {
    ++seen_;
    const std::string& theirs = llvm_.text(word);
    reading_.decoded = riscv64::decode(word);
    if (!reading_.decoded.row && theirs.empty()) return;
    reading_.ours = reading_.decoded.row ? riscv64::disassemble(word) : std::string();
    if (reading_.ours == theirs) {
      ++agreed_;
      return;
    }
    reading_.ours = normal(reading_.ours);
    reading_.theirs = normal(theirs);
    if (reading_.ours == reading_.theirs) {
      ++agreed_;
      return;
    }
    const std::span<const Difference> named = differences();
    for (std::size_t i = 0; i < named.size(); ++i)
      if (named[i].explains(reading_)) {
        ++explained_[i];
        return;
      }
    ++unexplained_;
    if (unexplained_ <= 20)
      first_ += fmt::format("  {:08x}  ours: {}  LLVM's: {}\n", reading_.decoded.word,
                            reading_.ours.empty() ? "illegal" : reading_.ours,
                            reading_.theirs.empty() ? "illegal" : reading_.theirs);
  }

  u64 seen() const { return seen_; }
  u64 agreed() const { return agreed_; }
  u64 unexplained() const { return unexplained_; }
  const std::string& first() const { return first_; }
  u64 explained(std::size_t difference) const { return explained_[difference]; }

 private:
  LlvmDisassembler llvm_;
  Reading reading_;
  u64 seen_ = 0, agreed_ = 0, unexplained_ = 0;
  std::vector<u64> explained_ = std::vector<u64>(differences().size());
  std::string first_;
};

void see_halfwords(Comparison& comparison) {
  // The upper half of a word is no matter to a compressed one; where the low bits say 32, see_words looks.
  for (u32 half = 0; half < 0x10000; ++half) comparison.see(half);
}

void see_words(Comparison& comparison) {
  std::mt19937_64 random(20240611);
  const u64 before = comparison.seen();

  // Every value of the bits that tell 32-bit instructions apart: opcode, funct3, funct7 and the rs2 field.
  constexpr u32 told_apart = u32{1} << (5 + 3 + 7 + 5);
  for (u32 i = 0; i < told_apart; i += u32(share)) {
    const u32 rest = u32(random()) & 0x000f8f80;
    comparison.see(3 | (i & 31) << 2 | ((i >> 5) & 7) << 12 | ((i >> 8) & 0x1f) << 20 | (i >> 13) << 25 | rest);
  }
  // What hides behind SYSTEM with no register at all.
  for (u32 number = 0; number < 0x1000; ++number) comparison.see(number << 20 | 0x73);

  std::vector<const riscv64::Row*> wide;
  for (const riscv64::Row& row : riscv64::rows())
    if (row.encoding.length == 4) wide.push_back(&row);
  const auto instance = [&] {
    const Encoding& encoding = wide[random() % wide.size()]->encoding;
    return (u32(random()) & ~encoding.mask) | encoding.match;
  };
  while (comparison.seen() - before < words) {
    comparison.see(u32(random()) | 3);                                     // anything
    comparison.see(instance());                                            // a row, with any fields
    comparison.see(instance() ^ u32{1} << (2 + random() % 30));            // and one bit beside it
    comparison.see((instance() & 0x707f) | (u32(random()) & 0xffff8f80));  // its opcode and funct3 only
  }
}

Comparison& compared() {
  static Comparison* all = [] {
    auto* comparison = new Comparison;  // read by two test cases; kept until the process ends
    see_halfwords(*comparison);
    see_words(*comparison);
    return comparison;
  }();
  return *all;
}

}  // namespace

TEST_CASE("every halfword and ten million words read as they do to LLVM, or differ for a named reason") {
  Comparison& comparison = compared();
  INFO("unexplained differences, the first of them:\n" << comparison.first());
  CHECK(comparison.unexplained() == 0);
  CHECK(comparison.seen() >= 0x10000 + words);
  CHECK(comparison.agreed() > words / 3);
}

TEST_CASE("every named difference from LLVM exists") {
  Comparison& comparison = compared();
  for (std::size_t i = 0; i < differences().size(); ++i) {
    INFO(differences()[i].name << ": " << differences()[i].reason);
    CHECK(comparison.explained(i) > 0);
  }
}

TEST_CASE("numbers are compared by value, and names that look like them are left alone") {
  CHECK(normal("lui a0, 0x10") == "lui a0, 16");
  CHECK(normal("lw a0, -0x10(a1)") == "lw a0, -16(a1)");
  CHECK(normal("c.lw a0, 4(a1)") == "c.lw a0, 4(a1)");
  CHECK(normal("x a0x10, 0xzz, 0x") == "x a0x10, 0xzz, 0x");
}
