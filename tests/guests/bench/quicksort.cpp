// Quicksort, with insertion for what is short: branches that nobody predicts.
#include "tests/guests/bench/guest.hpp"

#include <utility>
#include <vector>

using namespace diptych::bench;

namespace {

void sort(u32* begin, u32* end) {
  while (end - begin > 16) {
    // The middle one of three is moved to the front, as a sentinel for both sides.
    u32* middle = begin + (end - begin) / 2;
    if (*middle < *begin) std::swap(*middle, *begin);
    if (end[-1] < *middle) std::swap(end[-1], *middle);
    if (*middle < *begin) std::swap(*middle, *begin);
    const u32 pivot = *middle;
    u32 *left = begin, *right = end - 1;
    while (left <= right) {
      while (*left < pivot) ++left;
      while (pivot < *right) --right;
      if (left <= right) std::swap(*left++, *right--);
    }
    // The longer part goes on here, so that the recursion stays shallow.
    if (right - begin < end - left) {
      sort(begin, right + 1);
      begin = left;
    } else {
      sort(left, end);
      end = right + 1;
    }
  }
  for (u32* next = begin; next < end; ++next) {
    const u32 value = *next;
    u32* hole = next;
    for (; hole > begin && value < hole[-1]; --hole) *hole = hole[-1];
    *hole = value;
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<u32> numbers(20000);
  Random random(6);
  Checksum sum;
  const u64 size = size_from(argc, argv, default_size("quicksort"));
  for (u64 i = 0; i < size; ++i) {
    for (u32& number : numbers) number = u32(random.next() >> 40);
    sort(numbers.data(), numbers.data() + numbers.size());
    bool sorted = true;
    for (u32 n = 1; n < numbers.size(); ++n) sorted &= numbers[n - 1] <= numbers[n];
    sum.add(sorted);
    sum.add(numbers[i % numbers.size()]);
  }
  sum.print("quicksort");
}
