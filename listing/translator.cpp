#include "listing/translator.hpp"

#include "engine/guest/riscv64/compile_request.hpp"
#include "engine/guest/riscv64/lift.hpp"
#include "engine/ir/passes/passes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace diptych::listing {
namespace {

using jit::Part;

std::optional<riscv64::Decoded> decoded_at(const Translator::Code& code, u64 pc) {
  const u64 at = pc - code.address;
  if (at >= code.bytes.size() || code.bytes.size() - at < 2) return std::nullopt;
  u32 word = u32{code.bytes[at]} | u32{code.bytes[at + 1]} << 8;
  if (riscv64::length_of(u16(word)) == 4) {
    if (code.bytes.size() - at < 4) return std::nullopt;
    word |= u32{code.bytes[at + 2]} << 16 | u32{code.bytes[at + 3]} << 24;
  }
  return riscv64::decode(word);
}

std::string_view name_of(Part::Kind kind) {
  switch (kind) {
    case Part::Kind::budget: return "budget";
    case Part::Kind::slow: return "slow";
    case Part::Kind::trap: return "trap";
    case Part::Kind::side: return "side";
    case Part::Kind::link: return "link";
    case Part::Kind::lookup: return "lookup";
    case Part::Kind::changed: return "changed";
    case Part::Kind::canonical: return "canonical";
    default: return "";
  }
}

}  // namespace

std::string_view Translated::local(u32 at) const {
  const auto found = std::ranges::find(locals, at, &std::pair<u32, std::string>::first);
  return found == locals.end() ? std::string_view() : found->second;
}

// Nothing is run: so the code of any block can be shown on hosts that lack instructions it needs.
struct Translator::Workshop {
  static constexpr std::size_t size = 1 << 20;

  Workshop(CodeMemory given, HostText text)
      : memory(std::move(given)), host(std::move(text)), a(memory), routines(jit::Routines::emit(a, layout)),
        compiler(a, layout, routines, records), first(a.position()) {}

  jit::FrameLayout layout;
  CodeMemory memory;
  HostText host;
  jit::Assembler a;
  jit::Routines routines;
  jit::Records records;
  jit::Compiler compiler;
  u32 first;
  ir::Scratch scratch;

  void lift(const Code& code, u64 pc, std::size_t most, Translated& made) const;
  void optimize(Translated& made);
  bool compile(Translated& made, const jit::Options& options);
  void name(Translated& made) const;
};

void Translator::Workshop::lift(const Code& code, u64 pc, std::size_t most, Translated& made) const {
  riscv64::Lifter lifter(made.lifted, pc, made.rounding);
  made.guest.clear();
  for (auto decoded = decoded_at(code, pc); decoded;) {
    made.guest.push_back({lifter.pc(), decoded->word, decoded->length, riscv64::disassemble(decoded->word)});
    if (!lifter.add(*decoded)) break;
    decoded = made.guest.size() < most ? decoded_at(code, lifter.pc()) : std::nullopt;
    if (!decoded) lifter.finish();
  }
  made.uses_rounding = lifter.uses_variant();
}

void Translator::Workshop::optimize(Translated& made) {
  made.passes.clear();
  ir::Block block = made.lifted;
  for (const ir::Pass& pass : ir::passes()) {
    ir::Block before = block;
    pass.run(block, scratch);
    made.passes.push_back({pass.name, block != before, block});
  }
}

