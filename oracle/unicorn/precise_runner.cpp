#include "oracle/unicorn/precise_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace diptych::unicorn {

PreciseRunner::PreciseRunner(const GuestTraits& traits, std::unique_ptr<Emulator> emulator)
    : traits_(traits), emulator_(std::move(emulator)) {}

Result<std::unique_ptr<PreciseRunner>> PreciseRunner::open(const GuestTraits& traits) {
  auto emulator = Emulator::open(traits);
  if (!emulator) return std::unexpected(std::move(emulator).error());
  std::unique_ptr<PreciseRunner> runner(new PreciseRunner(traits, *std::move(emulator)));
  // Unicorn translates hooks into the code, so they are here from the start, and in this instance only.
  const auto hook = [&](int type, auto* function) {
    uc_hook handle = 0;
    return uc_hook_add(runner->emulator_->engine(), &handle, type, reinterpret_cast<void*>(function), runner.get(),
                       u64{1}, u64{0}) == UC_ERR_OK;
  };
  if (!hook(UC_HOOK_CODE, on_code) || !hook(UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, on_memory) ||
      !hook(UC_HOOK_MEM_INVALID, on_invalid) || !hook(UC_HOOK_INTR, on_interrupt))
    return fail(ErrorKind::environment, "Unicorn refuses the hooks a precise run needs");
  return runner;
}

Result<void> PreciseRunner::run(const Task& task, const GuestState& state, Outcome& outcome) {
  task_ = &task;
  begun_ = false;
  retired_ = 0;
  stop_.reset();
  unknown_interrupt_.reset();
  undo_at_ = nullptr;
  const u64 start = state.words[program_counter_word(traits_.guest)];
  pc_ = start;
  uc_err error = emulator_->start(start);
  // An instruction that waits for an interrupt retires, and has Unicorn return: it goes on from there.
  for (u64 from = start; !stop_ && !unknown_interrupt_ && error == UC_ERR_OK && emulator_->program_counter() != from;) {
    from = emulator_->program_counter();
    error = emulator_->start(from);
  }
  // The one trap Unicorn reports through no hook.
  if (!stop_ && !unknown_interrupt_ && error == traits_.terminator_error) decide({.kind = traits_.terminator_stop});
  task_ = nullptr;
  if (undo_at_) std::memcpy(undo_at_, undo_.data(), undo_size_);
  if (unknown_interrupt_)
    return fail(ErrorKind::lost, fmt::format("Unicorn raised interrupt {} at {:#x}, which has no meaning here",
                                             *unknown_interrupt_, pc_));
  if (!stop_)
    return fail(ErrorKind::lost,
                fmt::format("Unicorn stopped at {:#x} for no reason it gives: {}", pc_, uc_strerror(error)));
  outcome.stop = *stop_;
  outcome.state = state_;
  outcome.retired = retired_;
  return {};
}

void PreciseRunner::on_code(uc_engine*, u64 address, u32, void* self) {
  static_cast<PreciseRunner*>(self)->step_to(address);
}

void PreciseRunner::on_memory(uc_engine*, uc_mem_type type, u64 address, int size, i64, void* self) {
  if (type == UC_MEM_READ) static_cast<PreciseRunner*>(self)->touch(Access::read, address, u64(size));
  if (type == UC_MEM_WRITE) static_cast<PreciseRunner*>(self)->touch(Access::write, address, u64(size));
}

bool PreciseRunner::on_invalid(uc_engine*, uc_mem_type type, u64 address, int size, i64, void* self) {
  PreciseRunner& runner = *static_cast<PreciseRunner*>(self);
  switch (type) {
    case UC_MEM_READ_UNMAPPED:
    case UC_MEM_READ_PROT:
      runner.touch(Access::read, address, u64(size));
      break;
    case UC_MEM_WRITE_UNMAPPED:
    case UC_MEM_WRITE_PROT:
      runner.touch(Access::write, address, u64(size));
      break;
    case UC_MEM_FETCH_UNMAPPED:
    // What cannot be fetched may lie behind what was to be translated, from here on.
    case UC_MEM_FETCH_PROT:
      runner.step_to(runner.emulator_->program_counter());
      break;
    default:
      break;
  }
  return false;
}

void PreciseRunner::on_interrupt(uc_engine*, u32 number, void* self) {
  static_cast<PreciseRunner*>(self)->interrupt(number);
}

