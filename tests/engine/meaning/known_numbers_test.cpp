// Numbers that know whether they are open.
#include "engine/meaning/known_numbers.hpp"

#include "engine/meaning/value.hpp"
#include "tests/catch.hpp"

using namespace diptych;
using namespace diptych::meaning;

namespace {

template <class T>
Value<KnownNumbers, T> known(T value) { return {{value, false}}; }
template <class T>
Value<KnownNumbers, T> open(T value) { return {{value, true}}; }

}  // namespace

TEST_CASE("a result is open where an operand is, and has its value all the same") {
  CHECK((open(u64{2}) + known(u64{3})).handle.value == 5);
  CHECK((open(u64{2}) + known(u64{3})).handle.open);
  CHECK((known(u64{2}) * open(u64{3})).handle.open);
  CHECK(!(known(u64{2}) - u64{3}).handle.open);
  CHECK((open(u64{2}) << 3).handle.open);
  CHECK((open(u64{2}) == u64{2}).handle.open);
  CHECK(leading_zeros(open(u64{1})).handle.open);
  CHECK(to<i32>(open(u64{1})).handle.open);
  CHECK(to<u64>(open(true)).handle.open);
  CHECK(multiply_high(known(u64{1}), open(u64{1})).handle.open);
  CHECK(!multiply_high(known(i64{-1}), known(u64{1})).handle.open);
  CHECK(!constant_like(open(u64{1}), 7).handle.open);
}

TEST_CASE("a selection is open where its condition or the chosen side is") {
  CHECK(!select(known(true), known(u64{1}), open(u64{2})).handle.open);
  CHECK(select(known(false), known(u64{1}), open(u64{2})).handle.open);
  CHECK(select(open(true), known(u64{1}), known(u64{2})).handle.open);
  CHECK(select(known(false), known(u64{1}), open(u64{2})).handle.value == 2);
}
