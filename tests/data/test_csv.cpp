#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/text.hpp"
#include "data/csv_parser.hpp"
#include "data/decimal.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "support/check.hpp"
#include "support/temporary_file.hpp"

using namespace grove;
using grove::testing::message_of;
using grove::testing::TemporaryFile;

namespace {

std::string message_for(std::string_view text, const ReadOptions& options = {}) {
  return message_of([&] { (void)parse_csv(text, options, {}, "t.csv"); });
}

}  // namespace

TEST_CASE("Numbers, words and missing values become typed columns") {
  const Dataset data = parse_csv("a,b,c\n1,x,\n-2.5,\"y, \"\"z\"\"\",NA\n+3e2, x,nan\n");
  REQUIRE(data.n_rows() == 3);
  CHECK(data.x()(2, 0) == 300);
  CHECK(data.columns()[1].kind == ColumnKind::categorical);
  CHECK(data.columns()[1].categories == std::vector<std::string>{" x", "x", "y, \"z\""});
  CHECK(data.x()(0, 1) == 1);
  CHECK(data.columns()[2].kind == ColumnKind::numeric);
  CHECK(std::isnan(data.x()(1, 2)));
  CHECK(data.has_missing());
  CHECK_FALSE(data.has_labels());
}

TEST_CASE("Byte order mark, CRLF, quoted line ends and a last line without an end") {
  const Dataset data = parse_csv("\xef\xbb\xbf\"a\",b\r\n1,\"two\r\nlines\"\r\n2,\"\"\r\n3,w");
  REQUIRE(data.n_rows() == 3);
  CHECK(data.columns()[0].name == "a");
  CHECK(data.columns()[1].categories == std::vector<std::string>{"two\r\nlines", "w"});
  CHECK(std::isnan(data.x()(1, 1)));
}

TEST_CASE("The target follows its values") {
  const Dataset words = parse_csv("a,y\n1,no\n2,yes\n", {.target = "y"});
  CHECK(words.class_names() == std::vector<std::string>{"no", "yes"});
  CHECK(words.target_name() == "y");
  const Dataset integers = parse_csv("y,a\n10,1\n9,2\n10,3\n", {.target = "y"});
  CHECK(integers.class_names() == std::vector<std::string>{"9", "10"});
  CHECK(integers.labels() == (Labels(3) << 1, 0, 1).finished());
  CHECK(parse_csv("a,y\n1,0.5\n2,1\n", {.last_column_is_target = true}).has_target());
  CHECK(parse_csv("a,y\n1,3\n2,1\n", {.target = "y", .task = Task::regression}).target()(0) == 3);
  std::string many = "a,y\n";
  for (int i = 0; i < 21; ++i) many += "1," + std::to_string(i) + "\n";
  CHECK(parse_csv(many, {.target = "y"}).has_target());
  CHECK(parse_csv(many, {.target = "y", .task = Task::classification}).n_classes() == 21);
}

TEST_CASE("Weights, groups, other delimiters and declared columns") {
  const Dataset data = parse_csv(
      "a;w;g;zip\n1;0.5;s;100\n2;2;t;?\n",
      {.weights = "w", .groups = "g", .delimiter = ';', .na = {"?"}, .categorical = {"zip"}});
  CHECK(data.n_columns() == 2);
  CHECK(*data.weights() == (Vector(2) << 0.5, 2).finished());
  CHECK(*data.groups() == (Labels(2) << 0, 1).finished());
  CHECK(data.columns()[1].categories == std::vector<std::string>{"100"});
  CHECK(std::isnan(data.x()(1, 1)));
}

