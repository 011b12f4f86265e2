#include "corpus/print.hpp"

#include "corpus/text.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <iterator>

namespace diptych {
namespace {

constexpr std::size_t line_size = 16;

class Printer {
 public:
  Printer(const Case& some, const Disassemble& disassemble) : case_(flatten(some)), disassemble_(disassemble) {}

  std::string text() {
    header();
    code();
    memory();
    registers();
    for (const Input& earlier : case_.earlier) before(earlier);
    add("budget {}\n", case_.budget.instructions);
    if (case_.expect) expect(*case_.expect);
    return std::move(text_);
  }

 private:
  template <class... Parts>
  void add(fmt::format_string<Parts...> format, Parts&&... parts) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Parts>(parts)...);
  }

  // What would begin a comment, or be taken for an escape, is escaped.
  void free_line(std::string_view keyword, std::string_view text) {
    std::string line(keyword);
    line.resize(6, ' ');
    for (char c : text) {
      if (c == '#' || c == '\\') line += '\\';
      line += c;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    add("{}\n", line);
  }

  void header() {
    add("case 1\nguest {}\n", name_of(case_.guest()));
    for (std::size_t at = 0; !case_.why.empty() && at <= case_.why.size();) {
      const std::size_t end = std::min(case_.why.find('\n', at), case_.why.size());
      free_line("why", std::string_view(case_.why).substr(at, end - at));
      at = end + 1;
    }
    for (const std::string& note : case_.notes) free_line("note", note);
    add("\n");
  }

  static std::string letters(Access access) {
    std::string result;
    if (allows(access, Access::read)) result += 'r';
    if (allows(access, Access::write)) result += 'w';
    if (allows(access, Access::execute)) result += 'x';
    return result;
  }

  void bytes(std::span<const u8> some) {
    for (std::size_t i = 0; i < some.size(); ++i) add("{}{:02x}", i == 0 ? "" : " ", some[i]);
  }

  Disassembled instruction(u64 address, std::span<const u8> rest) const {
    if (disassemble_) {
      Disassembled said = disassemble_(address, rest);
      if (said.length > 0 && said.length <= rest.size()) return said;
    }
    std::size_t length = line_size;
    if (case_.guest() == Guest::riscv64) length = (rest[0] & 3) == 3 ? 4 : 2;
    if (case_.guest() == Guest::aarch64) length = 4;
    return {std::min(length, rest.size()), {}};
  }

  // Instructions of fixed shape stand as the number the manual prints, others as bytes.
  std::string digits(std::span<const u8> some) const {
    if (case_.guest() != Guest::x86_64 && (some.size() == 2 || some.size() == 4)) {
      u32 word = 0;
      for (std::size_t i = some.size(); i-- > 0;) word = word << 8 | some[i];
      return fmt::format("{:0{}x}", word, some.size() * 2);
    }
    std::string result;
    for (u8 byte : some) result += fmt::format("{}{:02x}", result.empty() ? "" : " ", byte);
    return result;
  }

  void code() {
    const Program& program = case_.program;
    add("code {:#x}", program.code_address);
    if (program.code_access != (Access::read | Access::execute)) add(" {}", letters(program.code_access));
    add("\n");
    const std::size_t width = case_.guest() == Guest::x86_64 ? 24 : 8;
    for (std::size_t at = 0; at < program.code.size();) {
      const std::span<const u8> rest = std::span(program.code).subspan(at);
      const Disassembled here = instruction(program.code_address + at, rest);
      const std::string shown = digits(rest.first(here.length));
      const std::string text = tidy_line(here.text);
      if (text.empty()) {
        add("  {}\n", shown);
      } else {
        add("  {:<{}}    {}\n", shown, width, text);
      }
      at += here.length;
    }
  }

  void memory() {
    auto run = case_.program.contents.begin();
    for (const Region& region : case_.program.memory) {
      add("memory {:#x} size {:#x} {}\n", region.address, region.size, letters(region.access));
      for (; run != case_.program.contents.end() && run->address - region.address < region.size; ++run)
        for (std::size_t at = 0; at < run->bytes.size(); at += line_size)
          memory_line(run->address + at, std::span(run->bytes).subspan(at, line_size));
    }
  }

  // A half that is zero says nothing, and a person reads half a line faster.
  void memory_line(u64 address, std::span<const u8> line) {
    auto zero = [](std::span<const u8> some) { return std::ranges::all_of(some, [](u8 b) { return b == 0; }); };
    const std::size_t half = line_size / 2;
    if (zero(line.first(half))) {
      address += half;
      line = line.last(half);
    } else if (zero(line.last(half))) {
      line = line.first(half);
    }
    add("  {:<12}  ", fmt::format("{:#x}", address));
    bytes(line);
    add("\n");
  }

  void register_lines(std::span<const ExpectedRegister> some) {
    std::size_t widest = 0;
    auto reg_of = [&](u16 word) { return std::ranges::find(registers_of(case_.guest()), word, &Register::word); };
    for (const ExpectedRegister& one : some) widest = std::max(widest, reg_of(one.word)->name.size());
    for (const ExpectedRegister& one : some)
      add("  {:<{}}  {:#0{}x}\n", reg_of(one.word)->name, widest, one.value, 2 + (reg_of(one.word)->bits + 3) / 4);
  }

  // Of a state the registers that do not hold what is understood where nothing is said.
  std::vector<ExpectedRegister> registers_unlike(const GuestState& unsaid, const GuestState& state) const {
    std::vector<ExpectedRegister> some;
    for (const Register& reg : registers_of(case_.guest()))
      if (const u64 value = state.words[reg.word]; value != unsaid.words[reg.word]) some.push_back({reg.word, value});
    return some;
  }

  void registers() {
    GuestState unsaid;
    unsaid.words[program_counter_word(case_.guest())] = case_.program.code_address;
    const std::vector<ExpectedRegister> some = registers_unlike(unsaid, case_.input.state);
    if (some.empty()) return;
    add("registers\n");
    register_lines(some);
  }

  void before(const Input& earlier) {
    add("before\n");
    register_lines(registers_unlike(case_.input.state, earlier.state));
    for (const Bytes& run : earlier.memory)
      for (std::size_t at = 0; at < run.bytes.size(); at += line_size) {
        add("  {:<12}  ", fmt::format("{:#x}", run.address + at));
        bytes(std::span(run.bytes).subspan(at, line_size));
        add("\n");
      }
  }

  void expect(const Expectation& expect) {
    add("\nexpect\n");
    if (expect.stop) add("  stop {}\n", describe(*expect.stop));
    register_lines(expect.registers);
    for (const Bytes& run : expect.memory)
      for (std::size_t at = 0; at < run.bytes.size();) {
        const u64 address = run.address + at;
        const std::size_t length = std::min(line_size - address % line_size, run.bytes.size() - at);
        add("  memory {:#x}  ", address);
        bytes(std::span(run.bytes).subspan(at, length));
        add("\n");
        at += length;
      }
    if (expect.retired) add("  retired {}\n", *expect.retired);
  }

  Case case_;
  const Disassemble& disassemble_;
  std::string text_;
};

}  // namespace

std::string print_case(const Case& some, const Disassemble& disassemble) { return Printer(some, disassemble).text(); }

}  // namespace diptych
