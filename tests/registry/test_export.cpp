#include <unistd.h>

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>

#include "core/text.hpp"
#include "grove/boosting/gradient_boosting.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/registry/export_header.hpp"
#include "grove/registry/registry.hpp"
#include "support/check.hpp"

using namespace grove;
namespace fs = std::filesystem;

namespace {

struct Exported {
  std::string name;  // and namespace
  Estimator model;
  Matrix rows;
};

/// Values of the data set mixed column by column, some moved a little; codes that no category has
/// and, if asked for, missing values.
Matrix rows_like(const Dataset& data, Index n_rows, bool missing) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Matrix rows(n_rows, data.n_columns());
  Rng rng(11);
  for (Index i = 0; i < n_rows; ++i)
    for (Index j = 0; j < rows.cols(); ++j) {
      const Column& column = data.columns()[static_cast<std::size_t>(j)];
      const double value = data.x()(rng.below(data.n_rows()), j);
      if (column.kind == ColumnKind::categorical) {
        rows(i, j) =
            static_cast<double>(rng.below(static_cast<Index>(column.categories.size()) + 2)) - 1;
      } else {
        rows(i, j) = rng.uniform() < 0.5 ? value : value + 0.1 * rng.normal();
      }
      if (missing && rng.uniform() < 0.1) rows(i, j) = nan;
      if (!missing && std::isnan(rows(i, j))) rows(i, j) = 0;
    }
  return rows;
}

Exported exported(const std::string& name, const std::string& expression, const Dataset& data,
                  bool missing, Index n_rows = 20000) {
  Estimator model = parse_model(expression);
  model.fit(data);
  return {name, std::move(model), rows_like(data, n_rows, missing)};
}

/// Per row: the answer and, of a classifier, the probabilities.
Matrix answers(const Estimator& model, const Matrix& rows) {
  if (model.kind() == EstimatorKind::regressor) return model.predict_values(rows);
  const Matrix proba = model.predict_proba(rows);
  Matrix out(rows.rows(), 1 + proba.cols());
  out << model.predict(rows).cast<double>(), proba;
  return out;
}

/// A program of all headers, built without grove: for each it reads NAME.in and writes NAME.out.
class Program {
 public:
  explicit Program(const std::vector<Exported>& models)
      : folder_(fs::temp_directory_path() / concat("grove-export-", ::getpid())) {
    fs::create_directories(folder_);
    std::string includes = "#include <cstdio>\n", calls;
    for (const Exported& one : models) {
      write(one.name + ".hpp", export_header(one.model, {.name_space = one.name}));
      write(one.name + ".in", {reinterpret_cast<const char*>(one.rows.data()),
                               static_cast<std::size_t>(one.rows.size()) * sizeof(double)});
      includes += concat("#include \"", one.name, ".hpp\"\n");
      const bool classes = one.model.kind() == EstimatorKind::classifier;
      calls += concat(
          "  run(\"", one.name, "\", ", one.name, "::n_columns, ",
          classes ? one.name + "::n_classes" : "0",
          ", [](const double* row, double* out) {\n    out[0] = ", one.name, "::predict(row);\n",
          classes ? concat("    ", one.name, "::predict_proba(row, out + 1);\n") : "", "  });\n");
    }
    write("main.cpp", includes + R"(#include <string>
#include <vector>
template <class F>
void run(const std::string& name, int n_columns, int n_classes, F answer) {
  std::FILE* in = std::fopen((name + ".in").c_str(), "rb");
  std::FILE* out = std::fopen((name + ".out").c_str(), "wb");
  const auto n_in = static_cast<std::size_t>(n_columns);
  const auto n_out = static_cast<std::size_t>(n_classes) + 1;
  std::vector<double> row(n_in), result(n_out);
  while (std::fread(row.data(), sizeof(double), n_in, in) == n_in) {
    answer(row.data(), result.data());
    std::fwrite(result.data(), sizeof(double), n_out, out);
  }
  std::fclose(in);
  std::fclose(out);
}
int main() {
)" + calls + "}\n");
  }
  ~Program() { fs::remove_all(folder_); }

  void build(const std::string& flags) const {
    const std::string command =
        concat("cd '", folder_.string(), "' && '", GROVE_TEST_COMPILER,
               "' -std=c++17 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror ", flags,
               " main.cpp -o program 2> log.txt");
    INFO(command);
    const int code = std::system(command.c_str());
    INFO(read("log.txt"));
    REQUIRE(code == 0);
  }

  void run() const {
    REQUIRE(std::system(concat("cd '", folder_.string(), "' && ./program").c_str()) == 0);
  }

  Matrix answers_of(const Exported& one, Index n_outputs) const {
    const std::string out = read(one.name + ".out");
    Matrix result(one.rows.rows(), n_outputs);
    REQUIRE(out.size() == static_cast<std::size_t>(result.size()) * sizeof(double));
    std::copy(out.begin(), out.end(), reinterpret_cast<char*>(result.data()));
    return result;
  }