bool Translator::Workshop::compile(Translated& made, const jit::Options& options) {
  records.clear();
  a.rewind(first);
  std::vector<Part> parts;
  jit::Compiler::Request request = riscv64::compile_request(options, made.rounding);
  request.parts = &parts;
  const std::optional<u32> index = compiler.compile(made.passes[ir::baseline_passes - 1].block, request);
  if (!index) return false;
  const jit::Translation& translation = records.translations[*index];
  made.address = translation.pc;
  made.end = translation.end;
  made.uses_rounding |= translation.uses_variant;
  made.position = translation.code;
  made.size = translation.code_end - translation.code;
  const u8* const bytes = memory.executable() + made.position;
  made.bytes.assign(bytes, bytes + made.size);
  std::map<Part::Kind, unsigned> counts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const u32 end = i + 1 < parts.size() ? parts[i + 1].position : translation.code_end;
    HostPart& part = made.parts.emplace_back();
    part.kind = parts[i].kind;
    part.guest = parts[i].guest;
    if (part.kind == Part::Kind::budget) part.label = "budget";
    else if (!name_of(part.kind).empty()) part.label = fmt::format("{}.{}", name_of(part.kind), counts[part.kind]++);
    if (part.kind == Part::Kind::link) {
      part.target = records.links[parts[i].number].target;
      made.targets.push_back(part.target);
    }
    part.code = host.read(std::span(made.bytes).subspan(parts[i].position - made.position, end - parts[i].position), parts[i].position);
  }
  for (const jit::HostAccess& access : records.accesses)
    for (std::size_t i = 0; i < parts.size(); ++i)
      if (parts[i].kind == Part::Kind::slow && parts[i].position == access.stub)
        made.accesses.push_back({access.position, made.parts[i].label});
  name(made);
  return true;
}

// Jumps say where they go by name.
void Translator::Workshop::name(Translated& made) const {
  std::map<u32, std::string> names = {
      {routines.leave_link, "leave_link"},     {routines.leave_lookup, "leave_lookup"},
      {routines.leave_budget, "leave_budget"}, {routines.leave_site, "leave_site"},
      {routines.slow, "do_slowly"},            {routines.slow_vectors, "do_slowly_keeping_vectors"},
  };
  for (const HostPart& part : made.parts)
    if (!part.label.empty() && !part.code.empty()) names.emplace(part.code.front().position, part.label);
  std::set<u32> others;
  for (const HostPart& part : made.parts)
    for (const HostInstruction& one : part.code)
      if (one.target && !names.contains(*one.target)) others.insert(*one.target);
  for (u32 position : others) {
    const std::string label = fmt::format("on.{}", made.locals.size());
    made.locals.emplace_back(position, label);
    names.emplace(position, label);
  }
  for (HostPart& part : made.parts)
    for (HostInstruction& one : part.code)
      if (one.target) one.operands = names.at(*one.target);
}

Translator::Translator(std::unique_ptr<Workshop> workshop) : workshop_(std::move(workshop)) {}
Translator::Translator(Translator&&) noexcept = default;
Translator& Translator::operator=(Translator&&) noexcept = default;
Translator::~Translator() = default;

Result<Translator> Translator::create() {
  auto memory = CodeMemory::create(Workshop::size);
  if (!memory) return std::unexpected(std::move(memory).error());
  auto text = HostText::create(Guest::riscv64, jit::FrameLayout());
  if (!text) return std::unexpected(std::move(text).error());
  return Translator(std::make_unique<Workshop>(std::move(*memory), std::move(*text)));
}

Result<Translated> Translator::translate(const Code& code, u64 pc, u8 rounding, const jit::Options& options) {
  for (std::size_t most = riscv64::Lifter::most_instructions; most != 0; most /= 2) {
    Translated made;
    made.rounding = rounding;
    workshop_->lift(code, pc, most, made);
    if (made.guest.empty()) return fail(ErrorKind::bad_input, fmt::format("there is no whole instruction at 0x{:x}", pc));
    workshop_->optimize(made);
    if (workshop_->compile(made, options)) return made;
  }
  return fail(ErrorKind::environment, fmt::format("the code of the instruction at 0x{:x} finds no room", pc));
}

Result<std::vector<Translated>> Translator::translate_all(const Code& code, u64 pc, u8 rounding, const jit::Options& options) {
  std::map<u64, Translated> made;
  std::set<u64> wanted = {pc};
  while (!wanted.empty()) {
    const u64 next = *wanted.begin();
    wanted.erase(wanted.begin());
    auto one = translate(code, next, rounding, options);
    if (!one) return std::unexpected(std::move(one).error());
    std::vector<u64> leads_to = one->targets;
    leads_to.push_back(one->end);
    made.emplace(next, std::move(*one));
    for (u64 target : leads_to)
      if (decoded_at(code, target) && !made.contains(target)) wanted.insert(target);
  }
  std::vector<Translated> all;
  for (auto& [address, one] : made) all.push_back(std::move(one));
  return all;
}

}  // namespace diptych::listing
