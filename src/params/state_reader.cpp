#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/params/value.hpp"

namespace grove {

StateReader::StateReader(const Value& value, std::string path)
    : value_(&value), path_(std::move(path)) {}

void StateReader::fail(const std::string& what) const {
  throw ModelFormatError(concat(printable(path_, 200), " ", what),
                         "the model file is damaged or was not written by grove");
}

bool StateReader::has(std::string_view key) const {
  const auto* map = value_->get_if<Value::Map>();
  return map != nullptr && map->find(key) != map->end();
}

const Value& StateReader::member(std::string_view key) const {
  const auto* map = value_->get_if<Value::Map>();
  if (map == nullptr) fail("must be a map of named values");
  const auto found = map->find(key);
  if (found == map->end()) fail(concat("lacks '", key, "'"));
  return found->second;
}

StateReader StateReader::at(std::string_view key) const {
  return StateReader(member(key), concat(path_, ".", key));
}

std::vector<StateReader> StateReader::list(std::string_view key) const {
  const StateReader reader = at(key);
  const auto* items = reader.value_->get_if<Value::List>();
  const auto* reals = reader.value_->get_if<Value::Reals>();
  const auto* integers = reader.value_->get_if<Value::Integers>();
  const bool empty_array =
      (reals != nullptr && reals->empty()) || (integers != nullptr && integers->empty());
  if (items == nullptr && !empty_array) reader.fail("must be a list");
  std::vector<StateReader> readers;
  if (items == nullptr) return readers;
  readers.reserve(items->size());
  for (std::size_t i = 0; i < items->size(); ++i)
    readers.emplace_back((*items)[i], concat(reader.path_, "[", i, "]"));
  return readers;
}

bool StateReader::boolean(std::string_view key) const {
  const StateReader reader = at(key);
  const auto* flag = reader.value_->get_if<bool>();
  if (flag == nullptr) reader.fail("must be true or false");
  return *flag;
}

std::int64_t StateReader::integer(std::string_view key, std::int64_t low, std::int64_t high) const {
  const StateReader reader = at(key);
  const auto* number = reader.value_->get_if<std::int64_t>();
  if (number == nullptr) reader.fail("must be an integer");
  if (*number < low || *number > high)
    reader.fail(concat("must be in ", low, "..", high, ", got ", *number));
  return *number;
}

double StateReader::real(std::string_view key) const {
  const StateReader reader = at(key);
  double number = std::numeric_limits<double>::quiet_NaN();
  if (const auto* real = reader.value_->get_if<double>()) number = *real;
  if (const auto* whole = reader.value_->get_if<std::int64_t>())
    number = static_cast<double>(*whole);
  if (!std::isfinite(number)) reader.fail("must be a finite number");
  return number;
}

std::string StateReader::text(std::string_view key) const {
  const StateReader reader = at(key);
  const auto* words = reader.value_->get_if<std::string>();
  if (words == nullptr) reader.fail("must be a text");
  return *words;
}

std::vector<std::string> StateReader::texts(std::string_view key) const {
  std::vector<std::string> result;
  for (const StateReader& item : list(key)) {
    const auto* words = item.value_->get_if<std::string>();
    if (words == nullptr) item.fail("must be a text");
    result.push_back(*words);
  }
  return result;
}

std::vector<double> StateReader::reals(std::string_view key, Index size, bool finite) const {
  const StateReader reader = at(key);
  std::vector<double> numbers;
  if (const auto* reals = reader.value_->get_if<Value::Reals>()) {
    numbers = *reals;
  } else if (const auto* integers = reader.value_->get_if<Value::Integers>()) {
    numbers.assign(integers->begin(), integers->end());
  } else if (const auto* items = reader.value_->get_if<Value::List>(); items && items->empty()) {
    numbers.clear();
  } else {
    reader.fail("must be a list of numbers");
  }
  if (size >= 0 && static_cast<Index>(numbers.size()) != size)
    reader.fail(concat("must hold ", size, " numbers, got ", numbers.size()));
  if (finite)
    for (std::size_t i = 0; i < numbers.size(); ++i)
      if (!std::isfinite(numbers[i]))
        reader.fail(concat("must be finite, but element ", i, " is ", number_text(numbers[i])));
  return numbers;
}

std::vector<std::int64_t> StateReader::integers(std::string_view key, Index size, std::int64_t low,
                                                std::int64_t high) const {
  const StateReader reader = at(key);
  std::vector<std::int64_t> numbers;
  if (const auto* integers = reader.value_->get_if<Value::Integers>()) {
    numbers = *integers;
  } else {
    const auto* items = reader.value_->get_if<Value::List>();
    const auto* reals = reader.value_->get_if<Value::Reals>();
    const bool empty = (items != nullptr && items->empty()) || (reals != nullptr && reals->empty());
    if (!empty) reader.fail("must be a list of integers");
  }
  if (size >= 0 && static_cast<Index>(numbers.size()) != size)
    reader.fail(concat("must hold ", size, " integers, got ", numbers.size()));
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (numbers[i] < low || numbers[i] > high)
      reader.fail(concat("[", i, "] must be in ", low, "..", high, ", got ", numbers[i]));
  return numbers;
}

Vector StateReader::vector(std::string_view key, Index size, bool finite) const {
  const std::vector<double> numbers = reals(key, size, finite);
  return Eigen::Map<const Vector>(numbers.data(), static_cast<Index>(numbers.size()));
}

Matrix StateReader::matrix(std::string_view key, Index rows, Index cols, bool finite) const {
  if (rows < 0 || cols < 0 || (cols > 0 && rows > std::numeric_limits<Index>::max() / cols))
    fail(concat("declares an impossible shape for '", key, "'"));
  const std::vector<double> numbers = reals(key, rows * cols, finite);
  return Eigen::Map<const Matrix>(numbers.data(), rows, cols);
}

Labels StateReader::labels(std::string_view key, Index size, int low, int high) const {
  const std::vector<std::int64_t> numbers = integers(key, size, low, high);
  Labels result(static_cast<Index>(numbers.size()));
  for (std::size_t i = 0; i < numbers.size(); ++i)
    result(static_cast<Index>(i)) = static_cast<int>(numbers[i]);
  return result;
}

}  // namespace grove
