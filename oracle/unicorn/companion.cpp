#include "oracle/unicorn/companion.hpp"

#include "engine/guest/instructions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace diptych::unicorn {
namespace {

// Pages are borrowed with their neighbours in an aligned range of this size: each mapping is dear.
constexpr u64 neighbourhood = u64{1} << 16;

// Beyond this it is cheaper to begin anew than to look at all of it each time.
constexpr std::size_t most_borrowed = std::size_t{256} << 20;

}  // namespace

Result<std::unique_ptr<Companion>> Companion::open(const GuestTraits& traits, const Lender& lender) {
  auto emulator = Emulator::open(traits);
  if (!emulator) return std::unexpected(std::move(emulator).error());
  std::unique_ptr<Companion> made(new Companion(traits, lender, *std::move(emulator)));
  // Its start-up code lies where the guest has no page.
  if (auto cleared = made->emulator_->map({}); !cleared) return std::unexpected(std::move(cleared).error());
  uc_engine* const engine = made->emulator_->engine();
  const auto hook = [&](int type, auto* function) {
    uc_hook handle = 0;
    return uc_hook_add(engine, &handle, type, reinterpret_cast<void*>(function), made.get(), u64{1}, u64{0}) == UC_ERR_OK;
  };
  if (!hook(UC_HOOK_CODE, on_code) || !hook(UC_HOOK_MEM_INVALID, on_invalid) || !hook(UC_HOOK_INTR, on_interrupt) ||
      uc_context_alloc(engine, &made->place_) != UC_ERR_OK)
    return fail(ErrorKind::environment, "Unicorn refuses the hooks that going along with the engine needs");
  return made;
}

Companion::~Companion() {
  if (place_) uc_context_free(place_);
}

void Companion::beware(std::string_view mnemonic) {
  if (std::ranges::find(wary_, mnemonic) != wary_.end()) return;
  wary_.push_back(mnemonic);
  looked_.clear();
  looked_page_ = ~u64{0};
}

// ---- what is borrowed

const std::map<u64, Companion::Loan>::value_type* Companion::loan_at(u64 address) const {
  auto after = loans_.upper_bound(address);
  if (after == loans_.begin()) return nullptr;
  --after;
  return address - after->first < after->second.size ? &*after : nullptr;
}

void Companion::fill(u64 address, std::span<u8> bytes) const {
  for (std::size_t done = 0; done < bytes.size(); done += page_size) {
    const std::span<u8> page = bytes.subspan(done, page_size);
    const std::size_t read = lender_.read(address + done, page);
    std::ranges::fill(page.subspan(read), u8{0});
  }
}

bool Companion::borrow(u64 address) {
  const u64 page = address & ~(page_size - 1);
  const Access rights = lender_.rights(page);
  if (rights == Access::none || loan_at(page)) return false;
  const u64 first = page & ~(neighbourhood - 1);
  const auto joins = [&](u64 other) { return lender_.rights(other) == rights && !loan_at(other); };
  u64 begin = page, end = page + page_size;
  while (begin > first && joins(begin - page_size)) begin -= page_size;
  while (end < first + neighbourhood && joins(end)) end += page_size;
  Loan loan{end - begin, rights, HostPages::allocate(end - begin), {}};
  if (!loan.pages) return false;
  const std::span<u8> bytes(loan.pages->data(), loan.size);
  fill(begin, bytes);
  if (allows(rights, Access::write)) loan.before.assign(bytes.begin(), bytes.end());
  if (uc_mem_map_ptr(emulator_->engine(), begin, loan.size, protection_of(rights), loan.pages->data()) != UC_ERR_OK) return false;
  borrowed_ += loan.size;
  loans_.emplace(begin, std::move(loan));
  return true;
}

// What was translated from these bytes, and what is known of them, holds no more.
void Companion::forget_code(u64 address, const Loan& loan) {
  if (!allows(loan.rights, Access::execute)) return;
  emulator_->forget_translations(address, loan.size);
  for (u64 page = address; page < address + loan.size; page += page_size) looked_.erase(page);
  looked_page_ = ~u64{0};
}

