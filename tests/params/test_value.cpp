#include <catch2/catch.hpp>
#include <limits>

#include "grove/core/error.hpp"
#include "grove/params/value.hpp"

using namespace grove;

TEST_CASE("Values are read from text and written back") {
  CHECK(parse_value("7") == Value(7));
  CHECK(parse_value(" +7 ") == Value(7));
  CHECK(parse_value("-0.5") == Value(-0.5));
  CHECK(parse_value("1e-3") == Value(1e-3));
  CHECK(parse_value("true") == Value(true));
  CHECK(parse_value("none").is_null());
  CHECK(parse_value("distance") == Value("distance"));
  CHECK(parse_value("\"two words\"") == Value("two words"));
  CHECK(parse_value("[1, [2, x], \"a, b\"]") ==
        Value(Value::List{1, Value(Value::List{2, "x"}), "a, b"}));
  CHECK(parse_value("[]") == Value(Value::List{}));
  for (const char* text :
       {"7", "0.5", "1.0", "true", "none", "word", "\"7\"", "\"a b\"", "[1, [x]]", "1e+300"})
    CHECK(to_text(parse_value(text)) == text);
}

TEST_CASE("Text that is no value is refused") {
  for (const char* text : {"", "[1", "\"open", "a b", "a=b", "1,2", "[1, [2]", "\"a\"b\""}) {
    INFO(text);
    CHECK_THROWS_AS(parse_value(text), InvalidParameter);
  }
}

TEST_CASE("A state reader names the path of what is wrong") {
  const Value state =
      Value::Map{{"n", 3},
                 {"x", Value::Reals{1, 2, std::numeric_limits<double>::quiet_NaN()}},
                 {"trees", Value::List{Value::Map{{"left", Value::Integers{1, 9}}}}},
                 {"name", "a"}};
  const StateReader reader(state, "model");
  CHECK(reader.integer("n", 0, 5) == 3);
  CHECK(reader.text("name") == "a");
  CHECK(reader.reals("x", 3, false).size() == 3);
  const auto message = [&](const auto& read) -> std::string {
    try {
      read();
    } catch (const ModelFormatError& error) {
      return error.what();
    }
    return "accepted";
  };
  CHECK(message([&] { reader.integer("n", 0, 2); }) == "model.n must be in 0..2, got 3");
  CHECK(message([&] { reader.integer("m", 0, 2); }) == "model lacks 'm'");
  CHECK(message([&] { reader.real("name"); }) == "model.name must be a finite number");
  CHECK(message([&] { reader.reals("x", 4); }) == "model.x must hold 4 numbers, got 3");
  CHECK(message([&] { reader.reals("x"); }) == "model.x must be finite, but element 2 is nan");
  CHECK(message([&] { reader.list("trees")[0].integers("left", 2, 0, 8); }) ==
        "model.trees[0].left [1] must be in 0..8, got 9");
  CHECK(message([&] { reader.matrix("x", std::numeric_limits<Index>::max(), 3); }) ==
        "model declares an impossible shape for 'x'");
  CHECK(message([&] { reader.at("n").text("x"); }) == "model.n must be a map of named values");
}
