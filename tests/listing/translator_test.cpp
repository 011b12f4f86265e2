#include "tests/catch.hpp"

#include "engine/ir/passes/passes.hpp"
#include "engine/jit/options.hpp"
#include "listing/print.hpp"

#include <algorithm>
#include <array>

using namespace diptych;
using namespace diptych::listing;

namespace {

// lw a4, 0(a0); addi a0, a0, 4; add a5, a5, a4; bne a0, a1, -12; sub a5, a5, a4; ebreak
constexpr std::array<u8, 24> loop = {0x03, 0x27, 0x05, 0x00, 0x13, 0x05, 0x45, 0x00, 0xb3, 0x87, 0xe7, 0x00,
                                     0xe3, 0x1a, 0xb5, 0xfe, 0xb3, 0x87, 0xe7, 0x40, 0x73, 0x00, 0x10, 0x00};

Translator translator() {
  auto made = Translator::create();
  REQUIRE(made);
  return std::move(*made);
}

const HostPart* labelled(const Translated& block, std::string_view label) {
  const auto found = std::ranges::find(block.parts, label, &HostPart::label);
  return found == block.parts.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("the parts of a translation cover its host code, each byte once") {
  const auto blocks = translator().translate_all({loop, 0x10000}, 0x10000, 0, {});
  REQUIRE(blocks);
  for (const Translated& block : *blocks) {
    u32 position = block.position;
    for (const HostPart& part : block.parts)
      for (const HostInstruction& one : part.code) {
        CHECK(one.position == position);
        CHECK(one.mnemonic != "byte");
        position += one.length;
      }
    CHECK(position == block.position + block.size);
    CHECK(block.bytes.size() == block.size);
  }
}

TEST_CASE("every guest instruction has its part, in order") {
  const auto blocks = translator().translate_all({loop, 0x10000}, 0x10000, 0, {});
  REQUIRE(blocks);
  for (const Translated& block : *blocks) {
    std::vector<u32> numbers;
    for (const HostPart& part : block.parts)
      if (part.kind == HostPart::Kind::guest) numbers.push_back(part.guest);
    CHECK(numbers.size() == block.guest.size());
    CHECK(std::ranges::is_sorted(numbers));
  }
}

TEST_CASE("blocks are found by their jumps and by what follows them") {
  // A jump over what is no part of any block: j +12; two words; ebreak at 0x1000c.
  constexpr std::array<u8, 16> jump = {0x6f, 0x00, 0xc0, 0x00, 0x13, 0, 0, 0, 0x13, 0, 0, 0, 0x73, 0x00, 0x10, 0x00};
  const auto blocks = translator().translate_all({jump, 0x10000}, 0x10000, 0, {});
  REQUIRE(blocks);
  std::vector<u64> addresses;
  for (const Translated& block : *blocks) addresses.push_back(block.address);
  CHECK(addresses == std::vector<u64>{0x10000, 0x10004, 0x1000c});
}

TEST_CASE("an access names where it goes on if the host refuses it") {
  const auto block = translator().translate({loop, 0x10000}, 0x10000, 0, {});
  REQUIRE(block);
  const HostPart* slow = labelled(*block, "slow.0");
  REQUIRE(slow);
  CHECK(slow->guest == 0);
  REQUIRE(block->accesses.size() == 1);
  CHECK(block->accesses.front().label == "slow.0");
  const std::string text = print_host(*block, "");
  CHECK(text.find("[window + ") != std::string::npos);
  CHECK(text.find("; else slow.0") != std::string::npos);
  CHECK(text.find("[a0]") != std::string::npos);
  CHECK(text.find("jb budget") != std::string::npos);
  CHECK(text.find("rbp") == std::string::npos);
  CHECK(text.find("r15") == std::string::npos);
}

TEST_CASE("out-of-line parts belong to the guest instruction that jumps to them") {
  const auto block = translator().translate({loop, 0x10000}, 0x10000, 0, {});
  REQUIRE(block);
  const HostPart* taken = nullptr;
  for (const HostPart& part : block->parts)
    if (part.kind == HostPart::Kind::link && part.target == 0x10000) taken = &part;
  REQUIRE(taken);
  CHECK(block->guest[taken->guest].address == 0x1000c);
}

TEST_CASE("each pass is there, with the block as it left it") {
  const auto block = translator().translate({loop, 0x10000}, 0x10000, 0, {});
  REQUIRE(block);
  REQUIRE(block->passes.size() == ir::passes().size());
  ir::Scratch scratch;
  for (std::size_t i = 0; i < block->passes.size(); ++i) {
    ir::Block expected = block->lifted;
    ir::optimize(expected, scratch, i + 1);
    CHECK(block->passes[i].block == expected);
    const ir::Block& before = i == 0 ? block->lifted : block->passes[i - 1].block;
    CHECK(block->passes[i].changed == (before != block->passes[i].block));
  }
}

TEST_CASE("code that ends within an instruction makes no block there") {
  Translator some = translator();
  const auto cut = some.translate({std::span(loop).first(6), 0x10000}, 0x10000, 0, {});
  REQUIRE(cut);
  CHECK(cut->guest.size() == 1);
  CHECK(cut->end == 0x10004);
  CHECK_FALSE(some.translate({std::span(loop).first(2), 0x10000}, 0x10000, 0, {}));
}

TEST_CASE("code is translated for the rounding mode it is asked for") {
  constexpr std::array<u8, 4> fadd = {0x53, 0x70, 0x10, 0x02};  // fadd.d ft0, ft0, ft1
  Translator some = translator();
  const auto nearest = some.translate({fadd, 0x10000}, 0x10000, 0, {});
  const auto away = some.translate({fadd, 0x10000}, 0x10000, 4, {});
  REQUIRE(nearest);
  REQUIRE(away);
  CHECK(nearest->uses_rounding);
  CHECK(print_host(*nearest, "").find("vaddsd") != std::string::npos);
  CHECK(print_host(*away, "").find("vaddsd") == std::string::npos);
}
