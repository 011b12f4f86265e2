// How the programs of each mix are composed.
#pragma once

#include "fuzz/generate/mix.hpp"
#include "fuzz/generate/random.hpp"

namespace diptych::fuzz {

/// Of 1024.
struct Chance {
  u16 of_1024 = 0;
  bool happens(Random& random) const { return random.chance(of_1024, 1024); }
};

struct Profile {
  u8 fewest = 4, most = 24;  ///< instructions, but for what the last snippet adds
  Chance loop = {256};
  Chance modification = {32};  ///< the code changes itself
  bool writable = false;  ///< in any case
  Chance value_snippet = {0};  ///< in the place of an instruction
  Chance pressure_snippet = {2};
  Chance fault = {0};  ///< an access to nowhere
  u8 reserved_words = 0;  ///< each met by another input
  Chance budget_at_exit = {0};  ///< else it lasts to the end
};

const Profile& profile_of(Mix mix);

}  // namespace diptych::fuzz
