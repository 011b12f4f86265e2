// A list that lies in memory in random order: each load gives the address of the next.
#include "tests/guests/bench/guest.hpp"

#include <numeric>
#include <vector>

using namespace diptych::bench;

namespace {

struct Node {
  Node* next = nullptr;
  u64 value = 0;
};

}  // namespace

int main(int argc, char** argv) {
  std::vector<Node> nodes(1 << 14);
  std::vector<u32> order(nodes.size());
  std::iota(order.begin(), order.end(), 0u);
  Random random(5);
  for (u32 i = u32(order.size()) - 1; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);
  for (u32 i = 0; i < order.size(); ++i) nodes[order[i]] = {&nodes[order[(i + 1) % order.size()]], i};

  Checksum sum;
  const Node* node = &nodes[0];
  const u64 size = size_from(argc, argv, default_size("pointers"));
  for (u64 i = 0; i < size; ++i) {
    u64 total = 0;
    for (u32 step = 0; step < 100000; ++step) {
      total += node->value;
      node = node->next;
    }
    sum.add(total);
  }
  sum.print("pointers");
}
