#pragma once

// The loop over the candidate splits of one numeric column, compiled once per instruction set;
// plain data only, so that no inline function of the standard library is emitted with wider
// instructions than the processor may have.

namespace grove {

/// All candidates of one column, in whole units of the packed sums. Bin b is the last on the left.
struct SplitScan {
  const double* gradients = nullptr;  // sums over the bins up to b
  const double* hessians = nullptr;
  int n = 0;                  // candidates
  double gradient_shift = 0;  // added to the left: the missing values, when they go left
  double hessian_shift = 0;
  double gradient_total = 0;  // of the node
  double hessian_total = 0;
  double l1 = 0;
  double l2 = 0;
  double least_hessian = 0;  // of each side, above 0
  /// Room for n numbers: T(Gl)^2 / (Hl + l2) + T(Gr)^2 / (Hr + l2), 0 where a side has too little.
  double* scores = nullptr;
};

/// The first bin with the largest score, or -1 if all are 0.
using ScanSplits = int (*)(const SplitScan& scan);

namespace baseline {
int scan_splits(const SplitScan& scan);
}
namespace avx2 {
int scan_splits(const SplitScan& scan);
}
namespace avx512 {
int scan_splits(const SplitScan& scan);
}

}  // namespace grove
