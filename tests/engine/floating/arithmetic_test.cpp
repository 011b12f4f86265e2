#include "engine/floating/arithmetic.hpp"

#include "tests/catch.hpp"
#include "tests/engine/floating/host.hpp"
#include "tests/engine/floating/samples.hpp"

#include <array>
#include <utility>

using namespace diptych;
using namespace diptych::floating;
using namespace diptych::floating::test;

namespace {

constexpr Rounding roundings[] = {Rounding::nearest_even, Rounding::toward_zero, Rounding::down, Rounding::up,
                                  Rounding::nearest_away};

f64 d(double value) { return host::guest(value); }
f32 s(float value) { return host::guest(value); }

constexpr f64 least{1};                          // 2^-1074
constexpr f64 least_normal{0x0010000000000000};  // 2^-1022
constexpr f64 greatest_subnormal{0x000fffffffffffff};
constexpr f64 greatest{0x7fefffffffffffff};
constexpr f64 infinity{0x7ff0000000000000};
constexpr f64 quiet{0x7ff8000000000000};
constexpr f64 signalling{0x7ff0000000000001};
constexpr f64 zero{0};
constexpr f64 minus_zero{0x8000000000000000};

/// The bits and the flags of one operation.
template <class Operation>
auto outcome(Rounding rounding, Operation operation) {
  Environment environment{rounding};
  const auto value = operation(environment);
  return std::pair(value.bits, int{environment.flags});
}
template <Float F>
auto sum_of(F a, F b, Rounding rounding = Rounding::nearest_even) {
  return outcome(rounding, [&](Environment& e) { return add(e, a, b); });
}
template <Float F>
auto product_of(F a, F b, Rounding rounding = Rounding::nearest_even) {
  return outcome(rounding, [&](Environment& e) { return multiply(e, a, b); });
}
template <Float F>
auto quotient_of(F a, F b, Rounding rounding = Rounding::nearest_even) {
  return outcome(rounding, [&](Environment& e) { return divide(e, a, b); });
}
template <Float F>
auto fused(F a, F b, F c, Rounding rounding = Rounding::nearest_even) {
  return outcome(rounding, [&](Environment& e) { return fused_multiply_add(e, a, b, c); });
}
template <Float F>
auto gives(F value, int flags = 0) {
  return std::pair(value.bits, flags);
}

}  // namespace

TEST_CASE("ties are broken as each rounding says") {
  const f64 one = d(1), half_place = d(0x1p-53), odd{one.bits + 1};
  const int x = flag::inexact;
  CHECK(sum_of(one, half_place, Rounding::nearest_even) == gives(one, x));
  CHECK(sum_of(odd, half_place, Rounding::nearest_even) == gives(f64{odd.bits + 1}, x));
  CHECK(sum_of(one, half_place, Rounding::nearest_away) == gives(odd, x));
  CHECK(sum_of(one, half_place, Rounding::toward_zero) == gives(one, x));
  CHECK(sum_of(one, half_place, Rounding::down) == gives(one, x));
  CHECK(sum_of(one, half_place, Rounding::up) == gives(odd, x));
  CHECK(sum_of(negated(one), negated(half_place), Rounding::nearest_away) == gives(negated(odd), x));
  CHECK(sum_of(negated(one), negated(half_place), Rounding::down) == gives(negated(odd), x));
  CHECK(sum_of(negated(one), negated(half_place), Rounding::up) == gives(negated(one), x));
  CHECK(sum_of(one, least, Rounding::up) == gives(odd, x));
  CHECK(sum_of(one, least, Rounding::nearest_away) == gives(one, x));
  CHECK(sum_of(one, negated(least), Rounding::down) == gives(f64{one.bits - 1}, x));
}

