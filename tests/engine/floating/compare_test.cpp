#include "engine/floating/compare.hpp"

#include "tests/catch.hpp"
#include "tests/engine/floating/host.hpp"
#include "tests/engine/floating/samples.hpp"

#include <utility>

using namespace diptych;
using namespace diptych::floating;
using namespace diptych::floating::test;

namespace {

constexpr f32 one{0x3f800000}, infinity{0x7f800000}, quiet{0x7fc00000}, odd_quiet{0xffc00123}, signalling{0x7f800001};
constexpr f32 zero{0}, minus_zero{0x80000000}, least{1};

template <class Operation>
auto outcome(Operation operation, f32 a, f32 b) {
  Environment environment;
  const auto result = operation(environment, a, b);
  return std::pair(result, int{environment.flags});
}
constexpr auto eq = [](Environment& e, f32 a, f32 b) { return equal(e, a, b); };
constexpr auto lt = [](Environment& e, f32 a, f32 b) { return less(e, a, b); };
constexpr auto le = [](Environment& e, f32 a, f32 b) { return less_equal(e, a, b); };
constexpr auto min = [](Environment& e, f32 a, f32 b) { return minimum(e, a, b).bits; };
constexpr auto max = [](Environment& e, f32 a, f32 b) { return maximum(e, a, b).bits; };

/// What the host's comparison leaves in its flags: unordered, equal, below.
struct Relation {
  bool unordered, same, below;
  u8 flags;
};

template <bool quietly, Float F>
Relation relation(F a, F b) {
  Relation r{};
  const auto x = host::native(a), y = host::native(b);
  r.flags = host::flags_of(Rounding::nearest_even, [&] {
    if constexpr (sizeof(F) == 4 && quietly)
      asm volatile("ucomiss %4, %3" : "=@ccp"(r.unordered), "=@ccz"(r.same), "=@ccc"(r.below) : "x"(x), "x"(y));
    else if constexpr (sizeof(F) == 4)
      asm volatile("comiss %4, %3" : "=@ccp"(r.unordered), "=@ccz"(r.same), "=@ccc"(r.below) : "x"(x), "x"(y));
    else if constexpr (quietly)
      asm volatile("ucomisd %4, %3" : "=@ccp"(r.unordered), "=@ccz"(r.same), "=@ccc"(r.below) : "x"(x), "x"(y));
    else
      asm volatile("comisd %4, %3" : "=@ccp"(r.unordered), "=@ccz"(r.same), "=@ccc"(r.below) : "x"(x), "x"(y));
  });
  return r;
}

}  // namespace

TEST_CASE("zeros are equal whatever their signs") {
  CHECK(outcome(eq, zero, minus_zero) == std::pair(true, 0));
  CHECK(outcome(lt, minus_zero, zero) == std::pair(false, 0));
  CHECK(outcome(le, zero, minus_zero) == std::pair(true, 0));
  CHECK(outcome(lt, minus_zero, least) == std::pair(true, 0));
  CHECK(outcome(lt, negated(least), zero) == std::pair(true, 0));
}

TEST_CASE("a NaN compares with nothing: quietly for equality, invalid for order") {
  CHECK(outcome(eq, quiet, quiet) == std::pair(false, 0));
  CHECK(outcome(eq, one, signalling) == std::pair(false, int{flag::invalid}));
  CHECK(outcome(lt, one, quiet) == std::pair(false, int{flag::invalid}));
  CHECK(outcome(le, quiet, quiet) == std::pair(false, int{flag::invalid}));
  CHECK(outcome(le, signalling, one) == std::pair(false, int{flag::invalid}));
}

TEST_CASE("the lesser and the greater") {
  CHECK(outcome(min, minus_zero, zero) == std::pair(minus_zero.bits, 0));
  CHECK(outcome(min, zero, minus_zero) == std::pair(minus_zero.bits, 0));
  CHECK(outcome(max, minus_zero, zero) == std::pair(zero.bits, 0));
  CHECK(outcome(max, zero, minus_zero) == std::pair(zero.bits, 0));
  CHECK(outcome(min, one, negated(infinity)) == std::pair(negated(infinity).bits, 0));
  CHECK(outcome(max, negated(one), negated(infinity)) == std::pair(negated(one).bits, 0));
  CHECK(outcome(min, quiet, one) == std::pair(one.bits, 0));
  CHECK(outcome(max, one, odd_quiet) == std::pair(one.bits, 0));
  CHECK(outcome(min, signalling, one) == std::pair(one.bits, int{flag::invalid}));
  CHECK(outcome(max, odd_quiet, odd_quiet) == std::pair(quiet.bits, 0));
  CHECK(outcome(max, odd_quiet, signalling) == std::pair(quiet.bits, int{flag::invalid}));
}

TEST_CASE("the ten classes") {
  CHECK(classify(negated(infinity)) == 1 << 0);
  CHECK(classify(negated(one)) == 1 << 1);
  CHECK(classify(negated(least)) == 1 << 2);
  CHECK(classify(minus_zero) == 1 << 3);
  CHECK(classify(zero) == 1 << 4);
  CHECK(classify(least) == 1 << 5);
  CHECK(classify(f32{0x007fffff}) == 1 << 5);
  CHECK(classify(f32{0x00800000}) == 1 << 6);
  CHECK(classify(f32{0x7f7fffff}) == 1 << 6);
  CHECK(classify(infinity) == 1 << 7);
  CHECK(classify(signalling) == 1 << 8);
  CHECK(classify(negated(signalling)) == 1 << 8);
  CHECK(classify(quiet) == 1 << 9);
  CHECK(classify(f64{0x8000000000000001}) == 1 << 2);
  CHECK(classify(f64{0xfff7ffffffffffff}) == 1 << 8);
}

TEMPLATE_TEST_CASE("comparisons agree with the host", "", f32, f64) {
  using F = TestType;
  Samples samples(4);
  for (int i = 0; i < 300'000; ++i) {
    const F a = samples.any<F>();
    const F b = samples.beside(a);
    const Relation quietly = relation<true>(a, b), loudly = relation<false>(a, b);
    Environment same, below, not_above;
    const bool agreed = equal(same, a, b) == (quietly.same && !quietly.unordered) && same.flags == quietly.flags &&
                        less(below, a, b) == (loudly.below && !loudly.unordered) && below.flags == loudly.flags &&
                        less_equal(not_above, a, b) == ((loudly.below || loudly.same) && !loudly.unordered) &&
                        not_above.flags == loudly.flags;
    // Where two numbers differ, the lesser and the greater follow from that.
    Environment chosen;
    const F lesser = minimum(chosen, a, b), greater = maximum(chosen, a, b);
    const bool chose =
        loudly.unordered || loudly.same || (lesser == (loudly.below ? a : b) && greater == (loudly.below ? b : a));
    if (agreed && chose && (loudly.unordered || chosen.flags == 0)) continue;
    CAPTURE(a.bits, b.bits, lesser.bits, greater.bits, int(same.flags), int(below.flags), int(not_above.flags));
    FAIL("differs from the host");
  }
}
