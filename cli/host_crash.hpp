// A fault of the command itself while it runs a guest, told apart from one of the guest's.
#pragma once

namespace diptych::cli {

/// From now on a signal that says that this process has failed ends it with one sentence and exit status 2: what a shell
/// makes of the signal itself would be taken for the guest's end. A sanitizer keeps its own report.
void report_host_crashes();

}  // namespace diptych::cli
