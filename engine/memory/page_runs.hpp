// Runs of pages, each with a value: sorted, and no page in two of them.
#pragma once

#include "engine/machine/integers.hpp"

#include <algorithm>
#include <vector>

namespace diptych {

/// Pages, numbered, from `begin` up to before `end`.
template <class Value>
struct PageRun {
  u64 begin = 0;
  u64 end = 0;
  Value value{};

  bool operator==(const PageRun&) const = default;
};

template <class Value>
using PageRuns = std::vector<PageRun<Value>>;

/// Adds those parts of a run that no other has.
template <class Value>
void add_missing(PageRuns<Value>& runs, PageRun<Value> added) {
  auto at = std::ranges::upper_bound(runs, added.begin, {}, &PageRun<Value>::end);
  while (added.begin < added.end) {
    if (at == runs.end() || at->begin >= added.end) {
      runs.insert(at, added);
      return;
    }
    if (at->begin > added.begin) at = runs.insert(at, {added.begin, at->begin, added.value}) + 1;
    added.begin = at->end;
    ++at;
  }
}

/// The same with many; `drop` is told the values of which no part was wanted.
template <class Value, class Drop>
void merge_missing(PageRuns<Value>& runs, const PageRuns<Value>& added, Drop drop) {
  PageRuns<Value> merged;
  merged.reserve(runs.size() + added.size());
  auto next = runs.begin();
  for (const PageRun<Value>& run : added) {
    bool wanted = false;
    u64 at = run.begin;
    while (next != runs.end() && next->end <= at) merged.push_back(*next++);
    while (at < run.end) {
      const u64 free_until = next == runs.end() ? run.end : std::min(next->begin, run.end);
      if (free_until > at) {
        merged.push_back({at, free_until, run.value});
        wanted = true;
        at = free_until;
      } else {
        at = next->end;
        if (at <= run.end) merged.push_back(*next++);
      }
    }
    if (!wanted) drop(run.value);
  }
  merged.insert(merged.end(), next, runs.end());
  runs = std::move(merged);
}

/// Takes away what lies in other runs; `drop` is told the values of which nothing is left.
template <class Value, class Other, class Drop>
void cut(PageRuns<Value>& runs, const PageRuns<Other>& away, Drop drop) {
  PageRuns<Value> left;
  left.reserve(runs.size());
  auto next = away.begin();
  for (PageRun<Value> run : runs) {
    bool kept = false;
    while (next != away.end() && next->end <= run.begin) ++next;
    for (auto hole = next; hole != away.end() && hole->begin < run.end; ++hole) {
      if (hole->begin > run.begin) {
        left.push_back({run.begin, hole->begin, run.value});
        kept = true;
      }
      run.begin = std::max(run.begin, hole->end);
    }
    if (run.begin < run.end) left.push_back(run);
    else if (!kept) drop(run.value);
  }
  runs = std::move(left);
}

}  // namespace diptych
