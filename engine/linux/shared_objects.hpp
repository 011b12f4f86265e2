// What a program file needs that lies in other files: a loader and shared libraries.
#pragma once

#include "engine/machine/integers.hpp"

#include <elf.h>

#include <span>
#include <string>
#include <vector>

namespace diptych::linux_guest {

struct SharedObjects {
  std::string loader;                  ///< PT_INTERP
  std::vector<std::string> libraries;  ///< DT_NEEDED
  bool is_library = false;             ///< the file itself has a name as a library, or is no position-independent program

  /// Whether it has to be refused, and the sentence that says why.
  std::string refusal() const;
};

/// Whatever the bytes are, this looks at no others.
SharedObjects shared_objects(std::span<const u8> file, const Elf64_Ehdr& header, std::span<const Elf64_Phdr> programs);

}  // namespace diptych::linux_guest
