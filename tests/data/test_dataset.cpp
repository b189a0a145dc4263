#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "grove/core/error.hpp"
#include "grove/data/dataset.hpp"
#include "grove/data/trained_on.hpp"

using namespace grove;

namespace {

Matrix small() {
  Matrix x(3, 2);
  x << 1, 2, 3, 4, 5, 6;
  return x;
}

template <class Body>
std::string message_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing thrown";
}

}  // namespace

TEST_CASE("Labels of any kind become codes in sorted order") {
  Labels y(3);
  y << 7, -2, 7;
  const Dataset integers(small(), y);
  CHECK(integers.labels() == (Labels(3) << 1, 0, 1).finished());
  CHECK(integers.class_names() == std::vector<std::string>{"-2", "7"});
  const Dataset words(small(), std::vector<std::string>{"b", "a", "c"});
  CHECK(words.labels() == (Labels(3) << 1, 0, 2).finished());
  CHECK(words.n_classes() == 3);
  CHECK(words.take({1}).class_names() == words.class_names());
}

TEST_CASE("take gathers rows, target, weights and groups") {
  Vector y(3);
  y << 10, 20, 30;
  const Dataset data = Dataset(small(), y)
                           .with_weights((Vector(3) << 1, 2, 3).finished())
                           .with_groups((Labels(3) << 4, 5, 6).finished())
                           .with_name("toy");
  const Dataset taken = data.take({2, 0, 2});
  CHECK(taken.x() == (Matrix(3, 2) << 5, 6, 1, 2, 5, 6).finished());
  CHECK(taken.target() == (Vector(3) << 30, 10, 30).finished());
  CHECK(*taken.weights() == (Vector(3) << 3, 1, 3).finished());
  CHECK(*taken.groups() == (Labels(3) << 6, 4, 6).finished());
  CHECK(taken.name() == "toy");
  CHECK(data.take({}).n_rows() == 0);
  CHECK(message_of([&] { (void)data.take({3}); }) == "data set: row 3 is not in 0..2");
}

TEST_CASE("borrow looks at the caller's memory") {
  Matrix x = small();
  const Dataset data = Dataset::borrow(x);
  CHECK(data.x().data() == x.data());
  const Dataset part = Dataset::borrow(x.rightCols(1), Vector(Vector::Ones(3)));
  CHECK(part.x().data() == x.data() + 1);
  CHECK(part.x()(2, 0) == 6);
  CHECK(part.n_columns() == 1);
}

TEST_CASE("The fingerprint follows content and nothing else") {
  const Dataset data(small());
  CHECK(data.fingerprint().size() == 64);
  CHECK(data.fingerprint() == Dataset(small()).with_name("other").fingerprint());
  Matrix x = small();
  CHECK(data.fingerprint() == Dataset::borrow(x.leftCols(2)).fingerprint());
  x(1, 1) += 1e-15 * 4;
  CHECK(data.fingerprint() != Dataset(x).fingerprint());
  CHECK(data.fingerprint() !=
        Dataset(small(), Columns{{.name = "a"}, {.name = "b"}}).fingerprint());
  CHECK(data.fingerprint() != data.with_target(Vector::Ones(3)).fingerprint());
  CHECK(data.with_weights(Vector::Ones(3)).fingerprint() != data.fingerprint());
}

