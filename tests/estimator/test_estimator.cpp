#include "estimator/toys.hpp"
#include "support/check.hpp"

using namespace toys;
using grove::testing::listing;
using grove::testing::message_of;

namespace {

Dataset regression_data() {
  Matrix x(4, 2);
  x << 1, 2, 3, 4, 5, 6, 7, 8;
  return Dataset(x, Vector(Vector::LinSpaced(4, 1, 4)), Columns{{.name = "a"}, {.name = "b"}});
}

}  // namespace

TEST_CASE("A plain struct is an estimator") {
  Estimator estimator = Majority{};
  CHECK(estimator.name() == "Majority");
  CHECK(estimator.expression() == "Majority");
  CHECK(estimator.kind() == EstimatorKind::classifier);
  const Dataset data(Matrix(Matrix::Zero(3, 1)), std::vector<std::string>{"x", "y", "y"});
  estimator.fit(data);
  CHECK(estimator.predict(data) == Labels::Ones(3));
  REQUIRE(estimator.get_if<Majority>() != nullptr);
  CHECK(estimator.get_if<Majority>()->label == 1);
  CHECK(estimator.get_if<Shift>() == nullptr);
  CHECK(message_of([&] { (void)estimator.predict_proba(data); }) ==
        "Majority does not predict probabilities");
  CHECK(message_of([&] { (void)estimator.predict_values(data); }) ==
        "Majority is a classifier: it predicts labels, not real values");
  CHECK(message_of([&] { estimator.set_param("label", 1); }) ==
        "Majority has no parameter 'label'");
  CHECK(message_of([&] { (void)estimator.save_state(); }) == "Majority cannot be saved");
}

TEST_CASE("Parameters are reached by name and shown in the expression") {
  Estimator estimator = MeanRegressor();
  CHECK(estimator.kind() == EstimatorKind::regressor);
  CHECK(estimator.expression() == "MeanRegressor()");
  estimator.set_param("scale", 2);
  CHECK(estimator.expression() == "MeanRegressor(scale=2.0)");
  CHECK(message_of([&] { estimator.set_param("skale", 2); }) ==
        "MeanRegressor has no parameter 'skale'; did you mean 'scale'?");
  CHECK(message_of([&] { (void)estimator.predict(regression_data()); }) ==
        "MeanRegressor is not fitted");
}

TEST_CASE("A regressor through Estimator") {
  Estimator estimator = MeanRegressor();
  estimator.fit(regression_data());
  CHECK(estimator.predict_values(regression_data())(0) == 2.5);
  CHECK(message_of([&] { (void)estimator.predict(MatrixView(regression_data().x())); }) ==
        "MeanRegressor is a regressor: it predicts real values, not labels");
  CHECK(message_of([&] { (void)estimator.labels(); }) ==
        "MeanRegressor is not a clusterer: it keeps no labels of its training rows");
}

TEST_CASE("The contract suite passes for a good estimator and finds a bad one") {
  CHECK(listing(check_estimator(MeanRegressor())) == "");

  struct Sloppy {  // remembers, ignores weights, accepts anything
    double sum = 0;
    void fit(const Dataset& d) { sum += d.target().sum(); }
    Vector predict(MatrixView x) const {
      return Vector::Constant(x.rows(), sum + static_cast<double>(x.rows()));
    }
  };
  const std::string found = listing(check_estimator(Sloppy{}));
  for (const char* check : {"empty_data_refused", "bad_columns_refused", "unfitted_predict_refused",
                            "shape_of_x", "zero_weight_removes", "integer_weights_repeat"}) {
    INFO(check << "\n" << found);
    CHECK(found.find(check) != std::string::npos);
  }
}

TEST_CASE("A moved-from Estimator says so") {
  Estimator estimator = Majority{};
  const Estimator moved = std::move(estimator);
  CHECK(moved.name() == "Majority");
  CHECK(message_of([&] { (void)estimator.name(); }) == "this Estimator was moved from");
  estimator = moved;
  CHECK(estimator.name() == "Majority");
}

