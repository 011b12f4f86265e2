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
    if (nodes_.size() == heads_.size()) compact();
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

  /// Takes out those that begin in the `size` bytes from an address on and of which `gone(index)` says so.
  /// Whether there were any. Few bytes cost as much as they are, many as much as there is in the table.
  template <class Gone>
  bool remove_if(u64 address, u64 size, Gone gone) {
    bool any = false;
    if (size / 2 < nodes_.size()) {
      for (u64 pc = address + (address & 1); pc - address < size; pc += 2) any |= remove_at(pc, gone);
      return any;
    }
    for (Node& node : nodes_)
      if (node.pc != nowhere && node.pc - address < size && gone(node.index)) {
        node.pc = nowhere;
        any = true;
      }
    if (any) compact();
    return any;
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

  static constexpr u64 nowhere = 1;  // no PC is odd

  // The number of heads is a power of two.
  std::size_t head_of(u64 pc) const { return (pc >> 1) & (heads_.size() - 1); }
  void link(u32 number) {
    Node& node = nodes_[number - 1];
    u32& head = heads_[head_of(node.pc)];
    node.next = head;
    head = number;
  }
  template <class Gone>
  bool remove_at(u64 pc, Gone gone) {
    bool any = false;
    for (u32* at = &heads_[head_of(pc)]; *at != 0;) {
      Node& node = nodes_[*at - 1];
      if (node.pc == pc && gone(node.index)) {
        *at = node.next;
        node.pc = nowhere;
        any = true;
      } else {
        at = &node.next;
      }
    }
    return any;
  }
  // Leaves out what was taken out; where that gives little room, there is more.
  void compact() {
    std::erase_if(nodes_, [](const Node& node) { return node.pc == nowhere; });
    if (nodes_.size() > heads_.size() / 2) heads_.resize(heads_.size() * 2);
    std::ranges::fill(heads_, 0u);
    for (u32 number = 1; number <= nodes_.size(); ++number) link(number);
  }

  std::vector<Node> nodes_;
  std::vector<u32> heads_ = std::vector<u32>(512);
};

}  // namespace diptych
