#include "gdbstub/beside/panel_view.hpp"

#include <algorithm>
#include <limits>

namespace diptych::gdb {
namespace {

// Up to so many instructions every place is looked at; beyond, halves are, which finds a place where both
// part but perhaps not the first.
constexpr u64 looked_at_singly = 4096;

constexpr std::string_view feature = "org.diptych.oracle", group = "oracle";

}  // namespace

PanelView::PanelView(Inferior& inferior, Timeline& timeline, Reference& reference)
    : inferior_(inferior), timeline_(timeline), reference_(reference) {
  for (const Register& one : registers_of(inferior.guest())) names_.push_back("o_" + std::string(one.name));
  names_.push_back("diverged");
  names_.push_back("icount");
}

void PanelView::describe(Description& description) const {
  const auto all = registers_of(inferior_.guest());
  const std::vector<RegisterDescription> engines = description.registers;
  // They look as the engine's own do; and what a type of those is, one feature does not know of another.
  if (!description.types.empty()) {
    std::string types;
    for (const FeatureTypes& one : description.types) types += one.xml;
    description.types.push_back({feature, std::move(types)});
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto own = std::ranges::find_if(engines, [&](const RegisterDescription& one) { return one.name == all[i].name; });
    const bool there = own != engines.end();
    description.registers.push_back({.feature = feature,
                                     .name = names_[i],
                                     .bits = there ? own->bits : u16(64),
                                     .type = there ? own->type : std::string_view("int"),
                                     .group = group,
                                     .read_only = true});
  }
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
  look();
  // What it cannot execute it takes over, one after the other, up to here.
  const u64 now = timeline_.time();
  const std::optional<Stop> stop = stop_;
  while (sight_.lost && !sight_.diverged && *sight_.lost >= timeline_.beginning() && timeline_.goes_back()) {
    go_to(*sight_.lost + 1);
    look();
    go_to(now);
    moved(stop);
    look();
  }
  if (sight_.lost && !sight_.diverged) {
    uncompared_ += now - *sight_.lost;
    reference_.take_over(now, inferior_.execution().tier().hart().state, [this](u64 address, std::span<u8> bytes) { return timeline_.read(address, bytes); });
  }
  return sight_;
}

void PanelView::look() {
  seen_ = timeline_.time();
  blind_.clear();
  if (auto looked = reference_.look(timeline_.time(), engine_outcome(), inferior_.execution().tier().hart().reservation.has_value())) {
    sight_ = std::move(*looked);
  } else {
    blind_ = looked.error().message;
    sight_ = {};
  }
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
  if (!timeline_.goes_back()) return now;
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
