// An object of a C library, freed by the function that the library has for it.
#pragma once

#include <memory>

namespace roomle_sim {

template <auto free>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};

// CHandle<SSL, SSL_free>. As std::unique_ptr: one owner, and any thread that the library allows.
template <class T, auto free>
using CHandle = std::unique_ptr<T, FreeWith<free>>;

}  // namespace roomle_sim
