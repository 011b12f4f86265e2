#include "engine/linux/process_execution.hpp"

#include <fmt/format.h>

namespace diptych::linux_guest {

ProcessExecution::ProcessExecution(ExecutionOptions options) : options_(std::move(options)), signals_(options_.host_keeps) {
  options_.process.notice = [this](std::string_view sentence) { notice_ += fmt::format("{}: {}\n", options_.process.program, sentence); };
}

Result<std::unique_ptr<ProcessExecution>> ProcessExecution::start(ExecutionOptions options) {
  std::unique_ptr<ProcessExecution> execution(new ProcessExecution(std::move(options)));
  if (auto started = execution->restart(); !started) return std::unexpected(std::move(started).error());
  return execution;
}

Result<void> ProcessExecution::restart() {
  Result<std::unique_ptr<Process>> started = Process::start(options_.process);
  if (!started) {
    // The one there is goes on as if nothing had been asked.
    if (process_) tier().bind(process_->window);
    return std::unexpected(std::move(started).error());
  }
  moments_.clear();
  journal_.reset();
  process_ = std::move(*started);
  process_->watch({.record = options_.record, .interrupt = options_.interrupt}, signals_.descriptor());
  process_->pass_signals(passed_);
  process_->catch_calls(caught_);
  recorded_from_ = 0;
  return {};
}

void ProcessExecution::pass_signals(u64 set) {
  passed_ = set;
  process_->pass_signals(set);
}

void ProcessExecution::catch_calls(std::optional<std::vector<u64>> which) {
  caught_ = which;
  process_->catch_calls(std::move(which));
}

Event ProcessExecution::advance(u64 until) { return came_back(process_->advance(until)); }
Event ProcessExecution::step() { return came_back(process_->step()); }

Event ProcessExecution::came_back(Event event) {
  if (process_->take_parted())
    notice_ += fmt::format("The program did not do again what was recorded of it: from instruction {} on it runs anew.\n", process_->time());
  Record* record = process_->record();
  if (record && record->at_end() && record->size() > options_.most_recorded) {
    if (recorded_from_ == 0)
      notice_ += fmt::format("The record of what came from outside has reached {} MiB: its oldest part is given up, and the program cannot go back there.\n",
                             options_.most_recorded >> 20);
    // By a good part at once: there is always more to come.
    record->shrink(options_.most_recorded / 4 * 3);
    recorded_from_ = record->begin_time();
    while (!moments_.empty() && moments_.begin()->second.state.place < record->begin()) forget(moments_.begin());
  }
  return event;
}

u64 ProcessExecution::save() {
  if (!journal_) journal_ = std::make_unique<Journal>(process_->window);
  moments_.emplace(next_moment_, Moment{journal_->mark(), process_->state()});
  return next_moment_++;
}

Result<void> ProcessExecution::restore(u64 moment) {
  const auto found = moments_.find(moment);
  if (found == moments_.end()) return fail(ErrorKind::bad_input, fmt::format("moment {} is not remembered any longer", moment));
  auto changed = journal_->restore(found->second.mark);
  if (!changed) return std::unexpected(std::move(changed).error());
  for (const Range& range : *changed) tier().code_changed(range);
  process_->put_back(found->second.state);
  // A past that is not recorded cannot be repeated.
  if (!options_.record) process_->forget_future();
  moments_.erase(std::next(found), moments_.end());
  return {};
}

void ProcessExecution::forget(u64 moment) {
  if (const auto found = moments_.find(moment); found != moments_.end()) forget(found);
}

void ProcessExecution::forget(std::map<u64, Moment>::iterator moment) {
  journal_->forget(moment->second.mark);
  moments_.erase(moment);
}

bool ProcessExecution::unmap(const Range& pages) {
  if (!process_->map.covers(pages.address, pages.size)) return false;
  process_->map.unmap(pages.address, pages.size);
  return true;
}

std::size_t ProcessExecution::kept() const {
  std::size_t bytes = journal_ ? journal_->size() : 0;
  if (const Record* record = process_->record()) bytes += record->size();
  for (const auto& [number, moment] : moments_) bytes += sizeof moment + moment.state.map.mappings.size() * sizeof(Mapping);
  return bytes;
}

}  // namespace diptych::linux_guest
