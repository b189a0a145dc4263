#include <catch2/catch.hpp>
#include <limits>

#include "core/text.hpp"
#include "grove/core/random.hpp"
#include "grove/data/audit.hpp"

using namespace grove;

namespace {

std::vector<std::string> texts(const Dataset& data, const AuditOptions& options = {}) {
  std::vector<std::string> result;
  for (const Finding& finding : audit(data, options))
    result.push_back(concat(finding.code, ": ", finding.text));
  return result;
}

Matrix noise(Index rows, Index columns) {
  Rng rng(4);
  Matrix x(rows, columns);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal();
  return x;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a clean data set has no findings") {
  Labels y(60);
  for (Index i = 0; i < 60; ++i) y(i) = static_cast<int>(i % 3);
  CHECK(texts(Dataset(noise(60, 3), y)).empty());
}

TEST_CASE("odd columns are found") {
  Matrix x = noise(60, 7);
  x.col(1).setConstant(3);
  x.col(2).setConstant(std::numeric_limits<double>::quiet_NaN());
  x.col(3) = x.col(0);
  for (Index i = 0; i < 60; ++i) x(i, 4) = static_cast<double>(100 + (i * 7) % 60);
  Labels y(60);
  for (Index i = 0; i < 60; ++i) {
    y(i) = static_cast<int>(i % 3);
    x(i, 5) = y(i) * 10 + x(i, 6);
  }
  CHECK(
      texts(Dataset(x, y)) ==
      Texts{
          "constant_column: column 'c1' has one value only: leave it out",
          "empty_column: column 'c2' has no value at all: leave it out",
          "duplicate_column: columns 'c0' and 'c3' hold the same values",
          "id_like_column: column 'c4' has another value in every row, as an identifier has: leave "
          "it out",
          "leaking_column: column 'c5' alone predicts 100 % of the rows: is it known before the "
          "target is?"});
  const Vector target = x.col(6) * 2.0;
  CHECK(
      texts(Dataset(Matrix(x.rightCols(1)), target)) ==
      Texts{
          "leaking_column: column 'c0' alone predicts 100 % of the target's variance: is it known "
          "before the target is?"});
}

TEST_CASE("categories that give the class away are found, identifiers are told apart") {
  Matrix x(60, 2);
  Labels y(60);
  Column colour{.name = "colour", .kind = ColumnKind::categorical, .categories = {"blue", "red"}};
  Column id{.name = "id", .kind = ColumnKind::categorical};
  for (int i = 0; i < 60; ++i) {
    y(i) = i % 2;
    x(i, 0) = i % 2;
    x(i, 1) = i;
    id.categories.push_back(concat("n", 100 + i));
  }
  CHECK(
      texts(Dataset(x, y, {colour, id})) ==
      Texts{
          "id_like_column: column 'id' has another value in every row, as an identifier has: leave "
          "it out",
          "leaking_column: column 'colour' alone predicts 100 % of the rows: is it known before "
          "the "
          "target is?"});
}

TEST_CASE("rows that repeat or contradict each other are counted") {
  Matrix x = noise(30, 2);
  Labels y(30);
  for (Index i = 0; i < 30; ++i) y(i) = static_cast<int>(i % 2);
  x.row(4) = x.row(2);
  x.row(9) = x.row(2);
  x(12, 0) = -0.0;
  x(14, 0) = 0.0;
  x(14, 1) = x(12, 1);
  CHECK(
      texts(Dataset(x, y)) ==
      Texts{
          "duplicate_rows: 2 rows repeat an earlier one (row 4 equals row 2): they may fall into "
          "both sides of a split",
          "contradicting_rows: 3 rows have equal features and different classes: no model can get "
          "all of them right"});
}

TEST_CASE("classes too small for the folds are found") {
  Labels y = Labels::Zero(30);
  y(3) = 1;
  y.segment(5, 3).setConstant(2);
  CHECK(texts(Dataset(noise(30, 2), y)) ==
        Texts{"small_class: class '1' has 1 row, fewer than 5 folds",
              "small_class: class '2' has 3 rows, fewer than 5 folds"});
  CHECK(texts(Dataset(noise(30, 2), y), {.n_folds = 2}).size() == 1);
}

TEST_CASE("the audit is the same for any number of threads") {
  Matrix x = noise(5000, 6);
  x.bottomRows(2000) = x.topRows(2000);
  const Dataset data(x);
  const auto one = audit(data, {}, {.threads = 1});
  const auto two = audit(data, {}, {.threads = 2});
  REQUIRE(one.size() == two.size());
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(one[i].text == two[i].text);
}
