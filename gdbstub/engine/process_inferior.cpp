#include "gdbstub/engine/process_inferior.hpp"

#include "engine/linux/calls/call.hpp"
#include "engine/linux/load.hpp"
#include "engine/linux/process_execution.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace diptych::gdb {
namespace {

using linux_guest::ProcessExecution;

// lldb on this computer takes the process of the number it is told, and its file, for what it debugs. That would be
// this server; so the number is one that Linux gives to no process.
constexpr u64 beyond_host_processes = u64{1} << 22;

// By the guest's path, where it has one; what has none by the kind that the kernel names in its place.
std::string name_of_file(const linux_guest::Grants& grants, int host) {
  if (auto path = grants.path_of(host)) return std::move(*path);
  std::error_code ignored;
  const std::string name = std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", host), ignored);
  return !name.empty() && (name.front() != '/' || name.starts_with("/dev/")) ? name : "(outside of what --root and --dir grant)";
}

class ProcessInferior final : public Inferior {
 public:
  ProcessInferior(std::unique_ptr<ProcessExecution> execution, ProcessInferiorOptions options)
      : execution_(std::move(execution)),
        file_(std::move(options.program)),
        first_arguments_(execution_->arguments().begin(), execution_->arguments().end()),
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
            .arguments = {arguments.begin(), arguments.end()},
            .name = execution_->process().name,
            .directory = execution_->process().grants->path_of(execution_->process().directory.number()).value_or("")};
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
    std::vector<std::string> words = first_arguments_;
    if (launch.arguments) {
      words.resize(1);
      words.insert(words.end(), launch.arguments->begin(), launch.arguments->end());
    }
    execution_->arguments(std::move(words));
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

  std::vector<OpenFileInfo> open_files() const override {
    std::vector<OpenFileInfo> all;
    const linux_guest::Process& process = execution_->process();
    for (u64 number = 0; number < linux_guest::Descriptors::most; ++number)
      if (const int host = process.files.host(number); host >= 0) all.push_back({number, name_of_file(*process.grants, host)});
    return all;
  }

  // Whoever controls the guest can have it write there anyhow; what is there is not replaced all the same.
  Result<void> create_file(std::string_view path, const std::function<Result<void>(int file)>& write) override {
    const linux_guest::Grants& grants = *execution_->process().grants;
    const auto base = grants.first_directory();
    if (!base) return std::unexpected(base.error());
    const auto refused = [&](int error) {
      if (error == EEXIST) return fail(ErrorKind::bad_input, fmt::format("{} already exists; remove it or choose another name", path));
      if (error == linux_guest::not_granted) return fail(ErrorKind::bad_input, fmt::format("{} is outside of what --root and --dir grant", path));
      return fail(ErrorKind::environment, fmt::format("cannot create {}: {}", path, std::strerror(error)));
    };
    const auto file = grants.open(base->number(), path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (!file) return refused(file.error());
    auto written = write(file->number());
    if (written) return {};
    if (const auto place = grants.place(base->number(), path)) unlinkat(place->directory.number(), place->name.c_str(), 0);
    return std::unexpected(std::move(written).error().in(std::string(path)));
  }

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
  const std::vector<std::string> first_arguments_;
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
