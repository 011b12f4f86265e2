// Random system calls with hostile arguments: diptych-random-calls PROGRAM [COUNT [SEED]]. Any COUNT of them must leave the
// host process alive. PROGRAM is a static guest, whose process makes the calls.
#include "engine/linux/calls/call.hpp"
#include "engine/linux/layout.hpp"
#include "tests/engine/linux/caller.hpp"
#include "tests/engine/linux/hostile/child.hpp"

#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdlib>
#include <random>

using namespace diptych;
using namespace diptych::linux_test;

namespace {

constexpr u64 area = 0x200000, area_size = 8 * page_size;  // of structures and buffers
constexpr u64 texts = 0x220000, text_space = 0x100;
constexpr u64 read_only = 0x240000, no_rights = 0x250000, edge = 0x260000, code_area = 0x270000;
constexpr u64 calls_a_process = 4000;

const std::vector<std::string> paths = {"file", "directory", "fifo", "link", "loop", "new", "directory/new", "directory/../file", ".", "..", "/", "../errors",
                                        "/etc/passwd", "/dev/null", "/proc/self/fd/0", "/proc/self/mem", "", std::string(250, 'x'), "directory/", "new2"};

class Hostile {
 public:
  explicit Hostile(u64 seed) : random_(seed) {}

  u64 below(u64 limit) { return random_() % limit; }
  bool one_in(u64 times) { return below(times) == 0; }

  void set_up(Caller& caller) {
    auto& map = caller.process().map;
    constexpr Access rw = Access::read | Access::write;
    map.map(area, area_size, rw);
    map.map(texts, 2 * page_size, rw);
    map.map(read_only, page_size, Access::read);
    map.map(no_rights, page_size, Access::none);
    map.map(edge, page_size, rw);
    map.map(code_area, page_size, rw | Access::execute);
    for (std::size_t i = 0; i < paths.size(); ++i) caller.put_text(texts + i * text_space, paths[i].substr(0, text_space - 1));
  }

  /// Structures hold pointers, lengths, times and flags, all of them u64 or u32.
  void write_structure(Caller& caller) {
    const u64 at = area + below(area_size - 256);
    for (u64 i = 0; i < 1 + below(16); ++i) caller.put(at + 8 * i, one_in(4) ? below(40) : value());
  }

  u64 pointer() {
    switch (below(12)) {
      case 0: return area + below(area_size);
      case 1: return texts + below(paths.size()) * text_space;
      case 2: return read_only + below(2) * below(page_size);
      case 3: return no_rights + below(page_size);
      case 4: return edge + page_size - below(64);
      case 5: return code_area + below(page_size);
      case 6: return ~u64{0} - below(4096);
      case 7: return linux_guest::address_limit - below(4096);
      case 8: return Caller::code + (one_in(8) ? below(4096) : 2048);
      case 9: return linux_guest::stack_top - below(65536);
      default: return area + below(area_size / 8) * 8;
    }
  }

  u64 value() {
    switch (below(8)) {
      case 0: return below(32);
      case 1: return pointer();
      case 2: return u64{0} - below(300);
      case 3: return (u64{1} << below(64)) - below(2);
      case 4: return random_() >> below(64);
      case 5: return below(64) * page_size;
      case 6: return u64{1} << below(33);
      default: return 0;
    }
  }

  u64 argument(char letter) {
    if (one_in(4)) return value();
    switch (letter) {
      case 'f': return below(24);
      case 'a': return one_in(2) ? u64(AT_FDCWD) : below(24);
      case 's': return one_in(4) ? pointer() : texts + below(paths.size()) * text_space;
      case 'p':
      case 'b':
      case 'r':
      case 't':
      case 'T': return pointer();
      case 'O': return random_() & 0x3fff'ffff & (one_in(2) ? 03 : ~u64{0});
      case 'P': return below(8);
      case 'M': return (1 + below(2)) | (one_in(2) ? 0x20 : 0) | (one_in(4) ? 0x10 : 0);
      case 'm': return below(010000);
      case 'g': return below(66);
      case 'c': return below(12);
      case 'd': return one_in(2) ? below(64) : value();
      default: return one_in(2) ? below(16) : value();
    }
  }

  u64 number() {
    while (!one_in(16)) {
      const u64 number = below(512);
      if (linux_guest::system_call(number)) return number;
    }
    return one_in(2) ? below(512) : value();
  }

 private:
  std::mt19937_64 random_;
};

void fill_directory() {
  std::ofstream("file") << std::string(10'000, 'f');
  mkdir("directory", 0700);
  mkfifo("fifo", 0600);
  (void)!symlink("file", "link");
  (void)!symlink("loop", "loop");
}

std::string described(u64 number, const std::array<u64, 6>& a) {
  return fmt::format("{}({:#x}, {:#x}, {:#x}, {:#x}, {:#x}, {:#x})", linux_guest::system_call_name(number), a[0], a[1], a[2], a[3], a[4], a[5]);
}

int make_calls(hostile::Progress& progress, const std::string& program, u64 count, u64 seed) {
  fill_directory();
  // Readable, so that no call waits.
  int interrupt[2];
  if (pipe2(interrupt, O_CLOEXEC) != 0 || write(interrupt[1], "x", 1) != 1) return 1;
  Hostile hostile(seed);
  std::optional<Caller> caller;
  for (u64 i = 0; i < count; ++i, ++progress.done) {
    if (!caller || i % calls_a_process == 0) {
      caller.reset();
      const hostile::GuestStreams streams;
      auto started = Caller::start(program, i / calls_a_process % 2 ? "baseline" : "interp", interrupt[0], hostile.one_in(2));
      if (!started) {
        fmt::print(stderr, "{}\n", started.error().message);
        return 1;
      }
      caller.emplace(std::move(*started));
      hostile.set_up(*caller);
    }
    const hostile::FileSizeLimit no_large_files;
    for (u64 structures = hostile.below(4); structures != 0; --structures) hostile.write_structure(*caller);
    const u64 number = hostile.number();
    std::array<u64, 6> arguments{};
    const auto* call = linux_guest::system_call(number);
    for (std::size_t k = 0; k < 6; ++k) arguments[k] = hostile.argument(call && k < call->shape.size() ? call->shape[k] : 'x');
    progress.say(described(number, arguments));
    if (caller->call(number, arguments) == Caller::ended) caller.reset();
    // What it may have put into the host's own state.
    umask(022);
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) return fmt::print(stderr, "usage: {} PROGRAM [COUNT [SEED]]\n", words[0]), 2;
  const std::string program = std::filesystem::absolute(words[1]).string();
  const u64 calls = count > 2 ? std::strtoull(words[2], nullptr, 0) : 20'000;
  const u64 seed = count > 3 ? std::strtoull(words[3], nullptr, 0) : 1;
  return hostile::run_in_child("random system calls", [&](hostile::Progress& progress) { return make_calls(progress, program, calls, seed); });
}
