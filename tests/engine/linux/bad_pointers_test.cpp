// Every system call that takes a pointer, with every kind of bad one: the guest is told, and its host lives on.
#include "engine/linux/calls/call.hpp"
#include "engine/linux/layout.hpp"
#include "tests/engine/linux/caller.hpp"
#include "tests/engine/linux/process_session.hpp"

#include <linux/futex.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <map>
#include <set>

using namespace diptych;
using namespace diptych::linux_test;

namespace {

constexpr Access rw = Access::read | Access::write;

// What the guest's memory holds.
constexpr u64 good = 0x200000;        // four pages of zeros
constexpr u64 path = 0x210000;        // names a file that is there
constexpr u64 link_path = 0x210100;   // a symbolic link
constexpr u64 fresh_path = 0x210200;  // nothing yet
constexpr u64 read_only = 0x220000;
constexpr u64 no_rights = 0x230000;
constexpr u64 edge = 0x240000;        // one page; behind it lies nothing
constexpr u64 edge_end = edge + page_size;
constexpr u64 hole = 0x300000;

constexpr u64 here = static_cast<u64>(AT_FDCWD);
constexpr u64 file = 10, directory = 11, other = 12, writing_end = 13;  // descriptors

/// What an argument is, when it is good.
struct Argument {
  enum class Is : u8 { number, input, optional_input, output, optional_output, text, address } is = Is::number;
  u64 value = 0;
  u64 size = 8;  ///< of what a pointer points to
};

constexpr Argument number(u64 value) { return {Argument::Is::number, value, 0}; }
constexpr Argument in(u64 size, u64 at = good) { return {Argument::Is::input, at, size}; }
constexpr Argument maybe_in(u64 size, u64 at = 0) { return {Argument::Is::optional_input, at, size}; }
constexpr Argument out(u64 size, u64 at = good) { return {Argument::Is::output, at, size}; }
constexpr Argument maybe_out(u64 size, u64 at = 0) { return {Argument::Is::optional_output, at, size}; }
constexpr Argument text(u64 at = path) { return {Argument::Is::text, at, 2}; }
/// Not followed: it is looked up among the mappings, or only written where there is something to tell.
constexpr Argument address(u64 value = good) { return {Argument::Is::address, value, 0}; }

struct Probe {
  std::string_view name;
  std::vector<Argument> arguments;
};

const std::vector<Probe> probes = {
    {"getcwd", {out(2), number(4096)}},
    {"fcntl", {number(file), number(F_GETLK), out(32, good + 0x1000)}},
    {"ioctl", {number(writing_end), number(FIONREAD), out(4)}},
    {"mknodat", {number(here), text(fresh_path), number(S_IFIFO | 0600), number(0)}},
    {"mkdirat", {number(here), text(fresh_path), number(0700)}},
    {"unlinkat", {number(here), text(fresh_path), number(0)}},
    {"symlinkat", {text(), number(here), text(fresh_path)}},
    {"linkat", {number(here), text(), number(here), text(fresh_path), number(0)}},
    {"statfs", {text(), out(120)}},
    {"fstatfs", {number(file), out(120)}},
    {"truncate", {text(), number(100)}},
    {"faccessat", {number(here), text(), number(R_OK)}},
    {"chdir", {text()}},
    {"fchmodat", {number(here), text(), number(0600)}},
    {"fchownat", {number(here), text(), number(~u64{0}), number(~u64{0}), number(0)}},
    {"openat", {number(here), text(), number(O_RDONLY), number(0)}},
    {"pipe2", {out(8), number(0)}},
    {"getdents64", {number(directory), out(24), number(1024)}},
    {"read", {number(file), out(1), number(16)}},
    {"write", {number(writing_end), in(1), number(16)}},
    {"readv", {number(file), in(16, good + 0x100), number(1)}},
    {"writev", {number(writing_end), in(16, good + 0x100), number(1)}},
    {"pread64", {number(file), out(1), number(16), number(0)}},
    {"pwrite64", {number(file), in(1), number(16), number(0)}},
    {"preadv", {number(file), in(16, good + 0x100), number(1), number(0)}},
    {"pwritev", {number(file), in(16, good + 0x100), number(1), number(0)}},
    {"preadv2", {number(file), in(16, good + 0x100), number(1), number(0), number(0), number(0)}},
    {"pwritev2", {number(file), in(16, good + 0x100), number(1), number(0), number(0), number(0)}},
    {"sendfile", {number(writing_end), number(file), maybe_out(8), number(16)}},
    {"pselect6", {number(4), maybe_out(8), maybe_out(8), maybe_out(8), maybe_in(16, good), maybe_in(16)}},
    {"ppoll", {out(8), number(1), maybe_in(16, good), maybe_in(8), number(8)}},
    {"readlinkat", {number(here), text(link_path), out(1), number(64)}},
    {"newfstatat", {number(here), text(), out(128), number(0)}},
    {"fstat", {number(file), out(128)}},
    {"utimensat", {number(here), text(), maybe_in(32), number(0)}},
    {"futex", {in(4), number(FUTEX_WAIT), number(0), maybe_in(16, good), address(0), number(0)}},
    {"nanosleep", {in(16), address(0)}},
    {"getitimer", {number(0), out(32)}},
    {"setitimer", {number(1), maybe_in(32), maybe_out(32)}},
    {"clock_gettime", {number(CLOCK_MONOTONIC), out(16)}},
    {"clock_getres", {number(CLOCK_MONOTONIC), maybe_out(16)}},
    {"clock_nanosleep", {number(CLOCK_MONOTONIC), number(0), in(16), address(0)}},
    {"sigaltstack", {maybe_in(24), maybe_out(24)}},
    {"rt_sigsuspend", {in(8), number(8)}},
    {"rt_sigaction", {number(SIGUSR1), maybe_in(24), maybe_out(24), number(8)}},
    {"rt_sigprocmask", {number(SIG_BLOCK), maybe_in(8), maybe_out(8), number(8)}},
    {"rt_sigpending", {out(8), number(8)}},
    {"rt_sigtimedwait", {in(8), address(0), maybe_in(16, good), number(8)}},
    {"rt_sigqueueinfo", {number(1), number(0), in(128)}},
    {"rt_tgsigqueueinfo", {number(1), number(1), number(0), in(128)}},
    {"times", {maybe_out(32)}},
    {"getresuid", {out(4), out(4), out(4)}},
    {"getresgid", {out(4), out(4), out(4)}},
    {"uname", {out(390)}},
    {"getgroups", {number(65536), address()}},
    {"getrlimit", {number(RLIMIT_NOFILE), out(16)}},
    {"setrlimit", {number(RLIMIT_NOFILE), in(16)}},
    {"getrusage", {number(RUSAGE_SELF), out(144)}},
    {"getcpu", {maybe_out(4), maybe_out(4)}},
    {"prctl", {number(PR_SET_NAME), in(2), number(0), number(0), number(0)}},
    {"gettimeofday", {maybe_out(16), maybe_out(8)}},
    {"sysinfo", {out(112)}},
    {"sched_getaffinity", {number(0), number(8), out(8)}},
    {"prlimit64", {number(0), number(RLIMIT_NOFILE), maybe_in(16), maybe_out(16)}},
    {"getrandom", {out(1), number(16), number(0)}},
    {"renameat2", {number(here), text(fresh_path), number(here), text(fresh_path), number(0)}},
    {"statx", {number(here), text(), number(0), number(STATX_BASIC_STATS), out(256)}},
    {"copy_file_range", {number(file), maybe_out(8), number(other), maybe_out(8), number(16), number(0)}},
    {"openat2", {number(here), text(), in(24), number(24)}},
    {"faccessat2", {number(here), text(), number(R_OK), number(0)}},
    {"mincore", {address(), number(page_size), out(1)}},
};

// Not probed: their pointers are addresses of mappings, they are refused before they look at any, or the system keeps
// the pointer for an event that a process of one thread never has.
const std::set<std::string_view> never_follow = {
    "brk", "munmap", "mremap", "mmap", "mprotect", "msync", "mlock", "munlock", "madvise", "riscv_flush_icache",
    "clock_settime", "settimeofday", "set_tid_address", "set_robust_list", "sched_setaffinity",
    "clone", "clone3", "execve", "execveat", "wait4", "waitid",
};

u64 number_named(std::string_view name) {
  for (u64 number = 0; number < 512; ++number)
    if (const auto* call = linux_guest::system_call(number); call && call->name == name) return number;
  FAIL("there is no call " << name);
  return 0;
}

bool is_pointer(Argument::Is is) { return is != Argument::Is::number && is != Argument::Is::address; }

struct Bad {
  std::string_view what;
  u64 address;
};

// All that are bad for this argument. `partly`: a transfer of what lies before the edge is right.
std::vector<Bad> bad_ones(const Argument& argument) {
  using enum Argument::Is;
  std::vector<Bad> all = {
      {"minus one", ~u64{0}},         {"unaligned, kernel half", 0xffff'ffff'ffff'f003}, {"kernel half", 0xffff'ffe0'0000'0000},
      {"non-canonical", u64{1} << 63}, {"beyond the table of pages", u64{1} << 62},       {"the first beyond user space", linux_guest::address_limit},
      {"the last of user space", linux_guest::address_limit - 1}, {"unmapped", hole},     {"unmapped, unaligned", hole + 3},
      {"low", 1},                     {"without rights", no_rights},                      {"without rights, unaligned", no_rights + 1},
      {"behind the end of a mapping", edge_end},
  };
  if (argument.is != optional_input && argument.is != optional_output) all.push_back({"null", 0});
  if (argument.size > 1) all.push_back({"crossing the end of a mapping", edge_end - 1});
  if (argument.is == output || argument.is == optional_output) all.push_back({"read-only", read_only}), all.push_back({"read-only, unaligned", read_only + 5});
  return all;
}

// Linux looks at these before the pointer.
i64 expected(std::string_view name, std::size_t position, u64 bad) {
  if (name == "futex" && position == 0 && bad % 4 != 0) return -EINVAL;
  return -EFAULT;
}

std::string argument_name(const Probe& probe, std::size_t position) { return std::string(probe.name) + ", argument " + std::to_string(position); }

class World {
 public:
  explicit World(std::string_view tier) {
    std::ofstream("file") << "sixteen bytes, and more";
    fs::create_symlink("file", "link");
    auto made = Caller::start((guests / "bare").string(), tier);
    REQUIRE(made);
    caller.emplace(std::move(*made));
    auto& map = caller->process().map;
    REQUIRE(map.map(good, 4 * page_size, rw));
    REQUIRE(map.map(path, page_size, rw));
    REQUIRE(map.map(read_only, page_size, Access::read));
    REQUIRE(map.map(no_rights, page_size, Access::none));
    REQUIRE(map.map(edge, page_size, rw));
    caller->put_text(path, "file");
    caller->put_text(link_path, "link");
    caller->put_text(fresh_path, "new");
    caller->put(good + 0x100, std::array<u64, 2>{good + 0x200, 16});
    // No zero byte ends a text here.
    caller->put(edge_end - 8, ~u64{0});
    open_at("file", O_RDWR, file);
    std::ofstream("other") << "empty";
    open_at("other", O_RDWR, other);
    open_at(".", O_RDONLY | O_DIRECTORY, directory);
    REQUIRE(caller->call(number_named("pipe2"), {good, 0}) == 0);
    const auto ends = caller->get<std::array<i32, 2>>(good);
    REQUIRE(caller->call(number_named("dup3"), {u64(ends[1]), writing_end, 0}) == writing_end);
    caller->put(good, u64{0});
  }

