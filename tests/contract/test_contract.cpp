#include <atomic>
#include <cstdlib>
#include <new>

#include "grove/registry/archive.hpp"
#include "grove/registry/registry.hpp"
#include "support/check.hpp"

// Every registered class keeps the contract, with save and load by the archive and failing
// allocations.

namespace {

/// Allocations left before one fails; negative = none fails.
std::atomic<std::int64_t> allocations_left{-1};

bool must_fail() {
  if (allocations_left.load(std::memory_order_relaxed) < 0) return false;
  return allocations_left.fetch_sub(1, std::memory_order_relaxed) == 0;
}

}  // namespace

void* operator new(std::size_t size) {
  if (must_fail()) throw std::bad_alloc();
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return must_fail() ? nullptr : std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace grove;

namespace {

CheckOptions options() {
  CheckOptions options;
  options.reload = [](const Estimator& model) { return from_bytes(to_bytes(model)); };
  options.fail_allocation = [](std::int64_t n) { allocations_left = n; };
  return options;
}

}  // namespace

TEST_CASE("Every registered estimator keeps the contract") {
  REQUIRE(registry::estimators().size() >= 5);
  for (const Estimator& estimator : registry::estimators()) {
    INFO(estimator.name());
    CHECK(grove::testing::listing(check_estimator(estimator, options())) == "");
  }
}

TEST_CASE("Every registered transformer keeps the contract") {
  REQUIRE(!registry::transformers().empty());
  for (const Transformer& transformer : registry::transformers()) {
    INFO(transformer.name());
    CHECK(grove::testing::listing(check_transformer(transformer)) == "");
  }
}

TEST_CASE("A pipeline keeps the contract") {
  for (const char* model :
       {"StandardScaler() | KNeighborsClassifier()", "StandardScaler() | GaussianNB()"}) {
    INFO(model);
    CHECK(grove::testing::listing(check_estimator(parse_model(model), options())) == "");
  }
}
