// A hash table with open addressing: inserts, look-ups and removals at random.
#include "tests/guests/bench/guest.hpp"

#include <vector>

using namespace diptych::bench;

namespace {

class Table {
 public:
  explicit Table(unsigned bits) : slots_(u64{1} << bits), shift_(64 - bits) {}

  void insert(u64 key, u64 value) {
    Slot& slot = find(key);
    count_ += slot.key == 0;
    slot = {key, value};
  }

  const u64* look_up(u64 key) {
    const Slot& slot = find(key);
    return slot.key == 0 ? nullptr : &slot.value;
  }

  // What was pushed past the gap moves back into it, so that no tombstones are left.
  void remove(u64 key) {
    Slot* gap = &find(key);
    if (gap->key == 0) return;
    --count_;
    for (u64 at = u64(gap - slots_.data());;) {
      at = (at + 1) & (slots_.size() - 1);
      if (slots_[at].key == 0) break;
      const u64 distance = (at - home(slots_[at].key)) & (slots_.size() - 1);
      if (distance < ((at - u64(gap - slots_.data())) & (slots_.size() - 1))) continue;
      *gap = slots_[at];
      gap = &slots_[at];
    }
    *gap = {};
  }

  u64 count() const { return count_; }

 private:
  struct Slot {
    u64 key = 0;  // 0: free
    u64 value = 0;
  };

  u64 home(u64 key) const { return (key * 0x9e3779b97f4a7c15) >> shift_; }

  Slot& find(u64 key) {
    u64 at = home(key);
    while (slots_[at].key != 0 && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
  }

  std::vector<Slot> slots_;
  unsigned shift_;
  u64 count_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Table table(15);
  Random random(2);
  Checksum sum;
  const u64 size = size_from(argc, argv, default_size("hash_table"));
  for (u64 i = 0; i < size; ++i) {
    for (int n = 0; n < 10000; ++n) {
      const u64 key = 1 + random.below(24000);
      const u32 choice = random.below(8);
      if (choice < 3) table.insert(key, key * i);
      else if (choice < 5) table.remove(key);
      else if (const u64* value = table.look_up(key)) sum.add(*value);
    }
    sum.add(table.count());
  }
  sum.print("hash_table");
}
