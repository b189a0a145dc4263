#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "core/large_pages.hpp"

namespace grove {

/// Room for n values that nobody has set: unlike a vector's, its pages are first touched by the
/// threads that write them. On large pages.
template <class T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t n) : values_(std::make_unique_for_overwrite<T[]>(n)), size_(n) {
    prefer_large_pages(values_.get(), n * sizeof(T));
  }
  std::size_t size() const { return size_; }
  T* data() { return values_.get(); }
  const T* data() const { return values_.get(); }
  T& operator[](std::size_t i) { return values_[i]; }
  const T& operator[](std::size_t i) const { return values_[i]; }
  T* begin() { return values_.get(); }
  T* end() { return values_.get() + size_; }
  const T* begin() const { return values_.get(); }
  const T* end() const { return values_.get() + size_; }
  void swap(Buffer& other) {
    values_.swap(other.values_);
    std::swap(size_, other.size_);
  }

 private:
  std::unique_ptr<T[]> values_;
  std::size_t size_ = 0;
};

}  // namespace grove
