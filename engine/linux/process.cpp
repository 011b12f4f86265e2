#include "engine/linux/process.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "engine/linux/calls/call.hpp"
#include "engine/linux/calls/trace.hpp"
#include "engine/linux/host_signals.hpp"
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

// Instructions between two looks for signals: about a millisecond.
constexpr u64 slice = 200'000;
// System calls may take long without many instructions between them.
constexpr u64 calls_between_looks = 64;

// li a7, 139; ecall: rt_sigreturn. Unwinders know a handler's frame by these two.
constexpr std::array<u32, 2> trampoline = {0x08b00893, 0x00000073};

using riscv64::pc_word;
constexpr std::size_t stack_register = 2, first_argument = 10, call_number = 17;

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
      files(Descriptors::standard()),
      directory(std::move(first_directory)),
      tier_(std::move(options.tier)),
      trace_(std::move(options.trace)) {
  tier_->bind(window);
}

Result<std::unique_ptr<Process>> Process::start(ProcessOptions options) {
  Result<std::vector<u8>> file = read_program(options.program);
  if (!file) return std::unexpected(std::move(file).error().in(options.program));
  Result<HostFile> directory = options.grants.first_directory();
  if (!directory) return std::unexpected(std::move(directory).error());
  Result<Window> window = Window::reserve(address_limit);
  if (!window) return std::unexpected(std::move(window).error());
  if (window->size() < address_limit)
    return fail(ErrorKind::environment, fmt::format("the host has no room for a guest's {:#x} bytes of addresses", address_limit));
  const ProcessOptions kept = {.program = options.program, .arguments = std::move(options.arguments), .environment = std::move(options.environment), .grants = {}, .tier = nullptr, .trace = nullptr};
  std::unique_ptr<Process> process(new Process(std::move(*window), std::move(options), std::move(*directory)));
  if (auto loaded = process->load(*file, kept); !loaded) return std::unexpected(std::move(loaded).error().in(kept.program));
  return process;
}

Result<void> Process::load(std::span<const u8> file, const ProcessOptions& options) {
  const Result<Elf> elf = parse_elf(file, address_limit);
  if (!elf) return std::unexpected(elf.error());
  const Result<Loaded> loaded = linux_guest::load(*elf, file, map);
  if (!loaded) return std::unexpected(loaded.error());

  const std::unique_ptr<char, void (*)(void*)> resolved(realpath(options.program.c_str(), nullptr), std::free);
  program = grants.guest_path(resolved ? resolved.get() : options.program.c_str());
  name = program.substr(program.rfind('/') + 1).substr(0, 15);

  constexpr Access both = Access::read | Access::write;
  const auto no_room = [] { return fail(ErrorKind::environment, "the host has no memory for its stack"); };
  if (!map.map(stack_top - stack_size, stack_size, elf->executable_stack ? both | Access::execute : both)) return no_room();
  if (!map.map(trampoline_page, page_size, both)) return no_room();
  std::memcpy(window.base() + trampoline_page, trampoline.data(), sizeof trampoline);
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
  std::memcpy(window.base() + stack->pointer, stack->bytes.data(), stack->bytes.size());

  Hart& hart = tier_->hart();
  hart.state.words = {};
  hart.state.words[stack_register] = stack->pointer;
  hart.state.words[pc_word] = loaded->entry;
  hart.retired = 0;
  return {};
}

Ending Process::run() {
  HostSignals host;
  host_signals_ = host.descriptor();
  u64 looked = 0;
  Hart& hart = tier_->hart();
  while (!ending_) {
    const Stop stop = tier_->run({slice});
    if (stop.kind == StopKind::system_call) system_call();
    else if (stop.kind != StopKind::budget && stop.kind != StopKind::end) fault(stop);
    if (hart.retired - looked >= slice || (stop.kind == StopKind::system_call && calls_ % calls_between_looks == 0)) {
      looked = hart.retired;
      collect_signals();
    }
    if (!ending_ && signals.waiting(~signals.blocked)) deliver_signals(std::nullopt, 0);
  }
  host_signals_ = {};
  return *ending_;
}

void Process::system_call() {
  auto& words = tier_->hart().state.words;
  const u64 number = words[call_number];
  Arguments arguments;
  std::copy_n(words.begin() + first_argument, arguments.values.size(), arguments.values.begin());
  const u64 first = arguments[0];
  const SystemCall* call = linux_guest::system_call(number);
  std::optional<CallLine> line;
  if (trace_) line.emplace(number, arguments, memory);

  ++calls_;
  note.clear();
  Hart& hart = tier_->hart();
  words[pc_word] += 4;
  // The instruction retires here: no tier counts the one it stops at.
  ++hart.retired;
  i64 result = call ? call->handler(*this, arguments) : -ENOSYS;
  if (result == -not_granted) {
    result = -EACCES;
    note = "outside of what --root and --dir grant";
  }
  if (!call) note = "no such call here";
  const bool interrupted = result == restart_if_asked || result == restart_unless_handled;
  if (line) {
    if (ending_) trace_(line->finish());
    else trace_(line->finish(interrupted ? -EINTR : result == registers_set ? 0 : result, note, memory));
  }
  if (ending_) return;
  if (result == -EPIPE || result == -EFBIG) collect_signals();
  if (result == registers_set) return;
  if (!interrupted) words[first_argument] = static_cast<u64>(result);
  if (interrupted || blocked_meanwhile) deliver_signals(interrupted ? std::optional(result) : std::nullopt, first);
}

