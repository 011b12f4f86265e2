#include "gdbstub/protocol/frame.hpp"

#include "gdbstub/protocol/hex.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace diptych::rsp {
namespace {

std::uint8_t sum_of(std::string_view data) {
  std::uint32_t sum = 0;
  for (const char c : data) sum += static_cast<std::uint8_t>(c);
  return static_cast<std::uint8_t>(sum);
}

void append_framed(std::string& to, char mark, std::string_view data) {
  to.reserve(to.size() + data.size() + 4);
  to += mark;
  to += data;
  to += '#';
  append_hex(to, std::array{sum_of(data)});
}

}  // namespace

void append_packet(std::string& to, std::string_view data) { append_framed(to, '$', data); }

void append_notification(std::string& to, std::string_view data) { append_framed(to, '%', data); }

void Receiver::reset() {
  state_ = State::outside;
  data_.clear();
}

void Receiver::begin(EventKind kind) {
  state_ = State::data;
  kind_ = kind;
  too_long_ = false;
  sum_ = 0;
  data_.clear();
}

std::optional<Event> Receiver::take_outside(char c) {
  switch (c) {
    case '$':
      begin(EventKind::packet);
      break;
    case '%':
      begin(EventKind::notification);
      break;
    case acknowledgement:
      return Event{EventKind::acknowledged, {}};
    case refusal:
      return Event{EventKind::refused, {}};
    case interrupt_byte:
      return Event{EventKind::interrupt, {}};
    default:
      break;
  }
  return std::nullopt;
}

void Receiver::take_data(std::string_view& bytes) {
  // Twice over it, each time by a function that is fast: a packet may be 128 KiB.
  std::string_view part = bytes.substr(0, bytes.find('#'));
  part = part.substr(0, part.find('$'));
  sum_ = static_cast<std::uint8_t>(sum_ + sum_of(part));
  if (too_long_ || part.size() > largest_ - data_.size()) {
    too_long_ = true;
    data_.clear();
  } else {
    data_ += part;
  }
  bytes.remove_prefix(part.size());
  if (bytes.empty()) return;
  if (bytes.front() == '#')
    state_ = State::first_digit;
  else
    begin(EventKind::packet);
  bytes.remove_prefix(1);
}

Event Receiver::finish(char second) {
  state_ = State::outside;
  if (too_long_) return {EventKind::oversized, {}};
  if (!ignore_checksums_) {
    const auto high = digit(first_), low = digit(second);
    if (!high || !low || (*high << 4 | *low) != sum_) return {EventKind::damaged, {}};
  }
  return {kind_, data_};
}

std::optional<Event> Receiver::next(std::string_view& bytes) {
  while (!bytes.empty()) {
    if (state_ == State::data) {
      take_data(bytes);
      continue;
    }
    const char c = bytes.front();
    bytes.remove_prefix(1);
    if (state_ == State::outside) {
      if (auto event = take_outside(c)) return event;
    } else if (state_ == State::first_digit) {
      first_ = c;
      state_ = State::second_digit;
    } else {
      return finish(c);
    }
  }
  return std::nullopt;
}

}  // namespace diptych::rsp
