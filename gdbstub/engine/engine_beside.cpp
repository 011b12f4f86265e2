// How engine and reference are held against each other: as they go, and on the way to where they part.
#include "gdbstub/engine/engine_target.hpp"

#include <fmt/format.h>

#include <limits>

namespace diptych::gdb {
namespace {

// A halt that says nothing of what the guest does: somebody wanted to look there.
bool is_somebodys_wish(EventKind kind) {
  return kind == EventKind::stop_point || kind == EventKind::access || kind == EventKind::call || kind == EventKind::call_done;
}

}  // namespace

// What differs here, a line each, and why that is known, if it is.
std::string EngineTarget::told_difference() {
  const Reference::Sight& sight = panel_->sight();
  return sight.known.empty() ? sight.difference : fmt::format("{}{}\n", sight.difference, sight.known);
}

// Says where both parted if they did since they were seen to agree, and goes there.
std::optional<Halt> EngineTarget::compare() {
  if (timeline_.time() <= agreed_until_) return std::nullopt;
  if (!panel_->sight().diverged) {
    agreed_until_ = timeline_.time();
    return std::nullopt;
  }
  if (parted_told_) return std::nullopt;
  if (const auto at = go_to_parting()) {
    agreed_until_ = *at - 1;
    parted_told_ = true;
    tell_parting(*at);
    return signalled(Signal::trap);
  }
  return std::nullopt;
}

std::optional<u64> EngineTarget::go_to_parting() {
  end_passed_ = std::max(inferior_->execution().recorded_until(), timeline_.time());
  return panel_->go_to_parting(agreed_until_);
}

// One that goes along has found the very instruction: the engine stands behind it.
Halt EngineTarget::parted() {
  panel_->moved();
  first_parting_ = std::min(first_parting_.value_or(timeline_.time()), timeline_.time());
  why_ = fmt::format("{} differs after {} instructions, at\n{}It takes over the engine's state when the guest goes on.", reference_->name(),
                     tier().hart().retired, told_difference());
  notice_ += why_ + "\n";
  return signalled(Signal::trap);
}

// One that goes along takes over the engine's state where they part, so that of an earlier parting nothing is seen here.
bool EngineTarget::parted_before() const { return first_parting_ && *first_parting_ <= timeline_.time() && timeline_.beginning() < *first_parting_; }

void EngineTarget::stand_before_first_parting() {
  if (!parted_before()) return;
  follower_->changed();
  timeline_.begin_seek(*first_parting_ - 1);
  while (!timeline_.backward(1 << 20)) {}
}

// A part of the way there, past all other places to halt at; a halt at the end of it, or of the guest.
std::optional<Halt> EngineTarget::toward_divergence() {
  auto halted = follower_->forward(std::numeric_limits<u64>::max());
  if (halted && !follower_->has_parted() && is_somebodys_wish(halted->event.kind)) halted = follower_->step();
  if (follower_->has_parted()) return signalled(Signal::trap);
  if (halted && (halted->event.kind == EventKind::exited || halted->event.kind == EventKind::killed)) return halt_of(*halted);
  return std::nullopt;
}

void EngineTarget::tell_parting(u64 time) {
  std::string told = told_difference();
  if (!timeline_.goes_back()) told += "With a --history the first instruction that parts them would be found.\n";
  why_ = fmt::format("{} differs after {} instructions:\n{}", reference_->name(), time, std::string_view(told).substr(0, told.size() - 1));
  notice_ += why_ + "\n";
}

void EngineTarget::stand_one_earlier() {
  if (follower_) follower_->changed();
  timeline_.begin_back_step();
  while (!timeline_.backward(1 << 20)) {}
  panel_->moved();
  notice_ += fmt::format("This is one instruction earlier, at {:#x}; `stepi` executes it.\n", program_counter(1));
}

bool EngineTarget::run_to_divergence(bool before) {
  if (!panel_) return false;
  if (follower_) {
    while (!(last_halt_ = toward_divergence())) {}
    notice_ += follower_->take_notice();
    if (!follower_->take_parting()) return false;
    parted();
    if (before) stand_one_earlier();
    report_stop_point();
    return true;
  }
  // Where they have parted already, the first cause is asked for.
  if (panel_->sight().diverged) agreed_until_ = timeline_.beginning();
  while (!panel_->sight().diverged) {
    const auto halted = timeline_.forward(4096);
    panel_->moved(halted && halted->event.kind == EventKind::signal ? std::optional(tier().hart().stop) : std::nullopt);
    if (panel_->sight().diverged) break;
    agreed_until_ = timeline_.time();
    last_halt_.reset();
    if (halted && halted->event.kind != EventKind::time) {
      if (is_somebodys_wish(halted->event.kind)) {
        timeline_.step();
        continue;
      }
      last_halt_ = halt_of(*halted);
      return false;
    }
  }
  const u64 at = *go_to_parting();
  agreed_until_ = at - 1;
  tell_parting(at);
  if (before) stand_one_earlier();
  else parted_told_ = true;
  report_stop_point();
  return true;
}

}  // namespace diptych::gdb
