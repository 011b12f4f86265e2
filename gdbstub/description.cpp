#include "gdbstub/description.hpp"

#include <fmt/format.h>

#include <iterator>

namespace diptych::gdb {

std::string describe_in_xml(const Description& description) {
  std::string xml = fmt::format(
      "<?xml version=\"1.0\"?>\n"
      "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
      "<target version=\"1.0\">\n"
      "<architecture>{}</architecture>\n",
      description.architecture);
  auto out = std::back_inserter(xml);
  if (!description.os_abi.empty()) fmt::format_to(out, "<osabi>{}</osabi>\n", description.os_abi);
  std::string_view open;
  for (std::size_t number = 0; number < description.registers.size(); ++number) {
    const RegisterDescription& reg = description.registers[number];
    if (reg.feature != open) {
      if (!open.empty()) xml += "</feature>\n";
      open = reg.feature;
      fmt::format_to(out, "<feature name=\"{}\">\n", open);
      for (const FeatureTypes& types : description.types)
        if (types.feature == open) xml += types.xml;
    }
    fmt::format_to(out, "<reg name=\"{}\" bitsize=\"{}\" type=\"{}\" regnum=\"{}\"", reg.name, reg.bits, reg.type,
                   number);
    // lldb's words for the type.
    fmt::format_to(out, " encoding=\"{}\" format=\"{}\"", reg.encoding(), reg.format());
    if (!reg.group.empty()) fmt::format_to(out, " group=\"{}\"", reg.group);
    if (!reg.other_name.empty()) fmt::format_to(out, " altname=\"{}\"", reg.other_name);
    if (!reg.generic.empty()) fmt::format_to(out, " generic=\"{}\"", reg.generic);
    if (reg.dwarf >= 0) fmt::format_to(out, " dwarf_regnum=\"{0}\" ehframe_regnum=\"{0}\"", reg.dwarf);
    if (reg.read_only) xml += " save-restore=\"no\"";  // gdb puts the others back after a call by hand
    xml += "/>\n";
  }
  if (!open.empty()) xml += "</feature>\n";
  xml += "</target>\n";
  return xml;
}

}  // namespace diptych::gdb
