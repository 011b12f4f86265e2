#include "gdbstub/link.hpp"

#include "gdbstub/packets/packets.hpp"

namespace diptych::gdb {

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
      if (session_.running() && event.data.size() + 1 > packet_size - waiting_bytes_) {
        if (acknowledges) output_ += rsp::refusal;
        return;
      }
      if (acknowledges) output_ += rsp::acknowledgement;
      if (session_.running()) {
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
      else if (!session_.running())
        send(reply::bad_request);
      return;
    case rsp::EventKind::refused:
      if (acknowledges) output_ += last_;
      return;
    case rsp::EventKind::interrupt:
      if (session_.running()) {
        send(session_.interrupt());
        answer_waiting();
      }
      return;
    case rsp::EventKind::acknowledged:
    case rsp::EventKind::notification:
      return;
  }
}

void Link::advance() {
  if (!session_.running()) return;
  if (const auto reply = session_.advance()) {
    send(*reply);
    answer_waiting();
  }
}

void Link::answer(std::string_view packet) {
  if (const auto reply = session_.handle(packet)) send(*reply);
  receiver_.ignore_checksums(!session_.client().acknowledges);
}

void Link::answer_waiting() {
  while (!waiting_.empty() && !session_.running() && !session_.closing()) {
    const std::string packet = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= packet.size() + 1;
    answer(packet);
  }
}

void Link::send(std::string_view reply) {
  last_.clear();
  rsp::append_packet(last_, reply);
  output_ += last_;
}

}  // namespace diptych::gdb
