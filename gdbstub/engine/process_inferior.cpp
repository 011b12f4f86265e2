#include "gdbstub/engine/process_inferior.hpp"

#include "engine/linux/calls/call.hpp"
#include "engine/linux/load.hpp"
#include "engine/linux/process_execution.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>

namespace diptych::gdb {
namespace {

using linux_guest::ProcessExecution;

// lldb on this computer takes the process of the number it is told, and its file, for what it debugs. That would be
// this server; so the number is one that Linux gives to no process.
constexpr u64 beyond_host_processes = u64{1} << 22;

class ProcessInferior final : public Inferior {
 public:
  ProcessInferior(std::unique_ptr<ProcessExecution> execution, ProcessInferiorOptions options)
      : execution_(std::move(execution)),
        file_(std::move(options.program)),
        first_environment_(std::move(options.environment)),
        input_(std::move(options.input)),
        output_(std::move(options.output)) {}

  Guest guest() const override { return Guest::riscv64; }
  Execution& execution() override { return *execution_; }
  const Execution& execution() const override { return *execution_; }

  ProcessInfo process() const override {
    const auto arguments = execution_->arguments();
    return {.id = beyond_host_processes + u64(getpid()),
            .triple = "riscv64-unknown-linux-gnu",
            .program = execution_->process().program,
            .arguments = {arguments.begin(), arguments.end()}};
  }
  std::string_view os_abi() const override { return "GNU/Linux"; }

  std::vector<MappingInfo> mappings() const override {
    std::vector<MappingInfo> all;
    for (linux_guest::NamedMapping& one : execution_->process().mappings())
      all.push_back({one.range.address, one.range.address + one.range.size, one.access, std::move(one.name), one.offset});
    return all;
  }

  std::string outlook() const override {
    const u64 from = execution_->recorded_from();
    return from == 0 ? std::string() : fmt::format("What happened before {} is no longer recorded.", from);
  }

  Result<void> prepare_restart(const Launch& launch) override {
    if (launch.arguments) {
      std::vector<std::string> words = {execution_->arguments().front()};
      words.insert(words.end(), launch.arguments->begin(), launch.arguments->end());
      execution_->arguments(std::move(words));
    }
    std::vector<std::string> environment = first_environment_;
    for (const auto& [name, value] : launch.environment) {
      std::erase_if(environment, [&](const std::string& one) { return one.starts_with(name + "="); });
      if (value) environment.push_back(name + "=" + *value);
    }
    execution_->environment(std::move(environment));
    // Of a pipe or a terminal, what was read is gone.
    if (input_) lseek(input_.number(), 0, SEEK_SET);
    return {};
  }

  bool makes_calls() const override { return true; }
  bool gives_memory() const override { return true; }
  std::string_view call_name(u64 number) const override { return linux_guest::system_call_name(number); }
  std::vector<u8> auxiliary_vector() const override { return execution_->process().auxiliary; }

  std::string take_output() override { return output_ ? output_->take() : std::string(); }

  // The program's own file: the debugger may want its symbols. Nothing else of the host.
  std::optional<std::vector<u8>> open_file(std::string_view path) const override {
    if (path != execution_->process().program) return std::nullopt;
    auto bytes = linux_guest::read_program(file_);
    return bytes ? std::optional(std::move(*bytes)) : std::nullopt;
  }

 private:
  std::unique_ptr<ProcessExecution> execution_;
  const std::string file_;
  const std::vector<std::string> first_environment_;
  const linux_guest::HostFile input_;
  const std::unique_ptr<GuestOutput> output_;
};

}  // namespace

Result<std::unique_ptr<Inferior>> make_process_inferior(ProcessInferiorOptions options) {
  Result<std::unique_ptr<Tier>> tier = make_tier(options.tier);
  if (!tier) return std::unexpected(std::move(tier).error());
  auto execution = ProcessExecution::start({.process = {.program = options.program,
                                                        .arguments = std::move(options.arguments),
                                                        .environment = options.environment,
                                                        .grants = std::make_shared<const linux_guest::Grants>(std::move(options.grants)),
                                                        .tier = std::move(*tier),
                                                        .trace = nullptr,
                                                        .streams = {options.input ? options.input.number() : STDIN_FILENO,
                                                                    options.output ? options.output->guest_end() : STDOUT_FILENO,
                                                                    options.output ? options.output->guest_end() : STDERR_FILENO}},
                                            .record = options.records,
                                            .interrupt = options.interrupt});
  if (!execution) return std::unexpected(std::move(execution).error());
  return std::make_unique<ProcessInferior>(std::move(*execution), std::move(options));
}

}  // namespace diptych::gdb
