// The quirk files of this folder, built into the program (the build writes the other half of this).
#pragma once

#include <span>
#include <string_view>

namespace diptych {

struct QuirkFile {
  std::string_view name;
  std::string_view text;
};

std::span<const QuirkFile> quirk_files();

}  // namespace diptych
