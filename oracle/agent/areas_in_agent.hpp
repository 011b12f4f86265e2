// What is mapped inside the agent, and what must change for another program.
#pragma once

#include "engine/memory/areas.hpp"
#include "oracle/agent/protocol.h"

#include <span>
#include <vector>

namespace diptych::agent {

/// An area of a program and where its pages lie in the storage both processes map.
struct Mapped {
  u64 address;
  u64 size;
  u64 offset;
  u32 protection;

  bool operator==(const Mapped&) const = default;
};

class AreasInAgent {
 public:
  /// Maps exactly these areas: those that stay keep their storage, what else is needed is added to
  /// changes(). False if the storage is too small.
  bool change_to(std::span<const AreaPlan> plans);

  /// In the order of the plans last given.
  std::span<const Mapped> areas() const { return mapped_; }

  /// The bytes of this executable area were written from outside.
  void refresh(std::size_t area);

  /// What the agent has yet to be told, oldest first.
  std::vector<agent_mapping>& changes() { return changes_; }

  /// The agent was started anew, with nothing mapped.
  void forget();

 private:
  u64 free_storage(u64 size, std::span<const Mapped> taken) const;

  std::vector<Mapped> mapped_;
  std::vector<agent_mapping> changes_;
};

}  // namespace diptych::agent
