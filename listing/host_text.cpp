#include "listing/host_text.hpp"

#include <capstone/capstone.h>
#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

namespace diptych::listing {
namespace {

// Whole words only.
bool is_word_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
    const bool begins = at == 0 || !is_word_character(text[at - 1]);
    const std::size_t end = at + what.size();
    if (begins && (end == text.size() || !is_word_character(text[end]))) text.replace(at, what.size(), by);
  }
}

std::string signed_offset(i64 offset) {
  if (offset == 0) return "";
  return offset < 0 ? fmt::format(" - {}", -offset) : fmt::format(" + {}", offset);
}

}  // namespace

struct HostText::Reader {
  csh capstone = 0;
  Guest guest = Guest::riscv64;
  jit::FrameLayout layout;

  ~Reader() { cs_close(&capstone); }

  std::string name(unsigned reg) const { return cs_reg_name(capstone, reg); }

  /// What lies at a distance from where `host::state` points.
  std::string object(i64 distance) const {
    const i64 byte = distance + jit::host::state_bias;
    if (byte >= 0 && byte < i64(state_words(guest)) * 8) {
      std::string word = byte < 8 ? "zero" : "";
      for (const Register& one : registers_of(guest))
        if (one.word == byte / 8) word = one.name;
      return word + signed_offset(byte % 8);
    }
    struct Member {
      std::string_view name;
      i64 at;
      std::size_t size;
    };
    const std::array members = {
        Member{"left", layout.left, 8},
        Member{"total", layout.total, 8},
        Member{"exit", layout.exit, 4},
        Member{"link", layout.link, 4},
        Member{"site", layout.site, 4},
        Member{"raised", layout.raised, 1},
        Member{"control", layout.control, 4},
        Member{"guest_flags", layout.guest_flags, jit::Frame::host_flags},
        Member{"slow", layout.slow, 8},
        Member{"slot", layout.slots, jit::Frame::slot_count * 8},
        Member{"jump_cache", layout.jump_cache, jit::Frame::jump_cache_size * sizeof(jit::JumpCacheEntry)},
    };
    for (const Member& member : members) {
      const i64 within = distance - member.at;
      if (within < 0 || within >= i64(member.size)) continue;
      if (member.name == "slot") return fmt::format("slot {}", within / 8) + signed_offset(within % 8);
      return std::string(member.name) + signed_offset(within);
    }
    return "state" + signed_offset(distance);
  }

  std::string address(const x86_op_mem& memory) const {
    std::string index;
    if (memory.index != X86_REG_INVALID) index = name(memory.index);
    if (memory.index != X86_REG_INVALID && memory.scale != 1) index += fmt::format("*{}", memory.scale);
    if (memory.base == X86_REG_RBP) return object(memory.disp) + (index.empty() ? "" : " + " + index);
    std::string text = memory.base == X86_REG_R15 ? "window" : memory.base == X86_REG_INVALID ? "" : name(memory.base);
    if (!index.empty()) text += (text.empty() ? "" : " + ") + index;
    return text + signed_offset(memory.disp);
  }

  HostInstruction say(const cs_insn& read) const {
    HostInstruction made{.position = u32(read.address), .length = u8(read.size), .mnemonic = read.mnemonic, .operands = {}, .target = {}};
    const cs_x86& details = read.detail->x86;
    if (cs_insn_group(capstone, &read, CS_GRP_JUMP) || cs_insn_group(capstone, &read, CS_GRP_CALL))
      if (details.operands[0].type == X86_OP_IMM) {
        made.target = u32(details.operands[0].imm);
        return made;
      }
    std::string text = read.op_str;
    replace_all(text, "qword ptr", "");
    for (const auto& [width, shorter] : {std::pair{"dword ptr", "dword"}, {"word ptr", "word"}, {"byte ptr", "byte"}})
      replace_all(text, width, shorter);
    if (text.starts_with(' ')) text.erase(0, 1);
    if (const std::size_t blanks = text.find("  "); blanks != std::string::npos) text.erase(blanks, 1);
    for (const auto& [reg, role] : {std::pair{"r13", "left"}, {"r13d", "left"}, {"r14", "window_size"}}) replace_all(text, reg, role);
    for (u8 i = 0; i < details.op_count; ++i) {
      if (details.operands[i].type != X86_OP_MEM) continue;
      const std::size_t begin = text.find('['), end = text.find(']');
      if (begin != std::string::npos && end != std::string::npos)
        text.replace(begin, end + 1 - begin, fmt::format("[{}]", address(details.operands[i].mem)));
    }
    made.operands = std::move(text);
    return made;
  }
};

HostText::HostText(std::unique_ptr<Reader> reader) : reader_(std::move(reader)) {}
HostText::HostText(HostText&&) noexcept = default;
HostText& HostText::operator=(HostText&&) noexcept = default;
HostText::~HostText() = default;

Result<HostText> HostText::create(Guest guest, const jit::FrameLayout& layout) {
  csh capstone = 0;
  if (cs_open(CS_ARCH_X86, CS_MODE_64, &capstone) != CS_ERR_OK)
    return fail(ErrorKind::environment, "the Capstone on this host does not know x86-64");
  cs_option(capstone, CS_OPT_DETAIL, CS_OPT_ON);
  return HostText(std::unique_ptr<Reader>(new Reader{capstone, guest, layout}));
}

std::vector<HostInstruction> HostText::read(std::span<const u8> bytes, u32 position) const {
  std::vector<HostInstruction> all;
  cs_insn* const one = cs_malloc(reader_->capstone);
  const u8* code = bytes.data();
  std::size_t size = bytes.size();
  u64 address = position;
  while (size != 0) {
    if (cs_disasm_iter(reader_->capstone, &code, &size, &address, one)) {
      all.push_back(reader_->say(*one));
      continue;
    }
    // What it does not know is shown as it is.
    all.push_back({.position = u32(address), .length = 1, .mnemonic = "byte", .operands = fmt::format("0x{:02x}", *code), .target = {}});
    ++code, ++address, --size;
  }
  cs_free(one, 1);
  return all;
}

}  // namespace diptych::listing
