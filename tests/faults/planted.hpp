// The switch of planted faults, included before every source file of a tree that has them.
//
// DIPTYCH_FAULT names the one that is on. It is read once, before the program begins; in constant expressions every
// fault is off.
#pragma once

// CMake tries the compiler with its default standard.
#if __cplusplus >= 202302L

#include <cstdlib>

namespace planting {

constexpr unsigned hash_of(const char* name) {
  unsigned hash = 2166136261u;
  for (; *name != 0; ++name) hash = (hash ^ static_cast<unsigned char>(*name)) * 16777619u;
  return hash;
}

struct Name {
  unsigned hash;
  consteval Name(const char* name) : hash(hash_of(name)) {}
};

inline const unsigned chosen = [] {
  const char* const name = std::getenv("DIPTYCH_FAULT");
  return name ? hash_of(name) : 0u;
}();

constexpr bool planted(Name name) {
  if consteval {
    return false;
  } else {
    return name.hash == chosen;
  }
}

}  // namespace planting

#endif
