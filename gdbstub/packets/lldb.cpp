// What lldb asks and gdb does not.
#include "gdbstub/packets/packets.hpp"
#include "gdbstub/protocol/escape.hpp"
#include "gdbstub/protocol/hex.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>

namespace diptych::gdb {
namespace {

constexpr std::size_t pointer_size = 8;

std::string_view set_of(const RegisterDescription& reg) {
  if (reg.group == "float" || reg.floating()) return "Floating Point Registers";
  return reg.group.empty() ? "General Purpose Registers" : "Other Registers";
}

// Where a register lies in `g`.
std::size_t offset_of(const Description& description, std::size_t number) {
  std::size_t offset = 0;
  for (std::size_t i = 0; i < number; ++i) offset += description.registers[i].bytes();
  return offset;
}

std::string rights_of(Access access) {
  std::string text;
  if (allows(access, Access::read)) text += 'r';
  if (allows(access, Access::write)) text += 'w';
  if (allows(access, Access::execute)) text += 'x';
  return text;
}

// A JSON string holds a name.
std::string in_json(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += static_cast<unsigned char>(c) < ' ' ? '?' : c;
  }
  return result + '"';
}

}  // namespace

Reply describe_host(Session& session, rsp::Reader) {
  const std::string triple = session.target().process().triple;
  return fmt::format("triple:{};endian:little;ptrsize:{};watchpoint_exceptions_received:before;default_packet_timeout:10;",
                     rsp::hex(triple), pointer_size);
}

Reply describe_process(Session& session, rsp::Reader) {
  if (!session.halt().alive()) return reply::no_such_thread;
  const ProcessInfo process = session.target().process();
  return fmt::format("pid:{:x};parent-pid:0;real-uid:0;real-gid:0;effective-uid:0;effective-gid:0;"
                     "triple:{};ostype:{};endian:little;ptrsize:{};",
                     process.id, rsp::hex(process.triple), process.triple.contains("linux") ? "linux" : "unknown",
                     pointer_size);
}

// The number follows at once; the first one that is not there ends the list.
Reply describe_register(Session& session, rsp::Reader arguments) {
  const Description& description = session.target().description();
  const auto number = arguments.take_number();
  if (!number || !arguments.at_end()) return reply::bad_request;
  if (*number >= description.registers.size()) return "E45";
  const RegisterDescription& reg = description.registers[*number];
  std::string result = fmt::format("name:{};bitsize:{};offset:{};encoding:{};format:{};set:{};", reg.name, reg.bits,
                                   offset_of(description, *number), reg.encoding(), reg.format(), set_of(reg));
  auto out = std::back_inserter(result);
  if (!reg.other_name.empty()) fmt::format_to(out, "alt-name:{};", reg.other_name);
  if (reg.dwarf >= 0) fmt::format_to(out, "ehframe:{0};dwarf:{0};", reg.dwarf);
  if (!reg.generic.empty()) fmt::format_to(out, "generic:{};", reg.generic);
  return result;
}

// `:address`: the mapping there, or how far nothing is.
Reply describe_memory_region(Session& session, rsp::Reader arguments) {
  if (arguments.at_end()) return reply::ok;  // how lldb finds out that there is this packet
  if (!arguments.take(':')) return reply::bad_request;
  const auto address = arguments.take_number();
  if (!address || !arguments.at_end()) return reply::bad_request;
  u64 begin = 0, end = 0;  // of what lies between two mappings; an end of 0 is that of the address space
  for (const MappingInfo& mapping : session.target().mappings()) {
    if (*address < mapping.begin) {
      end = mapping.begin;
      break;
    }
    if (*address - mapping.begin < mapping.end - mapping.begin) {
      std::string result =
          fmt::format("start:{:x};size:{:x};permissions:{};", mapping.begin, mapping.end - mapping.begin,
                      rights_of(mapping.access));
      if (!mapping.name.empty()) result += "name:" + rsp::hex(mapping.name) + ';';
      return result;
    }
    begin = mapping.end;
  }
  return fmt::format("start:{:x};size:{:x};", begin, end - begin - (end == 0 && begin == 0));
}

Reply describe_threads(Session& session, rsp::Reader) {
  session.showing();
  std::string json = "[";
  for (const ThreadInfo& thread : session.target().threads()) {
    if (json.size() > 1) json += ',';
    const bool reason = thread.number == session.thread();
    fmt::format_to(std::back_inserter(json), "{{\"tid\":{},\"name\":{},\"signal\":{},\"registers\":{{", thread.number,
                   in_json(thread.name), session.client().number_of(reason ? session.halt().signal : Signal::none));
    const auto& registers = session.target().description().registers;
    bool first = true;
    std::array<u8, 256> bytes{};
    for (std::size_t number = 0; number < registers.size(); ++number) {
      if (registers[number].generic != "pc" && registers[number].generic != "sp" && registers[number].generic != "fp" &&
          registers[number].generic != "ra")
        continue;
      const auto value = std::span(bytes).first(registers[number].bytes());
      session.target().read_register(thread.number, number, value);
      fmt::format_to(std::back_inserter(json), "{}\"{}\":\"{}\"", first ? "" : ",", number, rsp::hex(value));
      first = false;
    }
    json += "}}";
  }
  json += ']';
  std::string result;
  rsp::append_escaped(result, json);
  return result;
}

// The thread follows at once.
Reply stop_of_thread(Session& session, rsp::Reader arguments) {
  const auto id = take_thread_id(arguments);
  if (!id || !arguments.at_end()) return reply::bad_request;
  const auto thread = session.find(*id);
  if (!thread) return reply::no_such_thread;
  return session.stop_reply(thread->number,
                            thread->number == session.thread() ? session.halt() : Halt{.signal = Signal::none});
}

Reply take_error_strings(Session& session, rsp::Reader) {
  session.client().error_strings = true;
  return reply::ok;
}

Reply take_thread_suffixes(Session& session, rsp::Reader) {
  session.client().thread_suffixes = true;
  session.client().is_lldb = true;
  return reply::ok;
}

Reply list_threads_in_stops(Session& session, rsp::Reader) {
  session.client().threads_in_stops = true;
  return reply::ok;
}

}  // namespace diptych::gdb
