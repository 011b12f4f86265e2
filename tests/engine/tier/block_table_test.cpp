// The table of translations, held against a map.
#include "engine/tier/block_table.hpp"

#include "tests/catch.hpp"

#include <map>
#include <random>
#include <vector>

using namespace diptych;

namespace {

std::vector<u32> all_at(const BlockTable& table, u64 pc) {
  std::vector<u32> found;
  table.any_at(pc, [&](u32 index) {
    found.push_back(index);
    return false;
  });
  return found;
}

}  // namespace

TEST_CASE("a table of blocks holds what was added and not taken out or forgotten") {
  std::mt19937_64 random(1);
  BlockTable table;
  std::multimap<u64, u32> model;
  u32 next = 0;
  // More than it has room for at first; addresses that meet, and that are the same.
  const auto some_pc = [&] { return 2 * (random() % 900) + (random() % 4 << 32); };
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 300; ++i) {
      const u64 pc = some_pc();
      table.add(pc, next);
      model.emplace(pc, next++);
    }
    if (round % 3 == 1) {
      const u32 rest = u32(random() % 5);
      const bool any = table.remove_if(0, ~u64{0}, [&](u32 index) { return index % 5 == rest; });
      CHECK(any == (std::erase_if(model, [&](const auto& one) { return one.second % 5 == rest; }) != 0));
    }
    // A few bytes, and many; odd ends, and such as wrap.
    for (int i = 0; i < 20; ++i) {
      const u64 address = some_pc() - random() % 20, size = random() % (i % 4 == 0 ? 2000 : 12);
      const auto gone = [&](u64 pc, u32 index) { return pc - address < size && index % 3 != 0; };
      const bool any = table.remove_if(address, size, [&](u32 index) { return index % 3 != 0; });
      CHECK(any == (std::erase_if(model, [&](const auto& one) { return gone(one.first, one.second); }) != 0));
    }
    if (round % 10 == 9) {
      table.clear();
      model.clear();
    }
    for (int i = 0; i < 300; ++i) {
      const u64 pc = some_pc();
      const auto [begin, end] = model.equal_range(pc);
      std::vector<u32> wanted;
      for (auto at = begin; at != end; ++at) wanted.insert(wanted.begin(), at->second);
      CHECK(all_at(table, pc) == wanted);
    }
  }
  CHECK(!table.remove_if(0, ~u64{0}, [](u32) { return false; }));
}

TEST_CASE("a look into a table of blocks ends where it is told to") {
  BlockTable table;
  table.add(0x1000, 1);
  table.add(0x1000, 2);
  int asked = 0;
  CHECK(table.any_at(0x1000, [&](u32 index) { return ++asked, index == 2; }));
  CHECK(asked == 1);
  CHECK(!table.any_at(0x1002, [&](u32) { return true; }));
}
