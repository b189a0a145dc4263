#include <catch2/catch.hpp>
#include <limits>

#include "core/sha256.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"

using namespace grove;

TEST_CASE("Numbers are written in the shortest form that reads back") {
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(1e300) == "1e+300");
  CHECK(number_text(-0.0) == "-0");
  CHECK(number_text(std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(number_text(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(concat("a", 1, ' ', 2.5, std::string("z")) == "a1 2.5z");
}

TEST_CASE("Lists read as English and are cut when long") {
  CHECK(join({}) == "");
  CHECK(join({"a"}) == "a");
  CHECK(join({"a", "b", "c"}) == "a, b and c");
  CHECK(join({"a", "b", "c", "d"}, 2) == "a, b, ... (4 in all)");
}

TEST_CASE("What a file holds is printed without control characters") {
  CHECK(printable("a\x1b[31m\n") == "a\\x1b[31m\\x0a");
  CHECK(printable(std::string(200, 'x'), 10) == "xxxxxxxxxx...");
}

TEST_CASE("Misspelled names find their neighbour") {
  const std::vector<std::string> names{"n_neighbors", "weights", "metric"};
  CHECK(nearest_name("n_neigbors", names) == "n_neighbors");
  CHECK(nearest_name("nNeighbors", names) == "n_neighbors");
  CHECK(nearest_name("wieghts", names) == "weights");
  CHECK(nearest_name("zzzzzz", names).empty());
  CHECK(did_you_mean("metrik", names) == "; did you mean 'metric'?");
}

TEST_CASE("SHA-256 gives the published digests (FIPS 180-4)") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("A ParseError says file, line and column") {
  const ParseError error("a.csv", 3, 7, "no number", "write a number");
  CHECK(std::string(error.what()) == "a.csv:3:7: no number");
  CHECK(error.hint() == "write a number");
  CHECK(error.line() == 3);
  CHECK(std::string(ParseError("a.csv", 0, 0, "is empty").what()) == "a.csv: is empty");
}
