#include "engine/guest/instructions.hpp"
#include "fuzz/generate/code.hpp"
#include "fuzz/generate/placement.hpp"
#include "fuzz/minimize/minimize.hpp"

#include <algorithm>

namespace diptych::fuzz {
namespace {

constexpr u64 code_home = 0x10000;

// One pass after another over a case, each keeping what still shows.
class Shrinker {
 public:
  Shrinker(Case some, const Shows& shows) : case_(flatten(std::move(some))), shows_(shows) {}

  Case run() {
    earlier();
    // What one instruction taken away leaves without use goes in the next round.
    while (instructions()) {}
    earlier();
    regions();
    memory();
    registers();
    likenesses();
    while (instructions()) {}
    earlier();
    access();
    home();
    budget();
    return std::move(case_);
  }

 private:
  bool try_case(Case candidate) {
    if (candidate == case_) return false;
    if (!check(candidate.program) || !check(candidate.program, candidate.input)) return false;
    for (const Input& one : candidate.earlier)
      if (!check(candidate.program, one)) return false;
    if (!shows_(candidate)) return false;
    case_ = std::move(candidate);
    return true;
  }

  // Inputs that ran before are dropped, many at a time first.
  void earlier() {
    for (std::size_t group = case_.earlier.size(); group > 0; group /= 2)
      for (std::size_t at = 0; at < case_.earlier.size();) {
        Case candidate = case_;
        const auto begin = candidate.earlier.begin() + std::ptrdiff_t(at);
        candidate.earlier.erase(begin, begin + std::ptrdiff_t(std::min(group, case_.earlier.size() - at)));
        if (!try_case(std::move(candidate))) at += group;
      }
  }

  // Those that are left become as like the one compared as they may.
  void likenesses() {
    for (std::size_t i = 0; i < case_.earlier.size(); ++i) {
      Case same = case_;
      same.earlier[i] = case_.input;
      if (try_case(std::move(same))) continue;
      for (const Register& r : registers_of(case_.guest())) {
        Case candidate = case_;
        candidate.earlier[i].state.words[r.word] = case_.input.state.words[r.word];
        try_case(std::move(candidate));
      }
      for (std::size_t run = case_.earlier[i].memory.size(); run-- > 0;) {
        Case candidate = case_;
        candidate.earlier[i].memory.erase(candidate.earlier[i].memory.begin() + std::ptrdiff_t(run));
        try_case(std::move(candidate));
      }
    }
  }

  // Runs of instructions are cut out, long ones first. Whether any was.
  bool instructions() {
    bool any = false;
    for (std::size_t length = starts().size() / 2; length > 0; length /= 2)
      for (std::size_t at = 0; at + length < starts().size();) {
        if (cut(at, length)) any = true;
        else ++at;
      }
    return any;
  }
  // Branches across what is cut out go where they went, or else where their offsets say now.
  bool cut(std::size_t at, std::size_t length) {
    const std::vector<std::size_t> bounds = starts();
    Case candidate = case_;
    std::vector<u8>& code = candidate.program.code;
    if (length + 1 == bounds.size()) return false;  // all of it
    if (case_.guest() == Guest::riscv64 && code.size() <= largest_code) {
      code_.read(code);
      if (code_.size() + 1 == bounds.size()) {
        for (std::size_t i = 0; i < length; ++i) code_.erase(at);
        code_.write(code);
        if (try_case(candidate)) return true;
        code = case_.program.code;
      }
    }
    code.erase(code.begin() + std::ptrdiff_t(bounds[at]), code.begin() + std::ptrdiff_t(bounds[at + length]));
    return try_case(std::move(candidate));
  }
  // Where each instruction begins, and the end.
  std::vector<std::size_t> starts() const {
    std::vector<std::size_t> bounds;
    std::size_t at = 0;
    while (at < case_.program.code.size()) {
      bounds.push_back(at);
      const auto instruction = instruction_at(case_.guest(), std::span(case_.program.code).subspan(at));
      at += instruction ? instruction->length : case_.program.code.size() - at;
    }
    bounds.push_back(case_.program.code.size());
    return bounds;
  }

