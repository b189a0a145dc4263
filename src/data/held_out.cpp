#include "grove/data/held_out.hpp"

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

namespace {

thread_local const HeldOut* current_fold = nullptr;

}  // namespace

HeldOut::HeldOut(const Dataset& train, const Dataset& test, const HeldOut* outer)
    : train_(train), test_(test), outer_(outer), before_(current_fold) {
  current_fold = this;
}

HeldOut::~HeldOut() { current_fold = before_; }

const HeldOut* HeldOut::current() { return current_fold; }

Index HeldOut::shared_with(const Dataset& data) const {
  if (test_.shared_with(data) > 0) {
    Index count = 0;
    for (Index i = 0; i < data.n_rows(); ++i) {
      const Index row = data.source_row(i);
      if (test_.contains(data.source(), row) && !train_.contains(data.source(), row)) ++count;
    }
    if (count > 0) return count;
  }
  return outer_ == nullptr ? 0 : outer_->shared_with(data);
}

void refuse_held_out(std::string_view who, std::string_view code, std::string_view what,
                     const Dataset& data) {
  const HeldOut* const fold = HeldOut::current();
  if (fold == nullptr) return;
  const Index count = fold->shared_with(data);
  if (count > 0)
    throw InvalidData(
        concat(who, ": ", code, ": ", what, " has ", count, " rows of the fold's test part"),
        "a fit may use its training rows only; whatever else it needs is to be taken "
        "from these");
}

}  // namespace grove
