#include "fuzz/generate/mix.hpp"

#include "fuzz/generate/generate.hpp"
#include "tests/catch.hpp"

#include <map>

using namespace diptych;
using namespace diptych::fuzz;

TEST_CASE("a mix is found by its name only") {
  for (const NamedMix& some : mixes) CHECK(mix_named(some.name) == some.mix);
  CHECK_FALSE(mix_named("mix"));
  CHECK_FALSE(mix_named(""));
  CHECK(mix_names().starts_with("all, mixed"));
}

TEST_CASE("all takes turns among the other mixes, as often as the table says") {
  u64 round = 0;
  for (const NamedMix& some : mixes) round += some.turns;
  std::map<Mix, u64> seen;
  for (u64 number = 0; number < 3 * round; ++number) ++seen[mix_in_turn(number)];
  for (const NamedMix& some : mixes) {
    INFO(some.name);
    CHECK(seen[some.mix] == 3u * some.turns);
    CHECK((some.turns == 0) == (some.mix == Mix::all));
  }
}

TEST_CASE("blocks are of all mixes where all are asked for") {
  Generator turns, alone;
  Random one(3), other(3);
  for (u64 number = 0; number < 50; ++number)
    REQUIRE(turns.generate(one, {Mix::all}) == alone.generate(other, {mix_in_turn(number)}));
}