TEST_CASE("Bad data are refused with the whole sentence") {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Matrix x = small();
  x(1, 0) = inf;
  CHECK(message_of([&] { Dataset{x}; }) == "data set: column 'c0' is infinite at row 1");
  x(1, 0) = nan;
  CHECK(Dataset(x).has_missing());
  CHECK_FALSE(Dataset(small()).has_missing());
  CHECK(message_of([&] { Dataset(small(), Vector(Vector::Ones(2))); }) ==
        "data set: y has 2 entries, but x has 3 rows");
  CHECK(message_of([&] { Dataset(small(), (Vector(3) << 1, nan, 2).finished()); }) ==
        "data set: target is nan at row 1");
  CHECK(message_of([&] {
          Dataset(small(), Columns{{.name = "a"}, {.name = "a"}});
        }) == "data set: two columns are called 'a'");
  CHECK(message_of([&] { Dataset(small(), Columns{{.name = "a"}}); }) ==
        "data set: x has 2 columns, but 1 columns are described");
  CHECK(message_of([&] {
          Dataset(small(),
                  {{.name = "a", .kind = ColumnKind::categorical, .categories = {"p", "q"}},
                   {.name = "b"}});
        }) == "data set: categorical column 'a' must hold codes 0..1, got 3 at row 1");
  CHECK(message_of([&] {
          (void)Dataset(small()).with_weights((Vector(3) << 1, -1, 1).finished());
        }) == "data set: weights must be >= 0, got -1 at row 1");
  CHECK(message_of([&] { (void)Dataset(small()).with_weights(Vector::Zero(3)); }) ==
        "data set: all weights are 0");
  CHECK(message_of([&] { (void)Dataset(small()).labels(); }) == "data set: it has no labels");
  CHECK(message_of([&] { (void)Dataset(small(), Vector(Vector::Ones(3))).labels(); }) ==
        "data set: the target 'target' holds real values, not class labels");
  CHECK(message_of([&] { (void)Dataset(small()).with_labels(Labels::Ones(3), {"only"}); }) ==
        "data set: label 1 at row 0 is not a code 0..0 of the 1 class names");
}

TEST_CASE("A transposed matrix is recognised") {
  try {
    Dataset(Matrix(small().transpose()), (Labels(3) << 0, 1, 0).finished());
    FAIL("accepted");
  } catch (const InvalidData& error) {
    CHECK(std::string(error.what()) == "data set: y has 3 entries, but x has 2 rows");
    CHECK(
        error.hint() ==
        "x looks transposed: rows are samples and columns are features, so x should be 3 x 2; pass "
        "x.transpose()");
  }
}

TEST_CASE("Prediction data are matched to the training columns by name") {
  const Column colour{
      .name = "colour", .kind = ColumnKind::categorical, .categories = {"blue", "red"}};
  Matrix x(2, 2);
  x << 1, 0, 2, 1;
  const TrainedOn trained_on(Dataset(x, {{.name = "size"}, colour}));
  Matrix other(3, 3);
  other << 2, 9, 10, 1, 9, 20, 0, 9, 30;
  const Dataset shuffled(
      other,
      {{.name = "colour", .kind = ColumnKind::categorical, .categories = {"green", "red", "blue"}},
       {.name = "extra"},
       {.name = "size"}});
  const Matrix aligned = trained_on.align(shuffled, "Toy");
  CHECK(aligned.col(0) == (Vector(3) << 10, 20, 30).finished());
  CHECK(aligned(0, 1) == 0);
  CHECK(aligned(1, 1) == 1);
  CHECK(std::isnan(aligned(2, 1)));
  CHECK(message_of([&] {
          (void)trained_on.align(Dataset(small(), Columns{{.name = "sise"}, colour}), "Toy");
        }) == "data set: categorical column 'colour' must hold codes 0..1, got 2 at row 0");
  CHECK(message_of([&] {
          (void)trained_on.align(Dataset(small(), Columns{{.name = "sise"}, {.name = "b"}}), "Toy");
        }) == "Toy was fitted with a column 'size', which the data lacks; did you mean 'sise'?");
  CHECK(message_of([&] {
          (void)trained_on.align(Dataset(small(), Columns{{.name = "size"}, {.name = "colour"}}),
                                 "Toy");
        }) == "Toy was fitted with a categorical column 'colour', but it is numeric in the data");
  const Value saved = trained_on.to_value();
  CHECK(TrainedOn::from_value(StateReader(saved)).columns == trained_on.columns);
}

TEST_CASE("fit(x, y) takes codes and refuses other labels") {
  CHECK(dataset_from("Toy", small(), (Labels(3) << 0, 1, 0).finished()).n_classes() == 2);
  CHECK(message_of([&] {
          (void)dataset_from("Toy", small(), (Labels(3) << 1, 2, 3).finished());
        }) == "Toy: y must hold the codes 0..K-1, each at least once, got values in 1..3");
  CHECK(message_of([&] {
          (void)dataset_from("Toy", small(), (Labels(3) << -1, 1, 1).finished());
        }) == "Toy: y must hold the codes 0..K-1, each at least once, got values in -1..1");
  CHECK(message_of([&] { (void)dataset_from("Toy", small(), Labels(Labels::Zero(2))); }) ==
        "Toy: x has 3 rows, but y has 2 entries");
}
