// System calls of a process: made, kept in the record, and repeated from there.
#include "engine/guest/riscv64/registers.hpp"
#include "engine/linux/calls/call.hpp"
#include "engine/linux/calls/trace.hpp"
#include "engine/linux/layout.hpp"
#include "engine/linux/process.hpp"

#include <algorithm>

namespace diptych::linux_guest {
namespace {

using riscv64::pc_word;
constexpr std::size_t first_argument = 10, call_number = 17, call_size = 4;

bool ended_by_signal(i64 result) { return result == restart_if_asked || result == restart_unless_handled; }

}  // namespace

bool Process::catches(u64 call) const {
  return caught_ && (caught_->empty() || std::ranges::find(*caught_, call) != caught_->end());
}

std::optional<Event> Process::system_call() {
  Hart& hart = tier_->hart();
  auto& words = hart.state.words;
  const u64 number = words[call_number];
  const bool caught = catches(number);
  if (caught && call_reported_ != time()) {
    call_reported_ = time();
    return Event{.kind = EventKind::call, .call = number};
  }
  if (repeating() && (record_->next().kind != Record::Kind::call || record_->next().time != time())) part();
  const bool repeats = repeating();

  Arguments arguments;
  std::copy_n(words.begin() + first_argument, arguments.values.size(), arguments.values.begin());
  const SystemCall* call = linux_guest::system_call(number);
  std::optional<CallLine> line;
  if (trace_ && !repeats) line.emplace(number, arguments, memory);
  note.clear();
  words[pc_word] += call_size;
  // The instruction retires here: no tier counts the one it stops at.
  ++hart.retired;
  const i64 result = repeats ? repeat_call(call, number, arguments) : make_call(call, number, arguments);
  if (left_) {
    words[pc_word] -= call_size;
    --hart.retired;
    if (blocked_meanwhile) signals.blocked = *std::exchange(blocked_meanwhile, std::nullopt);
    return std::nullopt;
  }
  if (line && ending_) trace_(line->finish());
  else if (line) trace_(line->finish(ended_by_signal(result) ? -EINTR : result == registers_set ? 0 : result, note, memory));
  if (ending_) return std::nullopt;
  if (ended_by_signal(result)) {
    words[pc_word] -= call_size;
    interrupted_ = {result, words[pc_word]};
  } else if (result != registers_set) {
    words[first_argument] = static_cast<u64>(result);
  }
  if (caught) return Event{.kind = EventKind::call_done, .call = number};
  return std::nullopt;
}

i64 Process::make_call(const SystemCall* call, u64 number, const Arguments& arguments) {
  ++calls_;
  CallRecord kept;
  const u64 blocked_before = signals.blocked;
  const bool again = !call || call->replay == Replay::again;
  written_.clear();
  filled_.clear();
  if (record_) {
    making_ = &kept;
    if (!again) memory.note_writes(&written_);
  }
  i64 result = call ? call->handler(*this, arguments) : -ENOSYS;
  if (const Refusal* refusal = refusal_of(result)) {
    result = -refusal->error;
    note = refusal->why;
  }
  if (!call) note = "no such call here";
  if (result == -EPIPE || result == -EFBIG) collect_signals();
  // What has done a part of its work keeps its result.
  left_ = left_ && ended_by_signal(result);
  if (!record_) return result;

  making_ = nullptr;
  memory.note_writes(nullptr);
  // The instruction has retired; the call's time is that before it.
  const u64 begun = time() - 1;
  if (left_) {
    for (const Signal& signal : kept.meanwhile) record_->raised(begun, signal);
    return result;
  }
  kept.number = number;
  kept.result = result;
  if (!again) {
    u64 most = call->replay == Replay::counted ? static_cast<u64>(std::max<i64>(result, 0)) : ~u64{0};
    for (const Range& range : written_) {
      const u64 size = std::min(range.size, most);
      if (size == 0) break;
      most -= size;
      kept.written.push_back({range.address, {window.open(range.address, size, Access::read), size}});
    }
    if (signals.blocked != blocked_before) kept.blocked = signals.blocked;
    kept.blocked_before = blocked_meanwhile;
  }
  record_->call(begun, kept);
  return result;
}

void Process::filled(Range range) {
  if (!making_) return;
  for (u64 page = range.address; page < range.address + range.size; page += page_size) {
    // The guest may not be permitted to read them.
    std::vector<u8> bytes(std::min(page_size, range.address + range.size - page));
    window.look(page, bytes);
    // Fresh pages are zero, and files may have holes.
    if (std::ranges::all_of(bytes, [](u8 byte) { return byte == 0; })) continue;
    filled_.push_back(std::move(bytes));
    making_->written.push_back({page, filled_.back()});
  }
}

i64 Process::next_told() {
  if (told_ < repeated_->told.size()) return repeated_->told[told_++];
  parted_ = true;
  return -EIO;
}

i64 Process::repeat_call(const SystemCall* call, u64 number, const Arguments& arguments) {
  const u64 place = record_->place();
  CallRecord kept = record_->call();
  if (kept.number != number) {
    record_->go_to(place);
    part();
    return make_call(call, number, arguments);
  }
  bool as_it_was = true;
  if (!call || call->replay == Replay::again) {
    repeated_ = &kept;
    told_ = 0;
    const i64 result = call ? call->handler(*this, arguments) : -ENOSYS;
    repeated_ = nullptr;
    as_it_was = result == kept.result;
    // What a file held, in pages that may permit nothing by now.
    for (const CallRecord::Written& written : kept.written) {
      as_it_was = as_it_was && window.fill(written.address, written.bytes);
      tier_->code_changed({written.address, written.bytes.size()});
    }
  } else {
    if (kept.blocked) signals.blocked = *kept.blocked;
    blocked_meanwhile = kept.blocked_before;
    for (const Signal& signal : kept.meanwhile) signals.raise(signal);
    for (const CallRecord::Written& written : kept.written) {
      u8* to = memory.reach(written.address, written.bytes.size(), Access::write);
      if (to) std::ranges::copy(written.bytes, to);
      else as_it_was = false;
    }
  }
  if (!as_it_was) part();
  return kept.result;
}

}  // namespace diptych::linux_guest
