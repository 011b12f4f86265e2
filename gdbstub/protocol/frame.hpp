// Packets on the wire: `$data#checksum`, with acknowledgements and the interrupt between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::rsp {

constexpr char acknowledgement = '+';
constexpr char refusal = '-';
constexpr char interrupt_byte = '\x03';

/// Appends a packet of this data, which holds what append_escaped() made of anything binary.
void append_packet(std::string& to, std::string_view data);

/// The same as a notification: '%' instead of '$', never acknowledged.
void append_notification(std::string& to, std::string_view data);

enum class EventKind : std::uint8_t {
  packet,
  notification,  ///< '%' instead of '$': never acknowledged
  damaged,       ///< the checksum is wrong or is none
  oversized,     ///< longer than the receiver takes; its data is lost
  acknowledged,  ///< '+'
  refused,       ///< '-': the other side asks for the last packet again
  interrupt,     ///< byte 3 between packets
};

struct Event {
  EventKind kind;
  std::string_view data;  ///< of a packet or notification; valid until the receiver is used again
};

/// Finds the packets in a stream that arrives in pieces of any size. It keeps at most one packet, never
/// longer than `largest`. Bytes between packets that mean nothing are skipped; a '$' within a packet
/// begins a new one, since a sender escapes it in data: the old one has lost its end.
class Receiver {
 public:
  explicit Receiver(std::size_t largest) : largest_(largest) {}

  /// Takes bytes from the front of `bytes` up to the end of the next event. Nothing, and all bytes
  /// taken, if there is none yet.
  std::optional<Event> next(std::string_view& bytes);

  /// Where the transport loses nothing, senders may leave the checksum wrong.
  void ignore_checksums(bool ignore) { ignore_checksums_ = ignore; }

  /// Forgets a packet begun: another client follows.
  void reset();

 private:
  enum class State : std::uint8_t { outside, data, first_digit, second_digit };

  void begin(EventKind kind);
  void take_data(std::string_view& bytes);
  std::optional<Event> take_outside(char c);
  Event finish(char second);

  std::size_t largest_;
  bool ignore_checksums_ = false;
  State state_ = State::outside;
  EventKind kind_ = EventKind::packet;
  bool too_long_ = false;
  std::uint8_t sum_ = 0;
  char first_ = 0;
  std::string data_;
};

}  // namespace diptych::rsp
