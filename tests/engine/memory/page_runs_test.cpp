#include "engine/memory/page_runs.hpp"

#include "tests/catch.hpp"

#include <map>
#include <random>

using namespace diptych;

namespace {

using Runs = PageRuns<int>;

std::map<u64, int> pages_of(const Runs& runs) {
  std::map<u64, int> pages;
  u64 last = 0;
  for (const auto& run : runs) {
    REQUIRE(run.begin < run.end);
    REQUIRE(run.begin >= last);
    last = run.end;
    for (u64 page = run.begin; page < run.end; ++page) pages[page] = run.value;
  }
  return pages;
}

}  // namespace

TEST_CASE("what is there first stays, of one run and of many") {
  Runs runs = {{10, 20, 1}, {30, 31, 2}};
  add_missing(runs, {5, 40, 3});
  CHECK(runs == Runs{{5, 10, 3}, {10, 20, 1}, {20, 30, 3}, {30, 31, 2}, {31, 40, 3}});
  add_missing(runs, {12, 35, 4});
  CHECK(runs.size() == 5);

  Runs more = {{10, 20, 1}};
  std::vector<int> dropped;
  merge_missing(more, Runs{{0, 5, 2}, {12, 13, 3}, {15, 25, 4}}, [&](int value) { dropped.push_back(value); });
  CHECK(more == Runs{{0, 5, 2}, {10, 20, 1}, {20, 25, 4}});
  CHECK(dropped == std::vector<int>{3});
}

TEST_CASE("runs are cut, and what nothing is left of is dropped") {
  Runs runs = {{0, 10, 1}, {12, 13, 2}, {20, 30, 3}, {40, 41, 4}};
  std::vector<int> dropped;
  cut(runs, PageRuns<bool>{{2, 3, true}, {5, 11, true}, {12, 21, true}, {29, 35, true}}, [&](int value) { dropped.push_back(value); });
  CHECK(runs == Runs{{0, 2, 1}, {3, 5, 1}, {21, 29, 3}, {40, 41, 4}});
  CHECK(dropped == std::vector<int>{2});
}

TEST_CASE("adding runs one by one and merging them give the same, whatever they are") {
  std::mt19937_64 random(5);
  for (int round = 0; round < 500; ++round) {
    const auto some = [&] {
      Runs runs;
      for (u64 at = random() % 4; at < 40; at += random() % 6) {
        const u64 end = at + 1 + random() % 5;
        runs.push_back({at, end, int(random() % 1000)});
        at = end;
      }
      return runs;
    };
    Runs merged = some();
    const Runs added = some();
    Runs one_by_one = merged;
    std::map<u64, int> wanted = pages_of(merged);
    for (const auto& [page, value] : pages_of(added)) wanted.emplace(page, value);
    std::size_t dropped = 0, unwanted = 0;
    for (const auto& run : added) {
      unwanted += std::ranges::all_of(pages_of(Runs{run}), [&](const auto& page) { return pages_of(one_by_one).contains(page.first); });
      add_missing(one_by_one, run);
    }
    merge_missing(merged, added, [&](int) { ++dropped; });
    REQUIRE(pages_of(one_by_one) == wanted);
    REQUIRE(pages_of(merged) == wanted);
    REQUIRE(dropped == unwanted);
  }
}
