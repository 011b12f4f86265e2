#include "oracle/unicorn/companion.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "tests/catch.hpp"

#include <cstring>
#include <map>
#include <vector>

using namespace diptych;
using namespace diptych::unicorn;
using riscv64::pc_word;
using riscv64::x_word;

namespace {

constexpr u64 code = 0x10000, data = 0x40000;

class Pages final : public Lender {
 public:
  struct Page {
    Access rights;
    std::vector<u8> bytes = std::vector<u8>(page_size);
  };

  Access rights(u64 address) const override {
    const auto page = pages.find(address & ~(page_size - 1));
    return page == pages.end() ? Access::none : page->second.rights;
  }
  std::size_t read(u64 address, std::span<u8> bytes) const override {
    const auto page = pages.find(address & ~(page_size - 1));
    if (page == pages.end()) return 0;
    std::memcpy(bytes.data(), page->second.bytes.data() + address % page_size, bytes.size());
    return bytes.size();
  }
  void put(u64 address, const std::vector<u8>& bytes) {
    std::ranges::copy(bytes, pages.at(address & ~(page_size - 1)).bytes.begin() + std::ptrdiff_t(address % page_size));
  }

  std::map<u64, Page> pages;
};

struct Along {
  Pages lender;
  GuestState state;
  std::unique_ptr<Companion> companion = *Companion::open(riscv64_traits, lender);

  explicit Along(const std::vector<u8>& bytes) {
    lender.pages = {{code, {Access::read | Access::execute}}, {data, {Access::read | Access::write}}, {data + page_size, {Access::read | Access::write}}};
    lender.put(code, bytes);
    state.words[pc_word] = code;
    state.words[x_word + 8] = data;
  }
  u64 x(std::size_t number) const { return companion->state().words[x_word + number]; }
};

}  // namespace

TEST_CASE("a companion borrows what it touches, and can be put back") {
  Along it({0x08, 0xe0,              // sd a0, 0(s0)
            0x0c, 0x64,              // ld a1, 8(s0)
            0x05, 0x05,              // addi a0, a0, 1
            0x73, 0x00, 0x00, 0x00});  // ecall
  it.lender.put(data + 8, {7});
  it.state.words[x_word + 10] = 5;
  REQUIRE(it.companion->take_over(it.state));
  REQUIRE(it.companion->borrowed() == 0);
  auto ran = it.companion->run(1);
  REQUIRE(ran);
  REQUIRE(ran->retired == 1);
  REQUIRE_FALSE(ran->stop);
  REQUIRE(it.companion->state().words[pc_word] == code + 2);
  // Neighbours of the same rights come along.
  REQUIRE(it.companion->borrowed() == 3 * page_size);
  const auto parted = it.companion->compare_memory();
  REQUIRE(parted);
  REQUIRE(parted->address == data);
  REQUIRE(parted->own == 5);
  std::array<u8, 1> before{1};
  REQUIRE(it.companion->read_before(data, before));
  REQUIRE(before[0] == 0);
  it.companion->back();
  REQUIRE_FALSE(it.companion->compare_memory());
  REQUIRE(it.companion->state() == it.state);

  ran = it.companion->run(100);
  REQUIRE(ran->retired == 3);
  REQUIRE(ran->stop->kind == StopKind::system_call);
  REQUIRE(it.x(10) == 6);
  REQUIRE(it.x(11) == 7);
  it.lender.put(data, {5});
  REQUIRE_FALSE(it.companion->compare_memory());
  it.companion->settle();
  it.companion->back();
  REQUIRE(it.x(10) == 6);
}

TEST_CASE("what the lender changes, code too, a companion takes over") {
  Along it({0x05, 0x05,                // addi a0, a0, 1
            0x73, 0x00, 0x00, 0x00});  // ecall
  REQUIRE(it.companion->take_over(it.state));
  REQUIRE(it.companion->run(9)->retired == 1);
  REQUIRE(it.x(10) == 1);
  it.lender.put(code, {0x09, 0x05});  // addi a0, a0, 2
  REQUIRE(it.companion->take_over(it.state));
  REQUIRE(it.companion->run(9)->retired == 1);
  REQUIRE(it.x(10) == 2);
  it.lender.pages.erase(code);
  REQUIRE(it.companion->take_over(it.state));
  const auto ran = it.companion->run(9);
  REQUIRE(ran->retired == 0);
  REQUIRE(*ran->stop == Stop{.kind = StopKind::fault, .access = Access::execute, .address = code});
  REQUIRE(it.companion->borrowed() == 0);
}

TEST_CASE("a companion says what stops it, and where") {
  Along it({0x01, 0x00,               // nop
            0x0c, 0x60,               // ld a1, 0(s0)
            0x02, 0x90});             // ebreak
  it.state.words[x_word + 8] = data + page_size;
  REQUIRE(it.companion->take_over(it.state));
  auto ran = it.companion->run(9);
  REQUIRE(ran->retired == 2);
  REQUIRE(ran->stop->kind == StopKind::breakpoint);
  it.state.words[x_word + 8] = data + 2 * page_size;
  REQUIRE(it.companion->take_over(it.state));
  ran = it.companion->run(9);
  REQUIRE(ran->retired == 1);
  REQUIRE(*ran->stop == Stop{.kind = StopKind::fault, .access = Access::read, .address = data + 2 * page_size});
  REQUIRE(it.companion->state().words[pc_word] == code + 2);
  // Across the end of what is there.
  it.state.words[x_word + 8] = data + 2 * page_size - 4;
  REQUIRE(it.companion->take_over(it.state));
  REQUIRE(it.companion->run(9)->retired == 1);
}

TEST_CASE("a reservation lives on from run to run, and comes back") {
  Along it({0x2f, 0x35, 0x04, 0x10,    // lr.d a0, (s0)
            0x01, 0x00,                // nop
            0xaf, 0x35, 0xb4, 0x18});  // sc.d a1, a1, (s0)
  it.state.words[x_word + 11] = 3;
  REQUIRE(it.companion->take_over(it.state));
  REQUIRE(it.companion->run(2)->retired == 2);
  it.companion->settle();
  for (int i = 0; i < 2; ++i) {
    REQUIRE(it.companion->run(1)->retired == 1);
    REQUIRE(it.x(11) == 0);
    it.companion->back();
  }
}

TEST_CASE("a companion stops before what it is to beware of, unless it begins there") {
  Along it({0x01, 0x00,                // nop
            0x05, 0x05,                // addi a0, a0, 1
            0x01, 0x00,                // nop
            0x73, 0x00, 0x00, 0x00});  // ecall
  it.companion->beware("c.addi");
  it.lender.put(code, {0x13, 0x00, 0x00, 0x00, 0x05, 0x05});  // nop, four bytes
  REQUIRE(it.companion->take_over(it.state));
  auto ran = it.companion->run(9);
  REQUIRE(ran->retired == 1);
  REQUIRE(*ran->stop == Stop{.kind = StopKind::intercepted, .address = code + 4});
  it.companion->settle();
  ran = it.companion->run(1);
  REQUIRE(ran->retired == 1);
  REQUIRE(it.x(10) == 1);
}
