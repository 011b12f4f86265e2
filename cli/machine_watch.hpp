// Which machine is running, as seen from another process.
#pragma once

#include "engine/machine/machine.hpp"

#include <memory>
#include <string>

namespace diptych::cli {

class MachineWatch {
 public:
  /// What it notes is shared with processes forked later.
  static Result<std::unique_ptr<MachineWatch>> create();
  MachineWatch(const MachineWatch&) = delete;
  MachineWatch& operator=(const MachineWatch&) = delete;
  ~MachineWatch();

  /// The same machine; its calls are noted here. Must not outlive this.
  std::unique_ptr<Machine> watched(std::unique_ptr<Machine> machine);

  /// Grows whenever a watched machine is called, and when it returns.
  u64 events() const;

  /// The machine that is running; empty between calls.
  std::string running() const;

  /// Forgets a call that did not return, because its process is gone.
  void reset();

 private:
  struct Shared;
  class Watched;

  explicit MachineWatch(Shared* shared) : shared_(shared) {}

  Shared* shared_;
};

}  // namespace diptych::cli
