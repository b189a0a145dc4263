#include <catch2/catch.hpp>

#include "cli/command.hpp"
#include "core/text.hpp"
#include "grove/registry/registry.hpp"

// What people get wrong in their first hour, each with the whole of what they are told.

using namespace grove::testing;

namespace {

struct Mistake {
  std::vector<std::string> arguments;  // DIR/ is the folder of files() below
  int code;
  std::string message;
};

// What ends several messages.
const std::string models_hint =
    grove::concat("  hint: models: ", grove::join(grove::registry::names(), 99),
                  "; transformers: ", grove::join(grove::registry::transformer_names(), 99), "\n");
const std::string metrics_hint =
    "  hint: the metrics are accuracy, balanced_accuracy, f1, f1_macro, f1_micro, f1_weighted, "
    "precision, precision_macro, precision_micro, precision_weighted, recall, recall_macro, "
    "recall_micro, recall_weighted, jaccard, jaccard_macro, jaccard_micro, jaccard_weighted, mcc, "
    "cohen_kappa, log_loss, brier, ece, roc_auc, roc_auc_ovr_weighted, roc_auc_ovo, "
    "average_precision, mse, rmse, mae, median_ae, mape, r2, explained_variance, pinball, "
    "poisson_deviance, gamma_deviance, ndcg, ndcg_at_10, adjusted_rand, ami, nmi, homogeneity, "
    "completeness, "
    "v_measure, fowlkes_mallows, silhouette, calinski_harabasz, davies_bouldin and dbcv\n";
const std::string classifier_metrics_hint =
    "  hint: metrics for it are accuracy, balanced_accuracy, f1, f1_macro, f1_micro, f1_weighted, "
    "precision, precision_macro, precision_micro, precision_weighted, recall, recall_macro, "
    "recall_micro, recall_weighted, jaccard, jaccard_macro, jaccard_micro, jaccard_weighted, mcc, "
    "cohen_kappa, log_loss, brier, ece, roc_auc, roc_auc_ovr_weighted, roc_auc_ovo and "
    "average_precision\n";
const std::string regressor_metrics_hint =
    "  hint: metrics for it are mse, rmse, mae, median_ae, mape, r2, explained_variance, pinball, "
    "poisson_deviance, gamma_deviance, ndcg and ndcg_at_10\n";
const std::string commands_hint =
    "  hint: commands are datasets, describe, cv, compare, rerun, tune, train, predict, export, "
    "score, explain, stats, cluster, neighbors, reproduce and models\n";

void files(const Folder& folder) {
  std::string good = "width,height,colour,kind\n";
  std::string real = "width,height,price\n";
  for (int i = 0; i < 20; ++i) {
    const std::string row = std::to_string(i) + "," + std::to_string(i * i % 7);
    good += row + (i % 3 == 0 ? ",red," : ",blue,") + (i % 2 == 0 ? "yes\n" : "no\n");
    real += row + "," + std::to_string(i) + ".5\n";
  }
  folder.file("good.csv", good);
  folder.file("real.csv", real);
  folder.file("empty.csv", "");
  folder.file("header.csv", "a,b,y\n");
  folder.file("ragged.csv", "a,b,y\n1,2,yes\n1,2\n");
  folder.file("twice.csv", "a,a,y\n1,2,yes\n");
  folder.file("mixed.csv", "a,b,y\n1,2,yes\n2,two,no\n");
  folder.file("inf.csv", "a,b,y\n1,2,yes\n2,inf,no\n");
  folder.file("huge.csv", "a,b,y\n1,2,yes\n2,1e999,no\n");
  folder.file("quote.csv", "a,b,y\n1,\"2,yes\n");
  folder.file("missing.csv", "a,b,y\n1,2,yes\n,3,no\n4,5,yes\n7,8,no\n");
  folder.file("semicolon.csv", "a;b;y\n1;2;yes\n2;3;no\n");
  folder.file("no_target.csv", "a,b,y\n1,2,\n2,3,no\n");
  folder.file("oneclass.csv", "a,y\n1,yes\n2,yes\n3,yes\n4,yes\n5,yes\n6,yes\n");
  folder.file("narrow.csv", "width,colour\n1,red\n");
  folder.file("unseen.csv", "width,height,colour,kind\n1,2,red,yes\n2,3,red,maybe\n");
  folder.file("text.txt", "a,b\n1,2\n");
  folder.file("folds.csv", "row,fold\n0,0\n99,1\n");
  folder.file("other.grove", "this is some other file");
  folder.file("cut.grove", "\x89GROVE\r\n");
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

void check(const std::vector<Mistake>& mistakes) {
  const Folder folder;
  files(folder);
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"train", folder / "good.csv", "-m",
                                 "OneHotEncoder() | GaussianNB()", "-o", folder / "bayes.grove",
                                 "--quiet"},
        {"train", folder / "real.csv", "-m", "Ridge()", "-o", folder / "ridge.grove", "--quiet"}}) {
    const Outcome outcome = run_grove(command);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
  }
  const auto before = folder.names();
  for (const Mistake& mistake : mistakes) {
    std::vector<std::string> arguments;
    std::string line = "grove";
    for (const std::string& argument : mistake.arguments) {
      line += " " + argument;
      arguments.push_back(replaced(argument, "DIR/", folder / ""));
    }
    INFO(line);
    const Outcome outcome = run_grove(arguments);
    CHECK(replaced(outcome.err, folder / "", "DIR/") == mistake.message);
    CHECK(outcome.code == mistake.code);
    CHECK(outcome.out.empty());
    CHECK(folder.names() == before);
  }
}

}  // namespace

