// What is debugged on the engine: how it runs, and what is known of it beside its registers and memory.
#pragma once

#include "engine/debug/execution.hpp"
#include "engine/guest/hart.hpp"
#include "engine/machine/guest.hpp"
#include "gdbstub/target.hpp"

namespace diptych::gdb {

class Inferior {
 public:
  Inferior() = default;
  Inferior(const Inferior&) = delete;
  Inferior& operator=(const Inferior&) = delete;
  virtual ~Inferior() = default;

  virtual Guest guest() const = 0;
  virtual Execution& execution() = 0;
  virtual const Execution& execution() const = 0;

  virtual ProcessInfo process() const = 0;
  virtual std::string_view os_abi() const = 0;
  virtual std::vector<MappingInfo> mappings() const = 0;

  /// What of its memory a reference is held against, in the order of Outcome::memory: address and size.
  virtual std::vector<Range> compared_memory() const { return {}; }

  /// A line about how far it may go, for `monitor status`.
  virtual std::string outlook() const = 0;

  /// Which stage of the engine parts from the others, as text; only a case can tell.
  virtual std::string stages() { return "Only a case can be run on every stage.\n"; }

  /// With other arguments and environment, where it has any.
  virtual Result<void> prepare_restart(const Launch& launch) = 0;

  // What only a process of a system has.
  virtual bool makes_calls() const { return false; }
  /// More memory than it began with can be mapped.
  virtual bool gives_memory() const { return false; }
  /// "write"; empty where the system has no call of that number.
  virtual std::string_view call_name(u64) const { return {}; }
  virtual std::vector<u8> auxiliary_vector() const { return {}; }
  virtual std::vector<OpenFileInfo> open_files() const { return {}; }
  /// What it has printed, where its output is kept for the debugger's console; taken once.
  virtual std::string take_output() { return {}; }
  /// Makes a new file, where the guest itself could, and removes it again where writing it fails.
  virtual Result<void> create_file(std::string_view, const std::function<Result<void>(int file)>&) {
    return fail(ErrorKind::unsupported, "this guest has no files");
  }
  virtual std::optional<std::vector<u8>> open_file(std::string_view) const { return std::nullopt; }
};

}  // namespace diptych::gdb