Result<void> Companion::take_over(const GuestState& state) {
  const bool all_goes = borrowed_ > most_borrowed;
  // First, since Unicorn finds translations by way of its processor's state.
  emulator_->ready(0, state);
  for (auto one = loans_.begin(); one != loans_.end();) {
    auto& [address, loan] = *one;
    bool holds = !all_goes;
    for (u64 page = address; holds && page < address + loan.size; page += page_size) holds = lender_.rights(page) == loan.rights;
    theirs_.resize(loan.size);
    if (holds) fill(address, theirs_);
    if (!holds || std::memcmp(theirs_.data(), loan.pages->data(), loan.size) != 0) forget_code(address, loan);
    if (!holds) {
      if (uc_err error = uc_mem_unmap(emulator_->engine(), address, loan.size); error != UC_ERR_OK)
        return fail(ErrorKind::environment, fmt::format("Unicorn cannot give up the memory at {:#x}: {}", address, uc_strerror(error)));
      borrowed_ -= loan.size;
      one = loans_.erase(one);
      continue;
    }
    std::memcpy(loan.pages->data(), theirs_.data(), loan.size);
    if (loan.writable()) std::memcpy(loan.before.data(), theirs_.data(), loan.size);
    ++one;
  }
  state_ = settled_ = state;
  uc_context_save(emulator_->engine(), place_);
  return {};
}

std::optional<Companion::Parted> Companion::compare_memory() const {
  for (const auto& [address, loan] : loans_) {
    if (!loan.writable()) continue;
    theirs_.resize(loan.size);
    fill(address, theirs_);
    const u8* const own = loan.pages->data();
    if (std::memcmp(theirs_.data(), own, loan.size) == 0) continue;
    const auto at = u64(std::mismatch(theirs_.begin(), theirs_.end(), own).first - theirs_.begin());
    return Parted{address + at, theirs_[at], own[at]};
  }
  return std::nullopt;
}

void Companion::settle() {
  for (auto& [address, loan] : loans_)
    if (loan.writable() && std::memcmp(loan.before.data(), loan.pages->data(), loan.size) != 0)
      std::memcpy(loan.before.data(), loan.pages->data(), loan.size);
  settled_ = state_;
  uc_context_save(emulator_->engine(), place_);
}

void Companion::back() {
  uc_context_restore(emulator_->engine(), place_);
  for (auto& [address, loan] : loans_) {
    if (!loan.writable() || std::memcmp(loan.before.data(), loan.pages->data(), loan.size) == 0) continue;
    forget_code(address, loan);
    std::memcpy(loan.pages->data(), loan.before.data(), loan.size);
  }
  state_ = settled_;
}

bool Companion::read_before(u64 address, std::span<u8> bytes) const {
  const auto* const at = loan_at(address);
  if (!at || at->first + at->second.size - address < bytes.size()) return false;
  const auto& [begin, loan] = *at;
  std::memcpy(bytes.data(), (loan.writable() ? loan.before.data() : loan.pages->data()) + (address - begin), bytes.size());
  return true;
}

// ---- running

Result<Companion::Ran> Companion::run(u64 instructions) {
  most_ = instructions;
  begun_ = retired_ = 0;
  stop_.reset();
  decided_ = false;
  unknown_interrupt_.reset();
  borrowed_code_ = false;
  if (instructions == 0) return Ran{};
  pc_ = state_.words[program_counter_word(traits_.guest)];
  running_ = true;
  uc_err error = emulator_->start(pc_);
  // It goes on with the code it has borrowed now. And an instruction that waits for an interrupt retires, and has
  // Unicorn return: it goes on behind it.
  for (u64 from = pc_; !decided_ && !unknown_interrupt_ && (borrowed_code_ || (error == UC_ERR_OK && emulator_->program_counter() != from));) {
    borrowed_code_ = false;
    from = emulator_->program_counter();
    error = emulator_->start(from);
  }
  // The one trap Unicorn reports through no hook.
  if (!decided_ && !unknown_interrupt_ && error == traits_.terminator_error) decide({.kind = traits_.terminator_stop}, true);
  running_ = false;
  if (unknown_interrupt_)
    return fail(ErrorKind::lost, fmt::format("Unicorn raised interrupt {} at {:#x}, which has no meaning here", *unknown_interrupt_, pc_));
  if (!decided_) return fail(ErrorKind::lost, fmt::format("Unicorn stopped at {:#x} for no reason it gives: {}", pc_, uc_strerror(error)));
  return Ran{retired_, stop_};
}

