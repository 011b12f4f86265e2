// A translated block as lines to read.
#pragma once

#include "listing/translator.hpp"

namespace diptych::listing {

/// Guest code, IR as lifted and after each pass, and host code.
std::string print(const Translated& block);

/// What a part of the host code is for, in words; nothing of the way that is taken most of the time.
std::string purpose(const Translated& block, const HostPart& part);

/// The host instruction alone: its mnemonic, its operands, and behind them where it goes on if the host
/// refuses its access.
std::string print(const Translated& block, const HostInstruction& instruction);

/// The host code alone, each line begun with `indent`.
std::string print_host(const Translated& block, std::string_view indent);

}  // namespace diptych::listing