TEST_CASE("overflow goes to infinity or stays at the greatest number, with both flags") {
  const int flags = flag::overflow | flag::inexact;
  for (const Rounding rounding : roundings) {
    const bool nearest = rounding == Rounding::nearest_even || rounding == Rounding::nearest_away;
    CAPTURE(int(rounding));
    CHECK(product_of(greatest, d(2), rounding) ==
          gives(nearest || rounding == Rounding::up ? infinity : greatest, flags));
    CHECK(product_of(greatest, d(-2), rounding) ==
          gives(negated(nearest || rounding == Rounding::down ? infinity : greatest), flags));
    CHECK(product_of(greatest, greatest, rounding).second == flags);
  }
  CHECK(product_of(s(0x1p127f), s(-2)) == gives(f32{0xff800000}, flags));
  // Half a place beyond the greatest number is where infinity begins; before that, the result is only inexact.
  const f64 half_place = d(0x1p970);
  CHECK(sum_of(greatest, half_place) == gives(infinity, flags));
  CHECK(sum_of(greatest, f64{half_place.bits - 1}) == gives(greatest, flag::inexact));
  CHECK(sum_of(greatest, half_place, Rounding::toward_zero) == gives(greatest, flag::inexact));
  CHECK(sum_of(greatest, least, Rounding::up) == gives(infinity, flags));
}

TEST_CASE("infinities are exact") {
  CHECK(sum_of(infinity, d(-1)) == gives(infinity));
  CHECK(sum_of(infinity, infinity) == gives(infinity));
  CHECK(sum_of(infinity, negated(infinity)) == gives(quiet, flag::invalid));
  CHECK(product_of(infinity, d(-3)) == gives(negated(infinity)));
  CHECK(product_of(infinity, zero) == gives(quiet, flag::invalid));
  CHECK(quotient_of(infinity, infinity) == gives(quiet, flag::invalid));
  CHECK(quotient_of(d(-1), infinity) == gives(minus_zero));
  CHECK(quotient_of(infinity, zero) == gives(infinity));
}

TEST_CASE("division by zero") {
  CHECK(quotient_of(d(1), minus_zero) == gives(negated(infinity), flag::divide_by_zero));
  CHECK(quotient_of(least, zero) == gives(infinity, flag::divide_by_zero));
  CHECK(quotient_of(zero, zero) == gives(quiet, flag::invalid));
  CHECK(quotient_of(zero, d(-5)) == gives(minus_zero));
}

TEST_CASE("the sign of a sum that is zero") {
  for (const Rounding rounding : roundings) {
    const f64 difference = rounding == Rounding::down ? minus_zero : zero;
    CHECK(sum_of(d(1.5), d(-1.5), rounding) == gives(difference));
    CHECK(sum_of(zero, minus_zero, rounding) == gives(difference));
    CHECK(sum_of(minus_zero, minus_zero, rounding) == gives(minus_zero));
    CHECK(sum_of(zero, zero, rounding) == gives(zero));
    CHECK(fused(d(3), d(2), d(-6), rounding) == gives(difference));
    CHECK(fused(zero, d(-2), minus_zero, rounding) == gives(minus_zero));
    CHECK(fused(zero, d(2), minus_zero, rounding) == gives(difference));
  }
  CHECK(outcome(Rounding::nearest_even, [](Environment& e) { return subtract(e, minus_zero, zero); }) ==
        gives(minus_zero));
}

TEST_CASE("an exact subnormal result is no underflow") {
  CHECK(product_of(least_normal, d(0.5)) == gives(f64{0x0008000000000000}));
  CHECK(product_of(least, d(3)) == gives(f64{3}));
  CHECK(sum_of(least_normal, negated(least)) == gives(greatest_subnormal));
  CHECK(sum_of(greatest_subnormal, least) == gives(least_normal));
  CHECK(quotient_of(d(0x1p-1073), d(2)) == gives(least));
}

TEST_CASE("an inexact subnormal result is one, in every rounding") {
  const int flags = flag::underflow | flag::inexact;
  CHECK(product_of(least, d(0.5), Rounding::nearest_even) == gives(zero, flags));
  CHECK(product_of(least, d(0.5), Rounding::nearest_away) == gives(least, flags));
  CHECK(product_of(least, d(0.5), Rounding::up) == gives(least, flags));
  CHECK(product_of(least, d(-0.5), Rounding::up) == gives(minus_zero, flags));
  CHECK(product_of(least, d(-0.5), Rounding::down) == gives(negated(least), flags));
  CHECK(product_of(least, d(1.5)) == gives(f64{2}, flags));
  CHECK(product_of(least, least, Rounding::up) == gives(least, flags));
  CHECK(product_of(least, least, Rounding::nearest_away) == gives(zero, flags));
}

