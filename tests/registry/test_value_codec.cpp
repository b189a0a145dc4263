#include <catch2/catch.hpp>
#include <clocale>
#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "registry/value_codec.hpp"

using namespace grove;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

Value random_value(Rng& rng, int depth) {
  switch (rng.below(depth > 3 ? 7 : 9)) {
    case 0:
      return Value();
    case 1:
      return rng.below(2) == 1;
    case 2:
      return static_cast<std::int64_t>(rng());
    case 3:
      return rng.normal() * std::pow(10.0, static_cast<double>(rng.below(600) - 300));
    case 4:
      return concat(std::string(static_cast<std::size_t>(rng.below(40)), 'x'), "\"\\ä\n");
    case 5: {
      Value::Reals reals;
      for (Index i = 1 + rng.below(5); i > 0; --i) reals.push_back(rng.normal());
      return reals;
    }
    case 6: {
      Value::Integers integers;
      for (Index i = 1 + rng.below(5); i > 0; --i)
        integers.push_back(static_cast<std::int64_t>(rng() >> rng.below(64)));
      return integers;
    }
    case 7: {
      Value::List list;
      for (Index i = rng.below(4); i > 0; --i) list.push_back(random_value(rng, depth + 1));
      return list;
    }
    default: {
      Value::Map map;
      for (Index i = rng.below(4); i > 0; --i)
        map[concat("k", rng.below(100))] = random_value(rng, depth + 1);
      return map;
    }
  }
}

std::string error_of(const std::string& bytes) {
  try {
    from_cbor(bytes);
  } catch (const ModelFormatError& error) {
    return error.what();
  }
  return "read";
}

}  // namespace

TEST_CASE("values survive CBOR and JSON") {
  Rng rng(1);
  for (int i = 0; i < 2000; ++i) {
    const Value value = random_value(rng, 0);
    CHECK(from_cbor(to_cbor(value)) == value);
    CHECK(from_json_text(to_json_text(value)) == value);
  }
  for (const Value& value :
       {Value(Value::List{1, 2}), Value(Value::List{1.5, 2.5}), Value(Value::List{1, 2.5}),
        Value(Value::Reals{-0.0, 5e-324, 1.7976931348623157e308}), Value(inf), Value(-inf),
        Value(Value::Reals{1, inf, -inf}), Value(Value::Map{{"a", Value::List{Value::Map{}}}})}) {
    CHECK(from_cbor(to_cbor(value)) == value);
    CHECK(from_json_text(to_json_text(value)) == value);
  }
  for (const bool json : {false, true}) {
    const Value value(Value::Reals{not_a_number, 1});
    const Value back = json ? from_json_text(to_json_text(value)) : from_cbor(to_cbor(value));
    const auto& reals = *back.get_if<Value::Reals>();
    CHECK(std::isnan(reals.at(0)));
    CHECK(reals.at(1) == 1);
    CHECK(std::isnan(*from_cbor(to_cbor(Value(not_a_number))).get_if<double>()));
  }
  CHECK(std::signbit(
      from_json_text(to_json_text(Value(Value::Reals{-0.0}))).get_if<Value::Reals>()->at(0)));
}

TEST_CASE("arrays take the narrowest type that keeps every bit") {
  const auto size = [](Value value) { return to_cbor(value).size(); };
  CHECK(size(Value::Integers(100, 127)) == 103);
  CHECK(size(Value::Integers(100, 128)) == 203);
  CHECK(size(Value::Integers(100, 40000)) == 404);
  CHECK(size(Value::Reals(100, 0.5)) == 404);
  CHECK(size(Value::Reals(100, 0.1)) == 804);
}

TEST_CASE("damaged CBOR is refused and never crashes") {
  Rng rng(2);
  Value::Map sample{{"text", "word"},
                    {"list", Value::List{1, "a", Value()}},
                    {"reals", Value::Reals{0.1, 2}},
                    {"flag", true},
                    {"number", 0.1}};
  const std::string bytes = to_cbor(sample);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_THROWS_AS(from_cbor(bytes.substr(0, size)), ModelFormatError);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (int change = 1; change < 256; ++change) {
      std::string other = bytes;
      other[i] = static_cast<char>(other[i] + change);
      error_of(other);
    }
  CHECK(error_of(bytes + "x") == "the model is not readable: at byte 67: 1 bytes follow its end");
  for (int i = 0; i < 20000; ++i) {
    std::string noise(static_cast<std::size_t>(rng.below(40)), '\0');
    for (char& c : noise) c = static_cast<char>(rng());
    error_of(noise);
  }
}

TEST_CASE("hostile CBOR costs nothing") {
  const std::string huge(1 << 20, '\xff');
  CHECK(error_of(std::string("\x9b") + huge.substr(0, 8)).find("larger than the file") !=
        std::string::npos);
  CHECK(error_of(std::string("\xbb") + huge.substr(0, 8)).find("larger than the file") !=
        std::string::npos);
  CHECK(error_of(std::string("\x5b") + huge.substr(0, 8)).find("ends too early") !=
        std::string::npos);
  CHECK(error_of(std::string(1 << 20, '\x81')).find("nested deeper than 256") != std::string::npos);
  CHECK(error_of(std::string(1 << 20, '\x7f')).find("unknown kind of length") != std::string::npos);
  CHECK(error_of(std::string(1 << 20, '\x9f')).find("unknown kind of length") != std::string::npos);
  CHECK(error_of(std::string(1 << 20, '\xc1')).find("unknown kind") != std::string::npos);
  CHECK(error_of(std::string("\xa2\x61"
                             "a\x01\x61"
                             "a\x02"))
            .find("'a' occurs twice") != std::string::npos);
  CHECK(error_of(std::string("\xa1\x01\x01")).find("a name is expected") != std::string::npos);
  CHECK(error_of(std::string("\x1b") + huge.substr(0, 8)).find("out of range") !=
        std::string::npos);
  CHECK(error_of(std::string("\x42\x56\x01")).find("array of numbers is damaged") !=
        std::string::npos);
  CHECK(error_of("").find("ends too early") != std::string::npos);
}

TEST_CASE("damaged JSON is refused") {
  for (const char* text :
       {"", "{", "[1,]", "{\"a\":1,\"a\":2}", "{\"$real\":\"x\"}", "{\"$what\":1}",
        "{\"$real\":\"nan\",\"$reals\":[]}", "{\"$reals\":[\"a\"]}", "1e999",
        "18446744073709551615", "nan", "{} x", "\"\xff\""})
    CHECK_THROWS_AS(from_json_text(text), ModelFormatError);
  CHECK_THROWS_AS(from_json_text(std::string(1 << 20, '[')), ModelFormatError);
  Value deep;
  for (int i = 0; i < 300; ++i) deep = Value::List{deep};
  CHECK_THROWS_AS(to_cbor(deep), Unsupported);
  CHECK_THROWS_AS(to_json_text(Value("\xff")), InvalidData);
  CHECK_THROWS_AS(to_json_text(Value::Map{{"$real", 1}}), Unsupported);
}

TEST_CASE("JSON numbers do not depend on the locale") {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  const std::string text = to_json_text(Value(0.5));
  if (std::setlocale(LC_ALL, "de_DE.UTF-8") != nullptr) {
    CHECK(to_json_text(Value(0.5)) == text);
    CHECK(from_json_text(text) == Value(0.5));
  }
  std::setlocale(LC_ALL, before.c_str());
  CHECK(text == "0.5\n");
}
