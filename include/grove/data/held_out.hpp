#pragma once

#include <string_view>

#include "grove/data/dataset.hpp"

namespace grove {

/// The rows of a fold that wait for the test. While it lives, every fit on its thread that is given
/// one of them fails: check_fit_data asks refuse_held_out. cross_validate_on makes one for each
/// fold. What a fit runs in threads of its own making is not watched.
class HeldOut {
 public:
  /// `outer`: what current() was where the folds were asked for; null if nothing was held out.
  HeldOut(const Dataset& train, const Dataset& test, const HeldOut* outer);
  ~HeldOut();
  HeldOut(const HeldOut&) = delete;
  HeldOut& operator=(const HeldOut&) = delete;

  /// Of this thread; null outside a fold.
  static const HeldOut* current();

  /// How many rows of `data` are test rows here or further out. O(rows of data).
  Index shared_with(const Dataset& data) const;

 private:
  RowSet train_;  // a sample that is in both parts is no secret
  RowSet test_;
  const HeldOut* outer_;
  const HeldOut* before_;  // on this thread
};

/// Throws InvalidData if a fold is being fitted and `data` has rows that it holds out. `code` is
/// the guard's and `what` the data's part in the fit, as in "the validation set".
void refuse_held_out(std::string_view who, std::string_view code, std::string_view what,
                     const Dataset& data);

}  // namespace grove