TEST_CASE("just below the least normal number the flag depends on when smallness is judged") {
  const int both = flag::underflow | flag::inexact;
  // The product of 2^-1022 and 1 − 2^-53 lies halfway between the greatest subnormal and the least normal number. It
  // becomes the latter, but would need no rounding if exponents had no bound, so it is tiny in either view.
  const f64 below_one{d(1).bits - 1};
  CHECK(product_of(least_normal, below_one) == gives(least_normal, both));
  CHECK(product_of(f64{least_normal.bits + 1}, below_one) == gives(least_normal, flag::inexact));
  // 2^-1022·(1 − part·2^-53)
  const auto close = [&](Rounding rounding, Tininess tininess, double part) {
    return outcome(rounding, [&](Environment& e) {
      e.tininess = tininess;
      return fused_multiply_add(e, negated(least_normal), d(part * 0x1p-53), least_normal);
    });
  };
  const auto after = Tininess::after_rounding, before = Tininess::before_rounding;
  CHECK(close(Rounding::nearest_even, after, 1.0) == gives(least_normal, both));
  CHECK(close(Rounding::nearest_even, after, 0.75) == gives(least_normal, both));
  CHECK(close(Rounding::nearest_even, after, 0.5) == gives(least_normal, flag::inexact));
  CHECK(close(Rounding::nearest_even, after, 0.25) == gives(least_normal, flag::inexact));
  CHECK(close(Rounding::nearest_away, after, 0.5) == gives(least_normal, flag::inexact));
  CHECK(close(Rounding::nearest_away, after, 0.75) == gives(least_normal, both));
  CHECK(close(Rounding::up, after, 0.75) == gives(least_normal, flag::inexact));
  CHECK(close(Rounding::up, after, 1.0) == gives(least_normal, both));
  CHECK(close(Rounding::up, after, 1.25) == gives(least_normal, both));
  CHECK(close(Rounding::down, after, 0.25) == gives(greatest_subnormal, both));
  CHECK(close(Rounding::toward_zero, after, 0.25) == gives(greatest_subnormal, both));
  for (const double part : {0.25, 0.5, 0.75, 1.0}) {
    CHECK(close(Rounding::nearest_even, before, part) == gives(least_normal, both));
    CHECK(close(Rounding::up, before, part) == gives(least_normal, both));
  }
}

TEST_CASE("the square root of everything that is no positive number") {
  const auto root = [](f64 f) {
    return outcome(Rounding::nearest_even, [&](Environment& e) { return square_root(e, f); });
  };
  CHECK(root(minus_zero) == gives(minus_zero));
  CHECK(root(zero) == gives(zero));
  CHECK(root(infinity) == gives(infinity));
  CHECK(root(negated(infinity)) == gives(quiet, flag::invalid));
  CHECK(root(negated(least)) == gives(quiet, flag::invalid));
  CHECK(root(quiet) == gives(quiet));
  CHECK(root(signalling) == gives(quiet, flag::invalid));
  CHECK(root(d(144)) == gives(d(12)));
  CHECK(root(least) == gives(d(0x1p-537)));
}

TEST_CASE("a fused multiply-add rounds once") {
  const f64 a = d(1 + 0x1p-30);
  CHECK(fused(a, a, d(-1 - 0x1p-29)) == gives(d(0x1p-60)));
  CHECK(fused(greatest, d(2), negated(greatest)) == gives(greatest));
  CHECK(fused(least, least, d(1), Rounding::up) == gives(d(1 + 0x1p-52), flag::inexact));
  CHECK(fused(d(2), infinity, negated(infinity)) == gives(quiet, flag::invalid));
  CHECK(fused(d(2), d(3), negated(infinity)) == gives(negated(infinity)));
}

