#include "corpus/parse.hpp"

#include "corpus/sparse_bytes.hpp"
#include "corpus/text.hpp"
#include "corpus/words.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <bitset>
#include <deque>
#include <iterator>

namespace diptych {
namespace {

enum class Section { none, code, memory, registers, before, expect };

bool hexadecimal(char c) { return digit_in(c).has_value(); }

std::string number_problem(std::string_view word, std::string_view what) {
  if (word.empty()) return fmt::format("{} is missing", what);
  const bool digits = word.starts_with("0x") || word.starts_with("0X")
                          ? word.size() > 2 && std::ranges::all_of(word.substr(2), hexadecimal)
                          : std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
  return digits ? fmt::format("{} as {} does not fit 64 bits", quoted(word), what)
                : fmt::format("{} is not a number, decimal or 0x and hexadecimal, for {}", quoted(word), what);
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  Result<Case> parse() {
    if (!every_line() || !complete() || !sound()) return fail(ErrorKind::bad_input, std::move(message_));
    return flatten(std::move(case_));
  }

 private:
  // Every refusal goes through here; the first one is what the user reads.
  bool refuse(Place place, std::string what) {
    message_ = fmt::format("{}:{}:{}: {}", escaped(name_), place.line, place.column(), what);
    return false;
  }

  bool every_line() {
    if (text_.size() > largest_case_text)
      return refuse({1, text_.data(), text_.data()},
                    fmt::format("the text has {} bytes, and a case at most {}", text_.size(), largest_case_text));
    std::string_view rest = text_;
    if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);  // a mark some editors put there
    end_ = {1, rest.data(), rest.data()};
    for (std::size_t number = 1; !rest.empty(); ++number) {
      const std::string_view whole = take_line(rest);
      end_ = {number, whole.data(), whole.data() + whole.size()};
      if (!printable(number, whole)) return false;
      Line line(number, whole);
      if (const Word first = line.next(); !first.empty() && !line_of_case(first, line)) return false;
    }
    return true;
  }

  bool printable(std::size_t number, std::string_view line) {
    for (std::string_view rest = line; !rest.empty();) {
      const std::size_t length = printable_length(rest);
      if (length == 0)
        return refuse({number, line.data(), rest.data()},
                      fmt::format("the byte 0x{:02x} begins no printable character of UTF-8", u8(rest[0])));
      rest.remove_prefix(length);
    }
    return true;
  }

  bool line_of_case(const Word& first, Line& line) {
    if (!versioned_) return version(first, line);
    // In `expect`, memory is bytes; a region has its size as third word.
    if (first.text == "memory") {
      Line ahead = line;
      ahead.next();
      if (section_ == Section::expect && ahead.next().text != "size") return expected_line(first, line);
      return region(first, line);
    }
    if (first.text == "case") return refuse(first.place, "case is said twice");
    if (first.text == "guest") return guest(first, line);
    if (first.text == "why") return why(line);
    if (first.text == "note") return note(line);
    if (first.text == "code") return code(first, line);
    if (first.text == "registers") return registers(first, line);
    if (first.text == "before") return before(first, line);
    if (first.text == "budget") return budget(first, line);
    if (first.text == "expect") return expect(first, line);
    switch (section_) {
      case Section::code:
        return code_line(first, line);
      case Section::memory:
        return memory_line(first, line);
      case Section::registers:
        return register_line(first, line);
      case Section::before:
        return earlier_line(first, line);
      case Section::expect:
        return expected_line(first, line);
      case Section::none:
        break;
    }
    return refuse(first.place, fmt::format("{} begins no section: expected guest, why, note, code, memory, registers, "
                                           "before, budget or expect",
                                           quoted(first.text)));
  }

  bool ended(Line& line) {
    const Word more = line.next();
    return more.empty() || refuse(more.place, fmt::format("unexpected {} at the end of the line", quoted(more.text)));
  }

