#include "engine/linux/stack_image.hpp"

#include <elf.h>
#include <fmt/format.h>

#include <cstring>

namespace diptych::linux_guest {

Result<StackImage> make_stack(const StackContents& contents, u64 top, u64 most) {
  // Strings grow upwards from below the top; where each lies is known only once all are counted.
  std::string strings;
  auto keep = [&](std::string_view text) {
    const u64 offset = strings.size();
    strings.append(text).push_back('\0');
    return offset;
  };
  std::vector<u64> arguments, environment;
  for (const std::string& text : contents.arguments) arguments.push_back(keep(text));
  for (const std::string& text : contents.environment) environment.push_back(keep(text));
  const u64 program = keep(contents.program);
  strings.resize((strings.size() + 15) & ~u64{15});
  const u64 random = strings.size();
  strings.append(reinterpret_cast<const char*>(contents.random.data()), contents.random.size());

  const u64 words = 1 + arguments.size() + 1 + environment.size() + 1 + 2 * (contents.auxiliary.size() + 3);
  const u64 words_size = (words * 8 + 15) & ~u64{15};
  if (strings.size() + words_size > most)
    return fail(ErrorKind::bad_input, fmt::format("the arguments and environment take {} bytes; at most {} fit on the stack", strings.size() + words_size, most));

  const u64 strings_at = (top - strings.size()) & ~u64{15};
  StackImage image{.pointer = strings_at - words_size, .bytes = {}};
  std::vector<u64> table{arguments.size()};
  for (const u64 offset : arguments) table.push_back(strings_at + offset);
  table.push_back(0);
  for (const u64 offset : environment) table.push_back(strings_at + offset);
  table.push_back(0);
  image.auxiliary_at = table.size() * 8;
  for (const auto& [key, value] : contents.auxiliary) table.insert(table.end(), {key, value});
  table.insert(table.end(), {AT_RANDOM, strings_at + random, AT_EXECFN, strings_at + program, AT_NULL, 0});
  image.auxiliary_size = table.size() * 8 - image.auxiliary_at;
  image.bytes.resize(top - image.pointer);
  std::memcpy(image.bytes.data(), table.data(), table.size() * 8);
  std::memcpy(image.bytes.data() + words_size, strings.data(), strings.size());
  return image;
}

}  // namespace diptych::linux_guest
