// What a fuzzing worker and the command that watches it share: the tally, and the block that is being
// run, so that whatever happens to the worker its parent knows how far it came and what it was doing.
#pragma once

#include "engine/machine/error.hpp"
#include "oracle/comparison/tally.hpp"

#include <array>
#include <atomic>

namespace diptych::fuzz {

struct Shared {
  static constexpr std::size_t block_size = std::size_t{1} << 17;

  Tally tally;
  std::atomic<u64> blocks;        ///< libFuzzer executions
  std::atomic<u64> corpus;        ///< blocks that reached something new
  u64 worker_ticks;               ///< passed since the worker began
  double worker_seconds;          ///< CPU time of the worker process
  volatile u32 running;           ///< the machine, by its number in the tally
  volatile u32 running_input;     ///< of the block below
  std::atomic<u32> current_size;  ///< of the block below
  std::array<u8, block_size> current;
  std::atomic<bool> stop;         ///< set by the parent: finish this block and end
};

/// A mapping of a Shared, over a descriptor that a child process can inherit.
class SharedMapping {
 public:
  static Result<SharedMapping> create();
  static Result<SharedMapping> open(int descriptor);
  SharedMapping(SharedMapping&& other) noexcept;
  SharedMapping& operator=(SharedMapping&&) = delete;
  ~SharedMapping();

  Shared& operator*() const { return *shared_; }
  Shared* operator->() const { return shared_; }
  int descriptor() const { return descriptor_; }

 private:
  SharedMapping(int descriptor, Shared* shared) : descriptor_(descriptor), shared_(shared) {}
  int descriptor_;
  Shared* shared_;
};

}  // namespace diptych::fuzz
