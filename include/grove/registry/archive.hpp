#pragma once

#include <string>
#include <string_view>

#include "grove/estimator/estimator.hpp"
#include "grove/neighbors/nearest_neighbors.hpp"

namespace grove {

/// The version of model files that this library writes; it reads 1 up to this.
inline constexpr int model_format_version = 1;

/// Writes a fitted model: a pipeline with all its steps, the columns and classes it was trained on.
/// By the extension: `.grove` is compact (a header with version, length and SHA-256, then CBOR),
/// `.json` the same, readable. The file appears whole or not at all (written beside, synced,
/// renamed). Its bytes depend on data, parameters and seed alone.
/// Throws NotFitted, Unsupported for types that are not registered with grove or another extension,
/// Error if the file cannot be written.
void save(const Estimator& model, const std::string& path);

/// Reads either form. Trusts nothing in the file: throws ModelFormatError naming the file (also if
/// it cannot be opened), never crashes, and takes memory in proportion to the file. A model.json of
/// XGBoost is read too: see xgboost_model.hpp.
Estimator load(const std::string& path);

/// The same for an index of neighbours: its points are saved, and the tree is built again.
void save(const NearestNeighbors& index, const std::string& path);
NearestNeighbors load_neighbors(const std::string& path);

/// The bytes of a `.grove` file.
std::string to_bytes(const Estimator& model);
/// Either form, or the text of XGBoost's model.json, recognised by its first bytes.
Estimator from_bytes(std::string_view bytes);

}  // namespace grove
