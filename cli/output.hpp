// What the command prints. Nothing here throws; output that could not be written is remembered, and told at the end.
#pragma once

#include <fmt/format.h>

#include <string_view>

namespace diptych::cli {

/// Makes sure that descriptors 0 to 2 are taken, so that no file opened later gets what is meant for standard output
/// or standard error. Reading and writing through those that were closed fails as before.
void reserve_standard_descriptors();

/// Buffers text for standard output; on a terminal it is written at the end of each line.
void write_output(std::string_view text);

/// Writes text to standard error at once.
void write_error(std::string_view text);

/// The same for what nobody waits for, as progress: losing it is not a failure.
void write_progress(std::string_view text);

template <class... T>
void print_output(fmt::format_string<T...> format, T&&... values) {
  write_output(fmt::format(format, std::forward<T>(values)...));
}

template <class... T>
void print_error(fmt::format_string<T...> format, T&&... values) {
  write_error(fmt::format(format, std::forward<T>(values)...));
}

/// Writes what is still buffered. The exit status: `status`, or 2 where output was lost.
int finish_output(int status);

}  // namespace diptych::cli
