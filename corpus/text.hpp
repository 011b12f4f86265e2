// Plain text under suspicion: which bytes a case may hold, and how they are shown in a message.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace diptych {

/// How many bytes the character at the start of `text` takes if it may stand in a case: well-formed
/// UTF-8 and no control character except the tab. Zero if it may not, or if `text` is empty.
std::size_t printable_length(std::string_view text);

/// The text in quotes, with everything that is not printable escaped and what is long cut off.
std::string quoted(std::string_view text);

/// For names of files, which are never cut: everything that is not printable escaped, no quotes.
std::string escaped(std::string_view text);

/// One line of free text: what may not stand in a case becomes a blank, and blanks at the ends go.
std::string tidy_line(std::string_view text);

/// Without blanks and tabs at either end.
std::string_view trimmed(std::string_view text);

}  // namespace diptych
