// The host code of every row of the instruction table, and of some whole blocks, as text files that pin it:
// a change of what is emitted is seen as a change of these.
#pragma once

#include "engine/machine/error.hpp"

#include <string>
#include <vector>

namespace diptych::listing {

struct GoldenEntry {
  std::string title;  ///< the row's mnemonic, or what the block shows
  std::string text;   ///< the guest instructions and their host code
};

struct GoldenFile {
  std::string name;  ///< "Zbb.txt"
  std::string head;  ///< what the file is
  std::vector<GoldenEntry> entries;

  std::string text() const;
};

/// One file for each extension of riscv64, and one for blocks. The same on every host.
Result<std::vector<GoldenFile>> golden_files();

}  // namespace diptych::listing