 private:
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  std::string read(const std::string& name) const {
    std::ifstream file(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path folder_;
};

Index different_bits(const Matrix& a, const Matrix& b) {
  Index count = 0;
  for (Index i = 0; i < a.size(); ++i)
    count += std::bit_cast<std::uint64_t>(a.data()[i]) != std::bit_cast<std::uint64_t>(b.data()[i]);
  return count;
}

/// A regressor whose leaves answer with lines, made from a fitted one.
Exported with_lines(const Dataset& data) {
  GradientBoostingRegressor plain({.n_estimators = 4, .max_leaf_nodes = 8});
  plain.fit(data);
  Value state = plain.save_state();
  Value::Map members = *state.get_if<Value::Map>();
  Value::List trees = *members["trees"].get_if<Value::List>();
  for (std::size_t t = 0; t + 1 < trees.size(); ++t) {
    Value::Map tree = *trees[t].get_if<Value::Map>();
    const Value::Integers left = *tree["left"].get_if<Value::Integers>();
    Value::List lines;
    for (std::size_t node = 0; node < left.size(); ++node)
      if (left[node] == 0 && node % 3 != 0)
        lines.emplace_back(Value::Map{{"node", node},
                                      {"intercept", 0.1 * static_cast<double>(node)},
                                      {"feature", Value::Integers{0, 2}},
                                      {"coefficient", Value::Reals{1.0 / 3, -0.7}}});
    REQUIRE(!lines.empty());
    tree["linear_leaves"] = std::move(lines);
    trees[t] = std::move(tree);
  }
  members["trees"] = std::move(trees);
  const Value changed(std::move(members));
  return {"lines", GradientBoostingRegressor::load_state(plain.params(), StateReader(changed)),
          rows_like(data, 5000, true)};
}

std::vector<Exported> models() {
  const Dataset credit = datasets::load("credit_data");
  const Dataset penguins = datasets::load("penguins");
  const Dataset sonar = datasets::load("sonar");
  const Dataset diabetes = datasets::load("diabetes");
  std::vector<Exported> list{
      exported("words",
               "SimpleImputer(strategy=median) | OneHotEncoder() | "
               "GradientBoostingClassifier(n_estimators=10)",
               credit, true, 100000),
      exported("native", "GradientBoostingClassifier(n_estimators=10)", credit, true, 100000),
      exported("ordinal",
               "OrdinalEncoder(encoded_missing_value=-1) | OneHotEncoder() | StandardScaler() | "
               "GradientBoostingClassifier(n_estimators=5)",
               credit, true),
      exported("three",
               "StandardScaler(with_mean=false) | GradientBoostingClassifier(n_estimators=5)",
               penguins, true),
      exported("regression", "GradientBoostingRegressor(n_estimators=10)", datasets::load("ames"),
               true),
      exported("columns",
               "SimpleImputer() | ColumnTransformer(RobustScaler() on [body_mass_g], "
               "ColumnTransformer(MinMaxScaler(clip=true) on [bill_depth_mm]) on [bill_depth_mm, "
               "island]) | OneHotEncoder(drop=first) | LogisticRegression()",
               penguins, true),
      exported("pair", "MinMaxScaler(feature_range=[-1, 3]) | LogisticRegression()", sonar, false),
      exported("bayes", "StandardScaler() | GaussianNB()", datasets::load("wine"), false),
      exported("ridge", "Ridge()", diabetes, false),
      exported("line", "RobustScaler() | LinearRegression()", diabetes, false),
      exported("prior", "DummyClassifier()", sonar, false, 10),
      exported("likely", "DummyClassifier(strategy=most_frequent)", sonar, false, 10),
      exported("middle", "DummyRegressor(strategy=median)", diabetes, false, 10),
      with_lines(diabetes)};
  for (const char* trees :
       {"DecisionTreeClassifier", "RandomForestClassifier", "ExtraTreesClassifier"})
    list.push_back(exported(trees, std::string(trees) + "(max_depth=6)", penguins, true));
  for (const char* trees :
       {"DecisionTreeRegressor", "RandomForestRegressor", "ExtraTreesRegressor"})
    list.push_back(exported(trees, std::string(trees) + "(max_depth=6)", diabetes, true));
  return list;
}

std::string refusal(const std::string& expression, const Dataset& data) {
  Estimator model = parse_model(expression);
  model.fit(data);
  return testing::message_of([&] { (void)export_header(model); });
}

}  // namespace

TEST_CASE("an exported header answers as grove does, bit for bit") {
  const std::vector<Exported> list = models();
  const Program program(list);
  program.build("-O2 -march=native -ffp-contract=fast");
  program.run();
  for (const Exported& one : list) {
    INFO(one.name);
    const Matrix expected = answers(one.model, one.rows);
    CHECK(different_bits(program.answers_of(one, expected.cols()), expected) == 0);
  }
}

TEST_CASE("what cannot be exported is refused by name") {
  const Dataset iris = datasets::load_iris();
  CHECK(refusal("StandardScaler() | KNeighborsClassifier()", iris) ==
        "KNeighborsClassifier cannot be exported as a C++ header");
  CHECK(refusal("DummyClassifier(strategy=uniform)", iris) ==
        "DummyClassifier(strategy=uniform) cannot be exported as a C++ header");
  CHECK_THROWS_AS(export_header(parse_model("GaussianNB()")), NotFitted);
  Estimator model = parse_model("GaussianNB()");
  model.fit(iris);
  for (const char* name : {"", "1a", "a::", "a b", "class", "a::int", "std"}) {
    INFO(name);
    CHECK_THROWS_AS(export_header(model, {.name_space = name}), InvalidParameter);
  }
  CHECK(export_header(model, {.name_space = "a::b"}).find("namespace a::b {") != std::string::npos);
}
