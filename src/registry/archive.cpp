#include "grove/registry/archive.hpp"

#include <array>
#include <cstdint>

#include "core/atomic_file.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/registry/xgboost_model.hpp"
#include "registry/model_tree.hpp"
#include "registry/value_codec.hpp"

namespace grove {

namespace {

// A byte above 127, a line end of each kind and a DOS end-of-file: any transfer that takes the file
// for text damages the first bytes, and says so.
constexpr std::string_view magic("\x89GROVE\r\n\x1a\n", 10);
constexpr std::size_t digest_size = 32;
constexpr std::size_t header_size = magic.size() + 4 + 8 + digest_size;
constexpr std::string_view damaged = "copy the file again, or save the model again";

template <class T>
void append_number(std::string& out, T number) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(number >> (8 * i) & 0xff);
}

template <class T>
T read_number(std::string_view bytes) {
  T number = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    number |= static_cast<T>(static_cast<T>(static_cast<unsigned char>(bytes[i])) << (8 * i));
  return number;
}

std::string digest_of(std::string_view bytes) {
  const std::string hex = sha256_hex(bytes);
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string digest;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    digest += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return digest;
}

void check_version(std::int64_t version) {
  if (version < 1)
    throw ModelFormatError(concat("the model file has the impossible format version ", version),
                           std::string(damaged));
  if (version > model_format_version)
    throw ModelFormatError(concat("the model file has format version ", version,
                                  ", but this grove reads versions 1 to ", model_format_version),
                           "read it with the grove that wrote it, or a later one");
}

/// What a binary or a readable file holds: see model_tree.hpp.
Value tree_in_binary(std::string_view bytes) {
  if (bytes.size() < header_size)
    throw ModelFormatError(concat("the model file is cut off: it has ", bytes.size(),
                                  " bytes, its header alone has ", header_size),
                           std::string(damaged));
  check_version(read_number<std::uint32_t>(bytes.substr(magic.size())));
  const auto length = read_number<std::uint64_t>(bytes.substr(magic.size() + 4));
  const std::string_view payload = bytes.substr(header_size);
  if (payload.size() < length)
    throw ModelFormatError(concat("the model file is cut off: ", payload.size(), " of ", length,
                                  " bytes follow its header"),
                           std::string(damaged));
  if (payload.size() > length)
    throw ModelFormatError(concat(payload.size() - length, " bytes follow the end of the model"),
                           std::string(damaged));
  if (bytes.substr(magic.size() + 12, digest_size) != digest_of(payload))
    throw ModelFormatError("the model file is damaged: its SHA-256 does not fit its content",
                           std::string(damaged));
  return from_cbor(payload);
}

Value tree_in_text(std::string_view text) {
  Value file = from_json_text(text);
  const StateReader reader(file, "file");
  if (!reader.has("grove_model_format"))
    throw ModelFormatError("this JSON is not a model file: it lacks 'grove_model_format'",
                           "models are written by grove::save and `grove train`");
  check_version(reader.integer("grove_model_format", INT64_MIN, INT64_MAX));
  return file;
}

Value tree_in(std::string_view bytes) {
  if (bytes.empty()) throw ModelFormatError("the model file is empty", std::string(damaged));
  if (bytes.substr(0, magic.size()) == magic) return tree_in_binary(bytes);
  if (magic.substr(0, bytes.size()) == bytes) return tree_in_binary(bytes);
  if (bytes.front() == '{') return tree_in_text(bytes);
  throw ModelFormatError(
      "this is not a grove model: it begins with '" + printable(bytes.substr(0, 8)) + "'",
      "models are written by grove::save and `grove train`, as .grove or .json");
}

std::string bytes_of(const Value& tree) {
  const std::string payload = to_cbor(tree);
  std::string bytes(magic);
  append_number(bytes, static_cast<std::uint32_t>(model_format_version));
  append_number(bytes, static_cast<std::uint64_t>(payload.size()));
  return bytes + digest_of(payload) + payload;
}

bool has_extension(const std::string& path, std::string_view extension) {
  return path.size() > extension.size() &&
         std::string_view(path).substr(path.size() - extension.size()) == extension;
}

/// Whether it is a JSON object whose first member is the learner of XGBoost.
bool is_xgboost(std::string_view bytes) {
  if (bytes.substr(0, 1) != "{") return false;
  constexpr std::string_view key = "\"learner\"";
  const std::size_t first = bytes.find_first_not_of(" \t\r\n", 1);
  return first != std::string_view::npos && bytes.substr(first, key.size()) == key;
}

/// from(bytes) of the file; its errors name the file.
template <class From>
auto read_model(const std::string& path, const From& from) {
  std::string bytes;
  try {
    bytes = read_whole_file(path);
  } catch (const Error& error) {
    throw ModelFormatError(error.what(), error.hint());
  }
  try {
    return from(bytes);
  } catch (const ModelFormatError& error) {
    throw ModelFormatError(concat(printable(path), ": ", error.what()), error.hint());
  }
}

void write_model(const Value& tree, const std::string& path) {
  if (has_extension(path, ".json")) {
    Value::Map members = *tree.get_if<Value::Map>();
    members["grove_model_format"] = model_format_version;
    write_file_atomically(path, to_json_text(members));
  } else if (has_extension(path, ".grove")) {
    write_file_atomically(path, bytes_of(tree));
  } else {
    throw InvalidParameter(
        concat("a model file must be called *.grove or *.json, got '", printable(path), "'"),
        concat("save it as '", printable(path), ".grove'"));
  }
}

}  // namespace

std::string to_bytes(const Estimator& model) { return bytes_of(tree_of(model)); }
Estimator from_bytes(std::string_view bytes) {
  return is_xgboost(bytes) ? estimator_from(read_xgboost_json(bytes)) : model_from(tree_in(bytes));
}

void save(const Estimator& model, const std::string& path) { write_model(tree_of(model), path); }
Estimator load(const std::string& path) { return read_model(path, from_bytes); }

void save(const NearestNeighbors& index, const std::string& path) {
  write_model(tree_of(index), path);
}
NearestNeighbors load_neighbors(const std::string& path) {
  return read_model(path, [](std::string_view bytes) { return index_from(tree_in(bytes)); });
}

}  // namespace grove
