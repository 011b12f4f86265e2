// Text within XML.
#pragma once

#include <string>
#include <string_view>

namespace diptych::gdb {

/// Text as content or as the value of an attribute: what means something in XML is written as entities, and
/// what XML cannot hold at all as a question mark.
inline std::string in_xml(std::string_view text) {
  std::string result;
  for (const char c : text) switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += static_cast<unsigned char>(c) < ' ' ? '?' : c;
    }
  return result;
}

}  // namespace diptych::gdb
