// Which translations begin at an address: a hash table that is emptied and filled again many times.
#pragma once

#include "engine/machine/integers.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace diptych {

/// Several may begin at one address.
class BlockTable {
 public:
  void add(u64 pc, u32 index) {
    if (nodes_.size() == heads_.size()) {
      heads_.resize(heads_.size() * 2);
      link_all();
    }
    nodes_.push_back({pc, index, 0});
    link(u32(nodes_.size()));
  }

  /// Calls `visit(index)` for each at that address, the newest first, until it says true. Whether it did.
  template <class Visit>
  bool any_at(u64 pc, Visit visit) const {
    for (u32 at = heads_[head_of(pc)]; at != 0; at = nodes_[at - 1].next)
      if (nodes_[at - 1].pc == pc && visit(nodes_[at - 1].index)) return true;
    return false;
  }

  /// Takes out those of which `gone(index)` says so. Whether there were any.
  template <class Gone>
  bool remove_if(Gone gone) {
    const std::size_t removed = std::erase_if(nodes_, [&](const Node& node) { return gone(node.index); });
    if (removed != 0) link_all();
    return removed != 0;
  }

  /// Costs as much as there is to forget.
  void clear() {
    for (const Node& node : nodes_) heads_[head_of(node.pc)] = 0;
    nodes_.clear();
  }

 private:
  struct Node {
    u64 pc = 0;
    u32 index = 0;
    u32 next = 0;  // in nodes_, plus one
  };

  // The number of heads is a power of two.
  std::size_t head_of(u64 pc) const { return (pc >> 1) & (heads_.size() - 1); }
  void link(u32 number) {
    Node& node = nodes_[number - 1];
    u32& head = heads_[head_of(node.pc)];
    node.next = head;
    head = number;
  }
  void link_all() {
    std::ranges::fill(heads_, 0u);
    for (u32 number = 1; number <= nodes_.size(); ++number) link(number);
  }

  std::vector<Node> nodes_;
  std::vector<u32> heads_ = std::vector<u32>(512);
};

}  // namespace diptych
