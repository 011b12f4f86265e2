// Unicorn going along with somebody whose memory it borrows: it runs ahead on copies of the pages it touches,
// can be put back to where it was, and is held against the lender once that one is there too.
#pragma once

#include "engine/machine/program.hpp"
#include "engine/machine/state.hpp"
#include "engine/machine/stop.hpp"
#include "oracle/unicorn/emulator.hpp"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace diptych::unicorn {

/// Guest memory as it is with whom a companion goes along.
class Lender {
 public:
  virtual ~Lender() = default;
  /// Of the page of this address; none where there is no page.
  virtual Access rights(u64 address) const = 0;
  /// How many bytes, from the first on, are there, whatever the rights.
  virtual std::size_t read(u64 address, std::span<u8> bytes) const = 0;
};

class Companion {
 public:
  /// The lender outlives it.
  static Result<std::unique_ptr<Companion>> open(const GuestTraits& traits, const Lender& lender);
  ~Companion();
  Companion(const Companion&) = delete;
  Companion& operator=(const Companion&) = delete;

  /// From now on it stops before instructions of these mnemonics.
  void beware(std::string_view mnemonic);

  /// Stands where the lender stands: these registers, and what it has borrowed is as the lender has it now.
  Result<void> take_over(const GuestState& state);

  struct Ran {
    u64 retired = 0;
    std::optional<Stop> stop;  ///< what kept it from running on; an interception: an instruction to beware of
  };
  /// From where it stands, so many instructions at most; an instruction to beware of is passed if it is the first.
  /// The lender stands where this one stood when it last took over or settled: pages are borrowed now.
  Result<Ran> run(u64 instructions);

  const GuestState& state() const { return state_; }

  /// Memory that differs from the lender's now.
  struct Parted {
    u64 address = 0;
    u8 lenders = 0, own = 0;
  };
  std::optional<Parted> compare_memory() const;

  /// Where both are now is where back() leads.
  void settle();
  void back();

  /// As it was where back() leads to; false: not borrowed.
  bool read_before(u64 address, std::span<u8> bytes) const;

  std::size_t borrowed() const { return borrowed_; }

 private:
  // Neighbouring pages of the same rights.
  struct Loan {
    u64 size = 0;
    Access rights = Access::none;
    std::shared_ptr<HostPages> pages;
    std::vector<u8> before;  // where it can be written

    bool writable() const { return !before.empty(); }
  };
  // What of a page is known to be beware of, two bytes a bit.
  struct Looked {
    std::array<u64, page_size / 128> known{}, wary{};
  };

  Companion(const GuestTraits& traits, const Lender& lender, std::unique_ptr<Emulator> emulator)
      : traits_(traits), lender_(lender), emulator_(std::move(emulator)) {}

  static void on_code(uc_engine*, u64 address, u32 size, void* self);
  static bool on_invalid(uc_engine*, uc_mem_type type, u64 address, int size, i64 value, void* self);
  static void on_interrupt(uc_engine*, u32 number, void* self);

  void begin(u64 address);
  void decide(const Stop& stop, bool under_way);
  bool is_wary(u64 address);
  bool borrow(u64 address);
  void fill(u64 address, std::span<u8> bytes) const;
  void forget_code(u64 address, const Loan& loan);
  const std::map<u64, Loan>::value_type* loan_at(u64 address) const;

  const GuestTraits& traits_;
  const Lender& lender_;
  std::unique_ptr<Emulator> emulator_;
  uc_context* place_ = nullptr;  // all of the processor where back() leads to
  GuestState state_, settled_;
  std::map<u64, Loan> loans_;
  std::size_t borrowed_ = 0;
  std::vector<std::string_view> wary_;
  std::unordered_map<u64, Looked> looked_;  // by page
  u64 looked_page_ = ~u64{0};
  Looked* looked_at_ = nullptr;
  mutable std::vector<u8> theirs_;

  // Of the run under way.
  bool running_ = false;
  u64 most_ = 0, begun_ = 0, pc_ = 0;
  u64 retired_ = 0;
  std::optional<Stop> stop_;
  bool decided_ = false;
  bool borrowed_code_ = false;  // and stopped for that
  std::optional<u32> unknown_interrupt_;
};

}  // namespace diptych::unicorn