TEST_CASE("which NaN comes out") {
  const f64 first{0xfff8000000000011}, second{0x7ff8000000000022}, loud{0x7ff0000000000033};
  const f64 loud_quieted{loud.bits | quiet.bits};
  const auto under = [](NanRule rule, auto operation) {
    return outcome(Rounding::nearest_even, [&](Environment& e) { return e.nans = rule, operation(e); });
  };
  const auto adding = [](f64 a, f64 b) { return [=](Environment& e) { return add(e, a, b); }; };
  const auto fusing = [](f64 a, f64 b, f64 c) {
    return [=](Environment& e) { return fused_multiply_add(e, a, b, c); };
  };
  const auto canonical = NanRule::canonical, signalling_first = NanRule::signalling_first,
             first_operand = NanRule::first_operand;

  CHECK(under(canonical, adding(first, second)) == gives(quiet));
  CHECK(under(canonical, adding(first, loud)) == gives(quiet, flag::invalid));
  CHECK(under(signalling_first, adding(d(1), first)) == gives(first));
  CHECK(under(signalling_first, adding(first, loud)) == gives(loud_quieted, flag::invalid));
  CHECK(under(first_operand, adding(first, loud)) == gives(first, flag::invalid));
  CHECK(under(first_operand, adding(infinity, negated(infinity))) == gives(negated(quiet), flag::invalid));
  CHECK(under(signalling_first, adding(infinity, negated(infinity))) == gives(quiet, flag::invalid));

  CHECK(under(canonical, fusing(infinity, zero, second)) == gives(quiet, flag::invalid));
  CHECK(under(signalling_first, fusing(infinity, zero, second)) == gives(quiet, flag::invalid));
  CHECK(under(signalling_first, fusing(infinity, zero, loud)) == gives(loud_quieted, flag::invalid));
  CHECK(under(first_operand, fusing(infinity, zero, second)) == gives(second));
  CHECK(under(signalling_first, fusing(first, d(1), second)) == gives(second));
  CHECK(under(first_operand, fusing(first, d(1), second)) == gives(first));
}

TEST_CASE("a reserved rounding is one towards zero") {
  for (u8 reserved = 5; reserved < 8; ++reserved) {
    CHECK(sum_of(d(1), d(-0x1p-80), Rounding{reserved}) == gives(f64{d(1).bits - 1}, flag::inexact));
    CHECK(product_of(greatest, d(2), Rounding{reserved}) == gives(greatest, flag::overflow | flag::inexact));
    CHECK(product_of(least, d(0.75), Rounding{reserved}) == gives(zero, flag::underflow | flag::inexact));
  }
}

TEST_CASE("flags accumulate") {
  Environment environment;
  divide(environment, d(1), zero);
  add(environment, d(1), least);
  add(environment, d(1), d(1));
  CHECK(environment.flags == (flag::divide_by_zero | flag::inexact));
}

TEST_CASE("arithmetic is there at compile time") {
  constexpr auto third = [] {
    Environment environment;
    return divide(environment, f64{0x3ff0000000000000}, f64{0x4008000000000000});
  }();
  STATIC_REQUIRE(third == f64{0x3fd5555555555555});
}

namespace {

constexpr int trials = 200'000;  // of each operation, each under five roundings

bool host_fuses() { return __builtin_cpu_supports("fma"); }

/// Whether RISC-V finds an operation invalid that the host does not: infinity × 0 + a quiet NaN.
template <Float F>
bool only_canonically_invalid(F a, F b, F c) {
  return ((is_infinite(a) && is_zero(b)) || (is_zero(a) && is_infinite(b))) && is_nan(c);
}
template <Float F>
bool only_canonically_invalid(F, F) {
  return false;
}

/// Compares one operation on given operands with the host: under all roundings, under the host's rule for NaNs and the
/// canonical one, and under both rules for tininess. `exactly` tells the exact result.
template <class Ours, class Theirs, class Exactly, Float F, class... Fs>
void compare(const char* operation, Ours ours, Theirs theirs, Exactly exactly, F a, Fs... others) {
  const host::Exact exact = exactly(host::native(a), host::native(others)...);
  for (const Rounding rounding : roundings) {
    const bool away = rounding == Rounding::nearest_away;
    const auto ask = [&](host::Native<F>& value) { theirs(value, host::native(others)...); };
    auto expected = host::answer(away ? Rounding::toward_zero : rounding, ask, a);
    if (away) expected = host::nearest_away<F>(exact, expected);

    Environment native{rounding, Tininess::after_rounding, NanRule::first_operand};
    const F kept = ours(native, a, others...);
    const bool native_agrees = kept == expected.value && native.flags == expected.flags;

    Environment early{rounding, Tininess::before_rounding};
    const F plain = ours(early, a, others...);
    u8 flags = expected.flags;
    if (flags & flag::inexact && host::is_tiny<F>(exact)) flags |= flag::underflow;
    if (only_canonically_invalid(a, others...)) flags |= flag::invalid;
    const F value = is_nan(expected.value) ? default_nan<F>(early) : expected.value;
    const bool early_agrees = plain == value && early.flags == flags;

    if (native_agrees && early_agrees) continue;
    CAPTURE(operation, int(rounding), std::array{u64{a.bits}, u64{others.bits}...});
    CAPTURE(kept.bits, expected.value.bits, int(native.flags), int(expected.flags));
    CAPTURE(plain.bits, int(early.flags), int(flags));
    FAIL("differs from the host");
  }
}

__float128 wide(auto value) { return value; }

}  // namespace

