#include "gdbstub/agent/expression.hpp"

#include "tests/catch.hpp"

#include <cstring>
#include <initializer_list>

using namespace diptych;
using namespace diptych::gdb::agent;

namespace {

class Guest final : public Surroundings {
 public:
  std::optional<u64> read_register(u64 number) override {
    if (number > 3) return std::nullopt;
    return number * 1000;
  }
  bool read_memory(u64 address, std::span<u8> bytes) override {
    if (address < 0x100 || address + bytes.size() > 0x100 + sizeof memory) return false;
    std::memcpy(bytes.data(), memory + (address - 0x100), bytes.size());
    return true;
  }
  void print(std::string_view text) override { printed += text; }

  const u8 memory[16] = {0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 'h', 'e', 'l', 'l', 'o', 0, 'x', 'x'};
  std::string printed;
};

std::optional<u64> value_of(std::initializer_list<int> code) {
  Expression expression;
  for (const int byte : code) expression.push_back(static_cast<u8>(byte));
  Guest guest;
  return evaluate(expression, guest);
}

// The 64-bit number, as const64.
Expression constant(u64 value) {
  Expression code = {0x25};
  for (int shift = 56; shift >= 0; shift -= 8) code.push_back(static_cast<u8>(value >> shift));
  return code;
}

std::optional<u64> combined(u64 left, u64 right, int operation) {
  Expression code = constant(left);
  for (const u8 byte : constant(right)) code.push_back(byte);
  code.push_back(static_cast<u8>(operation));
  code.push_back(0x27);
  Guest guest;
  return evaluate(code, guest);
}

constexpr u64 minus(u64 value) { return 0 - value; }

}  // namespace

TEST_CASE("constants of every size") {
  REQUIRE(value_of({0x22, 0xfe, 0x27}) == 0xfe);
  REQUIRE(value_of({0x23, 0x12, 0x34, 0x27}) == 0x1234);
  REQUIRE(value_of({0x24, 0x12, 0x34, 0x56, 0x78, 0x27}) == 0x12345678);
  REQUIRE(value_of({0x25, 1, 2, 3, 4, 5, 6, 7, 8, 0x27}) == 0x0102030405060708);
  REQUIRE(value_of({0x27}) == 0);
}

TEST_CASE("arithmetic wraps around, and division is signed where it says so") {
  REQUIRE(combined(7, 5, 0x02) == 12);
  REQUIRE(combined(5, 7, 0x03) == minus(2));
  REQUIRE(combined(~u64{0}, 3, 0x04) == minus(3));
  REQUIRE(combined(minus(7), 2, 0x05) == minus(3));
  REQUIRE(combined(minus(7), 2, 0x06) == 0x7ffffffffffffffc);
  REQUIRE(combined(minus(7), 2, 0x07) == minus(1));
  REQUIRE(combined(minus(7), 2, 0x08) == 1);
  REQUIRE(combined(u64{1} << 63, minus(1), 0x05) == u64{1} << 63);
  REQUIRE(combined(u64{1} << 63, minus(1), 0x07) == 0);
  for (const int division : {0x05, 0x06, 0x07, 0x08}) REQUIRE_FALSE(combined(1, 0, division));
}

TEST_CASE("shifts by any number have a value") {
  REQUIRE(combined(1, 4, 0x09) == 16);
  REQUIRE(combined(1, 64, 0x09) == 0);
  REQUIRE(combined(minus(16), 2, 0x0a) == minus(4));
  REQUIRE(combined(minus(16), 200, 0x0a) == minus(1));
  REQUIRE(combined(minus(16), 60, 0x0b) == 15);
  REQUIRE(combined(minus(16), 64, 0x0b) == 0);
}

TEST_CASE("bits and comparisons") {
  REQUIRE(combined(12, 10, 0x0f) == 8);
  REQUIRE(combined(12, 10, 0x10) == 14);
  REQUIRE(combined(12, 10, 0x11) == 6);
  REQUIRE(combined(3, 3, 0x13) == 1);
  REQUIRE(combined(minus(1), 1, 0x14) == 1);
  REQUIRE(combined(minus(1), 1, 0x15) == 0);
  REQUIRE(value_of({0x22, 0, 0x12, 0x27}) == ~u64{0});
  REQUIRE(value_of({0x22, 5, 0x0e, 0x27}) == 0);
  REQUIRE(value_of({0x22, 0, 0x0e, 0x27}) == 1);
  REQUIRE(value_of({0x22, 0x80, 0x16, 8, 0x27}) == minus(0x80));
  REQUIRE(value_of({0x23, 0xff, 0x80, 0x2a, 8, 0x27}) == 0x80);
  REQUIRE(value_of({0x22, 0x80, 0x16, 64, 0x27}) == 0x80);
  REQUIRE_FALSE(value_of({0x22, 0x80, 0x16, 0, 0x27}));
  REQUIRE_FALSE(value_of({0x22, 0x80, 0x2a, 65, 0x27}));
}

