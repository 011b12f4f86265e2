#include "engine/memory/changed_lines.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <immintrin.h>

namespace diptych {
namespace {

u64 find_plainly(const u8* now, const u8* before, std::size_t lines) {
  u64 changed = 0;
  for (std::size_t line = 0; line < lines; ++line)
    changed |= u64{std::memcmp(now + line * line_size, before + line * line_size, line_size) != 0} << line;
  return changed;
}

[[gnu::target("avx2")]] inline __m256i difference(const u8* now, const u8* before, std::size_t line) {
  const auto load = [](const u8* from) __attribute__((target("avx2"))) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  };
  now += line * line_size;
  before += line * line_size;
  return _mm256_or_si256(_mm256_xor_si256(load(now), load(before)), _mm256_xor_si256(load(now + 32), load(before + 32)));
}

[[gnu::target("avx2")]] u64 find_in_vectors(const u8* now, const u8* before, std::size_t lines) {
  u64 changed = 0;
  std::size_t line = 0;
  // Most are as they were: four at once tell so.
  for (; line + 4 <= lines; line += 4) {
    const __m256i a = difference(now, before, line), b = difference(now, before, line + 1);
    const __m256i c = difference(now, before, line + 2), d = difference(now, before, line + 3);
    const __m256i any = _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d));
    if (_mm256_testz_si256(any, any)) [[likely]]
      continue;
    const u64 four = u64(!_mm256_testz_si256(a, a)) | u64(!_mm256_testz_si256(b, b)) << 1 |
                     u64(!_mm256_testz_si256(c, c)) << 2 | u64(!_mm256_testz_si256(d, d)) << 3;
    changed |= four << line;
  }
  for (; line < lines; ++line) {
    const __m256i one = difference(now, before, line);
    changed |= u64(!_mm256_testz_si256(one, one)) << line;
  }
  return changed;
}

[[gnu::target("avx512f")]] inline __m512i difference_at_once(const u8* now, const u8* before, std::size_t line) {
  const auto load = [](const u8* from) __attribute__((target("avx512f"))) { return _mm512_loadu_si512(from); };
  return _mm512_xor_si512(load(now + line * line_size), load(before + line * line_size));
}

[[gnu::target("avx512f")]] u64 find_in_whole_lines(const u8* now, const u8* before, std::size_t lines) {
  const auto differs = [](__m512i line) __attribute__((target("avx512f"))) { return u64{_mm512_test_epi64_mask(line, line) != 0}; };
  u64 changed = 0;
  std::size_t line = 0;
  for (; line + 4 <= lines; line += 4) {
    const __m512i a = difference_at_once(now, before, line), b = difference_at_once(now, before, line + 1);
    const __m512i c = difference_at_once(now, before, line + 2), d = difference_at_once(now, before, line + 3);
    if (!differs(_mm512_or_si512(_mm512_or_si512(a, b), _mm512_or_si512(c, d)))) [[likely]]
      continue;
    changed |= (differs(a) | differs(b) << 1 | differs(c) << 2 | differs(d) << 3) << line;
  }
  for (; line < lines; ++line) changed |= differs(difference_at_once(now, before, line)) << line;
  return changed;
}

}  // namespace

std::span<const FindLines> ways_to_find_lines() {
  static constexpr std::array<FindLines, 3> all = {find_in_whole_lines, find_in_vectors, find_plainly};
  static const std::size_t lacking = __builtin_cpu_supports("avx512f") ? 0 : __builtin_cpu_supports("avx2") ? 1 : 2;
  return std::span(all).subspan(lacking);
}

void find_changed_lines(std::span<const u8> now, std::span<const u8> before, std::span<u64> changed) {
  static const FindLines find = ways_to_find_lines().front();
  const std::size_t whole = now.size() / line_size, rest = now.size() % line_size;
  std::ranges::fill(changed, u64{0});
  for (std::size_t line = 0; line < whole; line += 64)
    changed[line / 64] = find(now.data() + line * line_size, before.data() + line * line_size, std::min<std::size_t>(64, whole - line));
  if (rest != 0 && std::memcmp(now.data() + whole * line_size, before.data() + whole * line_size, rest) != 0)
    changed[whole / 64] |= u64{1} << (whole % 64);
}

void find_changed_lines(std::span<const u8> now, std::span<const u8> before, std::span<const u64> written, std::span<u64> changed) {
  std::ranges::fill(changed, u64{0});
  all_of_lines(written, now.size(), [&](u64 offset, u64 size) {
    if (std::memcmp(now.data() + offset, before.data() + offset, size) != 0) note_written(changed.data(), offset, 1);
    return true;
  });
}

}  // namespace diptych
