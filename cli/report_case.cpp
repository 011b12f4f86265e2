#include "cli/report_case.hpp"

#include "engine/guest/instructions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace diptych::cli {
std::string before(const Case& some, const Difference& difference) {
  if (difference.kind == DifferenceKind::stop || difference.kind == DifferenceKind::retired) return "";
  if (difference.kind == DifferenceKind::memory) {
    std::string text;
    const std::size_t count = (difference.left.size() + 1) / 3;
    for (std::size_t i = 0; i < count; ++i) {
      const u64 address = difference.address + i;
      u8 byte = 0;
      if (address - some.program.code_address < some.program.code.size())
        byte = some.program.code[address - some.program.code_address];
      for (const auto* all : {&some.program.contents, &some.input.memory})
        for (const Bytes& bytes : *all)
          if (address - bytes.address < bytes.bytes.size()) byte = bytes.bytes[address - bytes.address];
      text += fmt::format("{}{:02x}", text.empty() ? "" : " ", byte);
    }
    return text;
  }
  const Register* r = register_named(some.guest(), difference.name);
  return r ? fmt::format("{:#0{}x}", some.input.state.words[r->word], r->bits / 4 + 2) : "";
}

std::string listing(const Case& some) {
  std::string text;
  std::span<const u8> code = some.program.code;
  u64 address = some.program.code_address;
  while (auto instruction = instruction_at(some.guest(), code)) {
    text += fmt::format("  {:#x}  {}\n", address, instruction->text);
    code = code.subspan(instruction->length);
    address += instruction->length;
  }
  return text;
}

std::string describe_statements(const Case& some, std::span<const Statement> statements) {
  std::string text;
  const std::string& subject = statements.front().machine;
  std::vector<std::string> agreeing;  // told in one line, as far as they stand together
  auto tell_agreeing = [&] {
    if (!agreeing.empty())
      text += fmt::format("  {}: {}\n", fmt::join(agreeing, ", "), agreeing.size() == 1 ? "agrees" : "agree");
    agreeing.clear();
  };
  for (const Statement& statement : statements.subspan(1)) {
    const Verdict verdict = statement.explanation.verdict;
    if (statement.outcome && (verdict == Verdict::agree || verdict == Verdict::unsteady)) {
      agreeing.push_back(statement.machine);
      continue;
    }
    tell_agreeing();
    if (!statement.outcome) {
      text += fmt::format("  {}: not compared: {}\n", statement.machine, statement.unable);
      continue;
    }
    if (verdict == Verdict::follows) {
      text += fmt::format("  {}: as {}\n", statement.machine, statements[*statement.follows].machine);
      continue;
    }
    if (verdict == Verdict::upheld) text += fmt::format("  {}: differs, and the references say the same\n", statement.machine);
    else if (verdict == Verdict::quirk) text += fmt::format("  {}: known: {}\n", statement.machine, quirk_names(statement.explanation, subject, statement.machine, some.guest()));
    else if (verdict == Verdict::open) text += fmt::format("  {}: differs in what the manual leaves open\n", statement.machine);
    else
      text += fmt::format("  {}: DIFFERS{} at {}{}\n", statement.machine,
                          statement.from.empty() ? "" : " from " + statement.from, statement.explanation.signature.text(),
                          verdict == Verdict::flaky ? ", but not when it was run again" : "");
    for (const Difference& d : statement.differences) {
      const std::string was = before(some, d);
      text += fmt::format("    {:<16} {} {}   {} {}{}\n", d.name, subject, d.left, statement.machine, d.right,
                          was.empty() ? "" : "   before " + was);
    }
  }
  tell_agreeing();
  if (const std::vector<std::string> names = outvoted(some.guest(), statements); !names.empty())
    text += fmt::format("  outvoted: {}\n", fmt::join(names, ", "));
  return text;
}

nlohmann::json statements_to_json(const Case& some, std::span<const Statement> statements) {
  nlohmann::json all = nlohmann::json::array();
  for (const Statement& statement : statements) {
    nlohmann::json one{{"machine", statement.machine}};
    if (!statement.outcome) {
      one["verdict"] = "beyond";
      one["reason"] = statement.unable;
    } else {
      one["verdict"] = std::string(name_of(statement.explanation.verdict));
      one["stop"] = describe((*statement.outcome)->stop);
      if ((*statement.outcome)->retired) one["retired"] = *(*statement.outcome)->retired;
    }
    if (statement.explanation.verdict == Verdict::quirk) one["quirks"] = quirk_names(statement.explanation, statements.front().machine, statement.machine, some.guest());
    if (is_finding(statement.explanation.verdict)) {
      one["signature"] = statement.explanation.signature.text();
      one["stage"] = statement.explanation.signature.stage;
      one["from"] = statement.from.empty() ? statements.front().machine : statement.from;
    }
    if (statement.explanation.verdict == Verdict::follows) one["follows"] = statements[*statement.follows].machine;
    one["differences"] = nlohmann::json::array();
    for (const Difference& d : statement.differences)
      one["differences"].push_back({{"field", d.name},
                                    {"kind", std::string(name_of(d.kind))},
                                    {"before", before(some, d)},
                                    {statements.front().machine, d.left},
                                    {statement.machine, d.right}});
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace diptych::cli
