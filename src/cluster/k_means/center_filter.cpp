#include "cluster/k_means/center_filter.hpp"

#include <cmath>
#include <limits>

#include "grove/core/parallel.hpp"

namespace grove::cluster {

namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

}  // namespace

Frame frame_about(const Eigen::RowVectorXd& center, double largest_value) {
  const double largest = largest_value + center.cwiseAbs().maxCoeff();
  Frame frame{center, 1};
  if (largest > 0) frame.scale = std::ldexp(1.0, std::min(-std::ilogb(largest) - 1, 1000));
  return frame;
}

ScoreError::ScoreError(Index d, double center_norm, double scale) : center_norm_(center_norm) {
  const double u = std::numeric_limits<float>::epsilon() / 2;
  const auto n = static_cast<double>(d);
  by_product_ = n * u / (1 - n * u) + 4 * u;
  in_double_ = (n + 16) * epsilon;
  constant_ = center_norm * center_norm * 1.5 * u +
              (n + 4) * 4 *
                  (std::numeric_limits<float>::denorm_min() +
                   scale * std::numeric_limits<double>::denorm_min() * scale);
}

double ScoreError::operator()(double norm) const {
  const double q = std::sqrt(norm);
  const double sum = q + center_norm_;
  return 1.01 * (q * center_norm_ * by_product_ + sum * sum * in_double_ + constant_);
}

Margin::Margin(Index d, double scale)
    : relative(static_cast<double>(d + 16) * epsilon),
      absolute(scale * std::sqrt(static_cast<double>(d)) * 1e-160) {}

Index rows_a_chunk(Index d) {
  const Index rows = 24576 / packed_stride(d) / 8 * 8;
  return std::clamp<Index>(rows, 32, 128);
}

ScanBuffer::ScanBuffer(Index d, Index n_centers, bool with_scores) {
  const Index n = rows_a_chunk(d);
  const auto padded = static_cast<std::size_t>(n + center_kernels().tile);
  points.resize(padded * static_cast<std::size_t>(packed_stride(d)));
  norms.resize(padded);
  best.resize(padded);
  second.resize(padded);
  labels.resize(padded);
  which.reserve(padded);
  if (with_scores) scores.resize(static_cast<std::size_t>((n_centers + 15) / 16 * 16 * n));
}

double CenterFilter::largest_norm(const Matrix& centers, const Frame& frame) {
  double largest = 0;
  for (Index c = 0; c < centers.rows(); ++c)
    largest = std::max(largest, ((centers.row(c) - frame.center) * frame.scale).norm());
  return largest * (1 + static_cast<double>(centers.cols() + 8) * epsilon);
}

CenterFilter::CenterFilter(const Matrix& centers, const Frame& frame, bool with_rows,
                           const std::vector<int>* order)
    : frame_(frame),
      exact_(centers),
      error_(centers.cols(), largest_norm(centers, frame), frame.scale),
      d_(centers.cols()),
      stride_(packed_stride(centers.cols())) {
  const Index k = centers.rows();
  const Index lanes = center_kernels().lanes;
  const Index padded = (k + 15) / 16 * 16;
  vectors_.resize(static_cast<std::size_t>(padded * d_));
  half_norms_.assign(static_cast<std::size_t>(padded), std::numeric_limits<float>::infinity());
  std::vector<float> row(static_cast<std::size_t>(stride_));
  if (with_rows) rows_.resize(static_cast<std::size_t>(k * stride_));
  for (Index c = 0; c < k; ++c) {
    const Index center = order == nullptr ? c : (*order)[static_cast<std::size_t>(c)];
    float* const out = with_rows ? rows_.data() + c * stride_ : row.data();
    const double norm = center_kernels().pack(centers.row(center).data(), frame.center.data(),
                                              frame.scale, d_, stride_, out);
    half_norms_[static_cast<std::size_t>(c)] = static_cast<float>(norm / 2);
    float* const vectors = vectors_.data() + c / lanes * lanes * d_ + c % lanes;
    for (Index j = 0; j < d_; ++j) vectors[j * lanes] = out[j];
  }
}

