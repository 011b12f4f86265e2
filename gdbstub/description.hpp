// What a debugger is told of a guest's registers: their names, their numbers, their types.
#pragma once

#include "engine/machine/integers.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::gdb {

/// One register as the debugger sees it. Its number is its place in Description::registers.
struct RegisterDescription {
  std::string_view feature;  ///< one of gdb's standard features, or one of our own
  std::string_view name;     ///< as gdb's standard feature spells it
  u16 bits;                  ///< a multiple of 8
  std::string_view type;     ///< one of gdb's, or one that the feature defines
  std::string_view group = {};
  bool expedited = false;  ///< sent with each stop, so that the debugger need not ask
  bool read_only = false;
  std::string_view other_name = {};  ///< beside `name`
  std::string_view generic = {};     ///< what lldb calls its part: pc, sp, fp, ra, arg1 and so on
  int dwarf = -1;                    ///< its number in debugging information; -1: none

  std::size_t bytes() const { return bits / 8; }

  // What is in it, and how to show that, in lldb's words.
  bool floating() const { return type.contains("double"); }
  std::string_view encoding() const { return floating() ? "ieee754" : "uint"; }
  std::string_view format() const { return floating() ? "float" : "hex"; }
};

/// Types a feature defines, as XML.
struct FeatureTypes {
  std::string_view feature;
  std::string xml;
};

struct Description {
  std::string_view architecture;               ///< as gdb's `set architecture` calls it
  std::string_view os_abi;                     ///< as gdb's `set osabi` calls it; empty: not said
  std::vector<RegisterDescription> registers;  ///< those of one feature stand together
  std::vector<FeatureTypes> types;
  std::optional<std::size_t> thread_pointer = {};  ///< which register points at a static program's thread-local data
};

/// The target description in the form gdb reads.
std::string describe_in_xml(const Description& description);

}  // namespace diptych::gdb
