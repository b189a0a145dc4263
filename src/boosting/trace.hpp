#pragma once

#include <memory>
#include <string>
#include <vector>

#include "boosting/split.hpp"
#include "grove/boosting/boosting_options.hpp"
#include "grove/data/dataset.hpp"

namespace grove {

/// Writes intermediate results as JSON lines. Calls may come from any thread.
class Trace {
 public:
  /// Throws InvalidParameter for an unknown name, Error if the file cannot be written.
  Trace(const TraceOptions& options, std::vector<Column> columns);
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;
  ~Trace();

  void gradients(int round, const Matrix& gradients, const Matrix& hessians);
  void splits(int round, int output, int node, std::vector<Split> found);
  void histogram(int round, int output, int node, int column, const ColumnSums& sums,
                 const NodeTotals& totals);
  /// Throws Error if anything could not be written.
  void finish();

 private:
  struct Output;
  std::unique_ptr<Output> output_;
  std::vector<Column> columns_;
  bool gradients_ = false, splits_ = false, histograms_ = false;
};

/// The trace of one tree.
struct TreeTrace {
  Trace& trace;
  int round;
  int output;

  void splits(int node, const std::vector<Split>& found) const {
    trace.splits(round, output, node, found);
  }
  void histogram(int node, int column, const ColumnSums& sums, const NodeTotals& totals) const {
    trace.histogram(round, output, node, column, sums, totals);
  }
};

}  // namespace grove
