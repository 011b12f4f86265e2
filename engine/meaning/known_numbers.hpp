// Numbers that know whether the architecture leaves them open: an operation's result is open if one of
// its operands is. Careful rather than sharp: what is called defined is, what is called open may not be.
#pragma once

#include "engine/meaning/numbers.hpp"

namespace diptych::meaning {

struct KnownNumbers {
  template <class T>
  struct Handle {
    T value{};
    bool open = false;
  };

  template <class T>
  static Handle<T> constant_like(Handle<T>, T value) { return {value, false}; }

  template <Operation operation, class T>
  static auto binary(Handle<T> a, Handle<T> b) {
    auto value = Numbers::binary<operation>(a.value, b.value);
    return Handle<decltype(value)>{value, a.open || b.open};
  }
  template <Operation operation, class R, class T>
  static Handle<R> unary(Handle<T> a) { return {Numbers::unary<operation, R>(a.value), a.open}; }

  template <class To, class From>
  static Handle<To> convert(Handle<From> a) { return {Numbers::convert<To>(a.value), a.open}; }
  template <class To, class From>
  static Handle<To> reinterpret(Handle<From> a) { return {Numbers::reinterpret<To>(a.value), a.open}; }

  template <class T>
  static Handle<T> select(Handle<bool> condition, Handle<T> yes, Handle<T> no) {
    const Handle<T>& chosen = condition.value ? yes : no;
    return {chosen.value, chosen.open || condition.open};
  }
  template <class T, class U>
  static Handle<T> multiply_high(Handle<T> a, Handle<U> b) {
    return {Numbers::multiply_high(a.value, b.value), a.open || b.open};
  }
};

}  // namespace diptych::meaning