void Companion::on_code(uc_engine*, u64 address, u32, void* self) { static_cast<Companion*>(self)->begin(address); }

void Companion::begin(u64 address) {
  if (!running_ || decided_) return;
  pc_ = address;
  if (begun_ == most_) return decide({.kind = StopKind::budget}, false);
  if (begun_ != 0 && !wary_.empty() && is_wary(address)) return decide({.kind = StopKind::intercepted, .address = address}, false);
  ++begun_;
}

// Nothing the instruction at the PC still does is seen: the registers are taken now.
void Companion::decide(const Stop& stop, bool under_way) {
  decided_ = true;
  retired_ = begun_ - (under_way ? 1 : 0);
  if (stop.kind != StopKind::budget) stop_ = stop;
  emulator_->read(state_);
  state_.words[program_counter_word(traits_.guest)] = pc_;
  uc_emu_stop(emulator_->engine());
}

bool Companion::is_wary(u64 address) {
  if (const u64 page = address & ~(page_size - 1); page != looked_page_) {
    looked_page_ = page;
    looked_at_ = &looked_[page];
  }
  const u64 word = address % page_size / 128, bit = u64{1} << (address / 2 % 64);
  if (looked_at_->known[word] & bit) return looked_at_->wary[word] & bit;
  std::array<u8, 4> bytes{};
  uc_mem_read(emulator_->engine(), address, bytes.data(), 2);
  uc_mem_read(emulator_->engine(), address + 2, bytes.data() + 2, 2);
  const auto instruction = instruction_at(traits_.guest, bytes);
  const bool wary = instruction && std::ranges::find(wary_, instruction->mnemonic) != wary_.end();
  looked_at_->known[word] |= bit;
  if (wary) looked_at_->wary[word] |= bit;
  return wary;
}

bool Companion::on_invalid(uc_engine*, uc_mem_type type, u64 address, int size, i64, void* self) {
  Companion& it = *static_cast<Companion*>(self);
  if (!it.running_ || it.decided_) return false;
  const bool unmapped = type == UC_MEM_READ_UNMAPPED || type == UC_MEM_WRITE_UNMAPPED || type == UC_MEM_FETCH_UNMAPPED;
  const Access access = type == UC_MEM_WRITE_UNMAPPED || type == UC_MEM_WRITE_PROT    ? Access::write
                        : type == UC_MEM_FETCH_UNMAPPED || type == UC_MEM_FETCH_PROT ? Access::execute
                                                                                       : Access::read;
  // The first page of an access that runs across may be there already.
  if (unmapped) {
    const bool first = allows(it.lender_.rights(address), access) && it.borrow(address);
    // What Unicorn translates while it is told of a page, it never forgets: it is to begin anew.
    if (first && access == Access::execute) {
      it.borrowed_code_ = true;
      return false;
    }
    const u64 last_byte = address + u64(std::max(size, 1)) - 1;
    const bool last = access != Access::execute && allows(it.lender_.rights(last_byte), access) && it.borrow(last_byte);
    if (first || last) return true;
  }
  // What cannot be fetched may lie behind what was to be translated; nothing of that has begun.
  if (access == Access::execute) it.pc_ = it.emulator_->program_counter();
  it.decide({.kind = StopKind::fault, .access = access, .address = address}, access != Access::execute);
  return false;
}

void Companion::on_interrupt(uc_engine*, u32 number, void* self) {
  Companion& it = *static_cast<Companion*>(self);
  if (!it.running_ || it.decided_) return;
  if (const std::optional<StopKind> kind = it.traits_.stop_of_interrupt(number)) return it.decide({.kind = *kind}, true);
  it.unknown_interrupt_ = number;
  uc_emu_stop(it.emulator_->engine());
}

}  // namespace diptych::unicorn
