// A case: a program, the inputs it runs on, and what somebody says must come of the last. A file a person can read.
#pragma once

#include "engine/machine/program.hpp"
#include "engine/machine/stop.hpp"

#include <optional>
#include <string>
#include <vector>

namespace diptych {

struct ExpectedRegister {
  u16 word = 0;  ///< in GuestState::words
  u64 value = 0;

  bool operator==(const ExpectedRegister&) const = default;
};

/// What must hold after the run. Nothing is claimed of what is not listed.
struct Expectation {
  std::optional<Stop> stop;
  std::vector<ExpectedRegister> registers;
  std::vector<Bytes> memory;  ///< each within one memory region or the code
  std::optional<u64> retired;

  bool operator==(const Expectation&) const = default;
};

struct Case {
  std::string why;                 ///< for people, in UTF-8; may have several lines
  std::vector<std::string> notes;  ///< one line each, for tools: where the case came from
  Program program;
  std::vector<Input> earlier;  ///< run before `input`, in this order, by the same machine on the same prepared program
  Input input;                 ///< what is compared, and what `expect` is about
  Budget budget;
  std::optional<Expectation> expect;

  Guest guest() const { return program.guest; }
  /// The earlier ones, then the one that is compared: a batch as machines take it.
  std::vector<Input> all_inputs() const;
  bool operator==(const Case&) const = default;
};

/// The same case in the one form that its text stands for, so that parse_case(print_case(c)) equals
/// flatten(c): the input's bytes laid over the program's contents and kept there, as whole aligned
/// lines of 16 bytes without the lines that are zero; of earlier inputs the lines that are others than the
/// input's; registers that the guest does not have, or bits
/// a register does not have, cleared; lines of text without control characters or blanks at their
/// ends; expectations in order of registers and addresses, no run of bytes reaching across a page. The program and
/// inputs have passed check().
Case flatten(Case some);

}  // namespace diptych
