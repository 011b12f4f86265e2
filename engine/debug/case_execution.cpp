#include "engine/debug/case_execution.hpp"

#include "engine/debug/guest_bytes.hpp"
#include "engine/guest/riscv64/registers.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>

namespace diptych {
namespace {

using riscv64::pc_word;

// Some milliseconds on the slowest tier.
constexpr u64 at_once = 200'000;

int signal_of(const Stop& stop) {
  switch (stop.kind) {
    case StopKind::illegal: return SIGILL;
    case StopKind::system_call: return SIGSYS;
    case StopKind::fault: return SIGSEGV;
    case StopKind::misaligned: return SIGBUS;
    default: return SIGTRAP;
  }
}

int code_of(const Stop& stop) {
  switch (stop.kind) {
    case StopKind::illegal: return ILL_ILLOPC;
    case StopKind::fault: return SEGV_MAPERR;
    case StopKind::misaligned: return BUS_ADRALN;
    case StopKind::breakpoint: return TRAP_BRKPT;
    default: return SI_KERNEL;
  }
}

bool ends_a_program(int signal) { return signal != SIGCHLD && signal != SIGCONT && signal != SIGURG && signal != SIGWINCH; }

}  // namespace

CaseExecution::CaseExecution(Program program, Input input, std::unique_ptr<Tier> tier, Window window)
    : program_(std::move(program)), input_(std::move(input)), window_(std::move(window)), tier_(std::move(tier)) {}

Result<std::unique_ptr<CaseExecution>> CaseExecution::create(Program program, Input input, std::unique_ptr<Tier> tier) {
  Result<Window> window = Window::reserve();
  if (!window) return std::unexpected(std::move(window).error());
  std::unique_ptr<CaseExecution> made(new CaseExecution(std::move(program), std::move(input), std::move(tier), std::move(*window)));
  if (auto begun = made->restart(); !begun) return std::unexpected(std::move(begun).error());
  return made;
}

Result<void> CaseExecution::restart() {
  initial_.prepare(program_);
  if (auto placed = backing_.place(initial_, areas_); !placed) return placed;
  for (const Bytes& some : input_.memory)
    for (const Area& area : areas_)
      if (area.contains(some.address)) backing_.write(area, some.address, some.bytes);
  // The rights stay with the areas, where they are exact; a debugger sees all of them.
  tier_->bind(window_, areas_, program_.code_end());
  Hart& hart = tier_->hart();
  hart.state = input_.state;
  hart.reservation.reset();
  hart.retired = 0;
  reported_.reset();
  reported_stops_.forget();
  ended_.reset();
  chosen_.reset();
  furthest_ = 0;
  moments_.clear();
  kept_ = 0;
  return {};
}

Event CaseExecution::ended(Event event) {
  event.address = tier_->hart().state.words[pc_word];
  ended_ = event;
  return event;
}

// With none reported it is the debugger's own.
void CaseExecution::choose_signal(int number) {
  if (!reported_ && number != 0) reported_ = Event{.kind = EventKind::signal, .signal = number, .address = tier_->hart().state.words[pc_word]};
  if (reported_) chosen_ = number;
}

// What was told last happens now.
std::optional<Event> CaseExecution::resolve() {
  if (ended_ && ended_->address == tier_->hart().state.words[pc_word]) return ended_;
  ended_.reset();
  if (!reported_) return std::nullopt;
  const Event told = *std::exchange(reported_, std::nullopt);
  const std::optional<int> chosen = std::exchange(chosen_, std::nullopt);
  if (tier_->hart().state.words[pc_word] != told.address) return std::nullopt;  // led elsewhere by hand
  if (told.kind == EventKind::code_end) return ended({.kind = EventKind::exited});
  const int signal = chosen.value_or(told.signal);
  if (signal == 0 || !ends_a_program(signal)) return std::nullopt;
  return ended({.kind = EventKind::killed, .signal = signal});
}

Event CaseExecution::event_of(const Stop& stop) {
  furthest_ = std::max(furthest_, time());
  const u64 pc = tier_->hart().state.words[pc_word];
  if (stop.kind == StopKind::budget) return {};
  if (stop.kind == StopKind::intercepted) {
    if (stop.access == Access::none) return {.kind = EventKind::stop_point};
    return {.kind = EventKind::access, .access = stop.access, .address = stop.address};
  }
  // A program that is at its end cannot be led elsewhere by a signal: what is kept with it is the place.
  if (stop.kind == StopKind::end) {
    reported_ = Event{.kind = EventKind::code_end, .address = pc};
    return *reported_;
  }
  Event event{.kind = EventKind::signal, .signal = signal_of(stop), .address = pc};
  const i32 number = event.signal, code = code_of(stop);
  const u64 address = stop.kind == StopKind::fault || stop.kind == StopKind::misaligned ? stop.address : pc;
  std::memcpy(event.information.data(), &number, sizeof number);
  std::memcpy(event.information.data() + 8, &code, sizeof code);
  std::memcpy(event.information.data() + 16, &address, sizeof address);
  reported_ = event;
  return event;
}

Event CaseExecution::advance(u64 until) {
  while (true) {
    if (auto over = resolve()) return *over;
    if (time() >= until) return {};
    const Event event = event_of(reported_stops_.run(*tier_, {std::min(until - time(), at_once)}));
    if (event.kind != EventKind::signal || !(passed_ >> (event.signal - 1) & 1)) return event;
  }
}

Event CaseExecution::step() {
  if (auto over = resolve()) return *over;
  return event_of(reported_stops_.step(*tier_));
}

std::vector<CaseExecution::Page> CaseExecution::pages_of(const Area& area, const std::vector<Page>* before) {
  std::vector<Page> pages((area.size + page_size - 1) / page_size);
  for (std::size_t i = 0; i < pages.size(); ++i) {
    std::array<u8, page_size> bytes{};
    const u64 size = std::min(page_size, area.size - i * page_size);
    read_guest(*tier_, area.address + i * page_size, std::span(bytes).first(size));
    if (before && *(*before)[i] == bytes) {
      pages[i] = (*before)[i];
    } else {
      pages[i] = std::make_shared<const std::array<u8, page_size>>(bytes);
      kept_ += page_size;
    }
  }
  return pages;
}

u64 CaseExecution::save() {
  const auto begin = std::chrono::steady_clock::now();
  const Hart& hart = tier_->hart();
  Moment moment{next_moment_++, time(), hart.state, hart.reservation, reported_, ended_, {}};
  for (std::size_t i = 0; i < areas_.size(); ++i)
    moment.areas.push_back(pages_of(areas_[i], moments_.empty() ? nullptr : &moments_.back().areas[i]));
  moments_.push_back(std::move(moment));
  spent_ += std::chrono::steady_clock::now() - begin;
  return moments_.back().number;
}

Result<void> CaseExecution::restore(u64 number) {
  const auto found = std::ranges::find(moments_, number, &Moment::number);
  if (found == moments_.end()) return fail(ErrorKind::bad_input, "there is no such moment");
  while (moments_.back().number != number) forget(moments_.back().number);
  const Moment& moment = moments_.back();
  for (std::size_t i = 0; i < areas_.size(); ++i)
    for (std::size_t page = 0; page < moment.areas[i].size(); ++page) {
      const u64 address = areas_[i].address + page * page_size;
      const auto size = std::min(page_size, areas_[i].size - page * page_size);
      std::array<u8, page_size> now;
      read_guest(*tier_, address, std::span(now).first(size));
      if (std::memcmp(now.data(), moment.areas[i][page]->data(), size) == 0) continue;
      if (!write_guest(*tier_, address, std::span(*moment.areas[i][page]).first(size)))
        return fail(ErrorKind::environment, "the host refuses to put guest memory back to what it was");
    }
  furthest_ = std::max(furthest_, time());
  Hart& hart = tier_->hart();
  hart.state = moment.state;
  hart.reservation = moment.reservation;
  hart.retired = moment.time;
  reported_ = moment.reported;
  ended_ = moment.ended;
  reported_stops_.forget();
  chosen_.reset();
  return {};
}

void CaseExecution::forget(u64 number) {
  const auto found = std::ranges::find(moments_, number, &Moment::number);
  if (found == moments_.end()) return;
  for (const auto& area : found->areas)
    for (const Page& page : area)
      if (page.use_count() == 1) kept_ -= page_size;
  moments_.erase(found);
}

}  // namespace diptych
