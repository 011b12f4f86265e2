#include "engine/floating/convert.hpp"

#include "tests/catch.hpp"
#include "tests/engine/floating/host.hpp"
#include "tests/engine/floating/samples.hpp"

#include <cmath>
#include <limits>
#include <utility>

using namespace diptych;
using namespace diptych::floating;
using namespace diptych::floating::test;

namespace {

constexpr Rounding roundings[] = {Rounding::nearest_even, Rounding::toward_zero, Rounding::down, Rounding::up,
                                  Rounding::nearest_away};
constexpr f64 infinity{0x7ff0000000000000}, quiet{0xfff8000000000000}, signalling{0xfff0000000000001};

f64 d(double value) { return host::guest(value); }

template <Integer I, Float F>
auto integer_of(F f, Rounding rounding = Rounding::nearest_even) {
  Environment environment{rounding};
  const I integer = to_integer<I>(environment, f);
  return std::pair(integer, int{environment.flags});
}
template <Integer I>
auto gives(I integer, int flags = 0) {
  return std::pair(integer, flags);
}

}  // namespace

TEST_CASE("ties between integers") {
  const int x = flag::inexact;
  const auto check = [&](double value, i32 even, i32 zero, i32 down, i32 up, i32 away) {
    CAPTURE(value);
    const i32 expected[] = {even, zero, down, up, away};
    for (const Rounding rounding : roundings)
      CHECK(integer_of<i32>(d(value), rounding) == gives(expected[static_cast<u8>(rounding)], x));
  };
  check(0.5, 0, 0, 0, 1, 1);
  check(1.5, 2, 1, 1, 2, 2);
  check(2.5, 2, 2, 2, 3, 3);
  check(-0.5, 0, 0, -1, 0, -1);
  check(-2.5, -2, -2, -3, -2, -3);
  check(0.49999999999999994, 0, 0, 0, 1, 0);
  check(0x1p-1074, 0, 0, 0, 1, 0);
  check(-0x1p-1074, 0, 0, -1, 0, 0);
}

TEST_CASE("integers out of range are invalid, not inexact, and become the nearer end") {
  const int nv = flag::invalid;
  CHECK(integer_of<i32>(d(0x1p31)) == gives<i32>(0x7fffffff, nv));
  CHECK(integer_of<i32>(d(2147483647.5), Rounding::toward_zero) == gives<i32>(0x7fffffff, flag::inexact));
  CHECK(integer_of<i32>(d(2147483647.5)) == gives<i32>(0x7fffffff, nv));
  CHECK(integer_of<i32>(d(-2147483648.5)) == gives(std::numeric_limits<i32>::min(), int{flag::inexact}));
  CHECK(integer_of<i32>(d(-2147483648.5), Rounding::down) == gives(std::numeric_limits<i32>::min(), nv));
  CHECK(integer_of<u32>(d(4294967295.5), Rounding::down) == gives(~u32{0}, int{flag::inexact}));
  CHECK(integer_of<u32>(d(4294967295.5)) == gives(~u32{0}, nv));
  CHECK(integer_of<u32>(d(-0.25)) == gives(u32{0}, int{flag::inexact}));
  CHECK(integer_of<u32>(d(-0.25), Rounding::down) == gives(u32{0}, nv));
  CHECK(integer_of<u32>(d(-1)) == gives(u32{0}, nv));
  CHECK(integer_of<u64>(d(-0.0)) == gives(u64{0}));
  CHECK(integer_of<i64>(d(-0x1p63)) == gives(std::numeric_limits<i64>::min()));
  CHECK(integer_of<i64>(d(0x1p63)) == gives(std::numeric_limits<i64>::max(), nv));
  CHECK(integer_of<u64>(d(0x1p63)) == gives(u64{1} << 63));
  CHECK(integer_of<u64>(d(0x1.fffffffffffffp63)) == gives(~u64{0} << 11));
  CHECK(integer_of<u64>(d(0x1p64)) == gives(~u64{0}, nv));
  CHECK(integer_of<u64>(f32{0x7f7fffff}) == gives(~u64{0}, nv));
  CHECK(integer_of<i64>(negated(infinity)) == gives(std::numeric_limits<i64>::min(), nv));
  CHECK(integer_of<u64>(negated(infinity)) == gives(u64{0}, nv));
  CHECK(integer_of<i32>(infinity) == gives<i32>(0x7fffffff, nv));
  for (const f64 nan : {quiet, signalling}) {
    CHECK(integer_of<i32>(nan) == gives<i32>(0x7fffffff, nv));
    CHECK(integer_of<u32>(nan) == gives(~u32{0}, nv));
    CHECK(integer_of<i64>(nan) == gives(std::numeric_limits<i64>::max(), nv));
    CHECK(integer_of<u64>(nan) == gives(~u64{0}, nv));
  }
}

