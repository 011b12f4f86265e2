#include "gdbstub/link.hpp"

#include "gdbstub/packets/packets.hpp"
#include "gdbstub/protocol/hex.hpp"

#include <algorithm>
#include <utility>

namespace diptych::gdb {
namespace {

// Of a text for the console, what goes into one packet.
constexpr std::size_t console_portion = packet_size / 4;

}  // namespace


Link::Link(Session& session) : session_(session), receiver_(packet_size) { session_.connected(); }

Link::~Link() { session_.disconnected(); }

void Link::receive(std::string_view bytes) {
  while (!session_.closing())
    if (const auto event = receiver_.next(bytes))
      take(*event);
    else
      return;
}

void Link::take(const rsp::Event& event) {
  const bool acknowledges = session_.client().acknowledges;
  switch (event.kind) {
    case rsp::EventKind::packet:
      // A debugger waits for the stop before it asks again; for one that does not, its packets wait,
      // as many as one packet could hold.
      if (session_.busy() && event.data.size() + 1 > packet_size - waiting_bytes_) {
        if (acknowledges) output_ += rsp::refusal;
        return;
      }
      if (acknowledges) output_ += rsp::acknowledgement;
      if (session_.busy()) {
        waiting_.emplace_back(event.data);
        waiting_bytes_ += event.data.size() + 1;
      } else {
        answer(event.data);
      }
      return;
    case rsp::EventKind::damaged:
      if (acknowledges) output_ += rsp::refusal;
      return;
    case rsp::EventKind::oversized:
      if (acknowledges)
        output_ += rsp::refusal;
      else if (!session_.busy())
        send(reply::bad_request);
      return;
    case rsp::EventKind::refused:
      if (acknowledges) output_ += last_;
      return;
    case rsp::EventKind::interrupt:
      if (session_.running()) {
        settle(session_.interrupt());
        answer_waiting();
      } else if (!session_.client().non_stop) {
        interrupt_waits_ = true;
      }
      return;
    case rsp::EventKind::acknowledged:
    case rsp::EventKind::notification:
      return;
  }
}

void Link::advance() {
  if (!session_.running()) return;
  settle(session_.advance());
  if (!session_.running()) answer_waiting();
}

void Link::answer(std::string_view packet) {
  settle(session_.handle(packet));
  receiver_.ignore_checksums(!session_.client().acknowledges);
  if (session_.running() && std::exchange(interrupt_waits_, false)) settle(session_.interrupt());
}

void Link::answer_waiting() {
  while (!waiting_.empty() && !session_.busy() && !session_.closing()) {
    const std::string packet = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= packet.size() + 1;
    answer(packet);
  }
}

void Link::settle(const std::optional<std::string>& reply) {
  const std::string console = session_.take_console();
  for (std::string_view text = console; !text.empty(); text.remove_prefix(std::min(text.size(), console_portion)))
    send("O" + rsp::hex(text.substr(0, console_portion)));
  if (reply) send(*reply);
  if (const auto notification = session_.take_notification()) rsp::append_notification(output_, *notification);
}

void Link::send(std::string_view reply) {
  const std::size_t before = output_.size();
  rsp::append_packet(output_, reply);
  if (session_.client().acknowledges) last_.assign(output_, before);
}

}  // namespace diptych::gdb
