#include "fuzz/worker/value_class.hpp"

#include "tests/catch.hpp"

#include <initializer_list>
#include <set>

using namespace diptych;
using namespace diptych::fuzz;

namespace {

std::set<std::size_t> classes(std::size_t (*of)(u64), std::initializer_list<u64> values) {
  std::set<std::size_t> all;
  for (u64 value : values) all.insert(of(value));
  CHECK(all.size() == values.size());
  return all;
}

}  // namespace

TEST_CASE("values of each class are told apart, and there are no more classes than counters") {
  const std::set<std::size_t> every = {0, 1, 2, 3, 4, 5, 6, 7};
  REQUIRE(every.size() == value_classes);
  CHECK(classes(integer_class, {0, ~u64{0}, 5, ~u64{5}, 0xffffffff, 0xffffffff80000000, u64{1} << 63, u64{1} << 62}) == every);
  CHECK(classes(single_class, {0xffffffff80000000, 0xffffffff00000001, 0xffffffffff800000, 0xffffffff7fc00000,
                               0xffffffff7f800001, 0xffffffffbf800000, 0xffffffff3f800000, 0xfffffffe3f800000}) == every);
  CHECK(classes(double_class, {u64{1} << 63, 1, 0x7ff0000000000000, 0xfff8000000000000, 0x7ff0000000000001,
                               0xbff0000000000000, 0x3ff0000000000000}).size() == 7);
}
