#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>

#include "core/sha256.hpp"
#include "core/text.hpp"
#include "grove/baseline/ridge.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/estimator/column_transformer.hpp"
#include "grove/estimator/pipeline.hpp"
#include "grove/registry/archive.hpp"
#include "grove/registry/registry.hpp"
#include "registry/value_codec.hpp"
#include "support/check.hpp"
#include "support/temporary_file.hpp"

using namespace grove;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t header_size = 54;

Dataset sample(registry::Kind kind, Index n_rows = 24) {
  Rng rng(3);
  Matrix x(n_rows, 2);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal();
  const Dataset data(x, std::vector<Column>{{.name = "width"}, {.name = "height"}});
  Labels codes(n_rows);
  Vector target(n_rows);
  for (Index i = 0; i < n_rows; ++i) {
    codes(i) = static_cast<int>(i % 2);
    target(i) = x(i, 0) + static_cast<double>(i % 2);
  }
  if (kind == registry::Kind::classifier) return data.with_labels(codes, {"no", "yes"});
  if (kind == registry::Kind::regressor) return data.with_target(target);
  return data;
}

/// As CSV-like text, so that all kinds compare alike.
std::string answers(const Estimator& model, const Dataset& data) {
  std::string text;
  if (model.kind() == EstimatorKind::regressor) {
    const Vector values = model.predict_values(data);
    for (const double value : values) text += concat(value, " ");
  } else if (model.kind() == EstimatorKind::outlier_detector) {
    const Vector scores = model.score_samples(data);
    for (const double score : scores) text += concat(score, " ");
  } else if (model.kind() == EstimatorKind::clusterer) {
    for (const int label : model.labels()) text += concat(label, " ");
    try {
      for (const int label : model.predict(data)) text += concat(label, " ");
    } catch (const Unsupported&) {  // not every clusterer labels new points
    }
  } else {
    const Labels labels = model.predict(data);
    for (const int label : labels) text += concat(label, " ");
    if (model.has_predict_proba()) {
      const Matrix proba = model.predict_proba(data);
      for (Index i = 0; i < proba.size(); ++i) text += concat(proba.data()[i], " ");
    }
  }
  return text;
}

/// The same header with the right length and checksum for another payload.
std::string signed_again(const std::string& bytes, const std::string& payload) {
  std::string out = bytes.substr(0, header_size - 40);
  for (unsigned i = 0; i < 8; ++i) out += static_cast<char>(payload.size() >> (8 * i) & 0xff);
  const std::string hex = sha256_hex(payload);
  for (std::size_t i = 0; i < hex.size(); i += 2)
    out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return out + payload;
}

std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const ModelFormatError& error) {
    return error.what();
  }
  return "no error";
}

/// Loads or refuses; what loads must predict or refuse by an Error.
void try_load(const std::string& bytes, const Dataset& data) {
  try {
    const Estimator model = from_bytes(bytes);
    try {
      answers(model, data);
    } catch (const Error&) {
    }
  } catch (const ModelFormatError&) {
  }
}

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / concat("grove-archive-", ::getpid())) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace

TEST_CASE("every registered estimator survives a model file") {
  const Folder folder;
  for (const registry::Entry& entry : registry::entries()) {
    if (entry.is_transformer()) continue;
    INFO(entry.name);
    const Dataset data = sample(entry.kind);
    Estimator model = entry.make_estimator({});
    CHECK_THROWS_AS(to_bytes(model), NotFitted);
    model.fit(data);
    const std::string bytes = to_bytes(model);
    const Estimator loaded = from_bytes(bytes);
    CHECK(to_bytes(loaded) == bytes);
    CHECK(answers(loaded, data) == answers(model, data));
    CHECK(loaded.expression() == model.expression());
    CHECK(loaded.trained_on()->columns == data.columns());
    for (const char* name : {"model.grove", "model.json"}) {
      save(model, folder / name);
      const Estimator read = load(folder / name);
      CHECK(to_bytes(read) == bytes);
      CHECK(answers(read, data) == answers(model, data));
    }
  }
}