void CenterFilter::pack(const double* point, Index name, ScanBuffer& buffer) const {
  const Index at = buffer.n();
  buffer.norms[static_cast<std::size_t>(at)] = center_kernels().pack(
      point, frame_.center.data(), frame_.scale, d_, stride_, buffer.points.data() + at * stride_);
  buffer.which.push_back(name);
}

void CenterFilter::scan(ScanBuffer& buffer) const {
  const auto lanes = static_cast<std::size_t>(center_kernels().lanes);
  ScanTask task;
  task.points = buffer.points.data();
  task.stride = stride_;
  task.n_points = static_cast<int>(buffer.n());
  task.centers = vectors_.data();
  task.half_norms = half_norms_.data();
  task.n_vectors = static_cast<int>(half_norms_.size() / lanes);
  task.d = d_;
  task.best = buffer.best.data();
  task.second = buffer.second.data();
  task.label = buffer.labels.data();
  task.scores = buffer.scores.empty() ? nullptr : buffer.scores.data();
  center_kernels().scan(task);
}

void CenterFilter::scan_part(const ScanBuffer& buffer, const std::vector<int>& which, Index first,
                             Index n_places, float* best, float* second, int* labels) const {
  ScanTask task;
  task.points = buffer.points.data();
  task.stride = stride_;
  task.which = which.data();
  task.n_points = static_cast<int>(which.size());
  task.centers = vectors_.data() + first * d_;
  task.half_norms = half_norms_.data() + first;
  task.n_vectors = static_cast<int>(n_places / center_kernels().lanes);
  task.d = d_;
  task.best = best;
  task.second = second;
  task.label = labels;
  center_kernels().scan(task);
  for (std::size_t i = 0; i < which.size(); ++i) labels[i] += static_cast<int>(first);
}

void CenterFilter::pairs(const float* point, const int* which, int n, float* scores) const {
  PairTask task;
  task.point = point;
  task.centers = rows_.data();
  task.stride = stride_;
  task.half_norms = half_norms_.data();
  task.which = which;
  task.n = n;
  task.scores = scores;
  center_kernels().pairs(task);
}

void nearest_centers(std::string_view who, const Points& points, const Matrix& centers,
                     double largest_value, int* labels, double* squared, const Context& context) {
  const Index n = points.size();
  const Index d = points.dimension();
  const Frame frame =
      frame_about(centers.colwise().mean(), std::max(largest_value, centers.cwiseAbs().maxCoeff()));
  const CenterFilter filter(centers, frame, false);
  const Index chunk = rows_a_chunk(d);
  const auto scan_chunk = [&](Index first, Index last, ScanBuffer& buffer) {
    buffer.which.clear();
    for (Index i = first; i < last; ++i) filter.pack(points.row(i), i, buffer);
    filter.scan(buffer);
    for (Index i = first; i < last; ++i) {
      const auto at = static_cast<std::size_t>(i - first);
      int label = buffer.labels[at];
      if (!filter.certain(buffer, at)) label = filter.exact().nearest(points.row(i)).label;
      labels[i] = label;
      if (squared != nullptr)
        squared[i] = squared_distance(points.row(i), centers.row(label).data(), d);
    }
  };
  parallel_for(context, n, std::max(row_grain(n), chunk), [&](Index begin, Index end) {
    context.check_stop(who);
    ScanBuffer buffer(d, centers.rows(), false);
    for (Index first = begin; first < end; first += chunk)
      scan_chunk(first, std::min(end, first + chunk), buffer);
  });
  context.count(work::distance_evaluations, static_cast<std::uint64_t>(n * centers.rows()));
}

Matrix all_distances(std::string_view who, const Points& points, const Matrix& centers,
                     const Context& context) {
  const CenterBlocks blocks(centers);
  Matrix distances(points.size(), centers.rows());
  parallel_for(context, points.size(), 512, [&](Index begin, Index end) {
    context.check_stop(who);
    for (Index i = begin; i < end; ++i) {
      blocks.squared(points.row(i), distances.row(i).data());
      distances.row(i) = distances.row(i).array().sqrt();
    }
  });
  context.count(work::distance_evaluations, static_cast<std::uint64_t>(distances.size()));
  return distances;
}

}  // namespace grove::cluster
