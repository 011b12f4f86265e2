#include "engine/guest/riscv64/undefined.hpp"

#include "engine/guest/riscv64/bound_interpreter.hpp"
#include "engine/guest/riscv64/number_core.hpp"
#include "engine/guest/riscv64/rows/all.hpp"
#include "engine/guest/riscv64/deviant_vocabulary.hpp"
#include "engine/meaning/known_numbers.hpp"

namespace diptych::riscv64 {
namespace {

// Whether what executes at an address is open: code not yet synchronized, or made of an open value.
bool uncertain(const Shadow& shadow, u64 address) {
  return shadow.unsynchronized.contains(address) || shadow.memory.contains(address);
}

// Does what NumberCore does, and keeps the hart's shadow beside it.
class UndefinedCore {
 public:
  using Arithmetic = meaning::KnownNumbers;
  template <class T>
  using V = meaning::Value<Arithmetic, T>;
  template <class T>
  using Plain = meaning::Value<meaning::Numbers, T>;

  UndefinedCore(Hart& hart, const Decoded& decoded) : core_(hart, decoded), shadow_(*hart.shadow) {
    for (u64 i = 0; i < decoded.length; ++i)
      if (uncertain(shadow_, core_.pc() + i)) shadow_.everything = true;
  }

  bool finish() { return core_.finish(); }

  template <class T>
  V<T> constant(T value) { return {{value, false}}; }

  V<u64> word(std::size_t i) { return {{core_.word(i).handle, shadow_.words[i]}}; }
  void set_word(std::size_t i, V<u64> value) {
    if (core_.stopped()) return;
    core_.set_word(i, plain(value));
    shadow_.words[i] = value.handle.open;
  }

  template <class T>
  V<T> load(V<u64> address) {
    need(address.handle.open);
    return {{core_.load<T>(plain(address)).handle, open_bytes(address.handle.value, sizeof(T))}};
  }
  template <class T>
  void store(V<u64> address, V<T> value) {
    need(address.handle.open);
    core_.store(plain(address), plain(value));
    stored(address.handle.value, sizeof(T), value.handle.open);
  }
  template <class T>
  V<T> load_reserved(V<u64> address) {
    need(address.handle.open);
    return {{core_.load_reserved<T>(plain(address)).handle, open_bytes(address.handle.value, sizeof(T))}};
  }
  template <class T>
  V<u64> store_conditional(V<u64> address, V<T> value) {
    // Whether it succeeds depends on what memory holds.
    need(address.handle.open || open_bytes(address.handle.value, sizeof(T)));
    const u64 failed = core_.store_conditional(plain(address), plain(value)).handle;
    if (failed == 0) stored(address.handle.value, sizeof(T), value.handle.open);
    return {{failed, false}};
  }
  template <class T, class Change>
  V<T> update(V<u64> address, Change change) {
    need(address.handle.open);
    const bool open = open_bytes(address.handle.value, sizeof(T));
    bool stored_open = false;
    const T old = core_
                      .update<T>(plain(address),
                                 [&](Plain<T> before) {
                                   V<T> after = change(V<T>{{before.handle, open}});
                                   stored_open = after.handle.open;
                                   return Plain<T>{after.handle.value};
                                 })
                      .handle;
    stored(address.handle.value, sizeof(T), stored_open);
    return {{old, open}};
  }

  void trap_if(V<bool> condition, StopKind kind) {
    need(condition.handle.open);
    core_.trap_if(plain(condition), kind);
  }
  void trap(StopKind kind) { core_.trap(kind); }

  Hart& hart() { return core_.hart(); }
  u64 pc() const { return core_.pc(); }
  u64 length() const { return core_.length(); }

  // The counters may count anything at any speed.
  V<u64> retired() { return {{core_.retired().handle, true}}; }

  void jump_if(V<bool> condition, u64 target) {
    need(condition.handle.open);
    core_.jump_if(plain(condition), target);
  }
  void jump(V<u64> target) {
    need(target.handle.open);
    core_.jump(plain(target));
  }
  void synchronize_code() { shadow_.unsynchronized.clear(); }

  template <meaning::FloatOperation operation, class R, class... T>
  meaning::WithFlags<Arithmetic, R> floating(V<u8> rounding, V<T>... operands) {
    auto result = core_.floating<operation, R>(plain(rounding), plain(operands)...);
    const bool open = (rounding.handle.open || ... || operands.handle.open);
    return {{{result.value.handle, open}}, {{result.flags.handle, open}}};
  }
  void raise(V<u8> flags) {
    if (core_.stopped()) return;
    core_.raise(plain(flags));
    shadow_.words[fcsr_word] = shadow_.words[fcsr_word] || flags.handle.open;
  }
  void changes_variant() {}

 private:
  template <class T>
  static Plain<T> plain(V<T> value) { return {value.handle.value}; }

  // Where an open value decides what happens, all that follows is open.
  void need(bool open) { shadow_.everything |= open; }

  bool open_bytes(u64 address, u64 size) const {
    for (u64 i = 0; i < size; ++i)
      if (shadow_.memory.contains(address + i)) return true;
    return false;
  }
  void stored(u64 address, u64 size, bool open) {
    if (core_.stopped()) return;
    for (u64 i = 0; i < size; ++i) {
      if (open) shadow_.memory.insert(address + i);
      else shadow_.memory.erase(address + i);
      shadow_.unsynchronized.insert(address + i);
    }
  }

  NumberCore core_;
  Shadow& shadow_;
};

template <class Meaning>
struct Tracking {
  static bool function(Hart& hart, const Decoded& decoded) {
    DeviantVocabulary<UndefinedCore> m(hart, decoded);
    Meaning{}(m, decoded.operands);
    return m.finish();
  }
};

constexpr auto table = make_function_table<Tracking>();

// An illegal instruction has no row that would notice that it was changed.
bool track_illegal(Hart& hart, const Decoded& decoded) {
  for (u64 i = 0; i < decoded.length; ++i)
    if (uncertain(*hart.shadow, hart.state.words[pc_word] + i)) hart.shadow->everything = true;
  return deviant_illegal(hart, decoded);
}

}  // namespace

struct UndefinedTracker::State {
  BoundInterpreter bound{table, track_illegal};
};

UndefinedTracker::UndefinedTracker() : state_(std::make_unique<State>()) {}
UndefinedTracker::~UndefinedTracker() = default;

Shadow UndefinedTracker::track(const Program& program, const Input& input, Budget budget, u64 deviations) {
  Shadow shadow;
  state_->bound.prepare(program);
  state_->bound.start(input);
  Interpreter& interpreter = state_->bound.interpreter();
  interpreter.hart.shadow = &shadow;
  interpreter.hart.deviations.followed = deviations;
  interpreter.run(budget);
  // What could not be fetched was not looked at yet.
  for (u64 i = 0; i < 4; ++i)
    if (uncertain(shadow, interpreter.pc() + i)) shadow.everything = true;
  interpreter.hart.shadow = nullptr;
  return shadow;
}

}  // namespace diptych::riscv64