  void regions() {
    for (std::size_t i = case_.program.memory.size(); i-- > 0;) {
      Case candidate = case_;
      const Region region = candidate.program.memory[i];
      candidate.program.memory.erase(candidate.program.memory.begin() + std::ptrdiff_t(i));
      const auto inside = [&](const Bytes& b) { return b.address - region.address < region.size; };
      std::erase_if(candidate.program.contents, inside);
      for (Input& one : candidate.earlier) std::erase_if(one.memory, inside);
      try_case(std::move(candidate));
    }
    // A single page where more are not needed.
    for (std::size_t i = 0; i < case_.program.memory.size(); ++i)
      for (bool first : {true, false}) {
        Case candidate = case_;
        Region& region = candidate.program.memory[i];
        if (region.size <= page_size) continue;
        const Region old = region;
        if (!first) region.address += region.size - page_size;
        region.size = page_size;
        const auto outside = [&](const Bytes& b) {
          return b.address - old.address < old.size &&
                 !(b.address - region.address < region.size && region.size - (b.address - region.address) >= b.bytes.size());
        };
        std::erase_if(candidate.program.contents, outside);
        for (Input& one : candidate.earlier) std::erase_if(one.memory, outside);
        try_case(std::move(candidate));
      }
  }

  void memory() {
    Case empty = case_;
    empty.program.contents.clear();
    if (try_case(std::move(empty))) return;
    // Lines of sixteen bytes, in ever smaller groups; then the halves of those that are left.
    for (std::size_t group = case_.program.contents.size() / 2; group > 0; group /= 2)
      for (std::size_t at = 0; at < case_.program.contents.size();) {
        Case candidate = case_;
        auto& contents = candidate.program.contents;
        contents.erase(contents.begin() + std::ptrdiff_t(at),
                       contents.begin() + std::ptrdiff_t(std::min(at + group, contents.size())));
        if (!try_case(std::move(candidate))) at += group;
      }
    for (std::size_t width : {8u, 4u, 1u})
      for (std::size_t line = 0; line < case_.program.contents.size(); ++line)
        for (std::size_t at = 0; at + width <= case_.program.contents[line].bytes.size(); at += width) {
          Case candidate = case_;
          auto& bytes = candidate.program.contents[line].bytes;
          std::fill_n(bytes.begin() + std::ptrdiff_t(at), width, u8{0});
          try_case(std::move(candidate));
        }
    case_ = flatten(std::move(case_));
  }

  void registers() {
    const std::size_t pc = program_counter_word(case_.guest());
    auto clear = [&](auto wanted) {
      for (const bool everywhere : {true, false}) {
        Case candidate = case_;
        for (const Register& r : registers_of(case_.guest())) {
          if (r.word == pc || !wanted(r)) continue;
          candidate.input.state.words[r.word] = 0;
          if (everywhere)
            for (Input& one : candidate.earlier) one.state.words[r.word] = 0;
        }
        if (try_case(std::move(candidate)) || case_.earlier.empty()) return;
      }
    };
    clear([](const Register& r) { return r.kind == RegisterClass::floating; });
    clear([](const Register& r) { return r.kind == RegisterClass::general; });
    for (const Register& one : registers_of(case_.guest())) clear([&](const Register& r) { return r.word == one.word; });
    // What is left, in fewer bits.
    for (const Register& r : registers_of(case_.guest())) {
      const u64 value = case_.input.state.words[r.word];
      if (r.word == pc || value == 0) continue;
      for (u64 simpler : {u64{1}, value & 0xff, value & 0xffff, value & 0xffffffff, value & 0xffffffff00000000}) {
        if (simpler == 0 || simpler >= value) continue;
        Case candidate = case_;
        candidate.input.state.words[r.word] = simpler;
        if (try_case(std::move(candidate))) break;
      }
    }
  }