TEST_CASE("Bad files are refused with file, line and column") {
  CHECK(message_for("") == "t.csv: is empty");
  CHECK(message_for("a,b\n") == "t.csv: has a header and no rows");
  CHECK(message_for("a,,c\n1,2,3\n") == "t.csv:1:3: column 2 of the header has no name");
  CHECK(message_for("a,b,a\n1,2,3\n") == "t.csv:1:5: two columns are called 'a'");
  CHECK(message_for("a,b\n1,2\n3\n") == "t.csv:3:1: has 1 field, but the header names 2 columns");
  CHECK(message_for("a,b\n1,2,3\n") == "t.csv:2:5: has 3 fields, but the header names 2 columns");
  CHECK(message_for("a,b\n1,2\n\n3,4\n") ==
        "t.csv:3:1: has 1 field, but the header names 2 columns");
  CHECK(message_for("a\n1\nx\n2\n") == "t.csv:3:1: column 'a' holds numbers and the word 'x'");
  CHECK(message_for("b,a\n1,x\n1,2\n") == "t.csv:3:3: column 'a' holds numbers and the word 'x'");
  CHECK(message_for("a\n0x10\n1\n") == "t.csv:3:1: column 'a' holds numbers and the word '0x10'");
  CHECK(message_for("a,b\n1,-inf\n") ==
        "t.csv:2:3: column 'b' holds '-inf'; values must be finite");
  CHECK(message_for("a\n1e999\n") ==
        "t.csv:2:1: column 'a' holds 1e999, which is too large for a double");
  CHECK(message_for("a,b\n1,\"x\n") == "t.csv:2:3: begins with a quote that is never closed");
  CHECK(message_for("a,b\n1,\"x\"y\n") == "t.csv:2:3: has text after the closing quote of a field");
  CHECK(message_for("a,b\n1,x\"y\n") ==
        "t.csv:2:3: has a quote inside a field that does not begin with one");
  CHECK(message_for(std::string("a,b\n1,\0\n", 8)) == "t.csv:2:3: holds a NUL byte");
  CHECK(message_for("a,b\n1,\xff\n") == "t.csv:2:3: is not UTF-8");
  CHECK(message_for("a,b\n1,\xc3\xa4\n") == "nothing thrown");
  CHECK(message_for("a,y\n1,x\n2,\n", {.target = "y"}) == "t.csv:3: the target 'y' is missing");
  CHECK(message_for("a,y\n1,x\n", {.target = "z"}) ==
        "t.csv: there is no column 'z' for the target");
  CHECK(message_for("a,class\n1,x\n", {.target = "clas"}) ==
        "t.csv: there is no column 'clas' for the target; did you mean 'class'?");
  CHECK(message_for("a,y\n1,x\n", {.target = "y", .task = Task::regression}) ==
        "t.csv: the target 'y' holds words (x), which a regression cannot predict");
  CHECK(message_for("a,y\n1,0.5\n", {.target = "y", .task = Task::classification}) ==
        "t.csv: the target 'y' holds numbers that are not integers");
  CHECK(message_of([] { (void)read_csv("/nowhere/x.csv"); }) ==
        "/nowhere/x.csv: cannot be opened: No such file or directory");
  CHECK(message_of([] { (void)read_csv("/usr"); }) == "/usr: is a directory, not a file");
}

TEST_CASE("Where the file is cut and how many threads read it changes nothing") {
  const std::string good =
      "a,b,c\n1,\"x\ny\",q\n2,\"x\"\"\",\n\n"
      "3,z,q\n4.25,\"\n\n\",r\n";
  const std::string text = good.substr(0, good.find("\n\n3")) + good.substr(good.find("\n\n3") + 1);
  const std::string expected = parse_csv(text).fingerprint();
  const std::string bad = text + "5,z\n6,\"";
  const std::string error = message_for(bad);
  for (std::size_t piece = 1; piece <= text.size() + 1; ++piece) {
    for (const int threads : {1, 3}) {
      INFO(piece << " bytes a piece, " << threads << " threads");
      CHECK(parse_csv_pieces(text, false, {}, {.threads = threads}, "t", piece).fingerprint() ==
            expected);
      CHECK(message_of([&] {
              (void)parse_csv_pieces(bad, false, {}, {.threads = threads}, "t.csv", piece);
            }) == error);
    }
  }
}

