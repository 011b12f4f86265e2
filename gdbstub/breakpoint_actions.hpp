// What is to be decided or done at a breakpoint without asking the debugger each time it is reached.
#pragma once

#include "gdbstub/agent/expression.hpp"
#include "gdbstub/target.hpp"

#include <map>
#include <utility>
#include <vector>

namespace diptych::gdb {

struct BreakpointActions {
  std::vector<agent::Expression> conditions;  ///< it counts if one of them holds, or cannot be evaluated; none: always
  std::vector<agent::Expression> commands;    ///< performed where it counts, and then the guest goes on

  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const auto* list : {&conditions, &commands})
      for (const agent::Expression& one : *list) sum += sizeof one + one.size();
    return sum;
  }
};

class ActionsByPlace {
 public:
  // Of all expressions together: enough for anybody, and not for filling a host's memory with.
  static constexpr std::size_t most_bytes = std::size_t{16} << 20;

  /// In place of those it had. False if they would be too many.
  bool set(BreakpointKind kind, u64 address, BreakpointActions actions) {
    remove(kind, address);
    if (actions.conditions.empty() && actions.commands.empty()) return true;
    if (actions.bytes() > most_bytes - bytes_) return false;
    bytes_ += actions.bytes();
    all_.emplace(std::pair(kind, address), std::move(actions));
    return true;
  }
  void remove(BreakpointKind kind, u64 address) {
    if (const auto node = all_.extract({kind, address})) bytes_ -= node.mapped().bytes();
  }
  void clear() {
    all_.clear();
    bytes_ = 0;
  }
  bool empty() const { return all_.empty(); }

  /// nullptr: none.
  const BreakpointActions* at(BreakpointKind kind, u64 address) const {
    const auto found = all_.find({kind, address});
    return found == all_.end() ? nullptr : &found->second;
  }

 private:
  std::size_t bytes_ = 0;
  std::map<std::pair<BreakpointKind, u64>, BreakpointActions> all_;
};

/// Is the debugger to hear of this breakpoint? If it counts and has commands, they are performed instead;
/// a command that cannot be is a reason to tell.
bool is_to_be_told(const BreakpointActions& actions, agent::Surroundings& surroundings);

}  // namespace diptych::gdb