// The instruction before has retired, and the one at this address is about to be executed.
void PreciseRunner::step_to(u64 address) {
  if (!task_ || stop_) return;
  if (begun_) ++retired_;
  begun_ = true;
  touched_read_ = touched_write_ = false;
  pc_ = address;
  if (address == task_->code_end) return decide({.kind = StopKind::end});
  if (retired_ == task_->budget) return decide({.kind = StopKind::budget});
  // The first byte is needed to know how many there must be.
  u64 wanted = 1;
  if (std::span<const u8> bytes = bytes_at(address); !bytes.empty()) wanted = traits_.instruction_size(bytes);
  if (u64 here = reachable(address, wanted, Access::execute); here < wanted)
    decide({.kind = StopKind::fault, .access = Access::execute, .address = address + here});
}

// Unicorn repeats an access that crosses pages in aligned pieces; only the first report is the guest's.
void PreciseRunner::touch(Access seen, u64 address, u64 size) {
  if (!task_ || stop_) return;
  bool& touched = seen == Access::write ? touched_write_ : touched_read_;
  if (touched) return;
  touched = true;
  const Instruction current = instruction();
  const Access tried = traits_.access_tried(current, seen);
  const u64 here = reachable(address, size, seen | tried);
  if (here >= size) return;
  if (seen == Access::write) keep_for_undoing(address, size);
  // Which comes first is left open for an access both misaligned and out of reach. QEMU and real
  // processors see the former first, and so do we.
  if (address % size != 0 && traits_.insists_on_alignment(current))
    decide({.kind = StopKind::misaligned, .access = tried, .address = address});
  else
    decide({.kind = StopKind::fault, .access = tried, .address = address + here});
}

void PreciseRunner::interrupt(u32 number) {
  if (!task_ || stop_) return;
  if (std::optional<StopKind> kind = traits_.stop_of_interrupt(number)) {
    decide({.kind = *kind});
    if (kind != StopKind::misaligned) return;
    stop_->access = traits_.access_tried(instruction(), Access::read);
    stop_->address = traits_.address_used(instruction(), state_);
    return;
  }
  unknown_interrupt_ = number;
  uc_emu_stop(emulator_->engine());
}

// Nothing the instruction under way still does is seen: the registers are taken now.
void PreciseRunner::decide(const Stop& stop) {
  stop_ = stop;
  emulator_->read(state_);
  state_.words[program_counter_word(traits_.guest)] = pc_;
  uc_emu_stop(emulator_->engine());
}

std::span<const u8> PreciseRunner::bytes_at(u64 address) const {
  for (const Area& area : task_->areas)
    if (area.contains(address))
      return {area.host + (address - area.address), std::size_t(area.size - (address - area.address))};
  return {};
}

// The one under way; its bytes may lie in two areas.
PreciseRunner::Instruction PreciseRunner::instruction() const {
  Instruction all;
  for (auto bytes = bytes_at(pc_); !bytes.empty() && all.size < all.bytes.size(); bytes = bytes_at(pc_ + all.size)) {
    const std::size_t taken = std::min(bytes.size(), all.bytes.size() - all.size);
    std::memcpy(all.bytes.data() + all.size, bytes.data(), taken);
    all.size += taken;
  }
  return all;
}

// How many of `size` bytes from `address` on permit the access, before the first that does not.
u64 PreciseRunner::reachable(u64 address, u64 size, Access wanted) const {
  u64 here = 0;
  while (here < size) {
    const u64 at = address + here;
    const auto area = std::ranges::find_if(task_->areas, [&](const Area& a) { return a.contains(at); });
    if (area == task_->areas.end() || !allows(area->access, wanted)) break;
    here += std::min(size - here, area->size - (at - area->address));
  }
  return here;
}

// Where Unicorn itself faults, what it does to memory is its own affair and stays to be seen. Beside the
// code in its pages only we refuse, so it is for us to see that nothing was written.
void PreciseRunner::keep_for_undoing(u64 address, u64 size) {
  const u64 offset = address - task_->code_pages_address;
  const u64 room = task_->code_pages.size();
  if (!allows(task_->areas[0].access, Access::write) || offset >= room || size > room - offset) return;
  undo_at_ = task_->code_pages.data() + offset;
  undo_size_ = std::min<std::size_t>(size, undo_.size());
  std::memcpy(undo_.data(), undo_at_, undo_size_);
}

}  // namespace diptych::unicorn
