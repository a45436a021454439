// What a registry holds, read as a list of the objects themselves.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <vector>

namespace roomle_sim {

// A view: as cheap to copy as a pointer, and good for as long as the vector is there and unchanged.
template <class One>
class SharedList {
  using Storage = std::vector<std::shared_ptr<const One>>;

 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = One;
    using difference_type = std::ptrdiff_t;
    using pointer = const One*;
    using reference = const One&;

    Iterator() = default;
    explicit Iterator(typename Storage::const_iterator at) : at_(at) {}
    reference operator*() const { return **at_; }
    pointer operator->() const { return at_->get(); }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++at_;
      return before;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    typename Storage::const_iterator at_;
  };

  explicit SharedList(const Storage& storage) : storage_(&storage) {}

  [[nodiscard]] Iterator begin() const { return Iterator(storage_->begin()); }
  [[nodiscard]] Iterator end() const { return Iterator(storage_->end()); }
  [[nodiscard]] std::size_t size() const { return storage_->size(); }
  [[nodiscard]] bool empty() const { return storage_->empty(); }
  [[nodiscard]] const One& front() const { return *storage_->front(); }
  const One& operator[](std::size_t index) const { return *(*storage_)[index]; }

 private:
  const Storage* storage_;
};

}  // namespace roomle_sim
