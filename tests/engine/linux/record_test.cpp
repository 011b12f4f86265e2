// What comes from outside is given again as it came, from any place on.
#include "engine/linux/record.hpp"
#include "tests/catch.hpp"

#include <random>

using namespace diptych;
using namespace diptych::linux_guest;

namespace {

using Random = std::mt19937_64;

u64 any(Random& random) { return random() >> (random() % 64); }

struct Entry {
  Record::Next head;
  u64 place = 0;
  int number = 0;
  Signal signal;
  SignalInformation information{};
  CallRecord call;
  std::vector<std::vector<u8>> bytes;
};

Signal any_signal(Random& random) {
  return {.number = static_cast<int>(random() % 65), .code = static_cast<i32>(any(random)), .address = any(random),
          .sender = static_cast<i32>(any(random)), .user = static_cast<u32>(any(random)), .value = any(random)};
}

Entry any_entry(Random& random, u64 time) {
  Entry entry;
  entry.head = {Record::Kind{static_cast<u8>(1 + random() % 6)}, time};
  entry.number = static_cast<int>(random() % 65);
  entry.signal = any_signal(random);
  for (u8& byte : entry.information) byte = static_cast<u8>(random());
  entry.call.number = any(random);
  entry.call.result = static_cast<i64>(any(random)) * (random() % 2 ? 1 : -1);
  for (u64 i = random() % 3; i != 0; --i) entry.call.meanwhile.push_back(any_signal(random));
  for (u64 i = random() % 3; i != 0; --i) entry.call.told.push_back(static_cast<i64>(random()));
  if (random() % 2) entry.call.blocked = any(random);
  if (random() % 2) entry.call.blocked_before = any(random);
  for (u64 i = random() % 3; i != 0; --i) {
    entry.bytes.emplace_back(random() % 16 == 0 ? random() % 200'000 : random() % 40);
    for (u8& byte : entry.bytes.back()) byte = static_cast<u8>(random());
  }
  for (const auto& bytes : entry.bytes) entry.call.written.push_back({any(random), bytes});
  return entry;
}

void add(Record& record, Entry& entry) {
  entry.place = record.place();
  switch (entry.head.kind) {
    case Record::Kind::call: return record.call(entry.head.time, entry.call);
    case Record::Kind::raised: return record.raised(entry.head.time, entry.signal);
    case Record::Kind::faulted: return record.faulted(entry.head.time, entry.signal);
    case Record::Kind::edited: return record.edited(entry.head.time, entry.information);
    case Record::Kind::chosen: return record.chosen(entry.head.time, entry.number);
    default: return record.injected(entry.head.time, entry.number);
  }
}

bool same(const Signal& a, const Signal& b) {
  return a.number == b.number && a.code == b.code && a.address == b.address && a.sender == b.sender && a.user == b.user && a.value == b.value;
}

void require_next(Record& record, const Entry& entry) {
  REQUIRE(record.next().kind == entry.head.kind);
  REQUIRE(record.next().time == entry.head.time);
  REQUIRE(record.place() == entry.place);
  switch (entry.head.kind) {
    case Record::Kind::raised: REQUIRE(same(record.raised(), entry.signal)); break;
    case Record::Kind::faulted: REQUIRE(same(record.faulted(), entry.signal)); break;
    case Record::Kind::edited: REQUIRE(record.edited() == entry.information); break;
    case Record::Kind::chosen: REQUIRE(record.chosen() == entry.number); break;
    case Record::Kind::injected: REQUIRE(record.injected() == entry.number); break;
    default: {
      const CallRecord call = record.call();
      REQUIRE(call.number == entry.call.number);
      REQUIRE(call.result == entry.call.result);
      REQUIRE(std::ranges::equal(call.meanwhile, entry.call.meanwhile, same));
      REQUIRE(call.told == entry.call.told);
      REQUIRE(call.blocked == entry.call.blocked);
      REQUIRE(call.blocked_before == entry.call.blocked_before);
      REQUIRE(call.written.size() == entry.call.written.size());
      for (std::size_t i = 0; i < call.written.size(); ++i) {
        REQUIRE(call.written[i].address == entry.call.written[i].address);
        REQUIRE(std::ranges::equal(call.written[i].bytes, entry.bytes[i]));
      }
    }
  }
}

}  // namespace

TEST_CASE("a record gives back what it was given, from any place on, and grows where it was cut") {
  Random random(1);
  Record record;
  std::vector<Entry> entries;
  u64 time = 0;
  for (int round = 0; round < 40; ++round) {
    REQUIRE(record.at_end());
    for (int i = 0; i < 50; ++i) {
      entries.push_back(any_entry(random, time += any(random) >> 20));
      add(record, entries.back());
      REQUIRE(record.at_end());
    }
    std::size_t at = random() % entries.size();
    record.go_to(entries[at].place);
    for (u64 count = random() % 100; count != 0 && at < entries.size(); --count) require_next(record, entries[at++]);
    if (round % 3 == 0) {
      record.cut();
      entries.resize(at);
    } else {
      while (at < entries.size()) require_next(record, entries[at++]);
    }
    if (!entries.empty()) time = entries.back().head.time;
  }
  CHECK(record.begin() == 0);
}

TEST_CASE("a record that grows too large forgets its oldest part, and says from where on it still goes") {
  Random random(2);
  Record record;
  std::vector<Entry> entries;
  constexpr std::size_t most = 1 << 20;
  for (u64 time = 0; time < 5000; ++time) {
    entries.push_back(any_entry(random, time / 2));
    add(record, entries.back());
    record.shrink(most);
    REQUIRE(record.size() <= most);
  }
  REQUIRE(record.begin() > 0);
  const auto first = std::ranges::find_if(entries, [&](const Entry& entry) { return entry.place == record.begin(); });
  REQUIRE(first != entries.end());
  CHECK(record.begin_time() == first->head.time);
  record.go_to(record.begin());
  for (auto at = first; at != entries.end(); ++at) require_next(record, *at);
  CHECK(record.at_end());

  record.shrink(0);
  CHECK(record.size() == 0);
  CHECK(record.begin() == record.place());
  CHECK(record.begin_time() == entries.back().head.time);
}

TEST_CASE("a simple call takes about a dozen bytes") {
  Record record;
  for (u64 i = 0; i < 100'000; ++i) record.call(1'000'000 + i, {.number = 64, .result = 6, .meanwhile = {}, .told = {}, .written = {}, .blocked = {}, .blocked_before = {}});
  CHECK(record.size() < 100'000 * 12);
}
