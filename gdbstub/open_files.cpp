#include "gdbstub/open_files.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <string>

namespace diptych::gdb {
namespace {

std::string rights_of(Access access) {
  std::string text = "---p";
  if (allows(access, Access::read)) text[0] = 'r';
  if (allows(access, Access::write)) text[1] = 'w';
  if (allows(access, Access::execute)) text[2] = 'x';
  return text;
}

// One line as Linux writes it: the name stands in column 74.
void append_mapping(std::string& to, const MappingInfo& mapping) {
  const std::string front = fmt::format("{:x}-{:x} {} {:08x} 00:00 0", mapping.begin, mapping.end,
                                        rights_of(mapping.access), mapping.offset);
  to += mapping.name.empty() ? front : fmt::format("{:<72} {}", front, mapping.name);
  to += '\n';
}

std::string maps(const Target& target) {
  std::string text;
  for (const MappingInfo& mapping : target.mappings()) append_mapping(text, mapping);
  return text;
}

// With what gdb looks for when it writes a core file. Everything is reported as changed, so that nothing is
// left out of that.
std::string maps_with_sizes(const Target& target) {
  std::string text;
  for (const MappingInfo& mapping : target.mappings()) {
    append_mapping(text, mapping);
    const u64 size = (mapping.end - mapping.begin) / 1024;
    fmt::format_to(std::back_inserter(text),
                   "Size: {0:>14} kB\nRss: {0:>15} kB\nPrivate_Dirty: {0:>5} kB\nAnonymous: {0:>9} kB\n"
                   "VmFlags:{1}{2}{3} mr mw me \n",
                   size, allows(mapping.access, Access::read) ? " rd" : "",
                   allows(mapping.access, Access::write) ? " wr" : "",
                   allows(mapping.access, Access::execute) ? " ex" : "");
  }
  return text;
}

std::string command_line(const Target& target) {
  std::string text;
  for (const std::string& argument : target.process().arguments) text.append(argument.c_str(), argument.size() + 1);
  return text;
}

std::string command(const Target& target) { return target.process().name + '\n'; }

std::string status(const Target& target) {
  const ProcessInfo process = target.process();
  return fmt::format("Name:\t{}\nState:\tt (tracing stop)\nTgid:\t{}\nPid:\t{}\nPPid:\t0\nThreads:\t{}\n",
                     process.name, process.id, process.id, target.threads().size());
}

// The fields that proc(5) numbers from 1; what a guest's process has no such thing for is 0.
std::string statistics(const Target& target) {
  const ProcessInfo process = target.process();
  u64 size = 0;
  for (const MappingInfo& mapping : target.mappings()) size += mapping.end - mapping.begin;
  constexpr u64 page = 4096;
  std::array<u64, 53> fields{};
  fields[5] = fields[6] = process.id;  // group and session
  fields[18] = 20;                     // priority
  fields[20] = target.threads().size();
  fields[23] = size;
  fields[24] = size / page;
  fields[25] = ~u64{0};  // no limit of it
  std::string text = fmt::format("{} ({}) t 0", process.id, process.name);
  for (std::size_t number = 5; number < fields.size(); ++number) fmt::format_to(std::back_inserter(text), " {}", fields[number]);
  return text + '\n';
}

std::string auxiliary_vector(const Target& target) {
  const std::vector<u8> bytes = target.auxiliary_vector();
  return {bytes.begin(), bytes.end()};
}

struct ProcFile {
  std::string_view name;
  std::string (*text)(const Target&);
};

constexpr ProcFile proc_files[] = {
    {"auxv", auxiliary_vector}, {"cmdline", command_line}, {"comm", command},
    {"maps", maps},             {"smaps", maps_with_sizes}, {"stat", statistics},
    {"status", status},
};

// What follows `/proc/PID/` or `/proc/PID/task/TID/`, of this process; nothing where it is another path.
std::optional<std::string_view> within_proc(const ProcessInfo& process, std::string_view path) {
  if (process.program.empty()) return std::nullopt;  // a case is no process
  const std::string own = fmt::format("/proc/{}/", process.id);
  if (!path.starts_with(own)) return std::nullopt;
  path.remove_prefix(own.size());
  if (const std::string task = fmt::format("task/{}/", process.id); path.starts_with(task))
    path.remove_prefix(task.size());
  return path;
}

}  // namespace

std::optional<u64> OpenFiles::add(std::vector<u8> content) {
  if (all_.size() == most) return std::nullopt;
  u64 number = 3;  // as if after the standard ones
  while (all_.contains(number)) ++number;
  all_.emplace(number, std::move(content));
  return number;
}

const std::vector<u8>* OpenFiles::find(u64 number) const {
  const auto found = all_.find(number);
  return found == all_.end() ? nullptr : &found->second;
}

std::optional<std::vector<u8>> content_of(const Target& target, std::string_view path) {
  if (const auto name = within_proc(target.process(), path))
    for (const ProcFile& file : proc_files)
      if (file.name == *name) {
        const std::string text = file.text(target);
        return std::vector<u8>(text.begin(), text.end());
      }
  return target.open_file(path);
}

std::optional<std::string> link_at(const Target& target, std::string_view path) {
  const ProcessInfo process = target.process();
  const auto name = within_proc(process, path);
  if (name == "exe") return process.program;
  if (name == "cwd" && !process.directory.empty()) return process.directory;
  if (name && name->starts_with("fd/"))
    for (OpenFileInfo& file : target.open_files())
      if (std::to_string(file.number) == name->substr(3)) return std::move(file.name);
  return std::nullopt;
}

}  // namespace diptych::gdb