TEST_CASE("registers and little-endian memory are read, or the expression has no value") {
  REQUIRE(value_of({0x26, 0, 3, 0x27}) == 3000);
  REQUIRE_FALSE(value_of({0x26, 0, 4, 0x27}));
  REQUIRE(value_of({0x23, 1, 0, 0x17, 0x27}) == 0x81);
  REQUIRE(value_of({0x23, 1, 0, 0x18, 0x27}) == 0x8281);
  REQUIRE(value_of({0x23, 1, 0, 0x19, 0x27}) == 0x84838281);
  REQUIRE(value_of({0x23, 1, 0, 0x1a, 0x27}) == 0x8887868584838281);
  REQUIRE_FALSE(value_of({0x22, 0, 0x17, 0x27}));
}

TEST_CASE("the stack is shuffled") {
  REQUIRE(value_of({0x22, 7, 0x28, 0x02, 0x27}) == 14);
  REQUIRE(value_of({0x22, 7, 0x22, 8, 0x29, 0x27}) == 7);
  REQUIRE(value_of({0x22, 7, 0x22, 2, 0x2b, 0x03, 0x27}) == minus(5));
  REQUIRE(value_of({0x22, 7, 0x22, 8, 0x22, 9, 0x32, 2, 0x27}) == 7);
  REQUIRE(value_of({0x22, 7, 0x22, 8, 0x22, 9, 0x33, 0x27}) == 8);              // 9 7 8
  REQUIRE(value_of({0x22, 7, 0x22, 8, 0x22, 9, 0x33, 0x29, 0x29, 0x27}) == 9);  // the top went to the bottom
  REQUIRE_FALSE(value_of({0x22, 7, 0x32, 1, 0x27}));
}

TEST_CASE("jumps go anywhere within") {
  REQUIRE(value_of({0x22, 1, 0x20, 0, 8, 0x22, 5, 0x27, 0x22, 6, 0x27}) == 6);
  REQUIRE(value_of({0x22, 0, 0x20, 0, 8, 0x22, 5, 0x27, 0x22, 6, 0x27}) == 5);
  REQUIRE(value_of({0x21, 0, 4, 0x27, 0x22, 6, 0x27}) == 6);
  REQUIRE_FALSE(value_of({0x21, 0, 3}));
  REQUIRE_FALSE(value_of({0x21, 0xff, 0xff}));
}

TEST_CASE("what does not end, overflows or underflows has no value") {
  REQUIRE_FALSE(value_of({0x21, 0, 0}));
  REQUIRE_FALSE(value_of({0x22, 1, 0x21, 0, 0}));
  REQUIRE_FALSE(value_of({0x02, 0x27}));
  REQUIRE_FALSE(value_of({}));
  REQUIRE_FALSE(value_of({0x22}));
  REQUIRE_FALSE(value_of({0x22, 1}));
  REQUIRE_FALSE(value_of({0xff, 0x27}));
  REQUIRE_FALSE(value_of({0x01, 0x27}));  // floating point
}

TEST_CASE("printing takes its arguments from the stack, the first from the top, below two others") {
  const char text[] = "%d %s%%";
  Expression code = {0x23, 0x01, 0x08, 0x22, 42, 0x22, 0, 0x22, 0, 0x34, 2, 0, sizeof text};
  for (const char c : text) code.push_back(static_cast<u8>(c));
  code.push_back(0x27);
  Guest guest;
  REQUIRE(evaluate(code, guest) == 0);
  REQUIRE(guest.printed == "42 hello%");
  // Too few arguments, a length beyond the end, no closing zero, a format that is none.
  for (const Expression& bad : {Expression{0x22, 0, 0x34, 0, 0, 1, 0, 0x27},
                                Expression{0x22, 0, 0x22, 0, 0x34, 0, 0, 9, 0, 0x27},
                                Expression{0x22, 0, 0x22, 0, 0x34, 0, 0, 1, 'x', 0x27},
                                Expression{0x22, 0, 0x22, 0, 0x34, 0, 0, 0, 0x27},
                                Expression{0x22, 0, 0x22, 0, 0x34, 0, 0, 2, '%', 0, 0x27}})
    REQUIRE_FALSE(evaluate(bad, guest));
}
