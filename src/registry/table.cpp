#include "grove/baseline/dummy.hpp"
#include "grove/baseline/gaussian_nb.hpp"
#include "grove/baseline/linear_discriminant_analysis.hpp"
#include "grove/baseline/linear_regression.hpp"
#include "grove/baseline/logistic_regression.hpp"
#include "grove/baseline/quadratic_discriminant_analysis.hpp"
#include "grove/baseline/ridge.hpp"
#include "grove/boosting/gradient_boosting.hpp"
#include "grove/boosting/gradient_boosting_ranker.hpp"
#include "grove/cluster/affinity_propagation.hpp"
#include "grove/cluster/agglomerative_clustering.hpp"
#include "grove/cluster/birch.hpp"
#include "grove/cluster/bisecting_k_means.hpp"
#include "grove/cluster/dbscan.hpp"
#include "grove/cluster/gaussian_mixture.hpp"
#include "grove/cluster/hdbscan.hpp"
#include "grove/cluster/k_means.hpp"
#include "grove/cluster/mean_shift.hpp"
#include "grove/cluster/mini_batch_k_means.hpp"
#include "grove/cluster/optics.hpp"
#include "grove/cluster/spectral_clustering.hpp"
#include "grove/forest/forest.hpp"
#include "grove/neighbors/k_neighbors.hpp"
#include "grove/neighbors/kernel_density.hpp"
#include "grove/neighbors/nearest_centroid.hpp"
#include "grove/neighbors/prototype_classifier.hpp"
#include "grove/neighbors/radius_neighbors.hpp"
#include "grove/outlier/isolation_forest.hpp"
#include "grove/outlier/k_neighbors_outlier.hpp"
#include "grove/outlier/local_outlier_factor.hpp"
#include "grove/preprocessing/min_max_scaler.hpp"
#include "grove/preprocessing/one_hot_encoder.hpp"
#include "grove/preprocessing/ordinal_encoder.hpp"
#include "grove/preprocessing/pca.hpp"
#include "grove/preprocessing/robust_scaler.hpp"
#include "grove/preprocessing/select_k_best.hpp"
#include "grove/preprocessing/simple_imputer.hpp"
#include "grove/preprocessing/standard_scaler.hpp"
#include "grove/tree/decision_tree.hpp"
#include "registry/entry_of.hpp"

// The one list of grove's classes. A class that is not here cannot be named on the command line,
// saved or loaded; the contract suite runs over every row.

