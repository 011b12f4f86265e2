#include "gdbstub/protocol/frame.hpp"

#include "tests/catch.hpp"

#include <vector>

using namespace diptych::rsp;

namespace {

struct Seen {
  EventKind kind;
  std::string data;
  bool operator==(const Seen&) const = default;
};

std::vector<Seen> receive(Receiver& receiver, std::string_view bytes) {
  std::vector<Seen> all;
  while (const auto event = receiver.next(bytes)) all.push_back({event->kind, std::string(event->data)});
  REQUIRE(bytes.empty());
  return all;
}

std::string packet(std::string_view data) {
  std::string result;
  append_packet(result, data);
  return result;
}

}  // namespace

TEST_CASE("a packet ends with the sum of its data") {
  REQUIRE(packet("") == "$#00");
  REQUIRE(packet("OK") == "$OK#9a");
  REQUIRE(packet("vMustReplyEmpty") == "$vMustReplyEmpty#3a");
}

TEST_CASE("events come in the order of the stream") {
  Receiver receiver(100);
  REQUIRE(receive(receiver, "+$g#67-\x03%Stop:T05#99 junk\r\n$?#3F") ==
          std::vector<Seen>{{EventKind::acknowledged, ""},
                            {EventKind::packet, "g"},
                            {EventKind::refused, ""},
                            {EventKind::interrupt, ""},
                            {EventKind::notification, "Stop:T05"},
                            {EventKind::packet, "?"}});
}

TEST_CASE("a stream cut anywhere has the same events") {
  const std::string stream = "++" + packet("qSupported:a;b") + "\x03" +
                             packet(
                                 "X10,3:}\x03\x03"
                                 "ab") +
                             "-" + packet("");
  Receiver whole(100);
  const auto expected = receive(whole, stream);
  REQUIRE(expected.size() == 7);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    Receiver receiver(100);
    auto seen = receive(receiver, std::string_view(stream).substr(0, cut));
    const auto rest = receive(receiver, std::string_view(stream).substr(cut));
    seen.insert(seen.end(), rest.begin(), rest.end());
    REQUIRE(seen == expected);
  }
  Receiver dripping(100);
  std::vector<Seen> seen;
  for (const char c : stream)
    for (auto& event : receive(dripping, std::string_view(&c, 1))) seen.push_back(event);
  REQUIRE(seen == expected);
}

TEST_CASE("a wrong checksum is noticed, unless nobody is to look") {
  Receiver receiver(100);
  REQUIRE(receive(receiver, "$g#68$g#6$g#zz$g#67") ==
          std::vector<Seen>{{EventKind::damaged, ""}, {EventKind::damaged, ""}, {EventKind::packet, "g"}});
  receiver.ignore_checksums(true);
  REQUIRE(receive(receiver, "$g#00") == std::vector<Seen>{{EventKind::packet, "g"}});
}

TEST_CASE("byte 3 within a packet is data") {
  Receiver receiver(100);
  REQUIRE(receive(receiver, packet("a\x03z")) == std::vector<Seen>{{EventKind::packet, "a\x03z"}});
}

TEST_CASE("a packet that lost its end gives way to the next") {
  Receiver receiver(100);
  REQUIRE(receive(receiver, "$m10000,4$g#67") == std::vector<Seen>{{EventKind::packet, "g"}});
}

TEST_CASE("a packet may be as long as agreed and no longer") {
  Receiver receiver(1000);
  REQUIRE(receive(receiver, packet(std::string(1000, 'a'))) ==
          std::vector<Seen>{{EventKind::packet, std::string(1000, 'a')}});
  REQUIRE(receive(receiver, packet(std::string(1001, 'a')) + "$g#67") ==
          std::vector<Seen>{{EventKind::oversized, ""}, {EventKind::packet, "g"}});
  REQUIRE(receive(receiver, "$").empty());
  for (int i = 0; i < 100; ++i) REQUIRE(receive(receiver, std::string(99, 'b')).empty());
  REQUIRE(receive(receiver, "#00$g#67") == std::vector<Seen>{{EventKind::oversized, ""}, {EventKind::packet, "g"}});
}

TEST_CASE("a receiver that is reset forgets the packet begun") {
  Receiver receiver(100);
  REQUIRE(receive(receiver, "$abc").empty());
  receiver.reset();
  REQUIRE(receive(receiver, "def#00+") == std::vector<Seen>{{EventKind::acknowledged, ""}});
}
