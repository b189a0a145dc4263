#include "cluster/affinity/messages.hpp"

#include <algorithm>
#include <limits>

#include "grove/core/parallel.hpp"

namespace grove::cluster {

namespace {

class Messages {
 public:
  Messages(std::string_view who, const Matrix& similarities, const MessageRules& rules,
           const Context& context)
      : who_(who),
        s_(similarities),
        rules_(rules),
        context_(context),
        n_(similarities.rows()),
        responsibilities_(Matrix::Zero(n_, n_)),
        availabilities_(Matrix::Zero(n_, n_)),
        support_(Vector::Zero(n_)),
        own_(Vector::Zero(n_)),
        votes_(static_cast<std::size_t>(n_), 0) {}

  Exemplars run();

 private:
  void sweep(bool first);
  void answer(Index i);
  void ask(Index i);
  bool settled(int iteration);

  std::string_view who_;
  const Matrix& s_;
  const MessageRules& rules_;
  const Context& context_;
  Index n_;
  Matrix responsibilities_;
  Matrix availabilities_;
  Vector support_;          // column sums of the positive responsibilities, own ones as they are
  Vector own_;              // responsibilities of the rows for themselves
  std::vector<int> votes_;  // > 0: iterations as an exemplar; < 0: as none
};

/// Availabilities of row i from the responsibilities of the last sweep.
void Messages::answer(Index i) {
  double* const a = availabilities_.data() + i * n_;
  const double* const r = responsibilities_.data() + i * n_;
  const double keep = rules_.damping, take = 1 - rules_.damping;
  const double self = keep * a[i] + take * (support_(i) - r[i]);
  for (Index k = 0; k < n_; ++k) {
    const double positive = r[k] > 0 ? r[k] : 0.0;
    const double rest = support_(k) - positive;
    a[k] = keep * a[k] + take * (rest < 0 ? rest : 0.0);
  }
  a[i] = self;
}

/// Responsibilities of row i from its availabilities.
void Messages::ask(Index i) {
  const double* const a = availabilities_.data() + i * n_;
  const double* const s = s_.data() + i * n_;
  double* const r = responsibilities_.data() + i * n_;
  const double keep = rules_.damping, take = 1 - rules_.damping;
  double best = -std::numeric_limits<double>::infinity(), second = best;
  Index at = 0;
  for (Index k = 0; k < n_; ++k) {
    const double offer = a[k] + s[k];
    if (offer > best) {
      second = best;
      best = offer;
      at = k;
    } else if (offer > second) {
      second = offer;
    }
  }
  const double chosen = keep * r[at] + take * (s[at] - second);
  for (Index k = 0; k < n_; ++k) r[k] = keep * r[k] + take * (s[k] - best);
  r[at] = chosen;
}

/// One iteration: the availabilities of the one before, then responsibilities and their sums.
void Messages::sweep(bool first) {
  const Index grain = std::max<Index>({16, 65536 / n_, (n_ + 63) / 64});
  Vector sums = parallel_reduce(
      context_, n_, grain, Vector(Vector::Zero(n_)),
      [&](Index begin, Index end) {
        context_.check_stop(who_);
        Vector part = Vector::Zero(n_);
        for (Index i = begin; i < end; ++i) {
          if (!first) answer(i);
          ask(i);
          const double* const r = responsibilities_.data() + i * n_;
          for (Index k = 0; k < n_; ++k) part(k) += r[k] > 0 ? r[k] : 0.0;
          part(i) += r[i] > 0 ? 0.0 : r[i];
          own_(i) = r[i];
        }
        return part;
      },
      [](Vector& total, const Vector& part) { total += part; });
  support_ = std::move(sums);
}

/// Counts who is an exemplar now; true if nobody changed for convergence_iter iterations.
bool Messages::settled(int iteration) {
  const double keep = rules_.damping, take = 1 - rules_.damping;
  bool all = true, any = false;
  for (Index i = 0; i < n_; ++i) {
    // What answer() will make of the row's own availability.
    const double self = keep * availabilities_(i, i) + take * (support_(i) - own_(i));
    const bool exemplar = self + own_(i) > 0;
    int& votes = votes_[static_cast<std::size_t>(i)];
    if (exemplar) {
      votes = votes > 0 ? votes + 1 : 1;
    } else {
      votes = votes < 0 ? votes - 1 : -1;
    }
    any = any || exemplar;
    all = all && std::abs(votes) >= rules_.convergence_iter;
  }
  return iteration >= rules_.convergence_iter && all && any;
}

Exemplars Messages::run() {
  Exemplars found;
  while (found.iterations < rules_.max_iter && !found.converged) {
    sweep(found.iterations == 0);
    found.converged = settled(found.iterations++);
  }
  for (Index i = 0; i < n_; ++i)
    if (votes_[static_cast<std::size_t>(i)] > 0) found.rows.push_back(i);
  context_.count("messages", static_cast<std::uint64_t>(found.iterations) *
                                 static_cast<std::uint64_t>(n_ * n_));
  return found;
}

}  // namespace

Exemplars pass_messages(std::string_view who, const Matrix& similarities, const MessageRules& rules,
                        const Context& context) {
  return Messages(who, similarities, rules, context).run();
}

std::vector<Index> refined(const MatrixView& x, std::vector<Index> exemplars) {
  const auto squared = [&](Index a, Index b) {
    double sum = 0;
    for (Index j = 0; j < x.cols(); ++j) sum += (x(a, j) - x(b, j)) * (x(a, j) - x(b, j));
    return sum;
  };
  const std::size_t k = exemplars.size();
  std::vector<std::vector<Index>> members(k);
  std::vector<std::size_t> own(static_cast<std::size_t>(x.rows()), k);
  for (std::size_t c = 0; c < k; ++c) own[static_cast<std::size_t>(exemplars[c])] = c;
  for (Index i = 0; i < x.rows(); ++i) {
    std::size_t nearest = own[static_cast<std::size_t>(i)];
    double least = nearest == k ? std::numeric_limits<double>::infinity() : 0;
    for (std::size_t c = 0; c < k && least > 0; ++c)
      if (const double distance = squared(i, exemplars[c]); distance < least) {
        least = distance;
        nearest = c;
      }
    members[nearest].push_back(i);
  }
  for (std::size_t c = 0; c < k; ++c) {
    double least = std::numeric_limits<double>::infinity();
    for (const Index candidate : members[c]) {
      double sum = 0;
      for (const Index i : members[c]) sum += squared(i, candidate);
      if (sum < least) {
        least = sum;
        exemplars[c] = candidate;
      }
    }
  }
  std::sort(exemplars.begin(), exemplars.end());
  return exemplars;
}

}  // namespace grove::cluster
