// System calls that wait until files are ready.
#include "engine/linux/calls/call.hpp"

#include <sys/select.h>

#include <csignal>

#include <algorithm>

namespace diptych::linux_guest {
namespace {

constexpr u64 set_size = 8;

// When a time that is limited is over; an error number.
std::expected<std::optional<Nanoseconds>, int> due_at(Process& p, u64 address) {
  if (address == 0) return std::nullopt;
  const auto time = p.memory.read<timespec>(address);
  if (!time) return std::unexpected(EFAULT);
  if (!valid_time(*time)) return std::unexpected(EINVAL);
  return p.call_began() + to_nanoseconds(*time);
}

// Blocks another set until the call ends, or a handler was entered. False: the set cannot be read.
bool block_meanwhile(Process& p, u64 address) {
  if (address == 0) return true;
  const auto set = p.memory.read<u64>(address);
  if (!set) return false;
  p.blocked_meanwhile = p.signals.blocked;
  p.signals.blocked = *set & ~(signal_bit(SIGKILL) | signal_bit(SIGSTOP));
  return true;
}

i64 poll_call(Process& p, const Arguments& a) {
  const u64 count = a[1];
  const auto due = due_at(p, a[2]);
  if (!due) return -due.error();
  if (count > Descriptors::most || (a[3] && a[4] != set_size)) return -EINVAL;
  u8* guest = p.memory.reach(a[0], count * sizeof(pollfd), Access::read | Access::write);
  if (!guest) return -EFAULT;
  std::vector<pollfd> asked(count);
  if (count) std::memcpy(asked.data(), guest, count * sizeof(pollfd));
  std::vector<pollfd> host = asked;
  i64 invalid = 0;
  for (pollfd& entry : host) {
    if (entry.fd < 0) continue;
    entry.fd = p.files.host(static_cast<u64>(entry.fd));
    invalid += entry.fd < 0;
  }
  if (!block_meanwhile(p, a[3])) return -EFAULT;
  const i64 ready = p.wait(host, invalid ? std::optional<Nanoseconds>(0) : *due);
  if (ready < 0) return restart_unless_handled;
  for (u64 i = 0; i < count; ++i)
    asked[i].revents = host[i].fd < 0 && asked[i].fd >= 0 ? short{POLLNVAL} : host[i].revents;
  if (count) std::memcpy(guest, asked.data(), count * sizeof(pollfd));
  return ready + invalid;
}

i64 select_call(Process& p, const Arguments& a) {
  constexpr std::array<short, 3> asked = {POLLIN, POLLOUT, POLLPRI};
  constexpr std::array<short, 3> told = {POLLIN | POLLHUP | POLLERR, POLLOUT | POLLERR, POLLPRI};
  if (a.number(0) < 0) return -EINVAL;
  const u64 count = std::min<u64>(static_cast<u32>(a[0]), Descriptors::most);
  const u64 words = (count + 63) / 64;
  const auto due = due_at(p, a[4]);
  if (!due) return -due.error();
  std::array<u64*, 3> sets{};
  for (std::size_t kind = 0; kind < 3; ++kind)
    if (a[1 + kind]) {
      sets[kind] = reinterpret_cast<u64*>(p.memory.reach(a[1 + kind], words * 8, Access::read | Access::write));
      if (!sets[kind] || a[1 + kind] % 8 != 0) return -EFAULT;
    }
  std::vector<pollfd> host;
  std::vector<u64> numbers;
  for (u64 number = 0; number < count; ++number) {
    short events = 0;
    for (std::size_t kind = 0; kind < 3; ++kind)
      if (sets[kind] && (sets[kind][number / 64] >> (number % 64) & 1)) events = static_cast<short>(events | asked[kind]);
    if (!events) continue;
    if (!p.files.find(number)) return -EBADF;
    host.push_back({p.files.host(number), events, 0});
    numbers.push_back(number);
  }
  if (a[5]) {
    const auto mask = p.memory.read<std::array<u64, 2>>(a[5]);
    if (!mask) return -EFAULT;
    if ((*mask)[0] && (*mask)[1] != set_size) return -EINVAL;
    if (!block_meanwhile(p, (*mask)[0])) return -EFAULT;
  }
  if (p.wait(host, *due) < 0) return restart_unless_handled;
  i64 ready = 0;
  for (std::size_t kind = 0; kind < 3; ++kind) {
    if (!sets[kind]) continue;
    std::vector<u64> bits(words);
    for (std::size_t i = 0; i < host.size(); ++i)
      if ((host[i].events & asked[kind]) && (host[i].revents & told[kind])) {
        bits[numbers[i] / 64] |= u64{1} << (numbers[i] % 64);
        ++ready;
      }
    std::copy(bits.begin(), bits.end(), sets[kind]);
  }
  return ready;
}

constexpr SystemCall calls[] = {
    {72, "pselect6", "dppptp", Replay::told, select_call},
    {73, "ppoll", "pdtpd", Replay::told, poll_call},
};

}  // namespace

std::span<const SystemCall> waiting_calls() { return calls; }

}  // namespace diptych::linux_guest
