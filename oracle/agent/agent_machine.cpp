#include "oracle/agent/agent_machine.hpp"

#include "oracle/agent/agent_guest.hpp"
#include "oracle/agent/agent_process.hpp"
#include "oracle/agent/areas_in_agent.hpp"
#include "oracle/agent/protocol.h"
#include "oracle/agent/shared_memory.hpp"

#include <fmt/format.h>
#include <algorithm>
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
constexpr double base_seconds = 0.25;
constexpr double seconds_an_instruction = 50e-9;
constexpr auto longest_silence = 10s;
constexpr auto patience = 10ms;
// About as long as a wake-up takes.
constexpr int spins = 200;

u32 load(const u32& word) { return std::atomic_ref(const_cast<u32&>(word)).load(std::memory_order_seq_cst); }
void store(u32& word, u32 value) { std::atomic_ref(word).store(value, std::memory_order_seq_cst); }

u64 round_up(u64 value, u64 to) { return (value + to - 1) / to * to; }

class AgentMachine final : public Machine {
 public:
  AgentMachine(const AgentGuest& guest, Emulator emulator, std::unique_ptr<SharedMemory> shared)
      : guest_(guest), emulator_(std::move(emulator)), shared_(std::move(shared)) {
    description_ = {.name = "qemu",
                    .version = emulator_.version,
                    .guests = {{.guest = guest.guest, .extensions = guest.extensions}}};
  }

  const Description& describe() const override { return description_; }
  Result<void> prepare(const Program& program) override;
  Result<void> begin(std::span<const Input> inputs, Budget budget) override;
  Result<const Outcome*> outcome(std::size_t index, Precision precision) override;
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
  Result<void> place();
  void send(u32 inputs);
  Result<void> deliver_changes();
  Result<void> settle();
  Waited wait(u32 inputs, bool until_completed);
  Result<void> submit(std::size_t first);
  bool write_input(std::size_t slot_index, const Input& input, u64& arena);
  Result<void> await(std::size_t index);
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
  Description description_;

  // The program.
  InitialMemory initial_;
  std::vector<u8> code_;        ///< as the program has it
  std::vector<u8> code_pages_;  ///< as planted
  Planted planted_;
  AreasInAgent placed_;
  std::vector<Writable> writables_;
  u64 results_size_ = 0;  ///< of one slot
  u64 arena_begin_ = 0;   ///< where patches and results may lie, behind the images
  bool prepared_ = false;

  // The batch, and the part of it that the agent has.
  std::span<const Input> inputs_;
  Budget budget_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
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
    control().window_size = AGENT_FIRST_WINDOW_SIZE;
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
  return prepared_ ? place() : Result<void>{};
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
  bool poked = false;
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
      poked = false;
      continue;
    }
    if (!poked && now - since > limit && *progress < c.inputs) {
      poked = true;
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
  if (auto done = place(); !done) return done;
  prepared_ = true;
  return {};
}

/// Brings the storage and the images to what the program wants. The agent is idle.
Result<void> AgentMachine::place() {
  const std::span<const AreaPlan> plans = initial_.areas();
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
    const std::span<const u8> pages = i == 0 ? std::span<const u8>(code_pages_) : initial_.pages(i);
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
  return inputs.empty() ? Result<void>{} : submit(0);
}

