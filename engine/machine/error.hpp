// What went wrong, as a sentence a user can act on. The library neither prints nor exits: it returns
// one of these, and each layer above may put its own words in front.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace diptych {

enum class ErrorKind {
  bad_input,    ///< what the user gave is malformed: a case, an argument, a file
  unsupported,  ///< this machine cannot run this program; another may
  environment,  ///< something the host should provide is missing or refused
  lost,         ///< the machine died or stopped answering while it ran; it can be prepared again
};

struct Error {
  ErrorKind kind = ErrorKind::bad_input;
  std::string message;

  /// The same error with what was being done put before it: "reading a.case: line 3: ...".
  Error in(std::string_view context) && {
    message.insert(0, std::string(context) + ": ");
    return std::move(*this);
  }
};

template <class T>
using Result = std::expected<T, Error>;

/// `return fail(ErrorKind::bad_input, "...")` from any function that returns a Result.
inline std::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return std::unexpected(Error{kind, std::move(message)});
}

}  // namespace diptych