  void access() {
    Case candidate = case_;
    candidate.program.code_access = Access::read | Access::execute;
    try_case(std::move(candidate));
  }

  void home() {
    Case candidate = case_;
    auto move = [&](Input& one) {
      u64& pc = one.state.words[program_counter_word(case_.guest())];
      if (pc - case_.program.code_address > case_.program.code.size()) return false;
      pc = pc - case_.program.code_address + code_home;
      return true;
    };
    if (!move(candidate.input) || !std::ranges::all_of(candidate.earlier, move)) return;
    candidate.program.code_address = code_home;
    try_case(std::move(candidate));
  }

  void budget() {
    for (u64 fewer : {u64{2}, u64{10}, u64{100}})
      if (fewer < case_.budget.instructions) {
        Case candidate = case_;
        candidate.budget = {fewer};
        if (try_case(std::move(candidate))) return;
      }
  }

  Case case_;
  const Shows& shows_;
  Code code_;
};

}  // namespace

Case shrink(Case some, const Shows& shows) { return Shrinker(std::move(some), shows).run(); }

Result<std::optional<Minimized>> minimize(const Case& some, Machine& subject, Machine& reference, Explainer& explainer) {
  auto explain = [&](const Case& c) { return explainer.explain(c, subject, reference); };
  Result<Explanation> first = explain(some);
  if (!first) return std::unexpected(std::move(first).error());
  if (first->verdict != Verdict::unexplained) return std::optional<Minimized>();

  // Several instructions are cut down until one of them shows the difference alone, if one does.
  std::optional<Case> smallest = first->smallest;
  Signature wanted = first->signature;
  Case start = some;
  if (!smallest) {
    start = shrink(start, [&](const Case& c) {
      if (smallest) return false;
      Result<Explanation> explanation = explain(c);
      if (!explanation || explanation->verdict != Verdict::unexplained) return false;
      if (explanation->smallest) {
        smallest = explanation->smallest;
        wanted = explanation->signature;
      }
      return explanation->signature == wanted;
    });
  }
  if (smallest) {
    // The one instruction was cut out of a longer run: it has to show the difference on its own.
    Result<Explanation> alone = explain(*smallest);
    if (alone && alone->verdict == Verdict::unexplained && alone->signature == wanted) start = *smallest;
  }
  Case shrunk = shrink(start, [&](const Case& c) {
    Result<Explanation> explanation = explain(c);
    return explanation && explanation->verdict == Verdict::unexplained && explanation->signature == wanted;
  });
  wanted.stage = subject.describe().name;
  return Minimized{std::move(shrunk), std::move(wanted)};
}

std::optional<Minimized> minimize(const Case& some, Stages& stages, std::size_t stage) {
  auto trace = [&](const Case& c) { return stages.parts_first(c, stage) ? stages.trace(c, stage) : std::nullopt; };
  // The one instruction, if it shows the difference on its own to all the stages before as well.
  auto alone = [&](const std::optional<Stages::Parting>& parting) -> std::optional<Minimized> {
    if (!parting->smallest) return std::nullopt;
    const auto again = trace(*parting->smallest);
    if (!again || again->signature != parting->signature) return std::nullopt;
    Case shrunk = shrink(*parting->smallest, [&](const Case& c) {
      const auto seen = trace(c);
      return seen && seen->signature == parting->signature;
    });
    return Minimized{std::move(shrunk), parting->signature};
  };
  std::optional<Stages::Parting> parting = trace(some);
  if (!parting) return std::nullopt;
  if (auto one = alone(parting)) return one;
  Case shrunk = shrink(some, [&](const Case& c) { return stages.parts_first(c, stage); });
  // With less around it a single instruction may do after all.
  parting = trace(shrunk);
  if (auto one = alone(parting)) return one;
  return Minimized{std::move(shrunk), std::move(parting->signature)};
}

}  // namespace diptych::fuzz
