#pragma once

#include "grove/neighbors/nearest_neighbors.hpp"

namespace grove {

/// Shapes of the bump about each point, all falling from 1 at distance 0: u the distance over the
/// bandwidth. gaussian exp(-u^2/2), exponential exp(-u); the others end at u = 1: tophat 1,
/// epanechnikov 1 - u^2, linear 1 - u, cosine cos(pi u / 2).
enum class Kernel { gaussian, tophat, epanechnikov, exponential, linear, cosine };
std::span<const EnumName<Kernel>> enum_names(Kernel);

/// Where the bandwidth comes from: the parameter, or a rule of thumb for normal data of unit
/// variance: n^(-1/(d+4)) (Scott 1992), (n (d + 2) / 4)^(-1/(d+4)) (Silverman 1986).
enum class BandwidthRule { given, scott, silverman };
std::span<const EnumName<BandwidthRule>> enum_names(BandwidthRule);

struct KernelDensityParams {
  double bandwidth = 1;
  BandwidthRule bandwidth_rule = BandwidthRule::given;
  Kernel kernel = Kernel::gaussian;
  Algorithm algorithm = Algorithm::automatic;
  Distance metric = Metric::euclidean;
  double p = 2;
  int leaf_size = 30;
  static const Schema<KernelDensityParams>& schema();
};

/// A density from a kernel about every point (Rosenblatt 1956, Parzen 1962). Weighted. The density
/// integrates to 1 for the euclidean metric; with another one it is right up to a factor. To double
/// precision and the same for every algorithm: what a tree leaves out cannot change a sum. Time per
/// query O(points that count, log of their number).
class KernelDensity {
 public:
  using Params = KernelDensityParams;
  static constexpr std::string_view type_name = "KernelDensity";
  static constexpr Capabilities capabilities{};

  explicit KernelDensity(KernelDensityParams params = {}) : params_(std::move(params)) {}
  const KernelDensityParams& params() const { return params_; }
  KernelDensity& fit(const Dataset& data, const Context& context = {});
  KernelDensity& fit(const MatrixView& x, const Context& context = {});

  /// The logarithm of the density at each row; the lowest double where it is 0.
  Vector score_samples(const MatrixView& x, const Context& context = {}) const;
  /// n points drawn from the density. Throws Unsupported for other kernels than gaussian and
  /// tophat, and for other metrics than euclidean.
  Matrix sample(Index n, std::uint64_t seed = 0) const;
  /// That is used.
  double bandwidth() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static KernelDensity load_state(const KernelDensityParams& params, const StateReader& reader);

 private:
  struct State;
  KernelDensityParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
