#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/data/held_out.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::message_of;

namespace {

Dataset table(Index n) { return Dataset(Matrix::Random(n, 2), Labels::Zero(n).eval()); }

}  // namespace

TEST_CASE("Rows keep their place in the table that they come from") {
  const Dataset data = table(10);
  const Dataset part = data.take({7, 2, 2, 9});
  const Dataset inner = part.take({3, 0});
  CHECK(part.source() == data.source());
  CHECK(inner.source() == data.source());
  CHECK(inner.source_row(0) == 9);
  CHECK(inner.source_row(1) == 7);
  const Dataset other_columns = inner.with_x(Matrix::Zero(2, 5), {}).with_name("other");
  CHECK(other_columns.source_row(1) == 7);
  CHECK(table(10).source() != data.source());
  CHECK(Dataset::borrow(data.x()).source() != data.source());
  CHECK(data.history().empty());
  CHECK(data.with_step({"S()", RowSet(part), true}).take({1}).history()[0].transformer == "S()");
  CHECK(data.with_step({"S()", RowSet(part), true}).fingerprint() == data.fingerprint());
}

TEST_CASE("A set of rows knows which rows it holds") {
  const Dataset data = table(10);
  const RowSet all(data);
  const RowSet some(data.take({7, 2, 2, 9}));
  CHECK(all.size() == 10);
  CHECK(some.size() == 3);
  CHECK(RowSet().size() == 0);
  CHECK(some.contains(data.source(), 2));
  CHECK(!some.contains(data.source(), 3));
  CHECK(!some.contains(data.source(), -1));
  CHECK(!some.contains(data.source(), 10));
  CHECK(!some.contains(data.source() + 1000000, 2));
  CHECK(all.shared_with(data.take({1, 1, 4})) == 3);
  CHECK(some.shared_with(data) == 3);
  CHECK(some.shared_with(table(10)) == 0);
  CHECK(RowSet().shared_with(data) == 0);
}

TEST_CASE("Held-out rows are refused on their thread while the fold lasts") {
  const Dataset data = table(10);
  const Dataset train = data.take({0, 1, 2, 3, 4, 5});
  const Dataset test = data.take({5, 6, 7, 8, 9});
  const auto refusal = [](const Dataset& fitted) {
    return message_of([&] { refuse_held_out("Model", "G-LEAK-13", "the data", fitted); });
  };
  CHECK(refusal(data) == "nothing thrown");
  {
    const HeldOut outer(train, test, HeldOut::current());
    CHECK(refusal(train) == "nothing thrown");  // row 5 is in both parts: no secret
    CHECK(refusal(data) == "Model: G-LEAK-13: the data has 4 rows of the fold's test part");
    CHECK(refusal(table(10)) == "nothing thrown");
    const Dataset inner_train = train.take({0, 1, 2});
    const Dataset inner_test = train.take({3, 4});
    {
      const HeldOut inner(inner_train, inner_test, HeldOut::current());
      CHECK(refusal(inner_train) == "nothing thrown");
      CHECK(refusal(train) == "Model: G-LEAK-13: the data has 2 rows of the fold's test part");
      CHECK(refusal(test) == "Model: G-LEAK-13: the data has 4 rows of the fold's test part");
    }
    CHECK(HeldOut::current() == &outer);
  }
  CHECK(HeldOut::current() == nullptr);
}