  std::optional<Caller> caller;

 private:
  Folder folder_;

  void open_at(std::string_view name, u64 flags, u64 to) {
    caller->put_text(path + 0x400, name);
    const i64 got = caller->call(number_named("openat"), {here, path + 0x400, flags, 0});
    REQUIRE(got >= 0);
    REQUIRE(caller->call(number_named("dup3"), {u64(got), to, 0}) == i64(to));
  }
};

}  // namespace

TEST_CASE("every system call that takes a pointer is probed with bad ones") {
  std::map<std::string_view, const Probe*> by_name;
  for (const Probe& probe : probes) by_name[probe.name] = &probe;
  for (u64 number = 0; number < 512; ++number) {
    const auto* call = linux_guest::system_call(number);
    if (!call || never_follow.contains(call->name)) continue;
    const std::string_view shape = call->shape.substr(0, call->shape.find(':'));
    if (shape.find_first_of("psbrtT") == std::string_view::npos) continue;
    INFO(call->name);
    REQUIRE(by_name.contains(call->name));
    const Probe& probe = *by_name[call->name];
    REQUIRE(probe.arguments.size() == shape.size());
    for (std::size_t i = 0; i < shape.size(); ++i) {
      INFO(argument_name(probe, i));
      const bool pointer = std::string_view("psbrtT").find(shape[i]) != std::string_view::npos;
      // What ioctl and fcntl take depends on the command.
      if (pointer || is_pointer(probe.arguments[i].is)) CHECK(probe.arguments[i].is != Argument::Is::number);
    }
  }
}

TEST_CASE("a bad pointer is EFAULT, whatever is wrong with it") {
  for (const char* tier : {"interp", "baseline"}) {
    World world(tier);
    Caller& caller = *world.caller;
    for (const Probe& probe : probes) {
      const u64 call = number_named(probe.name);
      for (std::size_t position = 0; position < probe.arguments.size(); ++position) {
        const Argument& argument = probe.arguments[position];
        if (!is_pointer(argument.is)) continue;
        for (const Bad& bad : bad_ones(argument)) {
          std::array<u64, 6> values{};
          for (std::size_t i = 0; i < probe.arguments.size(); ++i) values[i] = probe.arguments[i].value;
          if (probe.name == "rt_sigqueueinfo" || probe.name == "rt_tgsigqueueinfo") values[0] = values[1] = u64(getpid());
          if (probe.name == "rt_sigqueueinfo") values[1] = 0;
          values[position] = bad.address;
          INFO(argument_name(probe, position) << ": " << bad.what << ", by " << tier);
          CHECK(caller.call(call, values) == expected(probe.name, position, bad.address));
        }
      }
    }
  }
}
