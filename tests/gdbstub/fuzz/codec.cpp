// libFuzzer: bytes of any kind through the codec, and through what evaluates the debugger's expressions.
#include "gdbstub/agent/expression.hpp"
#include "gdbstub/agent/format.hpp"
#include "gdbstub/protocol/escape.hpp"
#include "gdbstub/protocol/frame.hpp"
#include "gdbstub/protocol/hex.hpp"
#include "gdbstub/protocol/reader.hpp"
#include "gdbstub/protocol/thread_id.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace diptych;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

struct Seen {
  rsp::EventKind kind;
  std::string data;
  bool operator==(const Seen&) const = default;
};

// However the stream is cut, the same packets are found in it.
std::vector<Seen> found_in(std::string_view bytes, std::size_t piece) {
  rsp::Receiver receiver(256);
  std::vector<Seen> all;
  while (!bytes.empty()) {
    std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    while (const auto event = receiver.next(part)) {
      require(event->data.size() <= 256);
      all.push_back({event->kind, std::string(event->data)});
    }
    require(part.empty());
  }
  return all;
}

class Guest final : public gdb::agent::Surroundings {
 public:
  std::optional<u64> read_register(u64 number) override {
    return number < 33 ? std::optional(number * 0x0101010101010101) : std::nullopt;
  }
  bool read_memory(u64 address, std::span<u8> bytes) override {
    if (address < 16) return false;
    for (u8& byte : bytes) byte = static_cast<u8>(address++);
    return true;
  }
  void print(std::string_view) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::span<const u8> bytes(data, size);

  require(found_in(text, 1) == found_in(text, size + 1));

  std::string escaped;
  rsp::append_escaped(escaped, text);
  const auto back = rsp::unescape(escaped);
  require(back && std::string_view(reinterpret_cast<const char*>(back->data()), back->size()) == text);
  std::string framed;
  rsp::append_packet(framed, escaped);
  std::string_view rest(framed);
  rsp::Receiver receiver(2 * size);
  const auto event = receiver.next(rest);
  require(event && event->kind == rsp::EventKind::packet && event->data == escaped);
  const auto from_hex = rsp::Reader(rsp::hex(bytes)).take_hex();
  require(from_hex && std::string_view(reinterpret_cast<const char*>(from_hex->data()), from_hex->size()) == text);

  if (const auto expanded = rsp::expand_reply(text, 1024)) require(expanded->size() <= 1024);
  static_cast<void>(rsp::unescape(text));
  rsp::Reader reader(text);
  static_cast<void>(take_thread_id(reader));
  static_cast<void>(take_range(reader));
  static_cast<void>(reader.take_hex(size / 3));
  static_cast<void>(reader.take_number());

  Guest guest;
  static_cast<void>(gdb::agent::evaluate(bytes, guest));
  const std::vector<u64> arguments(size % 5, size);
  static_cast<void>(gdb::agent::format(text, arguments, [](u64) { return std::string("text"); }));
  return 0;
}
