// How what libFuzzer finds worth keeping gets into the corpus. libFuzzer writes in place, and says nothing where it
// cannot: so it writes to a folder of the session's own, from which whole files are moved.
#pragma once

#include "engine/machine/error.hpp"

#include <filesystem>

namespace diptych::fuzz {

class CorpusWriter {
 public:
  /// `pending` is libFuzzer's; what an earlier worker left there may be cut off, and is removed.
  static Result<CorpusWriter> create(std::filesystem::path pending, std::filesystem::path corpus);

  /// Moves all files, to be called where libFuzzer is writing none. The first error is returned, later ones are not: a
  /// corpus that cannot be written is told once.
  Result<void> move_files();

 private:
  CorpusWriter(std::filesystem::path pending, std::filesystem::path corpus)
      : pending_(std::move(pending)), corpus_(std::move(corpus)) {}

  std::filesystem::path pending_, corpus_;
  bool failed_ = false;
};

}  // namespace diptych::fuzz
