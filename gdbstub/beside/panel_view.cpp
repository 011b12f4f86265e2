#include "gdbstub/beside/panel_view.hpp"

#include <limits>

namespace diptych::gdb {
namespace {

// Up to so many instructions every place is looked at; beyond, halves are, which finds a place where both
// part but perhaps not the first.
constexpr u64 looked_at_singly = 4096;

constexpr std::string_view feature = "org.diptych.oracle", group = "oracle";

std::string_view type_of(RegisterClass kind) {
  switch (kind) {
    case RegisterClass::program_counter: return "code_ptr";
    case RegisterClass::floating: return "ieee_double";
    default: return "int";
  }
}

}  // namespace

PanelView::PanelView(Inferior& inferior, Timeline& timeline, Reference& reference)
    : inferior_(inferior), timeline_(timeline), reference_(reference) {
  for (const Register& one : registers_of(inferior.guest())) names_.push_back("o_" + std::string(one.name));
  names_.push_back("diverged");
  names_.push_back("icount");
}

void PanelView::describe(Description& description) const {
  const auto all = registers_of(inferior_.guest());
  for (std::size_t i = 0; i < all.size(); ++i)
    description.registers.push_back({.feature = feature,
                                     .name = names_[i],
                                     .bits = u16(all[i].bits < 64 ? 32 : 64),
                                     .type = type_of(all[i].kind),
                                     .group = group,
                                     .read_only = true});
  description.registers.push_back({.feature = feature, .name = names_[all.size()], .bits = 32, .type = "int", .group = group, .read_only = true});
  description.registers.push_back({.feature = feature, .name = names_[all.size() + 1], .bits = 64, .type = "uint64", .group = group, .read_only = true});
}

u64 PanelView::value(std::size_t number) {
  const auto all = registers_of(inferior_.guest());
  const Reference::Sight& seen = sight();
  if (number < all.size()) return seen.state.words[all[number].word];
  return number == all.size() ? u64{seen.diverged} : seen.retired;
}

Outcome PanelView::engine_outcome() {
  const Hart& hart = inferior_.execution().tier().hart();
  Outcome outcome{.stop = {.kind = StopKind::budget}, .state = hart.state, .retired = hart.retired, .memory = {}};
  if (stop_) outcome.stop = *stop_;
  memory_.clear();
  for (const Range& range : inferior_.compared_memory()) {
    memory_.emplace_back(range.size);
    timeline_.read(range.address, memory_.back());
    outcome.memory.push_back({range.address, memory_.back()});
  }
  return outcome;
}

const Reference::Sight& PanelView::sight() {
  if (seen_ == timeline_.time()) return sight_;
  seen_ = timeline_.time();
  blind_.clear();
  if (auto looked = reference_.look(timeline_.time(), engine_outcome())) sight_ = std::move(*looked);
  else {
    blind_ = looked.error().message;
    sight_ = {};
  }
  return sight_;
}

void PanelView::go_to(u64 time) {
  timeline_.begin_seek(time);
  while (!timeline_.backward(std::numeric_limits<u32>::max())) {}
  moved();
}

bool PanelView::parted_at(u64 time) {
  go_to(time);
  return sight().diverged;
}

std::optional<u64> PanelView::go_to_parting(u64 from) {
  const u64 now = timeline_.time();
  const std::optional<Stop> stop = stop_;
  if (!sight().diverged) return std::nullopt;
  u64 agreed = from, parted = now;
  if (now - from <= looked_at_singly) {
    for (parted = from + 1; parted < now && !parted_at(parted); ++parted) {}
  } else {
    while (parted - agreed > 1) {
      const u64 middle = agreed + (parted - agreed) / 2;
      (parted_at(middle) ? parted : agreed) = middle;
    }
  }
  go_to(parted);
  // It may be what stops the engine that parts them.
  if (parted == now) moved(stop);
  return parted;
}

}  // namespace diptych::gdb