TEMPLATE_TEST_CASE("operations of one and two operands agree with the host", "", f32, f64) {
  using F = TestType;
  Samples samples(1);
  for (int i = 0; i < trials; ++i) {
    const F a = samples.any<F>();
    const F b = samples.beside(a);
    compare(
        "add", [](auto& e, F x, F y) { return add(e, x, y); }, host::add,
        [](auto x, auto y) { return host::exact_sum(x, y); }, a, b);
    compare(
        "subtract", [](auto& e, F x, F y) { return subtract(e, x, y); }, host::subtract,
        [](auto x, auto y) { return host::exact_sum(x, -wide(y)); }, a, b);
    compare(
        "multiply", [](auto& e, F x, F y) { return multiply(e, x, y); }, host::multiply,
        [](auto x, auto y) { return host::Exact{wide(x) * y}; }, a, b);
    // A quotient is never so near a tie that 113 bits would not tell on which side it lies.
    compare(
        "divide", [](auto& e, F x, F y) { return divide(e, x, y); }, host::divide,
        [](auto x, auto y) { return host::Exact{wide(x) / y}; }, a, b);
  }
}

TEMPLATE_TEST_CASE("the square root agrees with the host", "", f32, f64) {
  using F = TestType;
  Samples samples(2);
  for (int i = 0; i < trials; ++i) {
    F a = samples.any<F>();
    if (i % 8) a = F{magnitude(a)};
    if (i % 4 == 1 && is_finite(a)) {  // next to a square
      Environment environment;
      a = samples.near(multiply(environment, a, a));
    }
    // A root is never a tie: what is nearest is nearest.
    host::Answer<F> nearest = host::answer(Rounding::nearest_even, host::square_root, a);
    Environment away{Rounding::nearest_away, Tininess::after_rounding, NanRule::first_operand};
    REQUIRE(square_root(away, a) == nearest.value);
    REQUIRE(away.flags == nearest.flags);
    for (const Rounding rounding : {Rounding::nearest_even, Rounding::toward_zero, Rounding::down, Rounding::up}) {
      const auto expected = host::answer(rounding, host::square_root, a);
      Environment environment{rounding, Tininess::after_rounding, NanRule::first_operand};
      const F ours = square_root(environment, a);
      if (ours == expected.value && environment.flags == expected.flags) continue;
      CAPTURE(int(rounding), a.bits, ours.bits, expected.value.bits, int(environment.flags), int(expected.flags));
      FAIL("differs from the host");
    }
  }
}

TEMPLATE_TEST_CASE("the fused multiply-add agrees with the host", "", f32, f64) {
  using F = TestType;
  if (!host_fuses()) return;
  Samples samples(3);
  for (int i = 0; i < trials; ++i) {
    const F a = samples.any<F>();
    const F b = samples.beside(a);
    Environment environment;
    const F near_product = multiply(environment, a, b);
    const F c = i % 3 == 0 ? samples.near(near_product) : i % 3 == 1 ? samples.beside(near_product) : samples.any<F>();
    compare(
        "fused multiply-add", [](auto& e, F x, F y, F z) { return fused_multiply_add(e, x, y, z); },
        host::fused_multiply_add, [](auto x, auto y, auto z) { return host::exact_sum(wide(x) * y, z); }, a, b, c);
  }
}
