// The process an agent lives in: an emulator that was handed the agent's program, in a sandbox.
#pragma once

#include "engine/machine/error.hpp"
#include "oracle/agent/agent_guest.hpp"

#include <sys/types.h>
#include <memory>
#include <string>

namespace diptych::agent {

/// The emulator's program, and what it says of its version.
struct Emulator {
  std::string path;
  std::string version;
};

/// Looks for it in PATH, with and without "-static" behind its name.
Result<Emulator> find_emulator(const std::string& name);

class AgentProcess {
 public:
  /// Starts it; whether the agent comes up is for the caller to see in the shared memory. It ends with the
  /// thread that started it, at the latest.
  static Result<std::unique_ptr<AgentProcess>> start(const AgentGuest& guest, const Emulator& emulator,
                                                     const std::vector<std::string>& arguments, int shared_memory);
  AgentProcess(const AgentProcess&) = delete;
  AgentProcess& operator=(const AgentProcess&) = delete;
  ~AgentProcess();

  pid_t id() const { return id_; }
  bool alive();
  /// What became of it, once it is not alive: "was ended by signal 11".
  const std::string& end() const { return end_; }
  void poke();
  void kill();
  /// CPU seconds it has used, dead or alive.
  double seconds();

 private:
  explicit AgentProcess(pid_t id) : id_(id) {}
  void reap(bool wait);

  pid_t id_;
  bool reaped_ = false;
  double seconds_ = 0;
  std::string end_;
};

}  // namespace diptych::agent