TEST_CASE("mistakes in the command line") {
  check({
      {{},
       2,
       "grove: error: a command is needed, as in grove cv iris -m 'GaussianNB()'\n" +
           commands_hint},
      {{"compar", "iris"},
       2,
       "grove: error: there is no command 'compar'; did you mean 'compare'?\n" + commands_hint},
      {{"cv"}, 2, "grove: error: DATA is required\n  hint: grove cv --help shows its use\n"},
      {{"cv", "iris"},
       2,
       "grove: error: --model is required\n  hint: grove cv --help shows its use\n"},
      {{"cv", "iris", "-m", "GaussianNB()", "--thread", "2"},
       2,
       "grove: error: grove cv has no option --thread; did you mean '--threads'?\n  hint: grove cv "
       "--help lists its options\n"},
      {{"cv", "iris", "-m", "GaussianNB()", "--threads", "two"},
       2,
       "grove: error: --threads must be an integer >= 0, got 'two'\n  hint: give a whole number of "
       "at least 0\n"},
      {{"cv", "iris", "-m", "GaussianNB()", "--threads", "-1"},
       2,
       "grove: error: --threads must be an integer >= 0, got '-1'\n  hint: give a whole number of "
       "at least 0\n"},
      {{"cv", "iris", "-m", "GaussianNB()", "--cv", "stratify:5"},
       2,
       "grove: error: --cv: there is no method 'stratify'; did you mean 'stratified'?\n  hint: "
       "write stratified:5, kfold:5, group:5, time:5, loo or file:FOLDS.csv\n"},
      {{"cv", "iris", "-m", "GaussianNB()", "--cv", "kfold:1"},
       2,
       "grove: error: the number of folds in --cv kfold must be an integer >= 2, got '1'\n  hint: "
       "give a whole number of at least 2\n"},
      {{"cv", "iris", "-m", "GaussianNB()", "--cv", "kfold:500"},
       3,
       "grove: error: KFold: n_splits = 500, but there are only 150 rows\n  hint: use at most 150 "
       "splits\n"},
      {{"cv", "iris", "-m", "GaussianNB()", "--cv", "loo", "--repeats", "3"},
       2,
       "grove: error: --repeats 3 goes with stratified and kfold alone: the other methods make the "
       "same folds each time\n  hint: leave out --repeats\n"},
      {{"cv", "iris", "-m", "GaussianNB()", "--cv", "group:3"},
       2,
       "grove: error: --cv group needs to know which rows belong together\n  hint: name the column "
       "of groups with --groups COL\n"},
      {{"cv", "iris", "-m", "GaussianNB()", "--cv", "file:DIR/folds.csv"},
       3,
       "grove: error: DIR/folds.csv: holds 2 lines, but rows up to 99 in 1 repeat need 100\n  "
       "hint: give every row of the data one line (in each repeat), counted from 0\n"},
      {{"cv", "iris", "-m", "GaussianNB()", "--cv", "file:DIR/none.csv"},
       3,
       "grove: error: DIR/none.csv: cannot be opened: No such file or directory\n  hint: check the "
       "path; bundled data sets are loaded by name\n"},
      {{"cv", "iris", "-m", "GaussianNB()", "--metrics", "acuracy"},
       2,
       "grove: error: there is no metric 'acuracy'; did you mean 'accuracy'?\n" + metrics_hint},
      {{"cv", "iris", "-m", "GaussianNB()", "--metrics", "rmse"},
       2,
       "grove: error: the metric 'rmse' needs values, which GaussianNB() (a classifier) does not "
       "give\n" +
           classifier_metrics_hint},
      {{"train", "iris", "-m", "GaussianNB()"},
       2,
       "grove: error: --output is required\n  hint: grove train --help shows its use\n"},
      {{"train", "iris", "-m", "GaussianNB()", "-o", "DIR/model.pkl"},
       2,
       "grove: error: a model file must be called *.grove or *.json, got 'DIR/model.pkl'\n  hint: "
       "save it as 'DIR/model.pkl.grove'\n"},
      {{"train", "iris", "-m", "GaussianNB()", "-o", "DIR/none/model.grove"},
       1,
       "grove: error: cannot write 'DIR/none/model.grove': No such file or directory\n  hint: make "
       "the directory 'DIR/none' first\n"},
      {{"models", "RandomForest"},
       2,
       "grove: error: there is no model called 'RandomForest'; did you mean "
       "'RandomForestClassifier' or 'RandomForestRegressor'?\n" +
           models_hint},
      {{"compare", "iris", "-m", "GaussianNB()", "-m", "GaussianNB()"},
       2,
       "grove: error: compare: two contenders are called 'GaussianNB()'\n  hint: give each its own "
       "name\n"},
      {{"neighbors", "iris", "-o", "-"},
       2,
       "grove: error: grove neighbors needs -k K or --radius R\n  hint: -k 5 asks for the 5 "
       "nearest\n"},
      {{"neighbors", "iris", "-k", "0", "-o", "-"},
       2,
       "grove: error: -k must be an integer >= 1, got '0'\n  hint: give a whole number of at least "
       "1\n"},
      {{"neighbors", "iris", "-k", "150", "-o", "-"},
       2,
       "grove: error: NearestNeighbors: 150 neighbours were asked for, but there are only 149 "
       "points to find\n  hint: ask for fewer, or fit more points\n"},
      {{"neighbors", "iris", "wine", "-k", "3", "-o", "-"},
       3,
       "grove: error: grove neighbors was fitted with a column 'sepal_length', which the data "
       "lacks\n  hint: the data has alcohol, malic_acid, ash, alcalinity_of_ash, magnesium, "
       "total_phenols, flavanoids, nonflavanoid_phenols, proanthocyanins, color_intensity, hue, "
       "od280_od315_of_diluted_wines, ... (13 in all)\n"},
      {{"neighbors", "iris", "-k", "3", "--metric", "cosin", "-o", "-"},
       2,
       "grove: error: NearestNeighbors: parameter 'metric' must be one of euclidean, manhattan, "
       "chebyshev, minkowski, cosine, hamming, haversine, mahalanobis and gower, or a distance of "
       "yours from C++, got cosin\n  hint: metric: "
       "Distance between points.\n"},
      {{"neighbors", "iris", "-k", "3", "--algorithm", "kdtree", "-o", "-"},
       2,
       "grove: error: NearestNeighbors: parameter 'algorithm' must be one of auto, brute, kd_tree, "
       "ball_tree, cells and nanoflann, got kdtree\n  hint: algorithm: How to search; never "
       "changes the answer.\n"},
  });
}