TEST_CASE("pipelines are saved with every step") {
  const Dataset numbers = sample(registry::Kind::classifier);
  for (const std::string& steps : registry::transformer_names()) {
    INFO(steps);
    const std::string text = steps + "() | GaussianNB()";
    Estimator model = parse_model(text);
    model.fit(numbers);
    const std::string bytes = to_bytes(model);
    const Estimator loaded = from_bytes(bytes);
    CHECK(to_bytes(loaded) == bytes);
    CHECK(answers(loaded, numbers) == answers(model, numbers));
  }
  Estimator nested = parse_model(
      "ColumnTransformer(StandardScaler() on [width], ColumnTransformer(StandardScaler() on "
      "[height], "
      "remainder=drop) on [height]) | StandardScaler() | GaussianNB()");
  nested.fit(numbers);
  const Estimator loaded = from_bytes(to_bytes(nested));
  CHECK(to_bytes(loaded) == to_bytes(nested));
  CHECK(answers(loaded, numbers) == answers(nested, numbers));
  CHECK(loaded.expression() == nested.expression());
}

TEST_CASE("a damaged model file is refused at every byte") {
  Estimator model = parse_model("StandardScaler() | GaussianNB()");
  const Dataset data = sample(registry::Kind::classifier);
  model.fit(data);
  const std::string bytes = to_bytes(model);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_THROWS_AS(from_bytes(bytes.substr(0, size)), ModelFormatError);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string other = bytes;
    other[i] = static_cast<char>(other[i] + 1);
    CHECK_THROWS_AS(from_bytes(other), ModelFormatError);
  }
  CHECK(error_of([&] { from_bytes(bytes + "x"); }) == "1 bytes follow the end of the model");
}

TEST_CASE("content that is wrong under a right checksum does no harm") {
  for (const registry::Entry& entry : registry::entries()) {
    INFO(entry.name);
    const Dataset data =
        sample(entry.is_transformer() ? registry::Kind::classifier : entry.kind, 8);
    Estimator model = entry.is_transformer() ? parse_model(entry.name + "() | GaussianNB()")
                                             : entry.make_estimator({});
    try {
      if (!entry.is_transformer() && entry.kind != registry::Kind::clusterer) {
        for (const auto& [name, value] : model.param_values())
          if (name == "n_estimators") model.set_param(name, 2);
      }
      model.fit(data);
    } catch (const Error& error) {
      FAIL(error.what());
    }
    const std::string bytes = to_bytes(model);
    const std::string payload = bytes.substr(header_size);
    REQUIRE(signed_again(bytes, payload) == bytes);
    for (std::size_t size = 0; size < payload.size(); ++size)
      CHECK_THROWS_AS(from_bytes(signed_again(bytes, payload.substr(0, size))), ModelFormatError);
    for (std::size_t i = 0; i < payload.size(); ++i)
      for (const int change : {1, 7, 128, 255}) {
        std::string other = payload;
        other[i] = static_cast<char>(other[i] + change);
        try_load(signed_again(bytes, other), data);
      }
  }
}

TEST_CASE("what is no model file says what it is") {
  const Folder folder;
  const auto load_error = [&](const std::string& name) {
    const std::string text = error_of([&] { load(folder / name); });
    const std::size_t at = text.find(folder / "");
    return at == std::string::npos ? text
                                   : text.substr(0, at) + text.substr(at + (folder / "").size());
  };
  Estimator model = parse_model("GaussianNB()");
  model.fit(sample(registry::Kind::classifier));
  const std::string bytes = to_bytes(model);
  fs::create_directory(folder / "directory");
  write(folder / "empty.grove", "");
  write(folder / "other.grove", "PK\x03\x04 a zip file");
  write(folder / "short.grove", bytes.substr(0, 20));
  write(folder / "cut.grove", bytes.substr(0, bytes.size() - 5));
  std::string future = bytes;
  future[10] = 9;
  write(folder / "future.grove", future);
  std::string past = bytes;
  past[10] = 0;
  write(folder / "past.grove", past);
  std::string flipped = bytes;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  write(folder / "flipped.grove", flipped);
  write(folder / "plain.json", "{\"a\": 1}");
  write(folder / "future.json", "{\"grove_model_format\": 2}");
  write(folder / "broken.json", "{\"grove_model_format\": 1,");
  CHECK(load_error("none.grove") == "cannot read 'none.grove': No such file or directory");
  CHECK(load_error("directory") == "cannot read 'directory': it is a directory");
  CHECK(error_of([] { load("/dev/null"); }) == "cannot read '/dev/null': it is not a regular file");
  CHECK(error_of([] { load("/dev/zero"); }) == "cannot read '/dev/zero': it is not a regular file");
  CHECK(load_error("empty.grove") == "empty.grove: the model file is empty");
  CHECK(load_error("other.grove") ==
        "other.grove: this is not a grove model: it begins with 'PK\\x03\\x04 a z'");
  CHECK(load_error("short.grove") ==
        "short.grove: the model file is cut off: it has 20 bytes, its header alone has 54");
  CHECK(load_error("cut.grove") ==
        concat("cut.grove: the model file is cut off: ", bytes.size() - header_size - 5, " of ",
               bytes.size() - header_size, " bytes follow its header"));
  CHECK(load_error("future.grove") ==
        "future.grove: the model file has format version 9, but this grove reads versions 1 to 1");
  CHECK(load_error("past.grove") ==
        "past.grove: the model file has the impossible format version 0");
  CHECK(load_error("flipped.grove") ==
        "flipped.grove: the model file is damaged: its SHA-256 does not fit its content");
  CHECK(load_error("plain.json") ==
        "plain.json: this JSON is not a model file: it lacks 'grove_model_format'");
  CHECK(load_error("future.json") ==
        "future.json: the model file has format version 2, but this grove reads versions 1 to 1");
  CHECK(load_error("broken.json").find("broken.json: the model is not readable: at byte ") == 0);
}

