#include <cmath>
#include <fstream>
#include <iterator>

#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/data/npy.hpp"
#include "grove/data/read_data.hpp"
#include "support/check.hpp"
#include "support/temporary_file.hpp"

using namespace grove;
using grove::testing::message_and_hint_of;
using grove::testing::TemporaryFile;

namespace {

std::string numpy_file(const std::string& name) {
  return GROVE_TEST_DIR "/reference/files/" + name + ".npy";
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What is said of a file, without its path.
std::string message_for(const std::string& path, const ReadOptions& options = {}) {
  const std::string message = message_and_hint_of([&] { (void)read_npy(path, options); });
  return message.substr(message.find(": ") + 2);
}

std::string npy(const std::string& header, const std::string& values) {
  std::string bytes = "\x93NUMPY\x01";
  bytes += '\0';
  bytes += static_cast<char>(header.size() % 256);
  bytes += static_cast<char>(header.size() / 256);
  return bytes + header + values;
}

}  // namespace

TEST_CASE("Arrays that NumPy wrote come back, whatever their type and order") {
  for (const char* name : {"float64", "float32_fortran", "version2", "int64", "int32", "int16",
                           "int8", "uint64", "uint32", "uint16", "uint8"}) {
    INFO(name);
    const Dataset data = read_npy(numpy_file(name));
    REQUIRE(data.n_rows() == 4);
    REQUIRE(data.n_columns() == 3);
    CHECK(data.name() == name);
    CHECK(data.columns()[2].name == "c2");
    const bool gap = std::string(name).find("int") == std::string::npos;
    for (Index i = 0; i < 4; ++i) {
      for (Index j = 0; j < 3; ++j) {
        if (gap && i == 1 && j == 2) {
          CHECK(std::isnan(data.x()(i, j)));
        } else {
          CHECK(data.x()(i, j) == static_cast<double>(10 * i + j));
        }
      }
    }
  }
  CHECK(read_npy(numpy_file("bool")).x().sum() == 9);
}

TEST_CASE("Columns of an array can be target, weights, groups and categories") {
  const Dataset all =
      read_npy(numpy_file("int32"),
               {.target = "c2", .task = Task::regression, .weights = "c1", .groups = "c0"});
  CHECK(all.n_columns() == 0);
  CHECK(all.target()(3) == 32);
  CHECK((*all.weights())(3) == 31);
  CHECK((*all.groups())(3) == 3);
  const Dataset last = read_data(numpy_file("int32"), {.last_column_is_target = true});
  CHECK(last.class_names() == std::vector<std::string>{"2", "12", "22", "32"});
  const Dataset words = read_npy(numpy_file("float64"), {.categorical = {"c2"}});
  CHECK(words.columns()[2].categories == std::vector<std::string>{"2", "22", "32"});
  CHECK(std::isnan(words.x()(1, 2)));
  CHECK(words.x()(3, 2) == 2);
}

TEST_CASE("Arrays that are no table are refused with what to save instead") {
  CHECK(message_for(numpy_file("big_endian")) ==
        "holds values of type '>f8'; expected float64, float32, integers or bool, little-endian\n"
        "hint: save array.astype('<f8')");
  CHECK_THROWS_WITH(read_npy(numpy_file("complex")), Catch::Contains("'<c16'"));
  CHECK(message_for(numpy_file("one_dimension")) ==
        "holds an array of 1 dimension; expected 2, rows and columns\n"
        "hint: save array.reshape(-1, 1) for a single column");
  CHECK_THROWS_WITH(read_npy(numpy_file("no_rows")), Catch::Contains("holds 0 x 3 values"));
  CHECK_THROWS_WITH(read_npy(numpy_file("structured")), Catch::Contains("structured array"));
  const TemporaryFile text("text.npy", "a,b\n1,2\n3,4\n");
  CHECK_THROWS_WITH(read_npy(text.path()), Catch::Contains("is no .npy file"));
  CHECK(message_for(numpy_file("float64"), {.target = "c2"}) ==
        "the target 'c2' is missing in row 1\nhint: every row needs a target; drop the rows that "
        "have none");
  CHECK_THROWS_AS(read_npy(numpy_file("float64"), {.target = "c3"}), InvalidParameter);
  CHECK_THROWS_AS(read_npy(numpy_file("float64"), {.delimiter = ';'}), InvalidParameter);
}

TEST_CASE("Values that a data set cannot hold are refused with their place") {
  const std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }\n";
  const double values[] = {1, INFINITY};
  const TemporaryFile infinite("infinite.npy",
                               npy(header, {reinterpret_cast<const char*>(values), sizeof values}));
  CHECK(message_for(infinite.path()) ==
        "holds inf in row 0, column c1; values must be finite\nhint: use NaN for a missing value");
  const std::int64_t large[] = {std::int64_t{1} << 53, (std::int64_t{1} << 53) + 1};
  std::string integer_header = header;
  integer_header.replace(integer_header.find("<f8"), 3, "<i8");
  const TemporaryFile wide(
      "wide.npy", npy(integer_header, {reinterpret_cast<const char*>(large), sizeof large}));
  CHECK_THROWS_WITH(read_npy(wide.path()), Catch::Contains("9007199254740993 in row 0, column c1"));
}

TEST_CASE("Damaged arrays are refused and allocate nothing") {
  const std::string huge =
      npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 2), }\n",
          std::string(16, '\0'));
  const TemporaryFile promise("promise.npy", huge);
  CHECK_THROWS_WITH(read_npy(promise.path()),
                    Catch::Contains("its header promises 4611686018427387904 x 2 values"));
  const std::string good = bytes_of(numpy_file("float64"));
  for (std::size_t length = 0; length < good.size(); length += 3) {
    const TemporaryFile cut("cut.npy", good.substr(0, length));
    CHECK_THROWS_AS(read_npy(cut.path()), ParseError);
  }
  // A flipped byte in the header gives an error or another table, never anything worse.
  Rng rng(1);
  for (std::size_t i = 0; i < 128; ++i) {
    std::string damaged = good;
    damaged[i] = static_cast<char>(rng.below(256));
    const TemporaryFile file("damaged.npy", damaged);
    const std::string message = message_and_hint_of([&] { (void)read_npy(file.path()); });
    CHECK((message == "nothing thrown" || message.find("damaged.npy: ") != std::string::npos));
  }
}
