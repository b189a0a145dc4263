#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/data/libsvm.hpp"
#include "grove/data/read_data.hpp"
#include "support/check.hpp"
#include "support/temporary_file.hpp"

using namespace grove;
using grove::testing::message_and_hint_of;

namespace {

std::string message_for(std::string_view text, const ReadOptions& options = {}) {
  return message_and_hint_of([&] { (void)parse_libsvm(text, options, {}, "t.libsvm"); });
}

const ReadOptions with_label = {.target = "target"};

}  // namespace

TEST_CASE("Files that scikit-learn wrote come back") {
  const std::string folder = GROVE_TEST_DIR "/reference/files/";
  const Dataset classes = read_data(folder + "from_zero.libsvm", with_label);
  CHECK(classes.class_names() == std::vector<std::string>{"0", "1", "2"});
  CHECK(classes.target_name() == "target");
  const Dataset ranking = read_libsvm(folder + "ranking.libsvm", with_label);
  CHECK(ranking.target()(2) == -2);
  REQUIRE(ranking.groups() != nullptr);
  CHECK(*ranking.groups() == (Labels(4) << 1, 1, 0, 0).finished());
  for (const Dataset& data : {classes, ranking}) {
    REQUIRE(data.n_rows() == 4);
    REQUIRE(data.n_columns() == 3);
    CHECK(data.columns()[2].name == "c2");
    for (Index i = 0; i < 4; ++i)
      for (Index j = 0; j < 3; ++j) CHECK(data.x()(i, j) == static_cast<double>(10 * i + j));
  }
}

TEST_CASE("Comments, blank lines, tabs, CRLF and missing values") {
  const Dataset data =
      parse_libsvm("# head\n\n+1 2:0.5\t4:-1e-3 # note 9:9\r\n-1\r\n1 1:nan", with_label);
  REQUIRE(data.n_rows() == 3);
  REQUIRE(data.n_columns() == 4);
  CHECK(data.x()(0, 1) == 0.5);
  CHECK(data.x()(0, 3) == -1e-3);
  CHECK(data.x().row(1).isZero());
  CHECK(std::isnan(data.x()(2, 0)));
  CHECK(data.class_names() == std::vector<std::string>{"-1", "1"});
}

TEST_CASE("The label is dropped unless it is the target, and columns can be added") {
  const Dataset features = parse_libsvm("3 1:7\n4 2:8\n");
  CHECK(features.n_columns() == 2);
  CHECK_FALSE(features.has_labels());
  CHECK(parse_libsvm("3 1:7\n", {.n_columns = 5}).n_columns() == 5);
  const Dataset other = parse_libsvm("3 1:7\n4 2:8\n", {.target = "c1", .task = Task::regression});
  CHECK(other.n_columns() == 1);
  CHECK(other.target()(1) == 8);
}

TEST_CASE("Many pieces give the same rows as one thread and one piece") {
  std::string text;
  for (Index i = 0; i < 60000; ++i)
    text += concat(i % 3, " qid:", i / 7, " 1:", i, " 3:", 0.25 * static_cast<double>(i), '\n');
  REQUIRE(text.size() > (std::size_t{1} << 20));
  Context one;
  one.threads = 1;
  Context four;
  four.threads = 4;
  const Dataset data = parse_libsvm(text, with_label, four);
  CHECK(data.fingerprint() == parse_libsvm(text, with_label, one).fingerprint());
  REQUIRE(data.n_rows() == 60000);
  for (Index i = 0; i < 60000; i += 997) {
    CHECK(data.x()(i, 0) == static_cast<double>(i));
    CHECK(data.x()(i, 2) == 0.25 * static_cast<double>(i));
    CHECK((*data.groups())(i) == i / 7);
  }
}

TEST_CASE("What is no LIBSVM line is refused with its place") {
  CHECK(message_for("1 1:2\n1:2 2:3\n") ==
        "t.libsvm:2:1: has no label before the values\n"
        "hint: begin each line with the label, or with 0");
  CHECK(message_for("1 1:2\n1,2 2:3\n") ==
        "t.libsvm:2:1: has several labels, '1,2'\nhint: keep one label per line");
  CHECK(message_for("yes 1:2\n") == "t.libsvm:1:1: has 'yes' for the label; expected a number");
  CHECK(message_for("1 1:2 2\n") == "t.libsvm:1:7: has '2' where index:value was expected");
  CHECK(message_for("1 2:1 1:1\n") ==
        "t.libsvm:1:7: has the index 1 after 2; indices must ascend\n"
        "hint: sort the entries of each line by index");
  CHECK(message_for("1 -1:1\n") == "t.libsvm:1:3: has the index -1; expected 0 to 2147483647");
  CHECK(message_for("1 one:1\n") == "t.libsvm:1:3: has 'one' for the index; expected an integer");
  CHECK(message_for("1 1:inf\n") ==
        "t.libsvm:1:3: has 'inf' for the value; values must be finite doubles\n"
        "hint: write nan for a missing value");
  CHECK(message_for("1 1:1e999\n") ==
        "t.libsvm:1:3: has '1e999' for the value; values must be finite doubles\n"
        "hint: write nan for a missing value");
  CHECK(message_for("# nothing\n") ==
        "t.libsvm: holds no rows\nhint: each line is: label index:value ...");
  CHECK(message_for("1 qid:1 1:1\n1 1:1\n").starts_with("t.libsvm:2:"));
  CHECK(message_for("nan 1:1\n", with_label)
            .starts_with("t.libsvm: the target 'target' is missing in row 0"));
  CHECK(message_for("1 1:1\n", {.na = {"x"}}).starts_with("t.libsvm: delimiter and na"));
}

TEST_CASE("A table that the machine cannot hold is refused before it is made") {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "1 2147483647:1\n";
  CHECK_THROWS_AS(parse_libsvm(text), InvalidData);
  CHECK(message_for(text).find("a dense table of 5000 x 2147483647 needs 85899 GB") !=
        std::string::npos);
}
