#include "gdbstub/beside/follower.hpp"

#include "engine/guest/instructions.hpp"
#include "engine/memory/address_space.hpp"
#include "gdbstub/beside/known_reason.hpp"
#include "oracle/machines.hpp"
#include "oracle/quirks/quirk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <limits>

namespace diptych::gdb {
namespace {

constexpr u64 shortest_stretch = 64, long_stretch = 50'000;
// What is borrowed is looked at once a stretch: with more of it stretches may grow longer.
constexpr u64 bytes_an_instruction = 8;

constexpr std::string_view reference_name = "unicorn";

u64 page_of(u64 address) { return address & ~(page_size - 1); }

}  // namespace

Result<std::unique_ptr<Follower>> Follower::create(Guest guest, const ReferenceOptions& options) {
  const unicorn::GuestTraits* traits = unicorn::traits_of(guest);
  if (!traits) return fail(ErrorKind::unsupported, fmt::format("{} does not run {}", reference_name, name_of(guest)));
  auto machine = make_machine(reference_name, guest);
  if (!machine) return std::unexpected(std::move(machine).error());
  std::unique_ptr<Follower> made(new Follower(guest, std::move(*machine), options));
  auto companion = unicorn::Companion::open(*traits, made->memory_);
  if (!companion) return std::unexpected(std::move(companion).error());
  made->companion_ = std::move(*companion);
  made->stretch_ = long_stretch;
  return made;
}

void Follower::accompany(Inferior& inferior, Timeline& timeline) {
  inferior_ = &inferior;
  timeline_ = &timeline;
  inferior.execution().pass_signals(0);
}

Access Follower::EngineMemory::rights(u64 address) const {
  const AddressSpace& memory = follower_.hart().memory;
  for (const Area& area : memory.areas())
    if (area.contains(address)) return area.access;
  return memory.window() ? memory.window()->rights(address) : Access::none;
}

// ---- going together

std::optional<Follower::Halted> Follower::forward(u64 most) { return told(go(std::max<u64>(most, 1), true)); }
std::optional<Follower::Halted> Follower::step() { return told(go(1, false)); }

std::optional<Follower::Halted> Follower::told(std::optional<Halted> halted) {
  signal_told_ = halted && halted->event.kind == EventKind::signal;
  return halted;
}

std::optional<Follower::Halted> Follower::give_up(const Error& error) {
  gave_up_ = error.message;
  notice_ += fmt::format("{}. From here on the engine goes alone.\n", error.message);
  return std::nullopt;
}

std::optional<Follower::Halted> Follower::go(u64 most, bool heeds_stops) {
  if (!gave_up_.empty()) return engine_goes(most, heeds_stops);
  parted_.reset();
  // The signal told last happens first, or is dropped, as the debugger chose.
  if (signal_told_) {
    stands_ = false;
    auto halted = timeline_->step();
    if (heeds_stops && halted->event.kind == EventKind::time && halted->edge == Timeline::Edge::none) return std::nullopt;
    return halted;
  }
  if (!stands_ || at_ != timeline_->time()) {
    if (auto taken = companion_->take_over(hart().state); !taken) return give_up(taken.error());
    stands_ = true;
    at_ = timeline_->time();
    reserved_ = hart().reservation.has_value();
    ++taken_over_;
  }
  const u64 length = std::exchange(alone_, false) ? 1 : std::min(most, stretch_);
  const auto ran = companion_->run(length);
  if (!ran) return give_up(ran.error());
  alone_ = ran->stop && ran->stop->kind == StopKind::intercepted;
  if (ran->retired == 0) {
    companion_->back();
    if (ran->stop->kind == StopKind::system_call) return goes_alone(heeds_stops);
    auto halted = engine_goes(1, heeds_stops);
    if (timeline_->time() == at_ && !raised(halted)) return halted;  // it halted before that instruction
    return judge(std::move(halted));
  }

  const u64 from = retired();
  auto halted = engine_goes(ran->retired, heeds_stops);
  const u64 done = retired() - from;
  // Whatever happened between instructions, the reference knows nothing of.
  if (timeline_->time() - at_ != done) {
    stands_ = false;
    return halted;
  }
  if (done < ran->retired) {
    alone_ = false;
    stretch_ = std::max(2 * done, shortest_stretch);
    companion_->back();
    if (auto again = companion_->run(done); !again) return give_up(again.error());
  } else {
    stretch_ = std::min(2 * stretch_, std::max<u64>(long_stretch, companion_->borrowed() / bytes_an_instruction));
  }
  if (differ()) return trace(done, std::move(halted), heeds_stops);
  companion_->settle();
  at_ = timeline_->time();
  compared_ += done;
  // The engine refuses what the reference has no trouble with.
  if (done < ran->retired && raised(halted)) return judge(std::move(halted));
  return let_signal_take_effect(std::move(halted));
}

std::optional<Follower::Halted> Follower::engine_goes(u64 instructions, bool heeds_stops) {
  if (!heeds_stops) return timeline_->step();
  const u64 goal = retired() + instructions;
  while (retired() < goal) {
    const u64 before = timeline_->time();
    const auto halted = timeline_->forward(goal - retired());
    const bool own_end = halted && halted->edge == Timeline::Edge::end && timeline_->time() == end_passed_;
    if (halted && !own_end) return halted;
    // It waits in a system call.
    if (timeline_->time() == before && !own_end) break;
  }
  return std::nullopt;
}

// A system call, or what else happens to the engine alone.
std::optional<Follower::Halted> Follower::goes_alone(bool heeds_stops) {
  auto halted = engine_goes(1, heeds_stops);
  if (timeline_->time() != at_ || (halted && halted->event.kind == EventKind::call_done)) stands_ = false;
  return let_signal_take_effect(std::move(halted));
}

// Whether the instruction at the PC has itself to thank for this signal.
bool Follower::raised(const std::optional<Halted>& halted) const {
  if (!halted || halted->event.kind != EventKind::signal) return false;
  i32 code = 0;
  std::memcpy(&code, halted->event.information.data() + 8, sizeof code);
  const int signal = halted->event.signal;
  return code > 0 && (signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGTRAP);
}

std::optional<Follower::Halted> Follower::let_signal_take_effect(std::optional<Halted> halted) {
  if (!halted || halted->event.kind != EventKind::signal) return halted;
  stands_ = false;
  if (!(passed_ >> (halted->event.signal - 1) & 1)) return halted;
  auto taken = timeline_->step();
  if (taken->event.kind == EventKind::time && taken->edge == Timeline::Edge::none) return std::nullopt;
  return taken;
}

// ---- where they part

void Follower::seek(u64 time) {
  timeline_->begin_seek(time);
  while (!timeline_->backward(std::numeric_limits<u32>::max())) {}
}

Result<bool> Follower::differ_after(u64 instructions) {
  seek(at_ + instructions);
  companion_->back();
  if (auto ran = companion_->run(instructions); !ran) return std::unexpected(std::move(ran).error());
  return differ();
}

// They agreed so many instructions ago, and do not now. Halves lead to the first that parts them.
std::optional<Follower::Halted> Follower::trace(u64 done, std::optional<Halted> halted, bool heeds_stops) {
  if (done == 1) return judge(std::move(halted));
  if (!timeline_->goes_back()) {
    Sight sight{.state = companion_->state(), .retired = retired(), .diverged = true, .difference = {}, .known = {}, .lost = {}};
    sight.difference = fmt::format("They part within the last {} instructions; with a --history the one would be found.\n", done);
    parted_ = Parted{timeline_->time(), std::move(sight), {}};
    parting_untold_ = true;
    stands_ = false;
    return Halted{};
  }
  if (!timeline_->in_past()) end_passed_ = timeline_->time();
  u64 agreed = 0, parted = done;
  while (parted - agreed > 1) {
    const u64 middle = agreed + (parted - agreed) / 2;
    const auto differ = differ_after(middle);
    if (!differ) return give_up(differ.error());
    (*differ ? parted : agreed) = middle;
  }
  if (auto differ = differ_after(agreed); !differ) return give_up(differ.error());
  companion_->settle();
  at_ = timeline_->time();
  compared_ += agreed;
  if (auto ran = companion_->run(1); !ran) return give_up(ran.error());
  halted = timeline_->step();
  auto judged = judge(raised(halted) ? halted : std::nullopt);
  return heeds_stops || judged ? judged : Halted{};
}

u64 Follower::before(u64 address, std::span<u8> bytes) const {
  if (companion_->read_before(address, bytes)) return bytes.size();
  return memory_.read(address, bytes);
}

// Runs the one instruction on the reference, from a fresh start; memory is added as it asks for it.
Result<KeptOutcome> Follower::run_alone(Case& one) {
  while (true) {
    if (auto prepared = machine_->prepare(one.program); !prepared) return std::unexpected(std::move(prepared).error());
    const auto outcome = machine_->run(one.input, one.budget, Precision::precise);
    if (!outcome) return std::unexpected(std::move(outcome).error());
    const Stop& stop = (*outcome)->stop;
    const u64 page = page_of(stop.address);
    const bool there = page - one.program.code_address < one.program.code.size() ||
                       std::ranges::find(one.program.memory, page, &Region::address) != one.program.memory.end();
    if (stop.kind != StopKind::fault || stop.access == Access::execute || there || !allows(memory_.rights(page), stop.access))
      return KeptOutcome(**outcome);
    Bytes bytes{page, std::vector<u8>(page_size)};
    before(page, bytes.bytes);
    one.program.memory.insert(std::ranges::lower_bound(one.program.memory, page, {}, &Region::address), Region{page, page_size, memory_.rights(page)});
    one.program.contents.push_back(std::move(bytes));
  }
}

// Why that difference is none; nothing: it is one.
std::optional<Follower::Known> Follower::known(const Case& one, const Outcome& engine, const Outcome& own) {
  const std::size_t offset = one.input.state.words[program_counter_word(guest_)] - one.program.code_address;
  const auto code = std::span(one.program.code).subspan(offset);
  const auto instruction = instruction_at(guest_, code);
  const std::string_view mnemonic = instruction ? instruction->mnemonic : "illegal";
  // A lost reservation lets a conditional store fail, and is nobody's fault.
  if (reserved_ && mnemonic.starts_with("sc.")) return Known{.chance = true, .reason = {}};
  if (agree(guest_, engine, own) && !mnemonic.starts_with("sc.")) return Known{.chance = true, .reason = {}};
  if (const auto why = explainer_.explain_quickly(one.program, one.input, one.budget, engine, *machine_, own))
    return Known{.reason = known_reason(*why, name(), guest_)};
  if (!instruction) return std::nullopt;
  if (extensions_used(guest_, code.first(instruction->length)) & ~machine_->describe().extensions(guest_))
    return Known{.reason = fmt::format("{} does not have this instruction's extension.", name())};
  const auto found = differences(guest_, engine, own);
  if (const Quirk* quirk = match_quirk(name(), guest_, mnemonic, instruction->word, engine, own, found))
    return Known{.reason = fmt::format("This is known of {}: {}.", name(), quirk->name)};
  return std::nullopt;
}

// Both stood before one instruction, the engine has executed it, or refused to, and the reference made something
// else of it.
std::optional<Follower::Halted> Follower::judge(std::optional<Halted> halted) {
  const bool refused = raised(halted) && timeline_->time() == at_;
  const GuestState after = companion_->state();
  const auto parted_memory = companion_->compare_memory();
  companion_->back();
  const u64 pc = companion_->state().words[program_counter_word(guest_)];
  Case one;
  one.program.guest = guest_;
  one.program.code_address = page_of(pc);
  one.program.code_access = memory_.rights(pc);
  one.program.code.resize(page_size);
  before(page_of(pc), one.program.code);
  if (pc % page_size == page_size - 2 && allows(memory_.rights(pc + 2), Access::execute)) {
    one.program.code.resize(2 * page_size);
    before(page_of(pc) + page_size, std::span(one.program.code).subspan(page_size));
  }
  one.input.state = companion_->state();
  one.budget = {1};
  auto own = run_alone(one);
  if (!own) return give_up(own.error());

  Outcome engine{.stop = {.kind = StopKind::budget}, .state = hart().state, .retired = refused ? 0 : 1, .memory = {}};
  if (refused) engine.stop = hart().stop;
  else if (engine.state.words[program_counter_word(guest_)] == one.program.code_end()) engine.stop.kind = StopKind::end;
  std::vector<std::vector<u8>> bytes;
  for (const MemoryView& view : (*own)->memory) {
    bytes.emplace_back(view.bytes.size());
    memory_.read(view.address, bytes.back());
    engine.memory.push_back({view.address, bytes.back()});
  }
  stands_ = false;
  const auto instruction = instruction_at(guest_, std::span(one.program.code).subspan(pc - one.program.code_address));
  const auto why = known(one, engine, **own);
  if (why && !why->chance) {
    ++known_;
    // It will happen again, and halves are a long way.
    if (instruction) companion_->beware(instruction->mnemonic);
  }
  if (why && (why->chance || !options_.known_too)) return let_signal_take_effect(std::move(halted));

  Sight sight{.state = (*own)->state,
              .retired = (*own)->retired.value_or(0) + retired() - (refused ? 0 : 1),
              .diverged = true,
              .difference = {},
              .known = why ? why->reason : std::string(),
              .lost = {}};
  const std::string text = instruction ? instruction->text : "no whole instruction";
  sight.difference = fmt::format("{:#x}: {}\n", pc, text);
  const auto found = differences(guest_, engine, **own);
  for (const Difference& each : found) sight.difference += fmt::format("{}: engine {}, {} {}\n", each.name, each.left, name(), each.right);
  // What a run of the one instruction does not show, the run through everything did.
  if (found.empty()) {
    sight.state = after;
    if (parted_memory)
      sight.difference += fmt::format("memory {:#x}: engine {:02x}, {} {:02x}\n", parted_memory->address, parted_memory->lenders, name(), parted_memory->own);
    for (const Register& each : registers_of(guest_))
      if (after.words[each.word] != hart().state.words[each.word])
        sight.difference += fmt::format("{}: engine {:#x}, {} {:#x}\n", each.name, hart().state.words[each.word], name(), after.words[each.word]);
  }
  parted_ = Parted{timeline_->time(), std::move(sight), std::move(*own)};
  parting_untold_ = true;
  return halted ? halted : Halted{};
}

// ---- what is seen of it

Result<Reference::Sight> Follower::look(u64 time, const Outcome& engine, bool) {
  if (!gave_up_.empty()) return fail(ErrorKind::lost, gave_up_);
  if (parted_ && parted_->time == time) return parted_->sight;
  return Sight{.state = engine.state, .retired = engine.retired.value_or(0), .difference = {}, .known = {}, .lost = {}};
}

bool Follower::read_memory(u64 address, std::span<u8> bytes) const {
  return parted_ && parted_->outcome && parted_->outcome->read(address, bytes);
}

std::string Follower::statistics() const {
  return fmt::format("{} instructions compared with {}'s, which took over the engine's state {} times, {} of them for known differences; {:.1f} MiB borrowed\n",
                     compared_, name(), taken_over_, known_, double(companion_->borrowed()) / (1 << 20));
}

}  // namespace diptych::gdb
