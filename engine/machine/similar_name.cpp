#include "engine/machine/similar_name.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace diptych {
namespace {

// The restricted Damerau-Levenshtein distance, row by row.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

// A text longer than any name is none that was mistyped.
constexpr std::size_t longest = 64;

}  // namespace

std::string_view similar_name(std::string_view typed, std::span<const std::string_view> names) {
  if (typed.empty() || typed.size() > longest) return {};
  std::string_view best;
  std::size_t fewest = std::max<std::size_t>(1, typed.size() / 3) + 1;
  for (const std::string_view name : names) {
    const std::size_t edits = name.starts_with(typed) ? 1 : edit_distance(typed, name);
    if (edits >= fewest || edits >= name.size()) continue;
    fewest = edits;
    best = name;
  }
  return best;
}

std::string did_you_mean(std::string_view typed, std::span<const std::string_view> names) {
  const std::string_view name = similar_name(typed, names);
  return name.empty() ? "" : "; did you mean " + std::string(name) + "?";
}

}  // namespace diptych
