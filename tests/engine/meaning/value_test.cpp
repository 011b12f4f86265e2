// The operators rows are written with, over plain numbers.
#include "engine/meaning/value.hpp"

#include "engine/meaning/numbers.hpp"
#include "tests/catch.hpp"

#include <limits>

using namespace diptych;
using namespace diptych::meaning;

namespace {

template <class T>
Value<Numbers, T> v(T value) {
  return {value};
}

constexpr i64 least = std::numeric_limits<i64>::min();

}  // namespace

TEMPLATE_TEST_CASE("arithmetic wraps at its own width", "", u8, u16, u32, u64, i8, i16, i32, i64) {
  using T = TestType;
  const T high = std::numeric_limits<T>::max(), low = std::numeric_limits<T>::min();
  CHECK((v(high) + v(T{1})).handle == low);
  CHECK((v(low) - v(T{1})).handle == high);
  CHECK((v(low) - T{1}).handle == high);
  CHECK((v(high) * v(high)).handle == T{1});
  CHECK((-v(T{1})).handle == T(-1));
  CHECK((~v(T{0})).handle == T(-1));
}

TEST_CASE("products of narrow numbers do not overflow on the way") {
  CHECK((v(u16{0xffff}) * v(u16{0xffff})).handle == 1);
  CHECK((v(i16{-32768}) * v(i16{-32768})).handle == 0);
  CHECK((v(i32{65536}) * v(i32{65536})).handle == 0);
}

TEST_CASE("a shift by the width or more shifts everything out, and right shifts keep the sign of signed numbers") {
  CHECK((v(u64{1}) << 63).handle == u64{1} << 63);
  CHECK((v(u64{1}) << 64).handle == 0);
  CHECK((v(u32{1}) << v(u32{33})).handle == 0);
  CHECK((v(i32{-8}) >> v(i32{-1})).handle == -1);
  CHECK((v(u32{8}) >> v(u32{32})).handle == 0);
  CHECK((v(i64{-8}) >> 1).handle == -4);
  CHECK((v(least) >> 63).handle == -1);
  CHECK((v(u64(least)) >> 63).handle == 1);
  CHECK((v(i32{-1}) >> v(i32{31})).handle == -1);
  CHECK((v(i32{1}) << v(i32{31})).handle == std::numeric_limits<i32>::min());
}

TEST_CASE("division is total") {
  CHECK((v(i64{7}) / v(i64{0})).handle == 0);
  CHECK((v(i64{7}) % v(i64{0})).handle == 7);
  CHECK((v(least) / v(i64{-1})).handle == least);
  CHECK((v(least) % v(i64{-1})).handle == 0);
  CHECK((v(i32{-7}) / v(i32{2})).handle == -3);
  CHECK((v(i32{-7}) % v(i32{2})).handle == -1);
  CHECK((v(u64{7}) / v(~u64{0})).handle == 0);
  CHECK((v(u32{7}) % v(u32{0})).handle == 7);
}

TEST_CASE("comparisons go by the type's sign") {
  CHECK((v(i64{-1}) < v(i64{0})).handle);
  CHECK(!(v(~u64{0}) < v(u64{0})).handle);
  CHECK((v(i32{5}) >= 5).handle);
  CHECK((v(i32{5}) <= v(i32{5})).handle);
  CHECK((v(u8{200}) > v(u8{100})).handle);
  CHECK((v(u8{1}) != v(u8{2})).handle);
  CHECK(!(v(u8{1}) == v(u8{2})).handle);
}

TEST_CASE("conversion keeps the low bits, or extends by the sign of where it comes from") {
  CHECK(to<u64>(v(i32{-1})).handle == ~u64{0});
  CHECK(to<u64>(v(u32{0xffffffff})).handle == 0xffffffff);
  CHECK(to<i64>(v(i8{-128})).handle == -128);
  CHECK(to<u8>(v(u64{0x1ff})).handle == 0xff);
  CHECK(to<i8>(v(u64{0x80})).handle == -128);
  CHECK(to<u64>(v(true)).handle == 1);
  CHECK(to<u64>(v(false)).handle == 0);
  CHECK(reinterpret<f32>(v(u32{0x7f800001})).handle.bits == 0x7f800001);
}

TEST_CASE("high halves of products, by each operand's own sign") {
  CHECK(multiply_high(v(i64{-1}), v(i64{-1})).handle == 0);
  CHECK(multiply_high(v(i64{-1}), v(i64{1})).handle == -1);
  CHECK(multiply_high(v(i64{-1}), v(~u64{0})).handle == -1);
  CHECK(multiply_high(v(i64{1}), v(~u64{0})).handle == 0);
  CHECK(multiply_high(v(~u64{0}), v(~u64{0})).handle == ~u64{1});
  CHECK(multiply_high(v(least), v(least)).handle == i64{1} << 62);
}

TEST_CASE("bits are counted, turned and swapped") {
  CHECK(leading_zeros(v(u64{0})).handle == 64);
  CHECK(leading_zeros(v(u32{1})).handle == 31);
  CHECK(trailing_zeros(v(u32{0})).handle == 32);
  CHECK(trailing_zeros(v(u64{1} << 40)).handle == 40);
  CHECK(population(v(~u64{0})).handle == 64);
  CHECK(byte_swap(v(u64{0x0123456789abcdef})).handle == 0xefcdab8967452301);
  CHECK(rotate_right(v(u64{1}), v(u64{1})).handle == u64{1} << 63);
  CHECK(rotate_right(v(u32{0x80000001}), v(u32{32})).handle == 0x80000001);
}

TEST_CASE("selection, the lesser and the greater") {
  CHECK(select(v(true), v(1), v(2)).handle == 1);
  CHECK(select(v(false), v(1), 2).handle == 2);
  CHECK(select(v(true), 1, v(2)).handle == 1);
  CHECK(lesser(v(i64{-1}), v(i64{1})).handle == -1);
  CHECK(lesser(v(~u64{0}), v(u64{1})).handle == 1);
  CHECK(greater(v(i32{-1}), v(i32{1})).handle == 1);
}

TEST_CASE("floating-point operations give a value and the flags it raised") {
  const auto third = Numbers::floating<FloatOperation::divide, f32>(0, f32{0x3f800000}, f32{0x40400000});
  CHECK(third.value.bits == 0x3eaaaaab);
  CHECK(third.flags == 1);
  const auto exact = Numbers::floating<FloatOperation::add, f32>(0, f32{0x3f800000}, f32{0x3f800000});
  CHECK(exact.value.bits == 0x40000000);
  CHECK(exact.flags == 0);
  CHECK(Numbers::floating<FloatOperation::to_integer, i32>(1, f32{0xbfc00000}).value == -1);
}
