// What tells one bug from another as far as can be told.
#pragma once

#include "oracle/comparison/compare.hpp"

#include <string>

namespace diptych {

/// Findings with one signature are one finding.
struct Signature {
  std::string instruction;  ///< mnemonic of the row at which the machines first part; "several" where
                            ///< no single instruction shows it; "illegal" for a word without a row;
                            ///< "flaky" where they did not part again
  DifferenceKind kind = DifferenceKind::general;
  std::string stage;        ///< of the subject's, the first that parts; empty where only two machines
                            ///< were held against one another

  std::string text() const {
    return (stage.empty() ? "" : stage + "/") + instruction + "/" + std::string(name_of(kind));
  }
  auto operator<=>(const Signature&) const = default;
};

}  // namespace diptych
