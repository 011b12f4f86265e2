// The guest's file descriptors, and the host's behind them.
#pragma once

#include "engine/linux/host_file.hpp"
#include "engine/machine/integers.hpp"

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace diptych::linux_guest {

/// What descriptors made by dup share.
struct OpenFile {
  HostFile host;
  bool may_wait = false;     ///< a terminal, pipe or the like: reading may take as long as it pleases
  /// Open before the program began, or handed out by no grant: others may share it. It gives reading, writing and
  /// seeking as it was opened, and the settings of a terminal; nothing else.
  bool inherited = false;
  bool nonblocking = false;  ///< instead of O_NONBLOCK where it is inherited: the host's flag is the sharers' as well
  std::string special_directory = {};  ///< its path, if it is a directory that exists without a grant
  u64 position = 0;                    ///< of the next name in that
};

/// The host's descriptors behind the guest's 0 to 2; -1: that one is closed.
using StandardStreams = std::array<int, 3>;

class Descriptors {
 public:
  static constexpr u64 most = 1024;  ///< RLIMIT_NOFILE

  /// With copies of these, those that are open.
  static Descriptors standard(const StandardStreams& streams);

  /// The lowest free number from `first` on; -1 where there is none left.
  i64 add(std::shared_ptr<OpenFile> file, bool close_on_exec, u64 first = 0);
  i64 add(HostFile host, bool close_on_exec);
  void set(u64 number, std::shared_ptr<OpenFile> file, bool close_on_exec);
  bool close(u64 number);

  const std::shared_ptr<OpenFile>* find(u64 number) const;
  /// The host's number, or -1.
  int host(u64 number) const;
  bool close_on_exec(u64 number) const { return slots_[number].close_on_exec; }
  void close_on_exec(u64 number, bool value) { slots_[number].close_on_exec = value; }

 private:
  struct Slot {
    std::shared_ptr<OpenFile> file;
    bool close_on_exec = false;
  };

  std::vector<Slot> slots_;
};

}  // namespace diptych::linux_guest