TEST_CASE("A pipeline fits and predicts through its steps") {
  Pipeline pipeline(Shift({.by = 2}), Shift(), MeanRegressor());
  CHECK(pipeline.expression() == "Shift(by=2.0) | Shift() | MeanRegressor()");
  CHECK(pipeline.kind() == EstimatorKind::regressor);
  CHECK(message_of([&] { (void)pipeline.predict_values(regression_data().x()); }) ==
        "Pipeline is not fitted");
  pipeline.fit(regression_data());
  CHECK(pipeline.predict_values(regression_data().x())(3) == 2.5);
  CHECK(pipeline.trained_on()->columns[1].name == "b");
  const ParamValues values = pipeline.param_values();
  REQUIRE(values.size() == 3);
  CHECK(values[0] == std::pair<std::string, Value>("shift-1__by", 2.0));
  CHECK(values[2].first == "meanregressor__scale");
  pipeline.set_param("shift-2__by", 7);
  CHECK(pipeline.expression() == "Shift(by=2.0) | Shift(by=7.0) | MeanRegressor()");
  CHECK(message_of([&] { (void)pipeline.predict_values(regression_data().x()); }) ==
        "Pipeline is not fitted");
  CHECK(message_of([&] { pipeline.set_param("shift__by", 7); }) ==
        "Pipeline has no parameter 'shift__by'");
  CHECK(listing(check_estimator(Pipeline(Shift(), MeanRegressor()))) == "");
}

TEST_CASE("A pipeline that fails to fit keeps its old model") {
  Pipeline pipeline(Shift{}, MeanRegressor{});
  pipeline.fit(regression_data());
  const Value before = pipeline.save_state();
  CHECK(message_of([&] { pipeline.fit(regression_data().without_target()); }) ==
        "MeanRegressor needs a target, but the data set has none");
  CHECK(pipeline.save_state() == before);
  Pipeline moved = std::move(pipeline);
  CHECK(message_of([&] { (void)pipeline.predict_values(regression_data().x()); }) ==
        "Pipeline is not fitted");
  CHECK(moved.predict_values(regression_data().x())(0) == 2.5);
}

TEST_CASE("A pipeline predicts on data whose columns are in another order") {
  Estimator estimator = Pipeline(Shift(), MeanRegressor());
  estimator.fit(regression_data());
  const Dataset other(Matrix(Matrix::Ones(2, 3)),
                      Columns{{.name = "b"}, {.name = "z"}, {.name = "a"}});
  CHECK(estimator.predict_values(other).size() == 2);
  CHECK(message_of([&] { (void)estimator.predict_values(Dataset(Matrix(Matrix::Ones(2, 2)))); }) ==
        "Pipeline was fitted with a column 'a', which the data lacks");
}

TEST_CASE("ColumnTransformer works on columns by name") {
  ColumnTransformer transformer({{Shift({.by = 10}), {"b"}}});
  const Dataset data = regression_data();
  transformer.fit(data);
  CHECK(transformer.output_columns()[0].name == "b");
  CHECK(transformer.output_columns()[1].name == "a");
  const Matrix out = transformer.transform(data.x());
  CHECK(out.col(0) == (data.x().col(1).array() + 10).matrix());
  CHECK(out.col(1) == data.x().col(0));
  CHECK(transformer.expression() == "ColumnTransformer(Shift(by=10.0) on [b])");
  ColumnTransformer dropping({{Shift(), {"b"}}}, Remainder::drop);
  CHECK(dropping.fit(data).transform(data.x()).cols() == 1);
  CHECK(message_of([&] {
          ColumnTransformer({{Shift(), {"bb"}}}).fit(data);
        }) == "ColumnTransformer: the data has no column 'bb'; did you mean 'b'?");
  CHECK(message_of([&] {
          ColumnTransformer({{Shift(), {"b"}}, {Shift(), {"b"}}}).fit(data);
        }) == "ColumnTransformer: two outputs are called 'b'");
  CHECK(listing(check_transformer(Shift())) == "");
  CHECK(listing(check_transformer(ColumnTransformer({{Shift(), {"u"}}}))) == "");
}
