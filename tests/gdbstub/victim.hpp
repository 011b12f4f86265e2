// A session whose answers are checked, whatever it is sent.
#pragma once

#include "gdbstub/link.hpp"
#include "gdbstub/protocol/frame.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace diptych::gdb {

class Victim {
 public:
  explicit Victim(Target& target) : session_(target), link_(session_) {}

  /// Sends a packet as the protocol frames it, and interrupts a guest that does not halt by itself. What is
  /// wrong with the answer, if anything is: there has to be exactly one, but for the packets that have none.
  std::optional<std::string> send(std::string_view packet) {
    const bool acknowledges = session_.client().acknowledges;
    const bool silent = packet.starts_with('R') || (packet.starts_with('k') && !session_.client().is_lldb);
    std::string bytes;
    rsp::append_packet(bytes, packet);
    link_.receive(bytes);
    for (int turns = 0; turns < 4 && session_.busy(); ++turns) link_.advance();
    if (session_.busy()) {
      ++interrupted_;
      link_.receive(std::string_view(&rsp::interrupt_byte, 1));
    }
    if (session_.busy()) return "it runs on after an interrupt";
    // The guest that runs in non-stop mode moves on as well.
    link_.advance();
    if (acknowledges && !link_.output().starts_with('+')) return "the packet was not acknowledged";
    return check(silent ? 0 : 1);
  }

  /// Sends anything at all. What comes back has to be well-formed.
  std::optional<std::string> send_noise(std::string_view noise) {
    link_.receive(noise);
    link_.advance();
    return check(std::nullopt);
  }

  bool ended() const { return session_.ended(); }
  std::size_t interrupted() const { return interrupted_; }

 private:
  std::optional<std::string> check(std::optional<std::size_t> replies) {
    rsp::Receiver receiver(2 * packet_size + 2);
    std::string_view output = link_.output();
    std::size_t found = 0;
    while (const auto event = receiver.next(output)) {
      if (event->kind == rsp::EventKind::damaged) return "a reply is damaged";
      if (event->kind == rsp::EventKind::oversized) return "a reply is too long";
      if (event->kind != rsp::EventKind::packet) continue;
      if (event->data.size() > packet_size) return "a reply is longer than was agreed";
      const bool console = event->data.starts_with('O') && event->data != "OK";
      found += !console;
    }
    link_.output().clear();
    if (replies && found != *replies)
      return std::to_string(found) + " replies instead of " + std::to_string(*replies);
    return std::nullopt;
  }

  Session session_;
  Link link_;
  std::size_t interrupted_ = 0;
};

}  // namespace diptych::gdb