TEST_CASE("mistakes in a model") {
  check({
      {{"cv", "iris", "-m", "KNeighborClassifier()"},
       2,
       "grove: error: model 'KNeighborClassifier()', position 1: there is no model called "
       "'KNeighborClassifier'; did you mean 'KNeighborsClassifier'?\n" +
           models_hint},
      {{"cv", "iris", "-m", "KNN()"},
       2,
       "grove: error: model 'KNN()', position 1: there is no model called 'KNN'\n" + models_hint},
      {{"cv", "iris", "-m", "KNeighborsClassifier(k=3)"},
       2,
       "grove: error: model 'KNeighborsClassifier(k=3)', position 22: KNeighborsClassifier has no "
       "parameter 'k'\n  hint: KNeighborsClassifier has the parameters n_neighbors, weights, "
       "ties, algorithm, metric, p and leaf_size\n"},
      {{"cv", "iris", "-m", "KNeighborsClassifier(neighbors=3)"},
       2,
       "grove: error: model 'KNeighborsClassifier(neighbors=3)', position 22: KNeighborsClassifier "
       "has no parameter 'neighbors'; did you mean 'n_neighbors'?\n  hint: KNeighborsClassifier "
       "has the parameters n_neighbors, weights, ties, algorithm, metric, p and leaf_size\n"},
      {{"cv", "iris", "-m", "KNeighborsClassifier(n_neighbors=3.5)"},
       2,
       "grove: error: model 'KNeighborsClassifier(n_neighbors=3.5)', position 22: "
       "KNeighborsClassifier: parameter 'n_neighbors' must be an integer >= 1, got 3.5\n  hint: "
       "n_neighbors: How many neighbours are asked.\n"},
      {{"cv", "iris", "-m", "KNeighborsClassifier(n_neighbors=-3)"},
       2,
       "grove: error: model 'KNeighborsClassifier(n_neighbors=-3)', position 22: "
       "KNeighborsClassifier: parameter 'n_neighbors' must be an integer >= 1, got -3\n  hint: "
       "n_neighbors: How many neighbours are asked.\n"},
      {{"cv", "iris", "-m", "KNeighborsClassifier(weights=distence)"},
       2,
       "grove: error: model 'KNeighborsClassifier(weights=distence)', position 22: "
       "KNeighborsClassifier: parameter 'weights' must be one of uniform, distance, or a "
       "function of yours from C++, got distence\n  hint: weights: Whether near neighbours weigh "
       "more.\n"},
      {{"cv", "iris", "-m", "KNeighborsClassifier(7)"},
       2,
       "grove: error: model 'KNeighborsClassifier(7)', position 22: expected parameter=value, got "
       "'7'\n  hint: parameters are given by name, as in KNeighborsClassifier(n_neighbors=5); it "
       "has n_neighbors, weights, ties, algorithm, metric, p and leaf_size\n"},
      {{"cv", "iris", "-m", "KNeighborsClassifier(n_neighbors=7"},
       2,
       "grove: error: model 'KNeighborsClassifier(n_neighbors=7', position 35: a parenthesis is "
       "not closed\n  hint: write Name(parameter=value, ...), and a pipeline with | between its "
       "steps: StandardScaler() | KNeighborsClassifier(n_neighbors=7)\n"},
      {{"cv", "iris", "-m", "KNeighborsClassifier() | StandardScaler()"},
       2,
       "grove: error: model 'KNeighborsClassifier() | StandardScaler()', position 26: "
       "KNeighborsClassifier is a model and must come last, but StandardScaler follows it\n  hint: "
       "transformers come first, the model last, as in StandardScaler() | "
       "KNeighborsClassifier()\n"},
      {{"cv", "iris", "-m", "StandardScaler()"},
       2,
       "grove: error: model 'StandardScaler()', position 17: a model must follow the transformer "
       "StandardScaler\n  hint: end it with an estimator, as in StandardScaler() | "
       "KNeighborsClassifier()\n"},
      {{"cv", "iris", "-m", "KMeans()"},
       2,
       "grove: error: KMeans() is a clusterer, and cross-validation needs a classifier or a "
       "regressor\n  hint: grove cluster runs clusterers\n"},
      {{"cluster", "iris", "-m", "GaussianNB()", "-o", "-"},
       2,
       "grove: error: grove cluster needs a clusterer, and GaussianNB() is a classifier\n  hint: "
       "grove models lists the clusterers\n"},
      {{"cluster", "DIR/real.csv", "-m", "KMeans(n_clusters=50)", "-o", "-"},
       3,
       "grove: error: KMeans: n_clusters = 50, but the data have only 20 distinct points\n  hint: "
       "use fewer clusters\n"},
      {{"train", "DIR/real.csv", "-m", "KNeighborsRegressor(n_neighbors=50)", "-o", "DIR/m.grove"},
       3,
       "grove: error: KNeighborsRegressor: n_neighbors = 50, but the training data have only 20 "
       "rows\n  hint: use fewer neighbours\n"},
  });
}

