#include "engine/linux/record.hpp"

#include <algorithm>
#include <iterator>

namespace diptych::linux_guest {
namespace {

constexpr std::size_t chunk_size = 64 << 10;

// Which parts a call has.
constexpr u8 has_meanwhile = 1, has_told = 2, has_written = 4, has_blocked = 8, has_blocked_before = 16;

// Seven bits a byte, the last without the eighth: most numbers are small.
void put(std::vector<u8>& to, u64 value) {
  for (; value >= 0x80; value >>= 7) to.push_back(static_cast<u8>(value | 0x80));
  to.push_back(static_cast<u8>(value));
}

u64 take(const u8*& at) {
  u64 value = 0;
  for (int shift = 0;; shift += 7) {
    value |= static_cast<u64>(*at & 0x7f) << shift;
    if (!(*at++ & 0x80)) return value;
  }
}

// Errors are small negative numbers.
void put_signed(std::vector<u8>& to, i64 value) { put(to, static_cast<u64>(value) << 1 ^ static_cast<u64>(value >> 63)); }

i64 take_signed(const u8*& at) {
  const u64 value = take(at);
  return static_cast<i64>(value >> 1 ^ (~(value & 1) + 1));
}

void put(std::vector<u8>& to, const Signal& signal) {
  put_signed(to, signal.number);
  put_signed(to, signal.code);
  put(to, signal.address);
  put_signed(to, signal.sender);
  put(to, signal.user);
  put(to, signal.value);
}

Signal take_signal(const u8*& at) {
  Signal signal;
  signal.number = static_cast<int>(take_signed(at));
  signal.code = static_cast<i32>(take_signed(at));
  signal.address = take(at);
  signal.sender = static_cast<i32>(take_signed(at));
  signal.user = static_cast<u32>(take(at));
  signal.value = take(at);
  return signal;
}

}  // namespace

void Record::add(Kind kind, u64 time) {
  entry_.clear();
  entry_.push_back(static_cast<u8>(kind));
  put(entry_, time);
  last_time_ = time;
}

void Record::finish() {
  if (chunks_.empty() || chunks_.back().bytes.capacity() - chunks_.back().bytes.size() < entry_.size()) {
    chunks_.push_back({end_, {}});
    chunks_.back().bytes.reserve(std::max(entry_.size(), chunk_size));
    size_ += chunks_.back().bytes.capacity();
  }
  std::vector<u8>& bytes = chunks_.back().bytes;
  bytes.insert(bytes.end(), entry_.begin(), entry_.end());
  place_ = end_ += entry_.size();
  // What is large is rare.
  if (entry_.capacity() > chunk_size) entry_ = {};
}

void Record::call(u64 time, const CallRecord& call) {
  add(Kind::call, time);
  put(entry_, call.number);
  put_signed(entry_, call.result);
  entry_.push_back(static_cast<u8>((call.meanwhile.empty() ? 0 : has_meanwhile) | (call.told.empty() ? 0 : has_told) | (call.written.empty() ? 0 : has_written) |
                                   (call.blocked ? has_blocked : 0) | (call.blocked_before ? has_blocked_before : 0)));
  if (!call.meanwhile.empty()) {
    put(entry_, call.meanwhile.size());
    for (const Signal& signal : call.meanwhile) put(entry_, signal);
  }
  if (!call.told.empty()) {
    put(entry_, call.told.size());
    for (const i64 value : call.told) put_signed(entry_, value);
  }
  if (call.blocked) put(entry_, *call.blocked);
  if (call.blocked_before) put(entry_, *call.blocked_before);
  if (!call.written.empty()) {
    put(entry_, call.written.size());
    for (const CallRecord::Written& written : call.written) {
      put(entry_, written.address);
      put(entry_, written.bytes.size());
      entry_.insert(entry_.end(), written.bytes.begin(), written.bytes.end());
    }
  }
  finish();
}

void Record::raised(u64 time, const Signal& signal) {
  add(Kind::raised, time);
  put(entry_, signal);
  finish();
}

void Record::faulted(u64 time, const Signal& signal) {
  add(Kind::faulted, time);
  put(entry_, signal);
  finish();
}

void Record::edited(u64 time, const SignalInformation& information) {
  add(Kind::edited, time);
  entry_.insert(entry_.end(), information.begin(), information.end());
  finish();
}

void Record::chosen(u64 time, int number) {
  add(Kind::chosen, time);
  put_signed(entry_, number);
  finish();
}

void Record::injected(u64 time, int number) {
  add(Kind::injected, time);
  put_signed(entry_, number);
  finish();
}

void Record::look() {
  next_ = {};
  if (place_ == end_) return;
  const auto behind = std::ranges::upper_bound(chunks_, place_, {}, &Chunk::begin);
  const Chunk& chunk = *std::prev(behind);
  const u8* at = chunk.bytes.data() + (place_ - chunk.begin);
  next_.kind = Kind{*at++};
  next_.time = take(at);
  body_ = at;
}

void Record::go_to(u64 place) {
  place_ = place;
  look();
}

CallRecord Record::call() {
  CallRecord call;
  const u8* at = body_;
  call.number = take(at);
  call.result = take_signed(at);
  const u8 parts = *at++;
  if (parts & has_meanwhile)
    for (u64 count = take(at); count != 0; --count) call.meanwhile.push_back(take_signal(at));
  if (parts & has_told)
    for (u64 count = take(at); count != 0; --count) call.told.push_back(take_signed(at));
  if (parts & has_blocked) call.blocked = take(at);
  if (parts & has_blocked_before) call.blocked_before = take(at);
  if (parts & has_written)
    for (u64 count = take(at); count != 0; --count) {
      const u64 address = take(at), size = take(at);
      call.written.push_back({address, {at, size}});
      at += size;
    }
  behind(at);
  return call;
}

Signal Record::raised() {
  const u8* at = body_;
  const Signal signal = take_signal(at);
  behind(at);
  return signal;
}

Signal Record::faulted() { return raised(); }

SignalInformation Record::edited() {
  SignalInformation information;
  std::copy_n(body_, information.size(), information.begin());
  behind(body_ + information.size());
  return information;
}

int Record::chosen() {
  const u8* at = body_;
  const int number = static_cast<int>(take_signed(at));
  behind(at);
  return number;
}

int Record::injected() { return chosen(); }

void Record::behind(const u8* at) {
  const auto chunk = std::prev(std::ranges::upper_bound(chunks_, place_, {}, &Chunk::begin));
  place_ = chunk->begin + static_cast<u64>(at - chunk->bytes.data());
  look();
}

void Record::cut() {
  while (!chunks_.empty() && chunks_.back().begin >= place_) {
    size_ -= chunks_.back().bytes.capacity();
    chunks_.pop_back();
  }
  if (!chunks_.empty()) chunks_.back().bytes.resize(place_ - chunks_.back().begin);
  end_ = place_;
  next_ = {};
}

void Record::shrink(std::size_t most) {
  while (size_ > most && !chunks_.empty()) {
    size_ -= chunks_.front().bytes.capacity();
    chunks_.pop_front();
    begin_ = chunks_.empty() ? end_ : chunks_.front().begin;
    begin_time_ = last_time_;
    if (chunks_.empty()) break;
    const u8* at = chunks_.front().bytes.data() + 1;
    begin_time_ = take(at);
  }
}

}  // namespace diptych::linux_guest