TEST_CASE("integers round where the format is short of bits") {
  const auto from = [](auto integer, Rounding rounding) {
    Environment environment{rounding};
    const f32 f = from_integer<f32>(environment, integer);
    return std::pair(f.bits, int{environment.flags});
  };
  CHECK(from(u64{0}, Rounding::down) == std::pair(0u, 0));
  CHECK(from(~u64{0}, Rounding::nearest_even) == std::pair(0x5f800000u, int{flag::inexact}));
  CHECK(from(~u64{0}, Rounding::toward_zero) == std::pair(0x5f7fffffu, int{flag::inexact}));
  CHECK(from(std::numeric_limits<i64>::min(), Rounding::nearest_even) == std::pair(0xdf000000u, 0));
  CHECK(from(i32{16777217}, Rounding::nearest_even) == std::pair(0x4b800000u, int{flag::inexact}));
  CHECK(from(i32{16777217}, Rounding::nearest_away) == std::pair(0x4b800001u, int{flag::inexact}));
  CHECK(from(i32{-16777217}, Rounding::down) == std::pair(0xcb800001u, int{flag::inexact}));
}

TEST_CASE("between formats") {
  Environment environment;
  CHECK(convert<f64>(environment, f32{1}) == d(0x1p-149));
  CHECK(convert<f32>(environment, d(-0.0)) == f32{0x80000000});
  CHECK(convert<f32>(environment, negated(infinity)) == f32{0xff800000});
  CHECK(environment.flags == 0);
  CHECK(convert<f32>(environment, d(0x1p-150)) == f32{0});
  CHECK(environment.flags == (flag::underflow | flag::inexact));
  CHECK(convert<f32>(environment, d(0x1.ffffffp127)) == f32{0x7f800000});
  CHECK(environment.flags == (flag::underflow | flag::overflow | flag::inexact));
  CHECK(convert<f32>(environment, signalling) == f32{0x7fc00000});
  CHECK((environment.flags & flag::invalid) != 0);
  environment.nans = NanRule::first_operand;
  CHECK(convert<f64>(environment, f32{0xff800003}) == f64{0xfff8000060000000});
  CHECK(convert<f32>(environment, f64{0x7ff8000060000001}) == f32{0x7fc00003});
}

TEST_CASE("to an integer of the same format") {
  const auto round = [](double value, Rounding rounding, Inexactness inexactness) {
    Environment environment{rounding};
    return std::pair(round_to_integral(environment, d(value), inexactness).bits, int{environment.flags});
  };
  CHECK(round(-0.25, Rounding::nearest_even, Inexactness::raised) == std::pair(d(-0.0).bits, int{flag::inexact}));
  CHECK(round(-0.25, Rounding::nearest_even, Inexactness::silent) == std::pair(d(-0.0).bits, 0));
  CHECK(round(-0.5, Rounding::nearest_away, Inexactness::silent) == std::pair(d(-1).bits, 0));
  CHECK(round(4503599627370495.5, Rounding::nearest_even, Inexactness::raised) ==
        std::pair(d(0x1p52).bits, int{flag::inexact}));
  CHECK(round(0x1p1023, Rounding::up, Inexactness::raised) == std::pair(d(0x1p1023).bits, 0));
  CHECK(round(7, Rounding::up, Inexactness::raised) == std::pair(d(7).bits, 0));
}

namespace {

constexpr int trials = 200'000;

/// The host's rounding to an integer of the same format; ties away are the whole part and one more from a half on.
template <Float F, class Operation>
host::Answer<F> integral(Rounding rounding, F f, Operation operation) {
  const bool away = rounding == Rounding::nearest_away;
  auto answer = host::answer(away ? Rounding::toward_zero : rounding, operation, f);
  const auto whole = host::native(answer.value);
  if (away && is_finite(f) && std::fabs(host::native(f) - whole) >= 0.5f)
    answer.value = host::guest(std::copysign(std::fabs(whole) + 1, whole));
  return answer;
}

template <Integer I, Float F>
void check_to_integer(F f, Rounding rounding, host::Answer<F> rounded) {
  using Limits = std::numeric_limits<I>;
  // The type's bounds are powers of two, and so exact.
  const double beyond = 2.0 * static_cast<double>(Limits::max() / 2 + 1);
  const double value = host::native(rounded.value);
  host::Answer<I> expected{0, flag::invalid};
  if (std::isnan(value))
    expected.value = Limits::max();
  else if (value < (Limits::is_signed ? -beyond : 0))
    expected.value = Limits::min();
  else if (value >= beyond)
    expected.value = Limits::max();
  else
    expected = {static_cast<I>(static_cast<i128>(value)), rounded.flags};
  Environment environment{rounding};
  const I ours = to_integer<I>(environment, f);
  if (ours == expected.value && environment.flags == expected.flags) return;
  CAPTURE(int(rounding), f.bits, ours, expected.value, int(environment.flags), int(expected.flags));
  FAIL("differs from the host");
}

template <Float F, Integer I>
void check_from_integer(I integer, Rounding rounding) {
  const bool away = rounding == Rounding::nearest_away;
  const Rounding known = away ? Rounding::toward_zero : rounding;
  auto expected = integer < 0 ? host::from_i64<F>(known, static_cast<i64>(integer))
                              : host::from_u64<F>(known, static_cast<u64>(integer));
  if (away) expected = host::nearest_away<F>({static_cast<__float128>(integer)}, expected);
  Environment environment{rounding};
  const F ours = from_integer<F>(environment, integer);
  if (ours == expected.value && environment.flags == expected.flags) return;
  CAPTURE(int(rounding), integer, ours.bits, expected.value.bits, int(environment.flags), int(expected.flags));
  FAIL("differs from the host");
}

}  // namespace

