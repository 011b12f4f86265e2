#include "gdbstub/objects.hpp"

#include "gdbstub/xml.hpp"

#include <fmt/format.h>

#include <iterator>

namespace diptych::gdb {
namespace {

struct Column {
  std::string_view name;
  std::string value;
};

void append_item(std::string& to, std::initializer_list<Column> columns) {
  to += "<item>\n";
  for (const Column& column : columns)
    fmt::format_to(std::back_inserter(to), "<column name=\"{}\">{}</column>\n", column.name, in_xml(column.value));
  to += "</item>\n";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}

}  // namespace

std::string describe_threads_in_xml(const Session& session) {
  std::string xml = "<?xml version=\"1.0\"?>\n<threads>\n";
  for (const ThreadInfo& thread : session.target().threads()) {
    xml += "<thread id=\"";
    session.append_thread(xml, thread.number);
    fmt::format_to(std::back_inserter(xml), "\" name=\"{}\"/>\n", in_xml(thread.name));
  }
  return xml + "</threads>\n";
}

// All of it is memory that can be written to, by the debugger at least.
std::string describe_memory_in_xml(const Target& target) {
  std::string xml =
      "<?xml version=\"1.0\"?>\n"
      "<!DOCTYPE memory-map PUBLIC \"+//IDN gnu.org//DTD GDB Memory Map V1.0//EN\" "
      "\"http://sourceware.org/gdb/gdb-memory-map.dtd\">\n"
      "<memory-map>\n";
  for (const MappingInfo& mapping : target.mappings())
    fmt::format_to(std::back_inserter(xml), "<memory type=\"ram\" start=\"{:#x}\" length=\"{:#x}\"/>\n", mapping.begin,
                   mapping.end - mapping.begin);
  return xml + "</memory-map>\n";
}

std::optional<std::string> describe_system_in_xml(const Target& target, std::string_view annex) {
  const ProcessInfo process = target.process();
  std::string xml = "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"osdata.dtd\">\n";
  if (annex.empty()) {
    xml += "<osdata type=\"types\">\n";
    append_item(xml, {{"Type", "processes"}, {"Description", "The program"}, {"Title", "Processes"}});
    append_item(xml, {{"Type", "threads"}, {"Description", "Its threads"}, {"Title", "Threads"}});
    append_item(xml, {{"Type", "files"}, {"Description", "Its open files"}, {"Title", "File descriptors"}});
  } else if (annex == "processes") {
    xml += "<osdata type=\"processes\">\n";
    append_item(xml, {{"pid", std::to_string(process.id)},
                      {"user", "root"},
                      {"command", process.arguments.empty() ? process.program : joined(process.arguments)},
                      {"cores", "0"}});
  } else if (annex == "threads") {
    xml += "<osdata type=\"threads\">\n";
    for (const ThreadInfo& thread : target.threads())
      append_item(xml, {{"pid", std::to_string(process.id)},
                        {"command", thread.name},
                        {"tid", std::to_string(thread.number)},
                        {"core", "0"}});
  } else if (annex == "files") {
    xml += "<osdata type=\"files\">\n";
    for (const OpenFileInfo& file : target.open_files())
      append_item(xml, {{"pid", std::to_string(process.id)},
                        {"command", process.name},
                        {"file descriptor", std::to_string(file.number)},
                        {"name", file.name}});
  } else {
    return std::nullopt;
  }
  return xml + "</osdata>\n";
}

}  // namespace diptych::gdb