  bool number(Line& line, std::string_view what, u64& value) {
    const Word word = line.next();
    const std::optional<u64> read = number_in(word.text);
    if (!read) return refuse(word.place, number_problem(word.text, what));
    value = *read;
    return true;
  }

  bool version(const Word& first, Line& line) {
    if (first.text != "case")
      return refuse(first.place, fmt::format("expected \"case 1\" and found {}", quoted(first.text)));
    const Word word = line.next();
    if (word.empty()) return refuse(word.place, "the version of the format is missing: expected \"case 1\"");
    if (word.text != "1")
      return refuse(word.place,
                    fmt::format("{} is not a version of the format read here, which is 1", quoted(word.text)));
    versioned_ = true;
    return ended(line);
  }

  bool guest(const Word& first, Line& line) {
    if (guest_said_) return refuse(first.place, "guest is said twice");
    const Word word = line.next();
    if (word.empty()) return refuse(word.place, "the name of the guest is missing");
    const std::optional<Guest> named = guest_named(word.text);
    if (!named) return refuse(word.place, fmt::format("{} is not a guest", quoted(word.text)));
    guest_said_ = true;
    case_.program.guest = *named;
    section_ = Section::none;
    return ended(line);
  }

  static std::string free_text(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '\\' || text[i + 1] == '#')) ++i;
      result += text[i];
    }
    return result;
  }

  bool why(Line& line) {
    if (why_said_) case_.why += '\n';
    why_said_ = true;
    case_.why += free_text(line.rest());
    section_ = Section::none;
    return true;
  }

  bool note(Line& line) {
    case_.notes.push_back(free_text(line.rest()));
    section_ = Section::none;
    return true;
  }

  // What depends on the guest stands behind it.
  bool begin(const Word& first, bool& said) {
    if (said) return refuse(first.place, fmt::format("{} is said twice", first.text));
    if (!guest_said_) return refuse(first.place, fmt::format("{} stands before guest", first.text));
    said = true;
    return true;
  }

  bool access(const Word& word, Access& access) {
    access = Access::none;
    for (char c : word.text) {
      const Access one = c == 'r' ? Access::read : c == 'w' ? Access::write : c == 'x' ? Access::execute : Access::none;
      if (one == Access::none || allows(access, one))
        return refuse(word.place,
                      fmt::format("{} is not an access: expected letters of rwx, each once", quoted(word.text)));
      access = access | one;
    }
    return true;
  }

  bool code(const Word& first, Line& line) {
    if (!begin(first, code_said_)) return false;
    section_ = Section::code;
    code_place_ = line.place();
    if (!number(line, "the address of the code", case_.program.code_address)) return false;
    if (const Word word = line.next(); !word.empty() && !access(word, case_.program.code_access)) return false;
    return ended(line);
  }

  // Values of two, four or eight digits, one blank apart. After two blanks stands the disassembly, which
  // is for people.
  bool code_line(const Word& first, Line& line) {
    for (Word word = first;;) {
      if (!code_word(word)) return false;
      if (!line.next_is_close()) break;
      word = line.next();
    }
    const Word after = line.next();
    if (!after.empty() && after.text[0] <= '9' && is_code(after.text))
      return refuse(after.place, fmt::format("{} would be code but for the two blanks before it", quoted(after.text)));
    return true;
  }

  static bool is_code(std::string_view word) {
    return (word.size() == 2 || word.size() == 4 || word.size() == 8) && std::ranges::all_of(word, hexadecimal);
  }

  bool code_word(const Word& word) {
    if (!is_code(word.text))
      return refuse(word.place, fmt::format("{} is not code: expected 2, 4 or 8 hexadecimal digits, and two blanks "
                                            "before a disassembly",
                                            quoted(word.text)));
    for (std::size_t i = word.text.size(); i > 0; i -= 2)
      case_.program.code.push_back(*byte_in(word.text.substr(i - 2, 2)));
    return true;
  }

  bool region(const Word& first, Line& line) {
    bool again = false;
    if (!begin(first, again)) return false;
    section_ = Section::memory;
    Region& region = regions_.emplace_back(Region{}, line.place()).region;
    if (!number(line, "the address of the memory", region.address)) return false;
    if (const Word word = line.next(); word.text != "size")
      return refuse(word.place, word.empty() ? "the size of the memory is missing"
                                             : fmt::format("expected \"size\" and found {}", quoted(word.text)));
    if (!number(line, "the size of the memory", region.size)) return false;
    const Word word = line.next();
    if (word.empty()) return refuse(word.place, "the access to the memory is missing");
    return access(word, region.access) && ended(line);
  }

  static bool within(u64 address, u64 size, u64 first, u64 length) {
    return address >= first && address - first < length && size <= length - (address - first);
  }

  /// Address taken, the bytes that follow it.
  bool bytes(const Word& place, u64 address, Line& line, SparseBytes& into, u64& count) {
    for (count = 0;; ++count) {
      const Word word = line.next();
      if (word.empty()) return count > 0 || refuse(word.place, "at least one byte is missing behind the address");
      const std::optional<u8> byte = byte_in(word.text);
      if (!byte)
        return refuse(word.place, fmt::format("{} is not a byte of two hexadecimal digits", quoted(word.text)));
      if (address + count < address)
        return refuse(place.place, fmt::format("the bytes at {:#x} pass the end of the address space", address));
      if (!into.say(address + count, *byte))
        return refuse(word.place,
                      fmt::format("the byte at {:#x} is said twice, with different values", address + count));
    }
  }

  bool memory_line(const Word& first, Line& line) {
    const std::optional<u64> address = number_in(first.text);
    if (!address) return refuse(first.place, number_problem(first.text, "an address"));
    u64 count = 0;
    if (!bytes(first, *address, line, memory_, count)) return false;
    const Region& region = regions_.back().region;
    return within(*address, count, region.address, region.size) ||
           refuse(first.place, fmt::format("the {} bytes at {:#x} are not inside memory {:#x} size {:#x}", count,
                                           *address, region.address, region.size));
  }

  bool registers(const Word& first, Line& line) {
    if (!begin(first, registers_said_)) return false;
    section_ = Section::registers;
    return ended(line);
  }

  struct PlacedBytes {
    u64 address;
    u64 size;
    Place place;
  };

  using Seen = std::bitset<GuestState::capacity>;

  bool register_value(const Word& name, Line& line, Seen& seen, const Register*& reg, u64& value) {
    const Guest guest = case_.program.guest;
    reg = register_named(guest, name.text);
    if (!reg) return refuse(name.place, fmt::format("{} is not a register of {}", quoted(name.text), name_of(guest)));
    if (seen[reg->word]) return refuse(name.place, fmt::format("register {} is said twice", reg->name));
    seen[reg->word] = true;
    const Place place = line.place();
    if (!number(line, fmt::format("the value of {}", reg->name), value)) return false;
    if (reg->bits < 64 && value >> reg->bits != 0)
      return refuse(place, fmt::format("{:#x} does not fit the {} bits of {}", value, reg->bits, reg->name));
    return ended(line);
  }

  bool register_line(const Word& first, Line& line) {
    const Register* reg = nullptr;
    u64 value = 0;
    const Place place = line.place();
    if (!register_value(first, line, registers_seen_, reg, value)) return false;
    if (reg->kind == RegisterClass::program_counter) pc_place_ = place;
    case_.input.state.words[reg->word] = value;
    return true;
  }

  // An input that ran before. What it does not say is as for the one that is compared, which is known once all is read.
  struct Earlier {
    std::vector<ExpectedRegister> registers;
    Seen seen;
    SparseBytes memory;
    std::vector<PlacedBytes> places;
    std::optional<Place> pc_place;
  };

  bool before(const Word& first, Line& line) {
    bool again = false;
    if (!begin(first, again)) return false;
    if (earlier_.size() == most_earlier_inputs)
      return refuse(first.place, fmt::format("more than {} inputs run before", most_earlier_inputs));
    section_ = Section::before;
    earlier_.emplace_back();
    return ended(line);
  }

  // Names of registers begin with a letter.
  bool earlier_line(const Word& first, Line& line) {
    Earlier& earlier = earlier_.back();
    if (first.text[0] >= '0' && first.text[0] <= '9') {
      const std::optional<u64> address = number_in(first.text);
      if (!address) return refuse(first.place, number_problem(first.text, "an address"));
      u64 count = 0;
      if (!bytes(first, *address, line, earlier.memory, count)) return false;
      earlier.places.push_back({*address, count, first.place});
      return true;
    }
    const Register* reg = nullptr;
    u64 value = 0;
    const Place place = line.place();
    if (!register_value(first, line, earlier.seen, reg, value)) return false;
    if (reg->kind == RegisterClass::program_counter) earlier.pc_place = place;
    earlier.registers.push_back({reg->word, value});
    return true;
  }

  bool budget(const Word& first, Line& line) {
    if (!begin(first, budget_said_)) return false;
    section_ = Section::none;
    return number(line, "the budget", case_.budget.instructions) && ended(line);
  }

  bool expect(const Word& first, Line& line) {
    bool said = case_.expect.has_value();
    if (!begin(first, said)) return false;
    section_ = Section::expect;
    case_.expect.emplace();
    return ended(line);
  }

  bool expected_line(const Word& first, Line& line) {
    if (first.text == "stop") return expected_stop(first, line);
    if (first.text == "memory") return expected_memory(line);
    if (first.text == "retired") {
      if (case_.expect->retired) return refuse(first.place, "retired is said twice");
      return number(line, "the retired count", case_.expect->retired.emplace()) && ended(line);
    }
    const Register* reg = nullptr;
    u64 value = 0;
    if (!register_value(first, line, expected_seen_, reg, value)) return false;
    case_.expect->registers.push_back({reg->word, value});
    return true;
  }

  bool expected_stop(const Word& first, Line& line) {
    if (case_.expect->stop) return refuse(first.place, "stop is said twice");
    Stop& stop = case_.expect->stop.emplace();
    const Word kind = line.next();
    if (kind.empty()) return refuse(kind.place, "the kind of stop is missing");
    bool known = false;
    for (StopKind one : {StopKind::end, StopKind::budget, StopKind::illegal, StopKind::breakpoint,
                         StopKind::system_call, StopKind::fault, StopKind::misaligned, StopKind::runaway})
      if (name_of(one) == kind.text) stop.kind = one, known = true;
    if (!known) return refuse(kind.place, fmt::format("{} is not a kind of stop", quoted(kind.text)));
    if (stop.kind == StopKind::fault || stop.kind == StopKind::misaligned) {
      const Word tried = line.next();
      if (tried.text == "read")
        stop.access = Access::read;
      else if (tried.text == "write")
        stop.access = Access::write;
      else if (tried.text == "execute")
        stop.access = Access::execute;
      else if (tried.text != "access")  // what describe() says of a stop that names no access
        return refuse(tried.place,
                      tried.empty() ? "the access that was tried is missing: expected read, write or execute"
                                    : fmt::format("expected read, write or execute and found {}", quoted(tried.text)));
      if (!number(line, "the address of the stop", stop.address)) return false;
    }
    return ended(line);
  }

  bool expected_memory(Line& line) {
    const Word word = line.next();
    const std::optional<u64> address = number_in(word.text);
    if (!address) return refuse(word.place, number_problem(word.text, "an address"));
    u64 count = 0;
    if (!bytes(word, *address, line, expected_, count)) return false;
    expected_places_.push_back({*address, count, word.place});
    return true;
  }

  bool complete() {
    if (!versioned_) return refuse(end_, "expected \"case 1\" and found nothing");
    if (!guest_said_) return refuse(end_, "guest is missing");
    if (!code_said_) return refuse(end_, "code is missing");
    if (!budget_said_) return refuse(end_, "budget is missing");
    return true;
  }

  // What the words say is read; whether it makes sense is for check(), asked such that the first region
  // it does not like is known. A program of more regions is never better than one of fewer.
  bool sound() {
    Program& program = case_.program;
    std::ranges::sort(regions_, {},
                      [](const PlacedRegion& one) { return std::pair(one.region.address, one.place.line); });
    auto problem_with = [&](std::size_t regions) {
      program.memory.clear();
      for (std::size_t i = 0; i < regions; ++i) program.memory.push_back(regions_[i].region);
      return check(program);
    };
    if (auto checked = problem_with(0); !checked) return refuse(code_place_, std::move(checked.error().message));
    if (auto checked = problem_with(regions_.size()); !checked) {
      std::size_t good = 0;
      std::size_t bad = regions_.size();
      while (bad - good > 1) {
        const std::size_t middle = good + (bad - good) / 2;
        if (auto half = problem_with(middle)) {
          good = middle;
        } else {
          bad = middle;
          checked = std::move(half);
        }
      }
      return refuse(regions_[bad - 1].place, std::move(checked.error().message));
    }
    const std::size_t pc = program_counter_word(program.guest);
    if (!registers_seen_[pc] && state_words(program.guest) > 0) case_.input.state.words[pc] = program.code_address;
    for (const Region& region : program.memory)
      std::ranges::move(memory_.nonzero_lines(region.address, region.size), std::back_inserter(program.contents));
    if (auto checked = check(program, case_.input); !checked)
      return refuse(pc_place_.value_or(code_place_), std::move(checked.error().message));
    if (!std::ranges::all_of(earlier_, [&](const Earlier& earlier) { return sound(earlier); })) return false;
    if (case_.expect) case_.expect->memory = expected_.runs();
    return std::ranges::all_of(expected_places_, [&](const PlacedBytes& one) { return reachable(one); });
  }

  bool sound(const Earlier& earlier) {
    Input& input = case_.earlier.emplace_back();
    input.state = case_.input.state;
    for (const ExpectedRegister& one : earlier.registers) input.state.words[one.word] = one.value;
    input.memory = earlier.memory.runs();
    for (const PlacedBytes& one : earlier.places)
      if (!in_a_region(one))
        return refuse(one.place, fmt::format("the {} bytes at {:#x} are not inside one memory region", one.size, one.address));
    const auto checked = check(case_.program, input);
    return checked || refuse(earlier.pc_place.value_or(pc_place_.value_or(code_place_)), checked.error().message);
  }

  struct PlacedRegion {
    Region region;
    Place place;
  };

  bool in_a_region(const PlacedBytes& one) const {
    const std::vector<Region>& regions = case_.program.memory;
    const auto after = std::ranges::upper_bound(regions, one.address, {}, &Region::address);
    return after != regions.begin() && within(one.address, one.size, std::prev(after)->address, std::prev(after)->size);
  }

  bool reachable(const PlacedBytes& one) {
    const Program& program = case_.program;
    if (within(one.address, one.size, program.code_address, program.code.size()) || in_a_region(one)) return true;
    return refuse(one.place, fmt::format("the {} bytes expected at {:#x} are not inside one memory region or the code",
                                         one.size, one.address));
  }

  std::string_view text_;
  std::string_view name_;
  std::string message_;
  Case case_;
  Section section_ = Section::none;
  bool versioned_ = false;
  bool guest_said_ = false;
  bool why_said_ = false;
  bool code_said_ = false;
  bool registers_said_ = false;
  bool budget_said_ = false;
  Place end_;
  Place code_place_;
  std::optional<Place> pc_place_;
  std::vector<PlacedRegion> regions_;
  SparseBytes memory_;
  SparseBytes expected_;
  std::vector<PlacedBytes> expected_places_;
  std::deque<Earlier> earlier_;
  Seen registers_seen_;
  Seen expected_seen_;
};

}  // namespace

Result<Case> parse_case(std::string_view text, std::string_view name) { return Parser(text, name).parse(); }

}  // namespace diptych
