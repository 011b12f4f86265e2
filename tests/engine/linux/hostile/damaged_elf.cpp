// Damaged programs: diptych-damaged-elf PROGRAM [COUNT [SEED]]. Each of COUNT mutations of a static guest is refused with a
// sentence or runs for a while, and leaves the host process alive.
#include "engine/linux/layout.hpp"
#include "engine/linux/process_execution.hpp"
#include "tests/engine/linux/hostile/child.hpp"

#include <elf.h>

#include <cstdlib>
#include <random>
#include <vector>

using namespace diptych;

namespace {

constexpr u64 instructions_each = 200'000;

using File = std::vector<u8>;

class Damage {
 public:
  explicit Damage(u64 seed) : random_(seed) {}

  File of(const File& whole) {
    File bytes = whole;
    for (u64 times = 1 + below(3); times != 0; --times) once(bytes);
    return bytes;
  }

 private:
  u64 below(u64 limit) { return random_() % limit; }

  u64 value(u64 file_size) {
    switch (below(8)) {
      case 0: return 0;
      case 1: return ~u64{0} - below(4096);
      case 2: return (u64{1} << below(64)) - below(2);
      case 3: return linux_guest::address_limit - below(3) * page_size;
      case 4: return file_size - below(16);
      case 5: return below(64) * page_size + below(2);
      case 6: return random_();
      default: return below(65536);
    }
  }

  void put(File& bytes, u64 at, u64 value, u64 size) {
    for (u64 i = 0; i < size && at + i < bytes.size(); ++i) bytes[at + i] = u8(value >> 8 * i);
  }

  void once(File& bytes) {
    if (bytes.size() < sizeof(Elf64_Ehdr)) return;
    Elf64_Ehdr header;
    std::memcpy(&header, bytes.data(), sizeof header);
    const u64 programs = header.e_phoff, entries = std::max<u64>(header.e_phnum, 1);
    switch (below(6)) {
      case 0: return put(bytes, below(sizeof header), random_(), 1);
      case 1: return put(bytes, 24 + 8 * below(3), value(bytes.size()), 8);
      case 2:
      case 3: {
        // A field of a program header: type, flags, or one of six words.
        const u64 at = programs + below(entries) * sizeof(Elf64_Phdr), field = below(8);
        if (field < 2) return put(bytes, at + 4 * field, field == 0 ? below(8) : below(8), 4);
        return put(bytes, at + 8 * (field - 1), value(bytes.size()), 8);
      }
      case 4: {
        if (below(2)) return bytes.resize(below(bytes.size()));
        if (bytes.size() > 4096) return bytes.resize(below(4096));
        return;
      }
      default:
        for (u64 times = 1 + below(64); times != 0; --times) put(bytes, below(bytes.size()), random_(), 1);
    }
  }

  std::mt19937_64 random_;
};

void run(const char* tier, int interrupt) {
  using namespace linux_guest;
  const std::vector<std::string> here{"."};
  auto granted = Grants::directories(here);
  auto made = make_tier(tier);
  if (!granted || !made) return;
  const hostile::GuestStreams streams;
  auto started = ProcessExecution::start({.process = {.program = "damaged", .arguments = {"damaged", "argument"}, .environment = {}, .grants = std::make_shared<Grants>(std::move(*granted)),
                                                      .tier = std::move(*made), .trace = nullptr},
                                          .record = false, .interrupt = interrupt});
  if (!started) return;
  ProcessExecution& execution = **started;
  const hostile::FileSizeLimit no_large_files;
  for (u64 time = 0;;) {
    const Event event = execution.advance(instructions_each);
    // It ended, ran for long enough, or waits.
    if (event.kind != EventKind::time || execution.time() >= instructions_each || execution.time() == time) return;
    time = execution.time();
  }
}

int run_damaged(hostile::Progress& progress, const File& whole, u64 count, u64 seed) {
  int interrupt[2];
  if (pipe2(interrupt, O_CLOEXEC) != 0 || write(interrupt[1], "x", 1) != 1) return 1;
  Damage damage(seed);
  for (u64 i = 0; i < count; ++i, ++progress.done) {
    const File bytes = damage.of(whole);
    std::ofstream("damaged", std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
    progress.say(fmt::format("program {}", i));
    run(i % 2 ? "baseline" : "interp", interrupt[0]);
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) return fmt::print(stderr, "usage: {} PROGRAM [COUNT [SEED]]\n", words[0]), 2;
  std::ifstream file(words[1], std::ios::binary);
  const File whole(std::istreambuf_iterator<char>(file), {});
  if (whole.size() < sizeof(Elf64_Ehdr)) return fmt::print(stderr, "{} is not an ELF file\n", words[1]), 2;
  const u64 programs = count > 2 ? std::strtoull(words[2], nullptr, 0) : 300;
  const u64 seed = count > 3 ? std::strtoull(words[3], nullptr, 0) : 1;
  return hostile::run_in_child("damaged ELF files", [&](hostile::Progress& progress) { return run_damaged(progress, whole, programs, seed); });
}