TEMPLATE_TEST_CASE("rounding to integers agrees with the host", "", f32, f64) {
  using F = TestType;
  Samples samples(5);
  for (int i = 0; i < trials; ++i) {
    const F f = i % 2 ? samples.made<F>(Format<F>::bias + samples.between(-3, 66)) : samples.any<F>();
    for (const Rounding rounding : roundings) {
      const auto expected = integral(rounding, f, host::round);
      const auto silent = integral(rounding, f, host::round_silently);
      Environment environment{rounding, Tininess::after_rounding, NanRule::first_operand}, quietly = environment;
      const F ours = round_to_integral(environment, f, Inexactness::raised);
      const F without = round_to_integral(quietly, f, Inexactness::silent);
      if (ours != expected.value || without != ours || environment.flags != expected.flags ||
          quietly.flags != silent.flags) {
        CAPTURE(int(rounding), f.bits, ours.bits, without.bits, expected.value.bits, int(environment.flags),
                int(expected.flags));
        FAIL("differs from the host");
      }
      check_to_integer<i32>(f, rounding, expected);
      check_to_integer<u32>(f, rounding, expected);
      check_to_integer<i64>(f, rounding, expected);
      check_to_integer<u64>(f, rounding, expected);
    }
  }
}

TEMPLATE_TEST_CASE("rounding from integers agrees with the host", "", f32, f64) {
  using F = TestType;
  Samples samples(6);
  for (int i = 0; i < trials; ++i) {
    const u64 pattern = samples.pattern(64) >> samples.below(64);
    const u64 integer = samples.word() & 1 ? pattern : u64{0} - pattern;
    for (const Rounding rounding : roundings) {
      check_from_integer<F>(static_cast<i32>(integer), rounding);
      check_from_integer<F>(static_cast<u32>(integer), rounding);
      check_from_integer<F>(static_cast<i64>(integer), rounding);
      check_from_integer<F>(integer, rounding);
    }
  }
}

TEST_CASE("conversion between formats agrees with the host") {
  Samples samples(7);
  for (int i = 0; i < trials; ++i) {
    const f32 narrow = samples.any<f32>();
    f64 wide = samples.any<f64>();
    if (i % 4) {  // in binary32's range or about its ends
      wide = samples.made<f64>(Format<f64>::bias + samples.between(-152, 130));
      if (i % 4 > 1) wide.bits &= ~u64{0} << samples.between(26, 30);
    }
    for (const Rounding rounding : roundings) {
      const bool away = rounding == Rounding::nearest_away;
      const Rounding known = away ? Rounding::toward_zero : rounding;
      const auto widened = host::widen(known, narrow);
      auto narrowed = host::narrow(known, wide);
      if (away) narrowed = host::nearest_away<f32>({static_cast<__float128>(host::native(wide))}, narrowed);
      Environment widening{rounding, Tininess::after_rounding, NanRule::first_operand}, narrowing = widening;
      const f64 our_wide = convert<f64>(widening, narrow);
      const f32 our_narrow = convert<f32>(narrowing, wide);
      if (our_wide == widened.value && widening.flags == widened.flags && our_narrow == narrowed.value &&
          narrowing.flags == narrowed.flags)
        continue;
      CAPTURE(int(rounding), narrow.bits, our_wide.bits, widened.value.bits, int(widening.flags), int(widened.flags));
      CAPTURE(wide.bits, our_narrow.bits, narrowed.value.bits, int(narrowing.flags), int(narrowed.flags));
      FAIL("differs from the host");
    }
  }
}
