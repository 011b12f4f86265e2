// What may not stand in a packet as itself, and what stands for a run of the same character.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::rsp {

/// Appends bytes as binary data of a packet: '#', '$', '}' and '*' are escaped.
void append_escaped(std::string& to, std::string_view bytes);

/// Binary data of a packet, as bytes; nothing where an escape has lost its second character.
std::optional<std::vector<std::uint8_t>> unescape(std::string_view data);

/// A reply with its escapes undone and its runs written out. Nothing where it is malformed, or longer
/// than `most` characters: a reply of a kilobyte can stand for almost fifty.
std::optional<std::string> expand_reply(std::string_view data, std::size_t most);

}  // namespace diptych::rsp