TEST_CASE("outputs that cannot be written are refused before the work is done") {
  check({
      {{"compare", "iris", "-m", "GaussianNB()", "--html", "DIR/none/page.html"},
       1,
       "grove: error: cannot write 'DIR/none/page.html': No such file or directory\n  hint: make "
       "the "
       "directory 'DIR/none' first\n"},
      {{"cv", "iris", "-m", "GaussianNB()", "--out-of-fold", "DIR/"},
       1,
       "grove: error: cannot write 'DIR/': it is a directory\n  hint: give the name of a file in "
       "it\n"},
  });
}

TEST_CASE("mistakes in the data") {
  check({
      {{"describe", "irs"},
       3,
       "grove: error: 'irs' is neither a bundled data set nor a file; did you mean 'iris'?\n  "
       "hint: grove datasets lists the bundled ones; a file ends in .csv, .npy or .libsvm\n"},
      {{"describe", "DIR/none.csv"},
       3,
       "grove: error: DIR/none.csv: cannot be opened: No such file or directory\n  hint: check the "
       "path; bundled data sets are loaded by name\n"},
      {{"describe", "DIR/"},
       3,
       "grove: error: DIR/ is a directory, not a file\n  hint: name a file inside it\n"},
      {{"describe", "DIR/text.txt"},
       3,
       "grove: error: DIR/text.txt: grove does not know this kind of file\n  hint: data files are "
       "called *.csv, *.npy or *.libsvm, each also with .gz\n"},
      {{"describe", "DIR/empty.csv"},
       3,
       "grove: error: DIR/empty.csv: is empty\n  hint: a header line with column names is "
       "needed\n"},
      {{"train", "DIR/header.csv", "-m", "GaussianNB()", "-o", "DIR/m.grove"},
       3,
       "grove: error: DIR/header.csv: has a header and no rows\n  hint: at least one row of data "
       "is needed\n"},
      {{"describe", "DIR/ragged.csv"},
       3,
       "grove: error: DIR/ragged.csv:3:3: has 2 fields, but the header names 3 columns\n  hint: "
       "every row needs one field per column; check the delimiter and the quotes\n"},
      {{"describe", "DIR/twice.csv"},
       3,
       "grove: error: DIR/twice.csv:1:3: two columns are called 'a'\n  hint: give each its own "
       "name\n"},
      {{"describe", "DIR/mixed.csv"},
       3,
       "grove: error: DIR/mixed.csv:3:3: column 'b' holds numbers and the word 'two'\n  hint: "
       "declare the column categorical, or add the word to na if it stands for a missing value\n"},
      {{"describe", "DIR/inf.csv"},
       3,
       "grove: error: DIR/inf.csv:3:3: column 'b' holds 'inf'; values must be finite\n  hint: "
       "leave the field empty for a missing value, or add the word to na\n"},
      {{"describe", "DIR/huge.csv"},
       3,
       "grove: error: DIR/huge.csv:3:3: column 'b' holds 1e999, which is too large for a double\n  "
       "hint: leave the field empty for a missing value, or add the word to na\n"},
      {{"describe", "DIR/quote.csv"},
       3,
       "grove: error: DIR/quote.csv:2:3: begins with a quote that is never closed\n  hint: add the "
       "closing quote, or remove the first\n"},
      {{"train", "DIR/semicolon.csv", "-m", "GaussianNB()", "-o", "DIR/m.grove"},
       3,
       "grove: error: DIR/semicolon.csv: the only column, 'a;b;y', is the target; no feature is "
       "left\n  hint: if it is several columns, name what separates them: --delimiter ';'\n"},
      {{"train", "DIR/no_target.csv", "-m", "GaussianNB()", "-o", "DIR/m.grove"},
       3,
       "grove: error: DIR/no_target.csv:2: the target 'y' is missing\n  hint: every row needs a "
       "target; drop the rows that have none\n"},
      {{"train", "DIR/good.csv", "--target", "kinds", "-m", "GaussianNB()", "-o", "DIR/m.grove"},
       2,
       "grove: error: DIR/good.csv: there is no column 'kinds' for the target; did you mean "
       "'kind'?\n  hint: the file has width, height, colour and kind\n"},
      {{"train", "DIR/good.csv", "--target", "none", "-m", "GaussianNB()", "-o", "DIR/m.grove"},
       3,
       "grove: error: GaussianNB needs class labels, but the data set has no target\n  hint: name "
       "the target column when reading the data, or give y\n"},
      {{"train", "DIR/good.csv", "--task", "regresion", "-m", "Ridge()", "-o", "DIR/m.grove"},
       2,
       "grove: error: --task must be classification or regression, got 'regresion'; did you mean "
       "'regression'?\n"},
      {{"train", "DIR/good.csv", "-m", "OneHotEncoder() | Ridge()", "-o", "DIR/m.grove"},
       3,
       "grove: error: Ridge is a regressor, but the target 'kind' holds class labels (no and "
       "yes)\n  hint: use a classifier, or read the data with task = regression\n"},
      {{"train", "DIR/good.csv", "-m", "KNeighborsClassifier()", "-o", "DIR/m.grove"},
       3,
       "grove: error: KNeighborsClassifier cannot take categorical columns: 'colour' has 2 "
       "categories\n  hint: put OneHotEncoder() or OrdinalEncoder() before it in a pipeline, or "
       "use GradientBoosting*, which splits on categories\n"},
      {{"train", "DIR/missing.csv", "-m", "KNeighborsClassifier(n_neighbors=1)", "-o",
        "DIR/m.grove"},
       3,
       "grove: error: KNeighborsClassifier cannot take missing values: column 'a' has 1 in 4 "
       "rows\n  hint: put SimpleImputer() before it in a pipeline, or use GradientBoosting*, which "
       "learns from missing values\n"},
      {{"train", "DIR/real.csv", "-m", "LogisticRegression()", "-o", "DIR/m.grove"},
       3,
       "grove: error: LogisticRegression is a classifier, but the target 'price' holds real "
       "values\n  hint: use a regressor, or read the data with task = classification\n"},
      {{"train", "DIR/good.csv", "--task", "regression", "-m", "Ridge()", "-o", "DIR/m.grove"},
       3,
       "grove: error: DIR/good.csv: the target 'kind' holds words (no and yes), which a regression "
       "cannot predict\n  hint: use task = classification, or name another target\n"},
  });
}

