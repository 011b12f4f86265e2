// Signals that the host sends to this process, taken for a guest.
#pragma once

#include "engine/linux/host_file.hpp"
#include "engine/linux/signals.hpp"

#include <csignal>
#include <optional>

namespace diptych::linux_guest {

/// While it lives, the signals that a guest could handle are blocked in this thread and wait to be taken; those
/// that nobody took go with it.
/// Those that say that the host itself has failed are left alone.
class HostSignals {
 public:
  /// But for these (bit n-1 is number n), which stay the host's.
  explicit HostSignals(u64 left_alone = 0);
  ~HostSignals();
  HostSignals(const HostSignals&) = delete;
  HostSignals& operator=(const HostSignals&) = delete;

  /// To take them from, and to wait for them with poll.
  HostFile descriptor() const;

 private:
  sigset_t taken_;
  sigset_t before_{};
};

/// One that waits, if there is one.
std::optional<Signal> take_host_signal(const HostFile& descriptor);

}  // namespace diptych::linux_guest
