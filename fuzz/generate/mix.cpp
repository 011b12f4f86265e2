#include "fuzz/generate/mix.hpp"

#include <algorithm>

namespace diptych::fuzz {
namespace {

constexpr u64 turns_in_round = [] {
  u64 sum = 0;
  for (const NamedMix& some : mixes) sum += some.turns;
  return sum;
}();

}  // namespace

std::optional<Mix> mix_named(std::string_view name) {
  const auto* found = std::ranges::find(mixes, name, &NamedMix::name);
  if (found == std::end(mixes)) return std::nullopt;
  return found->mix;
}

std::string mix_names() {
  std::string names;
  for (const NamedMix& some : mixes) names.append(names.empty() ? "" : ", ").append(some.name);
  return names;
}

Mix mix_in_turn(u64 number) {
  u64 left = number % turns_in_round;
  const NamedMix* some = mixes;
  while (left >= some->turns) left -= some++->turns;
  return some->mix;
}

}  // namespace diptych::fuzz
