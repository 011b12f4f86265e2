#include "oracle/agent/agent_machine.hpp"

#include "oracle/agent/agent_guest.hpp"
#include "oracle/agent/agent_process.hpp"
#include "oracle/agent/areas_in_agent.hpp"
#include "oracle/agent/protocol.h"
#include "oracle/agent/shared_memory.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

namespace diptych {
namespace {

using namespace agent;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

// An input may use this much of the emulator's CPU time before it counts as a runaway, and half of it again
// before an emulator that does not answer the poke is ended. Wall time is only for one that neither runs nor
// answers: the host may be busy with other things.
constexpr double base_seconds = 0.1;
constexpr double seconds_an_instruction = 50e-9;
constexpr auto longest_silence = 10s;
constexpr auto patience = 10ms;
// For a few microseconds: a wake-up takes longer, and a batch longer still.
constexpr int spins = 50;

u32 load(const u32& word) { return std::atomic_ref(const_cast<u32&>(word)).load(std::memory_order_seq_cst); }
void store(u32& word, u32 value) { std::atomic_ref(word).store(value, std::memory_order_seq_cst); }

u64 round_up(u64 value, u64 to) { return (value + to - 1) / to * to; }

class AgentMachine final : public Machine {
 public:
  AgentMachine(const AgentGuest& guest, Emulator emulator, std::unique_ptr<SharedMemory> shared)
      : guest_(guest), emulator_(std::move(emulator)), shared_(std::move(shared)) {
    description_ = {.name = "qemu",
                    .version = emulator_.version,
                    .guests = {{.guest = guest.guest, .extensions = guest.extensions}},
                    .catches_written_system_calls = false,
                    .runs_elsewhere = true,
                    .own_memory = AGENT_IMAGE_ADDRESS,
                    .own_memory_end = AGENT_GUEST_TOP};
  }

  const Description& describe() const override { return description_; }
  Result<void> prepare(const Program& program) override;
  Result<void> begin(std::span<const Input> inputs, Budget budget) override;
  Result<const Outcome*> outcome(std::size_t index, Precision precision) override;
  bool alters_code() const override {
    return prepared_ && !planted_.replaced.empty() && allows(initial_.areas()[0].access, Access::write);
  }
  bool exact_when_fast(const Stop& stop) const override {
    if (!planted_.replaced.empty()) return false;
    const std::optional<u64> entry = entry_page();
    return !(entry && stop.kind == StopKind::fault && stop.address - *entry < AGENT_ENTRY_SIZE);
  }
  double seconds_elsewhere() const override { return ended_seconds_ + (process_ ? process_->seconds() : 0); }

  /// With no agent yet: starts one, by the first of the guest's dialects that the emulator understands.
  Result<void> start();

 private:
  struct Writable {
    std::size_t area;
    u64 result;  ///< offset of its pages in the results of a slot
  };
  enum class Waited { answered, died, silent, refused };

  agent_control& control() const { return *shared_->as<agent_control>(0); }
  agent_slot& slot(std::size_t index) const {
    return *shared_->as<agent_slot>(AGENT_SLOTS_OFFSET + index * AGENT_SLOT_SIZE);
  }
  bool completed() const { return load(control().done) == request_; }
  u32 finished() const { return load(control().finished); }

  Result<void> restart();
  Result<void> place(bool with_entry);
  std::optional<u64> entry_page() const;
  void send(u32 inputs);
  Result<void> deliver_changes();
  Result<void> settle();
  Waited wait(u32 inputs, bool until_completed);
  Result<void> submit(std::size_t first, Precision precision);
  bool write_input(std::size_t slot_index, const Input& input, Precision precision, u64& arena);
  bool has(std::size_t index, Precision precision) const;
  Result<void> await(std::size_t index, Precision precision);
  Result<const Outcome*> read(std::size_t index);
  Result<const Outcome*> run_unplanted(std::size_t index);
  void end_process();

  const AgentGuest& guest_;
  Emulator emulator_;
  std::unique_ptr<SharedMemory> shared_;
  std::unique_ptr<AgentProcess> process_;
  double ended_seconds_ = 0;
  std::size_t dialect_ = 0;
  u32 request_ = 0;
  u64 window_size_ = 0;
  Description description_;

