// libFuzzer: whole sessions. The input is lines, each a packet, noise, or what the guest does next.
#include "tests/gdbstub/fuzz/instant_target.hpp"
#include "tests/gdbstub/hostile_packets.hpp"
#include "tests/gdbstub/victim.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>

using namespace diptych;
using namespace diptych::gdb;

namespace {

void require(const std::optional<std::string>& wrong, std::string_view line) {
  if (!wrong) return;
  std::fprintf(stderr, "%s: %.*s\n", wrong->c_str(), static_cast<int>(line.size()), line.data());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  ScriptedTarget target(fuzzed_memory);
  furnish(target);
  Victim victim(target);
  while (!rest.empty() && !victim.ended()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.starts_with('\x01')) {
      for (const char c : line.substr(1)) target.script.push_back(halt_of(static_cast<u8>(c)));
    } else if (line.starts_with('\x02')) {
      require(victim.send_noise(line.substr(1)), line);
    } else {
      std::string packet(line);
      std::erase_if(packet, [](char c) { return c == '#' || c == '$'; });
      require(victim.send(packet), packet);
    }
  }
  return 0;
}

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

// Half of the time another packet is put in, since most of what chance makes of bytes is none.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned seed) {
  std::mt19937_64 random(seed);
  if (random() % 2 == 0) return LLVMFuzzerMutate(data, size, most);
  std::string text(reinterpret_cast<const char*>(data), size);
  const std::size_t newline = text.find('\n', size == 0 ? 0 : random() % size);
  text.insert(newline == std::string::npos ? 0 : newline + 1, mutated_packet(random) + '\n');
  text.resize(std::min(text.size(), most));
  text.copy(reinterpret_cast<char*>(data), text.size());
  return text.size();
}