TEST_CASE("Decimals are read as strtod reads them") {
  Rng rng(5);
  const auto same = [](const std::string& text) {
    const Decimal decimal = parse_decimal(text);
    return decimal.kind == DecimalKind::number &&
           decimal.value == std::strtod(text.c_str(), nullptr);
  };
  char buffer[64];
  for (int i = 0; i < 20000; ++i) {
    const double value = std::ldexp(rng.uniform() - 0.5, static_cast<int>(rng.below(400)) - 200);
    for (const char* format : {"%.17g", "%.6f", "%.3e", "%.0f"}) {
      std::snprintf(buffer, sizeof buffer, format, value);
      INFO(buffer);
      CHECK(same(buffer));
    }
  }
  for (const char* text :
       {"0", "-0", "1.", ".5", "00012", "123456789012345678901234567890", "4.9e-324",
        "1.7976931348623157e308", "0.000000000000000000000000000000000001e36", "9007199254740993",
        "1e22", "1e23", "8.5e-23"})
    CHECK(same(text));
  // All 64 bits of a mantissa, and numbers that lie half-way between two doubles.
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t mantissa = rng() >> rng.below(20);
    CHECK(same(concat(mantissa, 'e', static_cast<int>(rng.below(60)) - 30)));
    const std::uint64_t half_way = ((rng() | 1ULL << 63) >> 10 | 1) << 9;  // 54 bits, then zeros
    CHECK(same(concat(half_way, ".0")));
    CHECK(same(concat(half_way, ".00000000000000000001")));
  }
  const std::string zeros(400, '0');
  CHECK(parse_decimal("1" + zeros + "e-5").kind == DecimalKind::overflow);
  CHECK(parse_decimal("1" + zeros + "e-450").value == 1e-50);
  CHECK(parse_decimal("-0." + zeros + "1e5").kind == DecimalKind::number);
  CHECK(parse_decimal("0." + zeros + "1e500").value == 1e99);
  CHECK(parse_decimal("1e99999999999999999999").kind == DecimalKind::overflow);
  CHECK(parse_decimal("1e-99999999999999999999").kind == DecimalKind::number);
  CHECK(parse_decimal(zeros).value == 0);
  CHECK(parse_decimal("1e-400").value == 0);
  CHECK(parse_decimal("1e-400").kind == DecimalKind::number);
  CHECK(parse_decimal("1e400").kind == DecimalKind::overflow);
  CHECK(parse_decimal("+Infinity").kind == DecimalKind::infinite);
  for (const char* text :
       {"", "+", ".", "e5", "1e", "1e+", "0x1", "1 2", "1_0", "--1", "nan", "1,5"})
    CHECK(parse_decimal(text).kind == DecimalKind::word);
}

TEST_CASE("A delimiter that can be part of a number still delimits") {
  const Dataset data = parse_csv("a.b\n1.5\n12.25\n", {.delimiter = '.'});
  REQUIRE(data.n_columns() == 2);
  CHECK(data.x()(1, 0) == 12);
  CHECK(data.x()(1, 1) == 25);
}

TEST_CASE("What write_csv writes, read_csv reads back") {
  Rng rng(8);
  Matrix x(40, 3);
  for (Index i = 0; i < 40; ++i) {
    x(i, 0) = std::ldexp(rng.normal(), static_cast<int>(rng.below(200)) - 100);
    x(i, 1) = i % 7 == 0 ? std::numeric_limits<double>::quiet_NaN() : rng.uniform();
    x(i, 2) = static_cast<double>(i % 3);
  }
  const Dataset data =
      Dataset(
          x, {{.name = "plain"},
              {.name = "with, comma"},
              {.name = "w", .kind = ColumnKind::categorical, .categories = {"\"q\"", "a\nb", "z"}}})
          .with_target(x.col(0), "y")
          .with_weights(Vector::LinSpaced(40, 1, 3))
          .with_groups(Labels::LinSpaced(40, 0, 39));
  const TemporaryFile file("round.csv");
  write_csv(data, file.path());
  const Dataset back =
      read_csv(file.path(), {.target = "y", .weights = "weight", .groups = "group"});
  CHECK(back.fingerprint() == data.fingerprint());
  CHECK(file.path().ends_with("/" + back.name() + ".csv"));
}

TEST_CASE("Compressed files are read, damaged ones refused") {
  const Dataset adult =
      read_csv(std::string(GROVE_TEST_DATASETS) + "/adult.csv.gz", {.target = "income"});
  CHECK(adult.n_rows() == 32561);
  CHECK(adult.n_columns() == 14);
  CHECK(adult.name() == "adult");
  std::ifstream in(std::string(GROVE_TEST_DATASETS) + "/adult.csv.gz", std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const TemporaryFile cut("cut.csv.gz", bytes.substr(0, bytes.size() / 2));
  CHECK(message_of([&] { (void)read_csv(cut.path()); }).find("gzip data") != std::string::npos);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  const TemporaryFile flipped("flipped.csv.gz", bytes);
  CHECK(message_of([&] { (void)read_csv(flipped.path()); }).find("gzip data") != std::string::npos);
}
