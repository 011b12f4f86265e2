#include "engine/linux/process.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "engine/linux/calls/call.hpp"
#include "engine/linux/layout.hpp"
#include "engine/linux/load.hpp"
#include "engine/linux/signal_frame.hpp"
#include "engine/linux/stack_image.hpp"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

namespace diptych::linux_guest {
namespace {

// li a7, 139; ecall: rt_sigreturn. Unwinders know a handler's frame by these two.
constexpr std::array<u32, 2> trampoline = {0x08b00893, 0x00000073};

using riscv64::pc_word;
constexpr std::size_t stack_register = 2;

Nanoseconds now() {
  timespec told{};
  ::clock_gettime(CLOCK_MONOTONIC, &told);
  return to_nanoseconds(told);
}

constexpr u64 hardware() {
  u64 letters = 0;
  for (const char letter : {'i', 'm', 'a', 'f', 'd', 'c'}) letters |= u64{1} << (letter - 'a');
  return letters;
}

}  // namespace

Process::Process(Window reserved, ProcessOptions options, HostFile first_directory)
    : window(std::move(reserved)),
      map(window, [this](Range range) { tier_->code_changed(range); }),
      memory(window, *options.tier),
      grants(std::move(options.grants)),
      files(Descriptors::standard(options.streams)),
      directory(std::move(first_directory)),
      tier_(std::move(options.tier)),
      trace_(std::move(options.trace)),
      notice_(std::move(options.notice)) {
  tier_->bind(window);
  map.limit(options.memory, [this, most = options.memory] {
    notice(fmt::format("it asks for more than the {} MiB of memory that it may have, and is told ENOMEM; --memory allows more", most >> 20));
  });
}

Result<std::unique_ptr<Process>> Process::start(ProcessOptions options) {
  Result<HostFile> opened = open_program(options.program);
  if (!opened) return std::unexpected(std::move(opened).error().in(options.program));
  Result<std::vector<u8>> file = read_program(*opened);
  if (!file) return std::unexpected(std::move(file).error().in(options.program));
  Result<HostFile> directory = options.grants->first_directory();
  if (!directory) return std::unexpected(std::move(directory).error());
  Result<Window> window = Window::reserve(address_limit);
  if (!window) return std::unexpected(std::move(window).error());
  if (window->size() < address_limit)
    return fail(ErrorKind::environment, fmt::format("the host has no room for a guest's {:#x} bytes of addresses", address_limit));
  std::unique_ptr<Process> process(new Process(std::move(*window), options, std::move(*directory)));
  process->executable = std::move(*opened);
  process->arguments = options.arguments;
  if (auto loaded = process->load(*file, options); !loaded) return std::unexpected(std::move(loaded).error().in(options.program));
  return process;
}

Result<void> Process::load(std::span<const u8> file, const ProcessOptions& options) {
  const Result<Elf> elf = parse_elf(file, address_limit);
  if (!elf) return std::unexpected(elf.error());
  const Result<Loaded> loaded = linux_guest::load(*elf, file, map);
  if (!loaded) return std::unexpected(loaded.error());

  const std::unique_ptr<char, void (*)(void*)> resolved(realpath(options.program.c_str(), nullptr), std::free);
  program = grants->guest_path(resolved ? resolved.get() : options.program.c_str());
  name = program.substr(program.rfind('/') + 1).substr(0, 15);

  constexpr Access both = Access::read | Access::write;
  const auto no_room = [] { return fail(ErrorKind::environment, "the host has no memory for its stack"); };
  if (!map.map(stack_top - stack_size, stack_size, elf->executable_stack ? both | Access::execute : both)) return no_room();
  if (!map.map(trampoline_page, page_size, both)) return no_room();
  std::array<u8, sizeof trampoline> code{};
  std::memcpy(code.data(), trampoline.data(), code.size());
  if (!window.fill(trampoline_page, code)) return no_room();
  if (!map.protect(trampoline_page, page_size, Access::read | Access::execute)) return no_room();

  StackContents contents{.arguments = options.arguments, .environment = options.environment, .program = options.program, .random = {}, .auxiliary = {}};
  if (::getrandom(contents.random.data(), contents.random.size(), 0) < 0) return fail(ErrorKind::environment, "the host gives no random bytes");
  contents.auxiliary = {{AT_HWCAP, hardware()},        {AT_PAGESZ, page_size}, {AT_CLKTCK, 100},
                        {AT_PHDR, loaded->headers},    {AT_PHENT, program_header_size}, {AT_PHNUM, loaded->header_count},
                        {AT_BASE, 0},                  {AT_FLAGS, 0},          {AT_ENTRY, loaded->entry},
                        {AT_UID, ::getuid()},          {AT_EUID, ::geteuid()}, {AT_GID, ::getgid()},
                        {AT_EGID, ::getegid()},        {AT_SECURE, 0}};
  // As the kernel: the rest of the stack is the program's own.
  const Result<StackImage> stack = make_stack(contents, stack_top, stack_size / 4);
  if (!stack) return std::unexpected(stack.error());
  if (!window.fill(stack->pointer, stack->bytes)) return no_room();

  auxiliary.assign(stack->auxiliary().begin(), stack->auxiliary().end());

  Hart& hart = tier_->hart();
  hart.state.words = {};
  hart.state.words[stack_register] = stack->pointer;
  hart.state.words[pc_word] = loaded->entry;
  hart.reservation.reset();
  hart.retired = 0;
  return {};
}

i64 Process::number_file(int host) {
  const std::string path = grants->path_of(host).value_or("");
  const auto found = std::ranges::find(mapped_files_, path);
  const i64 number = program_file + 1 + (found - mapped_files_.begin());
  if (found == mapped_files_.end()) mapped_files_.push_back(path);
  return number;
}

std::vector<NamedMapping> Process::mappings() const {
  const MemoryMap::State& state = map.state();
  std::vector<NamedMapping> all;
  for (const auto& [begin, mapping] : state.mappings) {
    NamedMapping named{.range = {begin, mapping.end - begin}, .access = mapping.access, .name = {}, .offset = mapping.offset};
    if (mapping.file == program_file) named.name = program;
    else if (mapping.file != 0) named.name = mapped_files_[mapping.file - program_file - 1];
    else if (begin == trampoline_page) named.name = "[sigreturn]";
    else if (begin >= stack_top - stack_size && begin < stack_top) named.name = "[stack]";
    else if (begin >= state.heap_begin && begin < state.heap_end) named.name = "[heap]";
    all.push_back(std::move(named));
  }
  return all;
}

void Process::watch(const Watching& watching, HostFile signals_from) {
  watched_ = true;
  interrupt_ = watching.interrupt;
  host_signals_ = std::move(signals_from);
  passed_ = 0;
  if (watching.record) record_.emplace();
}

Process::State Process::state() const {
  const Hart& hart = tier_->hart();
  return {.registers = hart.state, .reservation = hart.reservation, .retired = hart.retired, .resolved = resolved_, .map = map.state(),
          .signals = signals, .name = name, .blocked_meanwhile = blocked_meanwhile, .ending = ending_, .in_hand = in_hand_,
          .interrupted = interrupted_, .place = record_ ? record_->place() : 0};
}

void Process::put_back(const State& state) {
  live_time_ = std::max(live_time_, time());
  Hart& hart = tier_->hart();
  hart.state = state.registers;
  hart.reservation = state.reservation;
  hart.retired = looked_ = state.retired;
  resolved_ = state.resolved;
  map.put_back(state.map);
  signals = state.signals;
  name = state.name;
  blocked_meanwhile = state.blocked_meanwhile;
  ending_ = state.ending;
  in_hand_ = state.in_hand;
  interrupted_ = state.interrupted;
  call_reported_.reset();
  reported_stops_.forget();
  began_.reset();
  if (record_) record_->go_to(state.place);
}

void Process::forget_future() {
  if (record_) record_->cut();
  live_time_ = time();
}

void Process::notice(const std::string& sentence) {
  if (std::ranges::find(noticed_, sentence) != noticed_.end()) return;
  noticed_.push_back(sentence);
  if (notice_) notice_(sentence);
}

bool Process::handles_no_signal() const {
  if (timers.real_time_left() || signals.waiting(~signals.blocked)) return false;
  for (int number = 1; number <= signal_count; ++number)
    if (signals.actions[static_cast<std::size_t>(number)].handler > 1 && !(signals.blocked & signal_bit(number))) return false;
  return true;
}

bool Process::end_deadlock(std::string sentence) {
  if (watched_) {
    notice(sentence);
    return false;
  }
  end({.deadlock = std::move(sentence)});
  return true;
}

Nanoseconds Process::call_began() {
  // Within the call its own instruction has retired; left and made again, it is at the same time.
  if (!began_ || began_->time != time()) began_ = {time(), now()};
  return began_->clock;
}

int Process::wait(std::span<pollfd> watched, std::optional<Nanoseconds> due, u64 also) {
  const auto interrupted = [&] { return signals.waiting(~signals.blocked | also); };
  if (repeated_) {
    collect_signals();
    return interrupted() ? -EINTR : 0;
  }
  std::vector<pollfd> all(watched.begin(), watched.end());
  all.push_back({host_signals_.number(), POLLIN, 0});
  all.push_back({interrupt_, POLLIN, 0});
  while (true) {
    collect_signals();
    std::optional<Nanoseconds> left = timers.real_time_left();
    const bool interrupts = interrupted();
    if (due) left = std::min(left.value_or(*due), std::max<Nanoseconds>(*due - now(), 0));
    if (interrupts) left = 0;
    const timespec limit = to_timespec(left.value_or(0));
    int ready = ::ppoll(all.data(), all.size(), left ? &limit : nullptr, nullptr);
    // A signal that is not the guest's, such as a debugger's.
    if (ready < 0 && errno != EINTR) return -errno;
    if (ready < 0) continue;
    for (std::size_t i = watched.size(); i < all.size(); ++i) ready -= all[i].revents != 0;
    for (std::size_t i = 0; i < watched.size(); ++i) watched[i].revents = all[i].revents;
    if (ready > 0) return ready;
    if (interrupts) return -EINTR;
    if (all.back().revents != 0) {
      left_ = true;
      return -EINTR;
    }
    if (due && now() >= *due) return 0;
  }
}

i64 Process::interruptible(std::function<i64()> call) {
  // It can still wait where no signal ends it, which is better than not to be made.
  if (!blocking_call_.begin(call)) return call();
  pollfd returned{blocking_call_.returned(), POLLIN, 0};
  if (wait({&returned, 1}, std::nullopt) > 0) return blocking_call_.result();
  const i64 result = blocking_call_.cancel();
  return result == -EINTR ? restart_if_asked : result;
}

}  // namespace diptych::linux_guest