void Process::deliver_signals(std::optional<i64> interrupted, u64 first_argument_was) {
  Hart& hart = tier_->hart();
  auto& words = hart.state.words;
  auto again = [&] {
    words[pc_word] -= 4;
    words[first_argument] = first_argument_was;
  };
  while (!ending_) {
    const auto signal = signals.take(~signals.blocked);
    if (!signal) break;
    const SignalAction& action = signals.actions[static_cast<std::size_t>(signal->number)];
    if (action.handler > 1 && interrupted) {
      if (*interrupted == restart_if_asked && (action.flags & SA_RESTART)) again();
      else words[first_argument] = static_cast<u64>(-EINTR);
      interrupted.reset();
    }
    deliver(*signal, false);
  }
  // What rt_sigsuspend or ppoll blocked holds until its end; a handler's frame took over what was before.
  if (blocked_meanwhile) signals.blocked = *std::exchange(blocked_meanwhile, std::nullopt);
  if (interrupted && !ending_) again();
}

void Process::deliver(const Signal& signal, bool forced) {
  SignalAction& kept = signals.actions[static_cast<std::size_t>(signal.number)];
  if (trace_) trace_(trace_line(signal));
  // What the program itself ran into cannot be put off.
  if (forced && ((signals.blocked & signal_bit(signal.number)) || kept.handler == 1)) kept = {};
  if (signals.ignores(signal.number) && !forced) return;
  if (kept.handler == 0) {
    if (default_action(signal.number) == DefaultAction::stop) ::raise(SIGSTOP);
    else end({.signal = signal.number});
    return;
  }
  const SignalAction action = kept;
  if (action.flags & SA_RESETHAND) kept = {};
  const u64 before = blocked_meanwhile ? *std::exchange(blocked_meanwhile, std::nullopt) : signals.blocked;
  Hart& hart = tier_->hart();
  if (!enter_handler(memory, hart.state, signals.stack, signal, action, before, trampoline_page)) return end({.signal = SIGSEGV});
  hart.reservation.reset();
  signals.blocked |= action.mask;
  if (!(action.flags & SA_NODEFER)) signals.blocked |= signal_bit(signal.number);
}

void Process::fault(const Stop& stop) {
  const u64 pc = tier_->hart().state.words[pc_word];
  Signal signal;
  switch (stop.kind) {
    case StopKind::illegal: signal = {.number = SIGILL, .code = ILL_ILLOPC, .address = pc}; break;
    case StopKind::breakpoint: signal = {.number = SIGTRAP, .code = TRAP_BRKPT, .address = pc}; break;
    case StopKind::misaligned: signal = {.number = SIGBUS, .code = BUS_ADRALN, .address = stop.address}; break;
    default: {
      const auto mapping = map.at(stop.address);
      if (mapping && mapping->backing == Backing::beyond_file) signal = {.number = SIGBUS, .code = BUS_ADRERR, .address = stop.address};
      else signal = {.number = SIGSEGV, .code = mapping ? SEGV_ACCERR : SEGV_MAPERR, .address = stop.address};
    }
  }
  deliver(signal, true);
}

bool Process::return_from_handler() {
  Hart& hart = tier_->hart();
  const auto left = leave_handler(memory, hart.state);
  if (!left) return false;
  signals.blocked = left->blocked & ~(signal_bit(SIGKILL) | signal_bit(SIGSTOP));
  // The frame may name another signal stack, unless the one in use is left in place.
  if (!on_signal_stack(signals.stack, hart.state.words[stack_register])) {
    signals.stack = left->stack;
    if (signals.stack.flags & SS_DISABLE) signals.stack = {};
  }
  hart.reservation.reset();
  return true;
}

void Process::collect_signals() {
  if (host_signals_)
    while (const auto signal = take_host_signal(host_signals_)) signals.raise(*signal);
  timers.ring(signals);
}

int Process::wait(std::span<pollfd> watched, std::optional<Nanoseconds> time, u64 also) {
  const auto now = [] {
    timespec told{};
    ::clock_gettime(CLOCK_MONOTONIC, &told);
    return to_nanoseconds(told);
  };
  const std::optional<Nanoseconds> due = time ? std::optional(now() + *time) : std::nullopt;
  std::vector<pollfd> all(watched.begin(), watched.end());
  all.push_back({host_signals_.number(), POLLIN, 0});
  while (true) {
    collect_signals();
    std::optional<Nanoseconds> left = timers.real_time_left();
    const bool interrupts = signals.waiting(~signals.blocked | also);
    if (due) left = std::min(left.value_or(*due), std::max<Nanoseconds>(*due - now(), 0));
    if (interrupts) left = 0;
    const timespec limit = to_timespec(left.value_or(0));
    int ready = ::ppoll(all.data(), all.size(), left ? &limit : nullptr, nullptr);
    // A signal that is not the guest's, such as a debugger's.
    if (ready < 0 && errno != EINTR) return -errno;
    if (ready < 0) continue;
    ready -= all.back().revents != 0;
    for (std::size_t i = 0; i < watched.size(); ++i) watched[i].revents = all[i].revents;
    if (ready > 0) return ready;
    if (interrupts) return -EINTR;
    if (due && now() >= *due) return 0;
  }
}

bool Process::wait_until_ready(const OpenFile& file, short events) {
  if (!file.may_wait) return true;
  const int flags = ::fcntl(file.host.number(), F_GETFL);
  if (flags < 0 || (flags & O_NONBLOCK)) return true;
  pollfd entry{file.host.number(), events, 0};
  return wait({&entry, 1}, std::nullopt) >= 0;
}

}  // namespace diptych::linux_guest