TEST_CASE("mistakes with a saved model") {
  check({
      {{"predict", "DIR/none.grove", "iris", "-o", "-"},
       4,
       "grove: error: cannot read 'DIR/none.grove': No such file or directory\n  hint: check the "
       "path and its permissions\n"},
      {{"predict", "DIR/good.csv", "iris", "-o", "-"},
       4,
       "grove: error: DIR/good.csv: this is not a grove model: it begins with 'width,he'\n  hint: "
       "models are written by grove::save and `grove train`, as .grove or .json\n"},
      {{"predict", "DIR/other.grove", "iris", "-o", "-"},
       4,
       "grove: error: DIR/other.grove: this is not a grove model: it begins with 'this is '\n  "
       "hint: models are written by grove::save and `grove train`, as .grove or .json\n"},
      {{"predict", "DIR/cut.grove", "iris", "-o", "-"},
       4,
       "grove: error: DIR/cut.grove: the model file is cut off: it has 8 bytes, its header alone "
       "has 54\n  hint: copy the file again, or save the model again\n"},
      {{"predict", "DIR/bayes.grove", "iris", "-o", "-"},
       3,
       "grove: error: Pipeline was fitted with a column 'width', which the data lacks\n  hint: the "
       "data has sepal_length, sepal_width, petal_length and petal_width\n"},
      {{"predict", "DIR/bayes.grove", "DIR/narrow.csv", "-o", "-"},
       3,
       "grove: error: Pipeline was fitted with a column 'height', which the data lacks\n  hint: "
       "the data has width and colour\n"},
      {{"predict", "DIR/ridge.grove", "DIR/real.csv", "--proba", "-o", "-"},
       2,
       "grove: error: Ridge() gives no probabilities\n  hint: it is a regressor; leave out "
       "--proba\n"},
      {{"score", "DIR/ridge.grove", "DIR/real.csv", "--metrics", "accuracy"},
       2,
       "grove: error: the metric 'accuracy' needs labels, which Ridge() (a regressor) does not "
       "give\n" +
           regressor_metrics_hint},
      {{"score", "DIR/bayes.grove", "DIR/narrow.csv"},
       2,
       "grove: error: DIR/narrow.csv: there is no column 'kind' for the target\n  hint: the file "
       "has width and colour\n"},
      {{"score", "DIR/bayes.grove", "DIR/real.csv"},
       2,
       "grove: error: DIR/real.csv: there is no column 'kind' for the target\n  hint: the file has "
       "width, height and price\n"},
      {{"score", "DIR/bayes.grove", "DIR/unseen.csv"},
       3,
       "grove: error: the target 'kind' has the class 'maybe', which the model was not trained "
       "on\n  hint: it knows no and yes\n"},
  });
}
