#include "fuzz/session/raw_finding.hpp"

#include "corpus/files.hpp"
#include "engine/guest/instructions.hpp"

#include <fmt/format.h>

namespace diptych::fuzz {

std::string file_stem(const Finding& finding) {
  std::string stem = fmt::format("{}-{}-{}-{}", finding.signature.stage, finding.signature.instruction,
                                 name_of(finding.signature.kind), finding.reference);
  for (char& c : stem)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.') c = '_';
  return stem;
}

Disassemble disassembler(Guest guest) {
  return [guest](u64, std::span<const u8> bytes) -> Disassembled {
    const std::optional<InstructionInfo> instruction = instruction_at(guest, bytes);
    if (!instruction) return {};
    return {instruction->length, instruction->text};
  };
}

Result<std::filesystem::path> write_raw(const std::filesystem::path& out, const Finding& finding, u64 number) {
  const std::filesystem::path folder = out / "raw";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(ErrorKind::environment, fmt::format("{}: {}", folder.string(), error.message()));
  Case some = finding.raw;
  some.why = fmt::format("{} and {} part at {}{}", finding.subject, finding.reference, finding.signature.text(),
                         finding.replays ? "" : "; they did not when the case was run again");
  const std::filesystem::path path = folder / fmt::format("{}-{}.case", file_stem(finding), number);
  if (auto written = write_case(path, some, disassembler(some.guest())); !written)
    return std::unexpected(std::move(written).error());
  return path;
}

}  // namespace diptych::fuzz
