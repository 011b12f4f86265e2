#include "oracle/unicorn/emulator.hpp"

#include "engine/machine/program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace diptych::unicorn {

u32 protection_of(Access access) {
  u32 protection = UC_PROT_NONE;
  if (allows(access, Access::read)) protection |= UC_PROT_READ;
  if (allows(access, Access::write)) protection |= UC_PROT_WRITE;
  if (allows(access, Access::execute)) protection |= UC_PROT_EXEC;
  return protection;
}

Emulator::Emulator(const GuestTraits& traits, uc_engine* engine) : traits_(traits), engine_(engine) {
  for (const RegisterId& reg : traits.registers) ids_.push_back(reg.id);
}

Result<std::unique_ptr<Emulator>> Emulator::open(const GuestTraits& traits) {
  const auto broken = [&](const char* what) {
    return fail(ErrorKind::environment, fmt::format("Unicorn cannot {} for {}", what, name_of(traits.guest)));
  };
  uc_engine* engine = nullptr;
  if (uc_open(traits.architecture, traits.mode, &engine) != UC_ERR_OK) return broken("start");
  std::unique_ptr<Emulator> emulator(new Emulator(traits, engine));
  const auto stub = HostPages::allocate(page_size);
  if (!stub) return fail(ErrorKind::environment, "there is no memory left for Unicorn's start-up code");
  const Mapping mapping = {
      .address = 0, .size = page_size, .protection = UC_PROT_EXEC, .pages = stub, .runs_code = true};
  if (auto mapped = emulator->map({&mapping, 1}); !mapped) return std::unexpected(std::move(mapped).error());
  if (!traits.enter_user_level(engine, mapping.address, {stub->data(), page_size})) return broken("enter user level");
  if (uc_context_alloc(engine, &emulator->fresh_) != UC_ERR_OK ||
      uc_context_save(engine, emulator->fresh_) != UC_ERR_OK)
    return broken("save its state");
  return emulator;
}

Emulator::~Emulator() {
  if (fresh_) uc_context_free(fresh_);
  uc_close(engine_);
}

Result<void> Emulator::unmap(const Mapping& mapping) {
  // Translations are kept by host memory: what is mapped here next might otherwise inherit them.
  if (mapping.protection & UC_PROT_EXEC) forget_translations(mapping.address, mapping.size);
  if (uc_err error = uc_mem_unmap(engine_, mapping.address, mapping.size); error != UC_ERR_OK)
    return fail(ErrorKind::environment,
                fmt::format("Unicorn cannot give up the memory at {:#x}: {}", mapping.address, uc_strerror(error)));
  return {};
}

Result<void> Emulator::map(std::span<const Mapping> wanted) {
  if (std::ranges::equal(mapped_, wanted)) return {};
  const auto is_wanted = [&](const Mapping& mapping) { return std::ranges::find(wanted, mapping) != wanted.end(); };
  for (std::size_t i = mapped_.size(); i-- > 0;) {
    if (is_wanted(mapped_[i])) continue;
    if (auto unmapped = unmap(mapped_[i]); !unmapped) return unmapped;
    mapped_.erase(mapped_.begin() + std::ptrdiff_t(i));
  }
  for (const Mapping& mapping : wanted) {
    if (std::ranges::find(mapped_, mapping) != mapped_.end()) continue;
    if (uc_err error = uc_mem_map_ptr(engine_, mapping.address, mapping.size, mapping.protection, mapping.host());
        error != UC_ERR_OK)
      return fail(ErrorKind::unsupported, fmt::format("Unicorn cannot map {:#x} bytes of memory at {:#x}: {}",
                                                      mapping.size, mapping.address, uc_strerror(error)));
    mapped_.push_back(mapping);
  }
  mapped_.assign(wanted.begin(), wanted.end());

  std::vector<Translated> translated;
  for (const Mapping& mapping : wanted) {
    if (!mapping.runs_code) continue;
    auto before = std::ranges::find_if(translated_, [&](const Translated& t) {
      return t.address == mapping.address && t.host == mapping.host() && t.bytes.size() == mapping.size;
    });
    if (before != translated_.end())
      translated.push_back(std::move(*before));
    else
      translated.push_back({mapping.address, mapping.host(), false, true, std::vector<u8>(mapping.size)});
    translated.back().writable = mapping.protection & UC_PROT_WRITE;
  }
  translated_ = std::move(translated);
  stale_ = true;
  return {};
}

void Emulator::forget_translations(u64 address, u64 size) {
  uc_ctl_remove_cache(engine_, address, address + size);
  ++forgotten_;
}

void Emulator::ready(u64 version, const GuestState& state) {
  uc_context_restore(engine_, fresh_);
  if (version != version_ || stale_) {
    for (Translated& translated : translated_) {
      const std::size_t size = translated.bytes.size();
      if (!translated.stale && std::memcmp(translated.bytes.data(), translated.host, size) == 0) continue;
      forget_translations(translated.address, size);
      std::memcpy(translated.bytes.data(), translated.host, size);
      translated.stale = false;
    }
    version_ = version;
    stale_ = false;
  }
  set(state);
}

void Emulator::set(const GuestState& state) {
  std::array<void*, GuestState::capacity> values;
  for (std::size_t i = 0; i < ids_.size(); ++i)
    values[i] = const_cast<u64*>(&state.words[traits_.registers[i].word]);  // Unicorn only reads them
  uc_reg_write_batch(engine_, ids_.data(), values.data(), int(ids_.size()));
}

uc_err Emulator::start(u64 pc) {
  const uc_err error = uc_emu_start(engine_, pc, traits_.never_reached, 0, 0);
  for (Translated& translated : translated_)
    if (translated.writable && std::memcmp(translated.bytes.data(), translated.host, translated.bytes.size()) != 0)
      translated.stale = stale_ = true;
  return error;
}

void Emulator::read(GuestState& state) const {
  std::array<void*, GuestState::capacity> values;
  for (std::size_t i = 0; i < ids_.size(); ++i) values[i] = &state.words[traits_.registers[i].word];
  uc_reg_read_batch(engine_, const_cast<int*>(ids_.data()), values.data(), int(ids_.size()));
  state.words[program_counter_word(traits_.guest)] = program_counter();
}

u64 Emulator::program_counter() const {
  u64 pc = 0;
  uc_reg_read(engine_, traits_.program_counter, &pc);
  return pc;
}

}  // namespace diptych::unicorn
