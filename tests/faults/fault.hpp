// A fault to be planted in the source: which text becomes which, and what the fuzzer should say of it.
//
// The tables are text. A blank line ends a fault; lines that begin with # are for people.
//
//     fault  less-than-itself
//     why    a value is less than itself
//     stage  ir:fold                          # one of these, separated by commas
//     row    slt, sltu                        # and one of these, where that is certain
//     file   engine/ir/passes/simplifier.cpp
//     - return constant(Type::i1, !less);
//     + return constant(Type::i1, planted ? less : !less);
//
// The text behind `-` stands exactly once in the file; several lines of it are several lines there. The word
// `planted` behind `+` is true where this fault is on. There may be several such edits, of several files.
#pragma once

#include "engine/machine/error.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::faults {

struct Edit {
  std::string file;  ///< below the root of the source
  std::string text, replacement;
};

struct Fault {
  std::string name, group, why;  ///< the group is the name of its table
  std::vector<std::string> stages, rows;
  std::vector<Edit> edits;
};

/// Reads one table. `name` is that of the group, and is told in errors.
Result<std::vector<Fault>> parse_table(std::string_view text, const std::string& name);

/// Reads every table of a directory, in the order of their names. Fault names are unique.
Result<std::vector<Fault>> read_tables(const std::filesystem::path& directory);

}  // namespace diptych::faults
