// What runners share of translations, and that it is never what belongs to other code.
#include "engine/guest/riscv64/translation_store.hpp"

#include "tests/catch.hpp"

#include <atomic>
#include <cstring>
#include <thread>

using namespace diptych;
using namespace diptych::riscv64;

namespace {

constexpr u64 base = 0x10000;
constexpr u32 addi = 0x00158593;      // addi a1, a1, 1
constexpr u32 other = 0x00258593;     // addi a1, a1, 2
constexpr u32 fadd_dynamic = 0x02b0f5d3;  // fadd.d fa1, ft1, fa1, dyn

// Executable memory with these words.
struct Code {
  explicit Code(std::initializer_list<u32> words) : bytes(words.size() * 4) {
    std::memcpy(bytes.data(), words.begin(), bytes.size());
    const Area area{base, bytes.size(), Access::read | Access::execute, bytes.data()};
    memory.bind(std::span(&area, 1));
  }
  std::shared_ptr<const Translation> translate(TranslationStore& store, u8 variant = 0, std::size_t passes = 0, u64 end = 0) {
    return store.translate(memory, base, variant, end ? end : base + bytes.size(), form_after(0) | form_after(passes), unreachable);
  }

  std::vector<u8> bytes;
  AddressSpace memory;
  u64 unreachable = 0;
};

}  // namespace

TEST_CASE("two memories with the same code share its translation") {
  TranslationStore store;
  Code one{addi, addi}, two{addi, addi}, three{addi, other};
  const auto first = one.translate(store);
  CHECK(first == two.translate(store));
  CHECK(first != three.translate(store));
  CHECK(first->lifted().guest.size() == 2);
}

TEST_CASE("code that changed is lifted again, and who has the old translation keeps it") {
  TranslationStore store;
  Code code{addi, addi};
  const auto before = code.translate(store);
  const ir::Block lifted = before->lifted();
  std::memcpy(code.bytes.data(), &other, 4);
  const auto after = code.translate(store);
  CHECK(after != before);
  CHECK(before->lifted() == lifted);
  CHECK_FALSE(after->lifted() == lifted);
}

TEST_CASE("a block never reaches over the end of the code") {
  TranslationStore store;
  Code code{addi, addi};
  CHECK(code.translate(store)->lifted().guest.size() == 2);
  CHECK(code.translate(store, 0, 0, base + 4)->lifted().guest.size() == 1);
}

TEST_CASE("a block that a program cut short is lifted anew for one that goes on") {
  TranslationStore store;
  Code one{addi}, two{addi, addi}, three{addi, addi, other};
  const auto length = [&](Code& code, u64 end = 0) { return code.translate(store, 0, 0, end)->lifted().guest.size(); };
  // By the end of the program, by the end of memory, and both ways round.
  CHECK(length(one) == 1);
  CHECK(length(two) == 2);
  CHECK(length(three, base + 4) == 1);
  CHECK(length(three, base + 8) == 2);
  CHECK(length(three, ~u64{0}) == 3);
  CHECK(length(two, ~u64{0}) == 2);
  CHECK(length(one, ~u64{0}) == 1);
  CHECK(length(three) == 3);
  // What ends a block by itself is shared by all.
  constexpr u32 ret = 0x00008067;
  Code alone{addi, ret}, followed{addi, ret, addi};
  CHECK(alone.translate(store) == followed.translate(store));
}

TEST_CASE("only code that asks for the rounding mode is translated for each") {
  TranslationStore store;
  Code plain{addi, addi}, rounding{fadd_dynamic};
  CHECK(plain.translate(store, 0) == plain.translate(store, 3));
  const auto nearest = rounding.translate(store, 0), up = rounding.translate(store, 3);
  CHECK(nearest != up);
  CHECK(nearest->lifted().variant == 0);
  CHECK(up->lifted().variant == 3);
}

TEST_CASE("each pass is run once, on what the ones before it left") {
  TranslationStore store;
  Code code{addi, addi, fadd_dynamic};
  ir::Scratch scratch;
  for (std::size_t passes : {2u, 5u, 1u, 0u}) {
    const auto translation = code.translate(store, 0, passes);
    ir::Block expected = translation->lifted();
    ir::optimize(expected, scratch, passes);
    CHECK(translation->after(passes) == expected);
  }
}

TEST_CASE("the form that host code is made of can be had alone, and the others after it") {
  TranslationStore store;
  Code code{addi, fadd_dynamic, addi};
  ir::Scratch scratch;
  const auto alone = store.translate(code.memory, base, 0, base + 12, form_after(ir::baseline_passes), code.unreachable);
  CHECK(alone->lifted().instructions.empty());
  const ir::Block first = alone->after(ir::baseline_passes);
  CHECK(code.translate(store, 0, 5) == alone);
  CHECK(alone->after(ir::baseline_passes) == first);
  for (std::size_t passes : {3u, 5u}) {
    ir::Block expected = alone->lifted();
    ir::optimize(expected, scratch, passes);
    CHECK(alone->after(passes) == expected);
  }
}

TEST_CASE("what cannot be fetched has no translation") {
  TranslationStore store;
  Code code{addi};
  const Area half{base, 2, Access::read | Access::execute, code.bytes.data()};
  code.memory.bind(std::span(&half, 1));
  CHECK_FALSE(code.translate(store));
  CHECK(code.unreachable == base + 2);
}

TEST_CASE("several threads may ask at once") {
  TranslationStore store;
  std::vector<std::thread> threads;
  std::atomic<u64> right = 0;
  for (std::size_t thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (std::size_t i = 0; i < 200; ++i) {
        Code code{(i + thread) % 2 ? addi : other, addi};
        const auto translation = code.translate(store, 0, 1 + (i + thread) % 5);
        right += translation->lifted().instructions.size() > 2 && translation->end() == base + 8;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 800);
}
