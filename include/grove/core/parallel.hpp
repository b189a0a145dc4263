#pragma once

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/types.hpp"

// Every loop is cut into blocks whose borders depend on n and grain alone, and partial results are
// combined in block order: the same bits for any number of threads. If blocks throw, the exception
// of the lowest block is rethrown in the caller once all lower blocks have run.

namespace grove {
namespace detail {

using BlockFunction = void (*)(void* body, Index block);

/// Runs body(block) for block = 0..n_blocks-1 on the threads the context grants.
void run_blocks(const Context& context, Index n_blocks, BlockFunction call, void* body);

template <class F>
void for_each_block(const Context& context, Index n_blocks, F& f) {
  run_blocks(
      context, n_blocks, [](void* body, Index block) { (*static_cast<F*>(body))(block); },
      const_cast<void*>(static_cast<const void*>(&f)));
}

inline Index block_count(Index n, Index grain) { return n <= 0 ? 0 : (n + grain - 1) / grain; }

}  // namespace detail

/// Calls f(begin, end) for consecutive ranges of at most `grain` indices that cover [0, n).
/// A call inside another's f, or inside a caller's OpenMP region, runs on its thread alone; inside
/// parallel_tasks, also on threads that are free.
template <class F>
void parallel_for(const Context& context, Index n, Index grain, F&& f) {
  auto body = [&](Index block) {
    const Index begin = block * grain;
    f(begin, begin + grain < n ? begin + grain : n);
  };
  detail::for_each_block(context, detail::block_count(n, grain), body);
}

/// Folds map(begin, end) over the same ranges: combine(total, part) is called in block order,
/// starting from `identity`. T must be copyable. Memory: one T per block.
template <class T, class Map, class Combine>
T parallel_reduce(const Context& context, Index n, Index grain, T identity, Map&& map,
                  Combine&& combine) {
  struct Slot {
    T value;
  };
  const Index n_blocks = detail::block_count(n, grain);
  std::vector<Slot> parts(static_cast<std::size_t>(n_blocks), Slot{identity});
  auto body = [&](Index block) {
    const Index begin = block * grain;
    parts[static_cast<std::size_t>(block)].value =
        map(begin, begin + grain < n ? begin + grain : n);
  };
  detail::for_each_block(context, n_blocks, body);
  T total = std::move(identity);
  for (Slot& part : parts) combine(total, std::move(part.value));
  return total;
}

namespace detail {
using TaskFunction = void (*)(void* body, Index task, const Context& context);
void run_tasks(const Context& context, Index n_tasks, TaskFunction call, void* body);
}  // namespace detail

/// Runs f(i, task_context) for i in [0, n): coarse tasks (folds, models) that share ONE thread
/// budget with the parallel loops inside them. A task that finds threads idle uses them.
template <class F>
void parallel_tasks(const Context& context, Index n, F&& f) {
  using Body = std::remove_reference_t<F>;
  detail::run_tasks(
      context, n,
      [](void* body, Index task, const Context& inner) {
        (*static_cast<Body*>(body))(task, inner);
      },
      const_cast<void*>(static_cast<const void*>(&f)));
}

}  // namespace grove
