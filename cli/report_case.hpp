// How a case and what machines made of it are shown: as text for people, as JSON for scripts.
#pragma once

#include "corpus/case.hpp"
#include "oracle/comparison/vote.hpp"

#include <nlohmann/json_fwd.hpp>

#include <span>
#include <string>

namespace diptych::cli {

/// Both sides of every difference, the instruction, and what each field was before.
std::string describe_statements(const Case& some, std::span<const Statement> statements);

nlohmann::json statements_to_json(const Case& some, std::span<const Statement> statements);

/// The value a field had before the run, as text.
std::string before(const Case& some, const Difference& difference);

/// Disassembly of the case's code, one line an instruction.
std::string listing(const Case& some);

}  // namespace diptych::cli
