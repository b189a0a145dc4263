#include <catch2/catch.hpp>

#include "grove/core/error.hpp"
#include "grove/params/schema.hpp"

using namespace grove;

namespace {

enum class Colour { red, green };
std::span<const EnumName<Colour>> enum_names(Colour) {
  static constexpr EnumName<Colour> names[] = {{Colour::red, "red"}, {Colour::green, "green"}};
  return names;
}

struct ToyParams {
  int count = 5;
  double rate = 0.5;
  bool flag = false;
  Colour colour = Colour::red;
  std::optional<int> depth = {};
  std::uint64_t seed = 0;
  std::string word = "x";
  static const Schema<ToyParams>& schema();
};

const Schema<ToyParams>& ToyParams::schema() {
  static const Schema<ToyParams> table = [] {
    Schema<ToyParams> rows;
    rows.add("count", &ToyParams::count, at_least(1), "How many.")
        .add("rate", &ToyParams::rate, above_up_to(0, 1), "How fast.")
        .add("flag", &ToyParams::flag, "Whether.")
        .add("colour", &ToyParams::colour, "Which.")
        .add("depth", &ToyParams::depth, at_least(1), "How deep.")
        .add("seed", &ToyParams::seed, at_least(0), "Seed.")
        .add("word", &ToyParams::word, one_of({"x", "y"}), "Word.");
    return rows;
  }();
  return table;
}

std::string message_of_set(const char* name, const Value& value) {
  ToyParams params;
  try {
    ToyParams::schema().set(params, "Toy", name, value);
    ToyParams::schema().check(params, "Toy");
  } catch (const InvalidParameter& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("Every parameter is read and written by name") {
  ToyParams params;
  const auto& schema = ToyParams::schema();
  schema.set(params, "Toy", "count", 9);
  schema.set(params, "Toy", "rate", 1);
  schema.set(params, "Toy", "flag", true);
  schema.set(params, "Toy", "colour", "green");
  schema.set(params, "Toy", "depth", 3);
  schema.set(params, "Toy", "seed", 77);
  CHECK(params.count == 9);
  CHECK(params.rate == 1.0);
  CHECK(params.flag);
  CHECK(params.colour == Colour::green);
  CHECK(params.depth == 3);
  CHECK(params.seed == 77);
  schema.set(params, "Toy", "depth", Value());
  CHECK_FALSE(params.depth.has_value());
  CHECK(schema.get(params, "Toy", "colour") == Value("green"));
  ToyParams copy;
  for (const auto& [name, value] : schema.values(params)) schema.set(copy, "Toy", name, value);
  CHECK(schema.values(copy) == schema.values(params));
}

TEST_CASE("Bad values are refused with the whole sentence") {
  CHECK(message_of_set("count", 0) == "Toy: parameter 'count' must be an integer >= 1, got 0");
  CHECK(message_of_set("count", 1.5) == "Toy: parameter 'count' must be an integer >= 1, got 1.5");
  CHECK(message_of_set("count", "many") ==
        "Toy: parameter 'count' must be an integer >= 1, got many");
  CHECK(message_of_set("count", std::int64_t{1} << 40) ==
        "Toy: parameter 'count' must be an integer >= 1, got 1099511627776");
  CHECK(message_of_set("rate", 0.0) == "Toy: parameter 'rate' must be a number in (0, 1], got 0.0");
  CHECK(message_of_set("rate", std::numeric_limits<double>::quiet_NaN()) ==
        "Toy: parameter 'rate' must be a number in (0, 1], got nan");
  CHECK(message_of_set("flag", 1) == "Toy: parameter 'flag' must be true or false, got 1");
  CHECK(message_of_set("colour", "blue") ==
        "Toy: parameter 'colour' must be one of red and green, got blue");
  CHECK(message_of_set("depth", 0) ==
        "Toy: parameter 'depth' must be an integer >= 1 or none, got 0");
  CHECK(message_of_set("seed", -1) == "Toy: parameter 'seed' must be an integer >= 0, got -1");
  CHECK(message_of_set("word", "z") == "Toy: parameter 'word' must be one of x and y, got z");
  CHECK(message_of_set("coun", 1) == "Toy has no parameter 'coun'; did you mean 'count'?");
}

TEST_CASE("A failed set changes nothing") {
  ToyParams params{.count = 3};
  CHECK_THROWS_AS(ToyParams::schema().set(params, "Toy", "count", "three"), InvalidParameter);
  CHECK_THROWS_AS(ToyParams::schema().set(params, "Toy", "count", 0), InvalidParameter);
  CHECK(params.count == 3);
}
