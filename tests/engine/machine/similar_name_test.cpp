#include "engine/machine/similar_name.hpp"
#include "tests/catch.hpp"

#include <array>

using namespace diptych;

namespace {

constexpr std::array<std::string_view, 5> names = {"fuzz", "replay", "minimize", "ir:fold", "qemu"};

}  // namespace

TEST_CASE("a mistyped name is recognized") {
  CHECK(similar_name("fuz", names) == "fuzz");
  CHECK(similar_name("fuzzz", names) == "fuzz");
  CHECK(similar_name("repaly", names) == "replay");
  CHECK(similar_name("minimise", names) == "minimize");
  CHECK(similar_name("min", names) == "minimize");
  CHECK(similar_name("ir:flod", names) == "ir:fold");
  CHECK(similar_name("qmeu", names) == "qemu");
}

TEST_CASE("a name that is far from all is nobody's") {
  for (const char* typed : {"", "x", "bogus", "unicorn", "rep lay now", "emulate"}) CHECK(similar_name(typed, names).empty());
  CHECK(similar_name(std::string(100000, 'f'), names).empty());
  CHECK(did_you_mean("bogus", names).empty());
  CHECK(did_you_mean("fuz", names) == "; did you mean fuzz?");
}
