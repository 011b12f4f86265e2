#include "engine/debug/timeline.hpp"

#include <algorithm>
#include <limits>

namespace diptych {
namespace {

using Clock = std::chrono::steady_clock;

// Between two moments the guest runs so long, and the way back to any time is about as long; longer where
// remembering takes long itself, so that it costs some hundredths.
constexpr std::chrono::milliseconds between_moments{20};
constexpr int run_for_remembering = 30;

// More moments than these are not kept, however small.
constexpr std::size_t most_moments = 256;

// Who goes back a step will go back another: on the way to a time, moments are left at such distances before
// it, each a part of the one before.
constexpr u64 first_approach = u64{1} << 22;
constexpr unsigned approach_shift = 4;
constexpr u64 last_approach = 16;

}  // namespace

Timeline::Timeline(Execution& execution, const StopPoints& stops, std::size_t most_bytes)
    : execution_(execution), stops_(stops), most_bytes_(most_bytes) {
  heed_stops(true);
}

bool Timeline::in_past() const { return goes_back() && time() < execution_.recorded_until(); }

// ---- changes by hand

void Timeline::set_state(const GuestState& state) { make_and_note({time(), state}); }

bool Timeline::write(u64 address, std::span<const u8> bytes) {
  return make_and_note({time(), Written{address, {bytes.begin(), bytes.end()}}});
}

bool Timeline::edit_signal(const std::array<u8, 128>& information) {
  if (!execution_.edit_signal(information)) return false;
  stay();
  changes_.resize(changed_);
  return true;
}

std::optional<Range> Timeline::map(u64 size, Access access) {
  const u64 whole = (size + page_size - 1) / page_size * page_size;
  if (size == 0 || whole < size) return std::nullopt;
  const auto address = execution_.room(whole);
  if (!address || !make_and_note({time(), Mapped{{*address, whole}, access}})) return std::nullopt;
  return Range{*address, whole};
}

bool Timeline::unmap(const Range& pages) { return make_and_note({time(), Mapped{pages, std::nullopt}}); }

// The reservation goes, as with any halt on a computer: what is changed is a state to start from, and nothing beside.
bool Timeline::make(const Change& change) {
  execution_.tier().hart().reservation.reset();
  if (const auto* state = std::get_if<GuestState>(&change.what)) {
    execution_.tier().hart().state = *state;
    return true;
  }
  if (const auto* written = std::get_if<Written>(&change.what)) return write_guest(execution_.tier(), written->address, written->bytes);
  const Mapped& mapped = std::get<Mapped>(change.what);
  return mapped.access ? execution_.map(mapped.pages, *mapped.access) : execution_.unmap(mapped.pages);
}

bool Timeline::make_and_note(Change change) {
  if (!make(change)) return false;
  stay();
  if (!goes_back()) return true;
  if (in_past() || changed_ < changes_.size()) execution_.forget_future();
  changes_.resize(changed_);
  // A debugger writes register after register: what the first said, the last says too.
  const auto is_state = [](const Change& one) { return std::holds_alternative<GuestState>(one.what); };
  if (is_state(change) && !changes_.empty() && is_state(changes_.back()) && changes_.back().time == change.time)
    changes_.pop_back();
  changes_.push_back(std::move(change));
  changed_ = changes_.size();
  // A moment of this time may have been before the change or, now, in the midst of several.
  while (!moments_.empty() && moments_.back().time == time() && moments_.size() > 1) {
    execution_.forget(moments_.back().number);
    moments_.pop_back();
  }
  return true;
}

u64 Timeline::next_change() const {
  return changed_ < changes_.size() ? changes_[changed_].time : std::numeric_limits<u64>::max();
}

void Timeline::make_changes() {
  for (; next_change() == time(); ++changed_) make(changes_[changed_]);
}

// ---- moments

void Timeline::remember() {
  if (!goes_back() || (!moments_.empty() && moments_.back().time == time())) return;
  spent_at_moment_ = execution_.spent();
  moments_.push_back({execution_.save(), time(), changed_});
  run_since_moment_ = {};
  thin();
}

void Timeline::remember_if_due() {
  if (!goes_back()) return;
  const auto due = std::max<std::chrono::nanoseconds>(between_moments, run_for_remembering * (execution_.spent() - spent_at_moment_));
  if (moments_.empty() || run_since_moment_ >= due) remember();
}

// The older, the sparser: what goes is the moment whose absence makes the way back longest the least, as a
// share of how far back it is. The first goes last, when the others are few: with it goes the beginning.
void Timeline::thin() {
  while (moments_.size() > most_moments || (execution_.kept() > most_bytes_ && moments_.size() > 1)) {
    std::size_t least = 0;
    if (moments_.size() > 8 || execution_.kept() <= most_bytes_) {
      double smallest = std::numeric_limits<double>::max();
      for (std::size_t i = 1; i + 1 < moments_.size(); ++i) {
        const double gap = static_cast<double>(moments_[i + 1].time - moments_[i - 1].time);
        const double share = gap / static_cast<double>(time() - moments_[i].time + 1);
        if (share < smallest) {
          smallest = share;
          least = i;
        }
      }
    }
    execution_.forget(moments_[least].number);
    moments_.erase(moments_.begin() + static_cast<std::ptrdiff_t>(least));
  }
}

// To the last moment that is not after this time.
bool Timeline::return_to(u64 time) {
  const auto after = std::ranges::upper_bound(moments_, time, {}, &Moment::time);
  if (after == moments_.begin()) return false;
  const Moment moment = *std::prev(after);
  // What lies between is quicker gone through forwards.
  if (this->time() <= time && moment.time <= this->time() && changed_ >= moment.changes) return true;
  if (!execution_.restore(moment.number)) return false;
  moments_.erase(after, moments_.end());
  changed_ = moment.changes;
  run_since_moment_ = {};
  spent_at_moment_ = execution_.spent();
  return true;
}

// ---- running

void Timeline::stops_changed(u64 address) { execution_.tier().code_changed({address, 2}); }

void Timeline::heed_stops(bool heed) {
  Tier& tier = execution_.tier();
  tier.hart().memory.ignore_watches(!heed);
  // To change over, everything is translated anew.
  if (heed == heeds_stops_ || (heeds_stops_ && stops_.empty())) return;
  heeds_stops_ = heed;
  tier.stop_at(heed ? &stops_ : nullptr);
}

Event Timeline::advance(u64 until) {
  make_changes();
  const auto begin = Clock::now();
  const Event event = execution_.advance(std::min(until, next_change()));
  run_since_moment_ += Clock::now() - begin;
  return event;
}

std::optional<Timeline::Halted> Timeline::forward(u64 most) {
  stay();
  access_told_.reset();
  heed_stops(true);
  make_changes();
  remember_if_due();
  const bool past = in_past();
  const u64 end = execution_.recorded_until();
  u64 until = most < std::numeric_limits<u64>::max() - time() ? time() + most : std::numeric_limits<u64>::max();
  if (past) until = std::min(until, end);
  const Event event = advance(until);
  if (event.kind != EventKind::time) return Halted{event, Edge::none};
  if (past && time() >= end) return Halted{event, Edge::end};
  return std::nullopt;
}

std::optional<Timeline::Halted> Timeline::step() {
  stay();
  access_told_.reset();
  heed_stops(true);
  make_changes();
  remember_if_due();
  const Event event = execution_.step();
  return Halted{event, Edge::none};
}

void Timeline::begin_back_step() {
  if (time() <= beginning()) begin_seek(time(), {{}, Edge::beginning});
  else {
    const u64 from = time();
    begin_seek(from - 1, {});
    if (execution_.tier().hart().memory.watches_accesses() && access_told_ != from) stepping_from_ = from;
  }
}

// Stands one before where a step back began.
void Timeline::look_for_access() {
  const u64 from = *std::exchange(stepping_from_, std::nullopt);
  std::optional<Event> access;
  heed_stops(true);
  while (time() < from) {
    const Event event = advance(from);
    if (event.kind == EventKind::access && !access) access = event;
    if (event.kind == EventKind::exited || event.kind == EventKind::killed) break;
  }
  if (access) access_told_ = from;
  if (access) begin_seek(from, {*access, Edge::none});
  else begin_seek(from - 1, {});
}

void Timeline::begin_back() {
  way_ = Way::search;
  start_ = stretch_end_ = time();
  on_way_ = false;
  last_.reset();
}

void Timeline::begin_seek(u64 time, Halted arrival) {
  way_ = Way::seek;
  if (time < beginning()) {
    time = beginning();
    arrival.edge = Edge::beginning;
  }
  target_ = time;
  stepping_from_.reset();
  arrival_ = arrival;
  on_way_ = false;
}

std::optional<Timeline::Halted> Timeline::backward(u64 most) {
  switch (way_) {
    case Way::search: return search(most);
    case Way::seek: return seek(most);
    case Way::none: break;
  }
  return Halted{{}, Edge::none};
}

// Each stretch between two moments is run once more, the latest first; the last place found in it is it.
std::optional<Timeline::Halted> Timeline::search(u64 most) {
  heed_stops(true);
  if (!on_way_) {
    if (stretch_end_ <= beginning() || !return_to(stretch_end_ - 1)) {
      begin_seek(beginning(), {{}, Edge::beginning});
      return std::nullopt;
    }
    on_way_ = true;
  }
  const auto note = [this](const Event& event) {
    const bool is_access = event.kind == EventKind::access;
    if (!is_access && event.kind != EventKind::stop_point && event.kind != EventKind::call && event.kind != EventKind::call_done) return;
    const u64 when = is_access ? time() + 1 : time();
    // Of several by one instruction the first is told, as on the way forward.
    if (is_access && last_ && last_->first == when && last_->second.kind == EventKind::access) return;
    if (is_access ? when <= start_ && access_told_ != when : when < start_) last_ = {when, event};
  };
  const u64 pause = time() + std::min(most, stretch_end_ - time());
  while (time() < pause) {
    const Event event = advance(pause);
    note(event);
    // What ended then ends now.
    if (event.kind == EventKind::exited || event.kind == EventKind::killed) break;
  }
  if (time() < stretch_end_ && time() >= pause) return std::nullopt;
  if (last_) {
    access_told_.reset();
    if (last_->second.kind == EventKind::access) access_told_ = last_->first;
    begin_seek(last_->first, {last_->second, Edge::none});
    return std::nullopt;
  }
  const auto here = std::ranges::lower_bound(moments_, stretch_end_, {}, &Moment::time);
  stretch_end_ = here == moments_.begin() ? beginning() : std::prev(here)->time;
  on_way_ = false;
  return std::nullopt;
}

std::optional<Timeline::Halted> Timeline::seek(u64 most) {
  if (!on_way_) {
    if (!return_to(target_)) {
      way_ = Way::none;
      return Halted{{}, Edge::beginning};
    }
    on_way_ = true;
  }
  heed_stops(false);
  const u64 pause = time() + std::min(most, target_ - time());
  while (time() < pause) {
    u64 until = pause;
    for (u64 distance = first_approach; distance >= last_approach; distance >>= approach_shift) {
      if (target_ < distance || target_ - distance <= time()) continue;
      until = std::min(until, target_ - distance);
      break;
    }
    const Event event = advance(until);
    if (event.kind == EventKind::exited || event.kind == EventKind::killed) break;
    if (event.kind == EventKind::time && time() == until && until != target_) remember();
  }
  if (time() < target_ && time() >= pause) return std::nullopt;
  make_changes();
  if (stepping_from_) {
    look_for_access();
    return std::nullopt;
  }
  // It is told now: not again on the way on from here.
  if (arrival_.event.kind == EventKind::call) execution_.advance(target_ + 1);
  heed_stops(true);
  way_ = Way::none;
  return arrival_;
}

Result<void> Timeline::restart() {
  stay();
  moments_.clear();
  changes_.clear();
  changed_ = 0;
  access_told_.reset();
  run_since_moment_ = spent_at_moment_ = {};
  return execution_.restart();
}

}  // namespace diptych