namespace {

struct Mine {
  int label = 0;
  void fit(const Dataset&) {}
  Labels predict(MatrixView x) const { return Labels::Constant(x.rows(), label); }
};

struct Savable : Mine {
  static constexpr std::string_view type_name = "Savable";
  Value save_state() const { return Value::Map{}; }
};

std::string unsupported(const Estimator& model) {
  try {
    to_bytes(model);
  } catch (const Unsupported& error) {
    return error.what();
  }
  return "saved";
}

}  // namespace

TEST_CASE("types that grove does not know are refused by name") {
  CHECK(unsupported(Mine{}).find("Mine") != std::string::npos);
  CHECK(unsupported(Savable{}) == "Savable cannot be saved: it is not one of grove's own types");
}

TEST_CASE("saving is atomic and says why it failed") {
  const Folder folder;
  Estimator model = parse_model("GaussianNB()");
  model.fit(sample(registry::Kind::classifier));
  CHECK_THROWS_WITH(save(model, folder / "model.pkl"),
                    Catch::StartsWith("a model file must be called *.grove or *.json, got '"));
  CHECK_THROWS_WITH(save(model, folder / "no/model.grove"),
                    Catch::EndsWith("no/model.grove': No such file or directory"));
  fs::create_directory(folder / "dir.grove");
  CHECK_THROWS_WITH(save(model, folder / "dir.grove"), Catch::EndsWith("it is a directory"));
  save(model, folder / "model.grove");
  save(model, folder / "model.grove");
  fs::create_symlink(folder / "model.grove", folder / "link.grove");
  save(model, folder / "link.grove");
  CHECK(fs::is_symlink(folder / "link.grove"));
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(folder / ""))
    files += entry.is_directory() ? 0 : 1;
  CHECK(files == 2);
}

TEST_CASE("an index of neighbours survives a model file") {
  const grove::testing::TemporaryFile binary("index.grove", "");
  const grove::testing::TemporaryFile readable("index.json", "");
  const Matrix x = datasets::load_iris().x();
  NearestNeighbors index({.n_neighbors = 3, .algorithm = Algorithm::ball_tree});
  index.fit(x);
  for (const auto* file : {&binary, &readable}) {
    save(index, file->path());
    const NearestNeighbors loaded = load_neighbors(file->path());
    CHECK(loaded.algorithm_used() == Algorithm::ball_tree);
    CHECK(loaded.kneighbors(x).rows == index.kneighbors(x).rows);
    CHECK(loaded.kneighbors(x).distances == index.kneighbors(x).distances);
    CHECK(grove::testing::message_of([&] {
            (void)load(file->path());
          }).find("names an unknown model 'NearestNeighbors'") != std::string::npos);
  }
  save(Estimator(Ridge().fit(x, Vector(x.col(0)))), binary.path());
  CHECK(grove::testing::message_of([&] {
          (void)load_neighbors(binary.path());
        }).find("is not an index of neighbours but 'Ridge'") != std::string::npos);
}