bool AgentMachine::write_input(std::size_t slot_index, const Input& input, u64& arena) {
  u64 size = 0;
  for (const Bytes& bytes : input.memory) size += sizeof(agent_patch) + round_up(bytes.bytes.size(), 8);
  const u64 results = round_up(arena + size, 64);
  if (results + results_size_ > AGENT_STORAGE_OFFSET) return false;
  const u64 slot_address = AGENT_WINDOW_ADDRESS + AGENT_SLOTS_OFFSET + slot_index * AGENT_SLOT_SIZE;
  agent_slot& s = slot(slot_index);
  s.patches = arena;
  s.patch_count = input.memory.size();
  s.results = results;
  guest_.write_frame(input.state, slot_address + AGENT_STACK_OFFSET, AGENT_STACK_SIZE,
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

/// Hands the agent as many of the inputs from `first` on as it can take at once.
Result<void> AgentMachine::submit(std::size_t first) {
  if (auto settled = settle(); !settled) return settled;
  count_ = 0;
  u64 arena = arena_begin_;
  const auto next_lost = lost_.lower_bound(first);
  const std::size_t last = std::min(
      {inputs_.size(), first + AGENT_SLOT_COUNT, next_lost == lost_.end() ? inputs_.size() : next_lost->first});
  std::size_t taken = 0;
  while (first + taken < last && write_input(taken, inputs_[first + taken], arena)) ++taken;
  if (taken == 0) return fail(ErrorKind::unsupported, "the input is larger than the agent has room for");
  control().window_size = std::max<u64>(control().window_size, round_up(arena, AGENT_FIRST_WINDOW_SIZE));
  if (auto told = deliver_changes(); !told) {
    end_process();
    return told;
  }
  first_ = first;
  count_ = taken;
  send(u32(taken));
  return {};
}

/// Until this input has been run, by another agent if this one dies.
Result<void> AgentMachine::await(std::size_t index) {
  while (true) {
    if (auto lost = lost_.find(index); lost != lost_.end())
      return fail(ErrorKind::lost, fmt::format("{} {} while it ran this input", guest_.emulator, lost->second));
    if (index < first_ || index >= first_ + count_)
      if (auto sent = submit(index); !sent) return sent;
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
    const std::size_t culprit = first_ + finished();
    const bool to_blame = waited == Waited::silent || suspect_ == culprit;
    if (to_blame) lost_[culprit] = waited == Waited::silent ? "stopped answering" : process_->end();
    suspect_ = culprit;
    count_ = 0;
    if (auto again = restart(); !again) return again;
    if (const std::size_t next = to_blame ? culprit + 1 : culprit; next <= index)
      if (auto sent = submit(next); !sent) return sent;
  }
}

Result<const Outcome*> AgentMachine::read(std::size_t index) {
  agent_slot& s = slot(index - first_);
  const u64 slot_begin = AGENT_SLOTS_OFFSET + (index - first_) * AGENT_SLOT_SIZE;
  const u64 information = s.information - AGENT_WINDOW_ADDRESS;
  const u64 context = s.context - AGENT_WINDOW_ADDRESS;
  const u64 last = slot_begin + AGENT_SLOT_SIZE - guest_.frame_size;
  if (information < slot_begin || information > last || context < slot_begin || context > last + guest_.frame_size)
    return fail(ErrorKind::lost, "the guest wrote over the agent's own memory");
  guest_.read_context(shared_->at(context), outcome_.state);
  outcome_.memory.clear();
  std::span<const u8> code = code_;
  for (const Writable& writable : writables_) {
    const AreaPlan& plan = initial_.areas()[writable.area];
    const std::span<u8> bytes(shared_->at(s.results + writable.result + (plan.address - plan.first_page)), plan.size);
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
  outcome_.stop = guest_.explain(
      {.signal = s.signal, .signal_address = guest_.signal_address(shared_->at(information))}, outcome_.state, scene);
  outcome_.retired.reset();
  return &outcome_;
}

/// A program that reads its own code must not see what was planted. So it is run again with the bytes it
/// really has, written behind the emulator's back, which goes on executing what it translated before.
Result<const Outcome*> AgentMachine::run_unplanted(std::size_t index) {
  if (auto settled = settle(); !settled) return std::unexpected(settled.error());
  // Translations of this very path must be there, whatever happened to them since.
  if (auto sent = submit(index); !sent) return std::unexpected(sent.error());
  if (auto ran = await(index); !ran) return std::unexpected(ran.error());
  if (auto settled = settle(); !settled) return std::unexpected(settled.error());
  const AreaPlan& plan = initial_.areas()[0];
  const auto storage = [&] { return shared_->at(placed_.areas()[0].offset) + (plan.address - plan.first_page); };
  std::memcpy(storage(), code_.data(), code_.size());
  const std::span<const Input> whole = std::exchange(inputs_, inputs_.first(index + 1));
  auto sent = submit(index);
  const Waited waited = sent ? wait(1, true) : Waited::died;
  inputs_ = whole;
  if (waited != Waited::answered) {
    end_process();
    if (auto again = restart(); !again) return std::unexpected(again.error());
    if (auto ran = await(index); !ran) return std::unexpected(ran.error());
    return read(index);
  }
  std::memcpy(storage(), code_pages_.data() + (plan.address - plan.first_page), code_.size());
  placed_.refresh(0);
  return read(index);
}

Result<const Outcome*> AgentMachine::outcome(std::size_t index, Precision precision) {
  if (index >= inputs_.size()) return fail(ErrorKind::bad_input, fmt::format("there is no input {}", index));
  if (precision == Precision::precise && !planted_.replaced.empty() &&
      !allows(initial_.areas()[0].access, Access::write))
    return run_unplanted(index);
  if (auto ran = await(index); !ran) return std::unexpected(std::move(ran).error());
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
