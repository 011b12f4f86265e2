// One Unicorn instance at user level: what is mapped in it, which of its translations are out of date,
// and its registers.
#pragma once

#include "engine/machine/error.hpp"
#include "engine/machine/state.hpp"
#include "oracle/unicorn/guest_traits.hpp"
#include "oracle/unicorn/host_pages.hpp"

#include <memory>
#include <span>
#include <vector>

namespace diptych::unicorn {

/// In Unicorn's words.
u32 protection_of(Access access);

/// Guest pages laid onto host memory, which lives at least as long as they are mapped.
struct Mapping {
  u64 address = 0;
  u64 size = 0;
  u32 protection = UC_PROT_NONE;
  std::shared_ptr<HostPages> pages = nullptr;
  u64 offset = 0;          ///< of the first byte in `pages`
  bool runs_code = false;  ///< the guest's code may lie here, and so be translated and then changed

  u8* host() const { return pages->data() + offset; }
  bool operator==(const Mapping&) const = default;
};

class Emulator {
 public:
  static Result<std::unique_ptr<Emulator>> open(const GuestTraits& traits);
  ~Emulator();
  Emulator(const Emulator&) = delete;
  Emulator& operator=(const Emulator&) = delete;

  uc_engine* engine() const { return engine_; }

  /// Makes exactly these pages the guest's. What is mapped already stays, which is what is cheap.
  Result<void> map(std::span<const Mapping> wanted);

  /// Brings every piece of state back to that of a fresh start at user level, drops the translations
  /// of executable bytes that are no longer what they were, then sets the registers. `version` names
  /// what the host last wrote to executable memory: as long as it is the same, the host changed nothing.
  void ready(u64 version, const GuestState& state);

  /// The registers alone, the PC excepted.
  void set(const GuestState& state);

  /// For who lays pages into the engine himself and changes what they hold.
  void forget_translations(u64 address, u64 size);

  /// Runs until something stops it. Translations the guest itself has outdated are noted.
  uc_err start(u64 pc);

  /// Unicorn keeps dropped translations until they fill a gigabyte. Once this is true, a new instance is
  /// the cheaper way to be rid of them.
  bool is_worn() const { return forgotten_ >= 20'000; }

  void read(GuestState& state) const;
  u64 program_counter() const;

 private:
  /// Executable memory, and its bytes as they were when it was last translated from.
  struct Translated {
    u64 address;
    const u8* host;
    bool writable;
    bool stale;
    std::vector<u8> bytes;
  };

  Emulator(const GuestTraits& traits, uc_engine* engine);
  Result<void> unmap(const Mapping& mapping);

  const GuestTraits& traits_;
  uc_engine* engine_;
  uc_context* fresh_ = nullptr;
  std::vector<int> ids_;
  std::vector<Mapping> mapped_;
  std::vector<Translated> translated_;
  u64 forgotten_ = 0;
  u64 version_ = 0;
  bool stale_ = false;
};

}  // namespace diptych::unicorn
