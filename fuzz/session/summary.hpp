// What a fuzzing session found and how far it looked, for people and as JSON.
#pragma once

#include "fuzz/session/configuration.hpp"
#include "oracle/comparison/tally.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace diptych::fuzz {

/// All findings of one signature.
struct Bucket {
  std::string signature;    ///< "interp/lw/register"
  std::string mnemonic;
  std::string kind;
  std::string stage;        ///< which of the subject's stages parts
  std::string instruction;  ///< or instructions, as disassembled in the smallest case
  std::string case_path;
  std::vector<std::string> references;  ///< what the stage parts from: references, or the stage before
  std::vector<std::string> outvoted;
  u64 count = 0;
  bool minimized = false;
  bool replays = true;    ///< false: run again, in this process or in the minimizer's, the machines did not part
  bool left_over = false; ///< found by an earlier session into the same directory, and looked into by this one
  std::string trouble;    ///< why it is not minimized, where the minimizer itself failed
};

/// A reference, or a subject, that ended the worker or had to be ended.
struct Casualty {
  std::string machine;
  std::string how;  ///< "ended the worker by signal 6", "did not end"
  std::string case_path;
  std::string signature;    ///< "unicorn/lw/crash"; those with one signature are one
  std::string instruction;  ///< as disassembled in the smallest case
  u64 count = 1;
  bool minimized = false;
  bool replays = true;      ///< the machine was lost again when it alone ran the case
};

/// What is told of a machine beside its tally.
struct MachineSummary {
  std::string name;
  bool oracle = false;
  double seconds = 0;  ///< of CPU time, in first runs
};

struct Summary {
  Configuration configuration;
  std::vector<MachineSummary> machines;  ///< in the tally's order: subjects, then references
  Tally tally;
  u64 blocks = 0;
  double seconds = 0;         ///< wall clock
  double cpu_seconds = 0;     ///< of all processes
  double inside_seconds = 0;  ///< CPU seconds of it inside the references' first runs
  std::vector<Bucket> findings;
  std::vector<Casualty> casualties;
  bool interrupted = false;
  std::string ended_early;  ///< why the session gave up before it was done; empty: it did not
  std::string corpus_error;  ///< why what reached something new is not in the corpus; empty: it is

  double oracle_share() const { return cpu_seconds > 0 ? inside_seconds / cpu_seconds : 0; }
  double outside_seconds() const { return cpu_seconds - inside_seconds; }
  /// How many seconds outside the references each second inside them costs.
  double outside_ratio() const { return inside_seconds > 0 ? outside_seconds() / inside_seconds : 0; }
  double compared_share() const {
    return tally.fields_all ? double(tally.fields_compared) / double(tally.fields_all) : 0;
  }
  /// Where "no difference" says nothing, each as a sentence: machines compared on under 5 % of their chances, rows
  /// compared with no machine.
  std::vector<std::string> uncompared() const;
  /// Quirks that runs called for and that never showed, each as a sentence: the machine was repaired, or those under
  /// test share its fault.
  std::vector<std::string> missing_quirks() const;
  /// Whether one of these is a failure of the session.
  bool is_hollow() const;
  u64 unexplained() const;
  /// How often a machine under test ended the process it ran in, or did not end.
  u64 lost_subjects() const;
};

nlohmann::json to_json(const Summary& summary);

/// The plain summary a session ends with.
std::string to_text(const Summary& summary);

/// What makes it hollow, and what to do, as its last line; empty where there is nothing.
std::string last_line(const Summary& summary);

}  // namespace diptych::fuzz
