// The cases that a user names: files of text, blocks as the fuzzer keeps them in its corpus, directories of both.
#pragma once

#include "corpus/case.hpp"
#include "engine/machine/error.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace diptych::cli {

struct NamedCase {
  std::string name;  ///< the file; of a block also which of its inputs it is: "corpus/3f2a (input 7)"
  Case content;
};

/// The file itself; of a directory each file in it or below that is named *.case or begins as a block does, sorted. A
/// directory without any is an error.
Result<std::vector<std::filesystem::path>> case_files(const std::filesystem::path& path);

/// A file of text holds one case, a block as many as the fuzzer runs inputs of it.
Result<std::vector<NamedCase>> read_cases(const std::filesystem::path& file);

}  // namespace diptych::cli