namespace grove::registry {

namespace {

std::vector<Entry> table() {
  std::vector<Entry> rows;
  rows.push_back(estimator_entry<DummyClassifier>(
      Kind::classifier, "Ignores the features: what every classifier has to beat."));
  rows.push_back(estimator_entry<DummyRegressor>(
      Kind::regressor, "Ignores the features: what every regressor has to beat."));
  rows.push_back(estimator_entry<GaussianNB>(Kind::classifier, "Gaussian naive Bayes."));
  rows.push_back(estimator_entry<LogisticRegression>(
      Kind::classifier, "Linear classifier, logistic or multinomial loss with an L2 penalty."));
  rows.push_back(estimator_entry<LinearDiscriminantAnalysis>(
      Kind::classifier, "Normal classes with one covariance; linear borders."));
  rows.push_back(estimator_entry<QuadraticDiscriminantAnalysis>(
      Kind::classifier, "Normal classes, each with its own covariance; quadratic borders."));
  rows.push_back(estimator_entry<LinearRegression>(Kind::regressor, "Ordinary least squares."));
  rows.push_back(estimator_entry<Ridge>(Kind::regressor, "Least squares with an L2 penalty."));
  rows.push_back(estimator_entry<KNeighborsClassifier>(Kind::classifier,
                                                       "Vote of the nearest neighbours, exact."));
  rows.push_back(estimator_entry<KNeighborsRegressor>(
      Kind::regressor, "Mean of the nearest neighbours' targets, exact."));
  rows.push_back(estimator_entry<RadiusNeighborsClassifier>(
      Kind::classifier, "Vote of all neighbours within a radius, exact."));
  rows.push_back(estimator_entry<RadiusNeighborsRegressor>(
      Kind::regressor, "Mean target of all neighbours within a radius, exact."));
  rows.push_back(estimator_entry<NearestCentroid>(
      Kind::classifier, "The class whose mean or median is nearest; can shrink centroids."));
  rows.push_back(estimator_entry<PrototypeClassifier>(
      Kind::classifier, "The class of the nearest of a few k-means centres per class."));
  rows.push_back(estimator_entry<GradientBoostingClassifier>(
      Kind::classifier, "Boosted trees on histograms; takes missing values and categories."));
  rows.push_back(estimator_entry<GradientBoostingRegressor>(
      Kind::regressor, "Boosted trees on histograms; takes missing values and categories."));
  rows.push_back(estimator_entry<GradientBoostingRanker>(
      Kind::regressor, "Boosted trees that order the rows of each group (LambdaMART)."));
  rows.push_back(estimator_entry<DecisionTreeClassifier>(
      Kind::classifier, "A CART tree with exact splits and cost-complexity pruning."));
  rows.push_back(estimator_entry<DecisionTreeRegressor>(
      Kind::regressor, "A CART tree with exact splits and cost-complexity pruning."));
  rows.push_back(estimator_entry<RandomForestClassifier>(
      Kind::classifier, "Trees on bootstrap samples, a few columns drawn for each split."));
  rows.push_back(estimator_entry<RandomForestRegressor>(
      Kind::regressor, "Trees on bootstrap samples, a few columns drawn for each split."));
  rows.push_back(estimator_entry<ExtraTreesClassifier>(
      Kind::classifier, "Trees with random thresholds, the best of a few columns."));
  rows.push_back(estimator_entry<ExtraTreesRegressor>(
      Kind::regressor, "Trees with random thresholds, the best of a few columns."));
  rows.push_back(estimator_entry<HDBSCAN>(
      Kind::clusterer, "Dense regions at every level, the most stable of them; noise is -1."));
  rows.push_back(estimator_entry<OPTICS>(
      Kind::clusterer, "Points in an order that shows clusters of every density; noise is -1."));
  rows.push_back(estimator_entry<AgglomerativeClustering>(
      Kind::clusterer, "Merges the nearest two clusters until all are one: the whole tree."));
  rows.push_back(estimator_entry<Birch>(
      Kind::clusterer, "Sums the rows up in subclusters, in one pass, then clusters these."));
  rows.push_back(estimator_entry<KMeans>(
      Kind::clusterer, "k-means from k-means++ starts; bounds leave out most distances."));
  rows.push_back(estimator_entry<MiniBatchKMeans>(
      Kind::clusterer, "k-means by steps on small draws of the points, for large data."));
  rows.push_back(estimator_entry<BisectingKMeans>(
      Kind::clusterer, "Cuts one cluster in two by k-means until there are enough."));
  rows.push_back(estimator_entry<DBSCAN>(
      Kind::clusterer, "Dense regions of any shape, and noise; the number of clusters is found."));
  rows.push_back(estimator_entry<MeanShift>(
      Kind::clusterer, "Modes of the density; a flat kernel of one bandwidth."));
  rows.push_back(estimator_entry<GaussianMixture>(
      Kind::clusterer, "Normal distributions, fitted by expectation maximisation."));
  rows.push_back(estimator_entry<SpectralClustering>(
      Kind::clusterer, "Cuts the graph of affinities where it is thin; n^2 memory with rbf."));
  rows.push_back(estimator_entry<AffinityPropagation>(
      Kind::clusterer, "Exemplars chosen by passing messages; n^2 memory."));
  rows.push_back(estimator_entry<LocalOutlierFactor>(
      Kind::outlier_detector, "Points in thinner surroundings than their neighbours."));
  rows.push_back(estimator_entry<IsolationForest>(Kind::outlier_detector,
                                                  "Points that random splits soon set apart."));
  rows.push_back(estimator_entry<KNeighborsOutlier>(Kind::outlier_detector,
                                                    "Points far from their neighbours."));
  rows.push_back(estimator_entry<KernelDensity>(Kind::outlier_detector,
                                                "Log density from a kernel about every point."));
  rows.push_back(transformer_entry<StandardScaler>("Zero mean and unit variance per column."));
  rows.push_back(transformer_entry<MinMaxScaler>("Every column into a range."));
  rows.push_back(transformer_entry<RobustScaler>("Median 0 and unit quantile range per column."));
  rows.push_back(transformer_entry<PCA>("Principal components of the numeric columns."));
  rows.push_back(transformer_entry<SelectKBest>("The columns that tell most of the target."));
  rows.push_back(transformer_entry<SimpleImputer>("Missing values replaced, column by column."));
  rows.push_back(transformer_entry<OneHotEncoder>("A 0/1 column per category."));
  rows.push_back(transformer_entry<OrdinalEncoder>("Categories as numbers."));
  return rows;
}

}  // namespace

const std::vector<Entry>& entries() {
  static const std::vector<Entry> rows = table();
  return rows;
}

}  // namespace grove::registry