  // The program.
  InitialMemory initial_;
  std::vector<u8> code_;        ///< as the program has it
  std::vector<u8> code_pages_;  ///< as planted
  Planted planted_;
  AreasInAgent placed_;
  std::vector<Writable> writables_;
  u64 results_size_ = 0;     ///< of one slot
  u64 arena_begin_ = 0;      ///< where patches and results may lie, behind the images
  bool with_entry_ = false;  ///< the page through which runs begin is mapped
  bool prepared_ = false;

  // The batch, and the part of it that the agent has.
  std::span<const Input> inputs_;
  Budget budget_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  Precision precision_ = Precision::fast;
  std::array<u64, AGENT_SLOT_COUNT> results_{};  ///< where each slot's are
  std::map<std::size_t, std::string> lost_;
  std::optional<std::size_t> suspect_;
  Outcome outcome_;
};

void AgentMachine::end_process() {
  if (!process_) return;
  process_->kill();
  ended_seconds_ += process_->seconds();
  process_.reset();
}

Result<void> AgentMachine::start() {
  for (; dialect_ < guest_.dialects.size(); ++dialect_) {
    end_process();
    std::memset(&control(), 0, offsetof(agent_control, mappings));
    request_ = 0;
    count_ = 0;
    control().window_size = window_size_ = AGENT_FIRST_WINDOW_SIZE;
    auto process = AgentProcess::start(guest_, emulator_, guest_.dialects[dialect_], shared_->descriptor());
    if (!process) return std::unexpected(std::move(process).error());
    process_ = std::move(*process);
    send(0);
    if (wait(0, true) == Waited::answered) return {};
    end_process();
  }
  dialect_ = 0;
  return fail(ErrorKind::environment,
              fmt::format("the agent does not come up in {} {}", emulator_.path, emulator_.version));
}

Result<void> AgentMachine::restart() {
  if (auto started = start(); !started) return started;
  placed_.forget();
  return prepared_ ? place(true) : Result<void>{};
}

void AgentMachine::send(u32 inputs) {
  agent_control& c = control();
  c.inputs = inputs;
  c.poke = 0;
  store(c.finished, 0);
  store(c.request, ++request_);
  if (load(c.agent_sleeps)) wake(&c.request);
}

/// Until that many inputs are finished, and, if asked, the whole request is completed.
AgentMachine::Waited AgentMachine::wait(u32 inputs, bool until_completed) {
  agent_control& c = control();
  const auto ready = [&] { return finished() >= inputs && (!until_completed || completed()); };
  for (int i = 0; i < spins; ++i) {
    if (ready()) return Waited::answered;
    __builtin_ia32_pause();
  }
  const double limit = base_seconds + seconds_an_instruction * double(budget_.instructions);
  std::optional<u32> progress;
  double since = 0;
  Clock::time_point heard;
  while (!ready()) {
    if (completed() && finished() < inputs) return c.failure ? Waited::refused : Waited::died;
    store(c.host_sleeps, 1);
    const u32 done = load(c.done);
    const bool woken = done == request_ || ready() || sleep_on(&c.done, done, patience);
    store(c.host_sleeps, 0);
    if (woken) continue;
    // Only who has waited long looks closer.
    if (!process_->alive()) return ready() ? Waited::answered : Waited::died;
    const double now = process_->seconds();
    if (finished() != progress) {
      progress = finished();
      since = now;
      heard = Clock::now();
      continue;
    }
    // Again and again: a poke that does not find the code running is without effect.
    if (now - since > limit && *progress < c.inputs) {
      store(c.poke, *progress + 1);
      process_->poke();
    }
    if (now - since > limit * 1.5 + 0.5 || Clock::now() - heard > longest_silence) return Waited::silent;
  }
  return Waited::answered;
}

Result<void> AgentMachine::settle() {
  if (!process_ || !process_->alive()) return restart();
  if (completed() || wait(0, true) == Waited::answered) return {};
  return restart();
}

Result<void> AgentMachine::prepare(const Program& program) {
  prepared_ = false;
  count_ = 0;
  inputs_ = {};
  if (program.guest != guest_.guest)
    return fail(ErrorKind::unsupported,
                fmt::format("this is an agent for {}, not {}", name_of(guest_.guest), name_of(program.guest)));
  if (program.memory.size() + 1 > AGENT_AREA_COUNT)
    return fail(ErrorKind::unsupported, fmt::format("the agent maps at most {} areas", AGENT_AREA_COUNT));
  for (const Region& region : program.memory)
    if (allows(region.access, Access::execute))
      return fail(ErrorKind::unsupported,
                  fmt::format("memory {:#x} is executable: the agent watches over the code alone", region.address));
  for (const AreaPlan& plan : plan_areas(program))
    if (plan.first_page + plan.pages_size > AGENT_IMAGE_ADDRESS)
      return fail(ErrorKind::unsupported,
                  fmt::format("memory {:#x} is above {:#x}, where the agent lives", plan.address, AGENT_IMAGE_ADDRESS));
  if (auto settled = settle(); !settled) return settled;
  initial_.prepare(program);
  code_ = program.code;
  const std::span<const u8> pages = initial_.pages(0);
  code_pages_.assign(pages.begin(), pages.end());
  guest_.plant(initial_.areas()[0], code_pages_, planted_);
  if (auto done = place(true); !done) return done;
  prepared_ = true;
  return {};
}

/// A page that can jump to the code, as far from it as it may be: nothing of the program lies there, and
/// its accesses that go astray hardly ever do.
std::optional<u64> AgentMachine::entry_page() const {
  const std::span<const AreaPlan> plans = initial_.areas();
  const u64 code = plans[0].first_page;
  for (u64 distance = guest_.jump_reach - 2 * AGENT_ENTRY_SIZE; distance != 0; distance -= AGENT_ENTRY_SIZE)
    for (const u64 page : {code + distance, code - distance}) {
      if (page >= AGENT_IMAGE_ADDRESS) continue;
      const bool free = std::ranges::none_of(plans, [&](const AreaPlan& plan) {
        return page < plan.first_page + plan.pages_size && plan.first_page < page + AGENT_ENTRY_SIZE;
      });
      if (free) return page;
    }
  return std::nullopt;
}

/// Brings the mappings, the storage and the images to what the program wants. The agent is idle.
Result<void> AgentMachine::place(bool with_entry) {
  std::vector<AreaPlan> plans(initial_.areas().begin(), initial_.areas().end());
  const std::size_t own = plans.size();
  const std::optional<u64> entry = entry_page();
  std::array<u8, AGENT_ENTRY_SIZE> entry_bytes;
  control().entry = AGENT_IMAGE_ADDRESS;
  with_entry_ = with_entry;
  if (with_entry && entry) {
    plans.push_back({.first_page = *entry,
                     .pages_size = AGENT_ENTRY_SIZE,
                     .address = *entry,
                     .size = AGENT_ENTRY_SIZE,
                     .access = Access::read | Access::execute});
    guest_.write_entry(*entry, plans[0].address, entry_bytes);
    control().entry = *entry;
  }
  if (!placed_.change_to(plans)) {
    // What stays may lie scattered so that nothing large fits between: start with all of it free.
    placed_.change_to({});
    if (!placed_.change_to(plans))
      return fail(ErrorKind::unsupported, "the memory is larger than the agent has room for");
  }
  writables_.clear();
  agent_control& c = control();
  u64 image = AGENT_ARENA_OFFSET;
  u64 result = 0;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const std::span<const u8> pages = i == 0    ? std::span<const u8>(code_pages_)
                                      : i < own ? initial_.pages(i)
                                                : std::span<const u8>(entry_bytes);
    u8* storage = shared_->at(placed_.areas()[i].offset);
    if (std::memcmp(storage, pages.data(), pages.size()) != 0) {
      std::memcpy(storage, pages.data(), pages.size());
      if (allows(plans[i].access, Access::execute)) placed_.refresh(i);
    }
    if (!allows(plans[i].access, Access::write)) continue;
    std::memcpy(shared_->at(image), pages.data(), pages.size());
    c.areas[writables_.size()] = {.address = plans[i].first_page,
                                  .size = plans[i].pages_size,
                                  .image = image,
                                  .result = result,
                                  .executable = allows(plans[i].access, Access::execute)};
    writables_.push_back({.area = i, .result = result});
    image += plans[i].pages_size;
    result += plans[i].pages_size;
  }
  c.area_count = u32(writables_.size());
  results_size_ = result;
  arena_begin_ = image;
  return {};
}

/// Tells the agent of changed mappings, all but the last part of them, which goes with the next request.
Result<void> AgentMachine::deliver_changes() {
  std::vector<agent_mapping>& changes = placed_.changes();
  std::size_t told = 0;
  while (true) {
    const std::size_t some = std::min<std::size_t>(changes.size() - told, AGENT_MAPPING_COUNT);
    std::copy_n(changes.begin() + std::ptrdiff_t(told), some, control().mappings);
    control().mapping_count = u32(some);
    told += some;
    if (told == changes.size()) break;
    send(0);
    if (wait(0, true) != Waited::answered) return fail(ErrorKind::lost, "the agent died while it mapped memory");
  }
  changes.clear();
  return {};
}

Result<void> AgentMachine::begin(std::span<const Input> inputs, Budget budget) {
  if (!prepared_) return fail(ErrorKind::bad_input, "no program is prepared");
  inputs_ = inputs;
  budget_ = budget;
  lost_.clear();
  suspect_.reset();
  count_ = 0;
  return inputs.empty() ? Result<void>{} : submit(0, Precision::fast);
}

bool AgentMachine::write_input(std::size_t slot_index, const Input& input, Precision precision, u64& arena) {
  u64 size = 0;
  for (const Bytes& bytes : input.memory) size += sizeof(agent_patch) + round_up(bytes.bytes.size(), 8);
  const u64 results = round_up(arena + size, 64);
  if (results + results_size_ > AGENT_STORAGE_OFFSET) return false;
  agent_slot& s = slot(slot_index);
  s.patches = arena;
  s.patch_count = input.memory.size();
  s.results = results_[slot_index] = results;
  s.enter = precision == Precision::fast && control().entry != AGENT_IMAGE_ADDRESS &&
            input.state.words[program_counter_word(guest_.guest)] == initial_.areas()[0].address;
  guest_.write_frame(input.state, AGENT_WINDOW_ADDRESS + AGENT_STACK_OFFSET, AGENT_STACK_SIZE,
                     reinterpret_cast<u8*>(&s) + AGENT_FRAME_OFFSET);
  for (const Bytes& bytes : input.memory) {
    *shared_->as<agent_patch>(arena) = {.address = bytes.address, .size = bytes.bytes.size()};
    arena += sizeof(agent_patch);
    if (!bytes.bytes.empty()) std::memcpy(shared_->at(arena), bytes.bytes.data(), bytes.bytes.size());
    arena += round_up(bytes.bytes.size(), 8);
  }
  arena = results + results_size_;
  return true;
}

/// Hands the agent as many of the inputs from `first` on as it can take at once; just that one, to be precise.
Result<void> AgentMachine::submit(std::size_t first, Precision precision) {
  if (auto settled = settle(); !settled) return settled;
  count_ = 0;
  if (with_entry_ != (precision == Precision::fast))
    if (auto placed = place(precision == Precision::fast); !placed) return placed;
  u64 arena = arena_begin_;
  const auto next_lost = lost_.lower_bound(first);
  const std::size_t last = std::min({inputs_.size(), first + (precision == Precision::fast ? AGENT_SLOT_COUNT : 1),
                                     next_lost == lost_.end() ? inputs_.size() : next_lost->first});
  std::size_t taken = 0;
  while (first + taken < last && write_input(taken, inputs_[first + taken], precision, arena)) ++taken;
  if (taken == 0) return fail(ErrorKind::unsupported, "the input is larger than the agent has room for");
  window_size_ = std::max<u64>(window_size_, round_up(arena, AGENT_FIRST_WINDOW_SIZE));
  control().window_size = window_size_;
  if (auto told = deliver_changes(); !told) {
    end_process();
    return told;
  }
  first_ = first;
  count_ = taken;
  precision_ = precision;
  send(u32(taken));
  return {};
}

/// Whether the agent has this input, and runs it at least so precisely.
bool AgentMachine::has(std::size_t index, Precision precision) const {
  return index - first_ < count_ && (precision == Precision::fast || precision_ == Precision::precise);
}

/// Until this input has been run, by another agent if this one dies.
Result<void> AgentMachine::await(std::size_t index, Precision precision) {
  while (true) {
    if (auto lost = lost_.find(index); lost != lost_.end())
      return fail(ErrorKind::lost, fmt::format("{} {} while it ran this input", guest_.emulator, lost->second));
    if (!has(index, precision))
      if (auto sent = submit(index, precision); !sent) return sent;
    const Waited waited = wait(u32(index - first_) + 1, false);
    if (waited == Waited::answered) return {};
    if (waited == Waited::refused) {
      const u32 number = control().failure;
      end_process();
      count_ = 0;
      return fail(ErrorKind::environment, fmt::format("{} refused to map the program's memory: {}", guest_.emulator,
                                                      std::strerror(int(number))));
    }
    process_->kill();
    // It may have been ended from outside; what it dies of twice is to blame.
    const std::size_t culprit = first_ + std::min<std::size_t>(finished(), count_ - 1);
    const bool to_blame = waited == Waited::silent || suspect_ == culprit;
    if (to_blame) lost_[culprit] = waited == Waited::silent ? "stopped answering" : process_->end();
    suspect_ = culprit;
    count_ = 0;
    if (auto again = restart(); !again) return again;
    if (const std::size_t next = to_blame ? culprit + 1 : culprit; next <= index)
      if (auto sent = submit(next, precision); !sent) return sent;
  }
}

Result<const Outcome*> AgentMachine::read(std::size_t index) {
  const agent_slot& s = slot(index - first_);
  guest_.read_state(reinterpret_cast<const u8*>(&s) + AGENT_STATE_OFFSET, outcome_.state);
  outcome_.memory.clear();
  std::span<const u8> code = code_;
  for (const Writable& writable : writables_) {
    const AreaPlan& plan = initial_.areas()[writable.area];
    const std::span<u8> bytes(
        shared_->at(results_[index - first_] + writable.result + (plan.address - plan.first_page)), plan.size);
    if (writable.area == 0) {
      for (const Planted::Replacement& one : planted_.replaced)
        if (std::memcmp(&bytes[one.offset], &one.is, sizeof one.is) == 0)
          std::memcpy(&bytes[one.offset], &one.was, sizeof one.was);
      code = bytes;
    }
    outcome_.memory.push_back({.address = plan.address, .bytes = bytes});
  }
  const Scene scene{
      .code_address = initial_.areas()[0].address, .code = code, .areas = initial_.areas(), .planted = &planted_};
  if (code.data() != code_.data() && guest_.made_system_call(scene))
    return fail(ErrorKind::unsupported, "the code wrote a system call over itself, which the agent cannot catch");
  outcome_.stop = guest_.explain({.signal = s.signal, .signal_address = s.address}, outcome_.state, scene);
  outcome_.retired.reset();
  return &outcome_;
}

/// A program that reads its own code must not see what was planted. So it is run again with the bytes it
/// really has, written behind the emulator's back, which goes on executing what it translated before.
Result<const Outcome*> AgentMachine::run_unplanted(std::size_t index) {
  // Translations of this very path must be there, whatever happened to them since.
  count_ = 0;
  if (auto ran = await(index, Precision::precise); !ran) return std::unexpected(ran.error());
  if (auto settled = settle(); !settled) return std::unexpected(settled.error());
  const AreaPlan& plan = initial_.areas()[0];
  const u64 skipped = plan.address - plan.first_page;
  const auto write = [&](const u8* code) {
    std::memcpy(shared_->at(placed_.areas()[0].offset + skipped), code, code_.size());
  };
  write(code_.data());
  const auto sent = submit(index, Precision::precise);
  if (!sent || wait(1, true) != Waited::answered) {
    end_process();
    count_ = 0;
    if (auto again = restart(); !again) return std::unexpected(again.error());
    if (auto ran = await(index, Precision::precise); !ran) return std::unexpected(ran.error());
    return read(index);
  }
  write(code_pages_.data() + skipped);
  placed_.refresh(0);
  return read(index);
}

Result<const Outcome*> AgentMachine::outcome(std::size_t index, Precision precision) {
  if (index >= inputs_.size()) return fail(ErrorKind::bad_input, fmt::format("there is no input {}", index));
  if (precision == Precision::precise && !planted_.replaced.empty() &&
      !allows(initial_.areas()[0].access, Access::write))
    return run_unplanted(index);
  if (auto ran = await(index, precision); !ran) return std::unexpected(std::move(ran).error());
  return read(index);
}

}  // namespace

Result<std::unique_ptr<Machine>> make_qemu_machine(Guest guest) {
  const AgentGuest* known = agent_guest(guest);
  if (!known) return fail(ErrorKind::unsupported, fmt::format("there is no agent for {}", name_of(guest)));
  auto emulator = find_emulator(known->emulator);
  if (!emulator) return std::unexpected(std::move(emulator).error());
  auto shared = SharedMemory::create(AGENT_SHARED_SIZE);
  if (!shared) return std::unexpected(std::move(shared).error());
  auto machine = std::make_unique<AgentMachine>(*known, std::move(*emulator), std::move(*shared));
  if (auto started = machine->start(); !started) return std::unexpected(std::move(started).error());
  return machine;
}

}  // namespace diptych
