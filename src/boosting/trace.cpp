#include "boosting/trace.hpp"

#include <algorithm>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

struct Trace::Output {
  std::string path;
  std::ofstream stream;
  std::mutex mutex;

  void write(const nlohmann::json& line) {
    const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    const std::scoped_lock lock(mutex);
    stream << text << '\n';
  }
  void check() const {
    if (!stream)
      throw Error(concat("the trace '", printable(path), "' cannot be written"),
                  "name a file in a folder that exists and has room");
  }
};

Trace::Trace(const TraceOptions& options, std::vector<Column> columns)
    : output_(std::make_unique<Output>()), columns_(std::move(columns)) {
  const std::vector<std::string> known{"gradients", "histograms", "splits"};
  for (const std::string& name : options.what) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw InvalidParameter(
          concat("there is no trace called '", printable(name), "'", did_you_mean(name, known)),
          concat("traces: ", join(known, 9)));
    gradients_ = gradients_ || name == "gradients";
    histograms_ = histograms_ || name == "histograms";
    splits_ = splits_ || name == "splits";
  }
  output_->path = options.file;
  output_->stream.open(options.file);
  output_->check();
}

Trace::~Trace() = default;

void Trace::finish() {
  output_->stream.flush();
  output_->check();
}

void Trace::gradients(int round, const Matrix& gradients, const Matrix& hessians) {
  if (!gradients_) return;
  const auto row_of = [](const Matrix& m, Index k) {
    return std::vector<double>(m.row(k).data(), m.row(k).data() + m.cols());
  };
  for (Index k = 0; k < gradients.rows(); ++k)
    output_->write({{"trace", "gradients"},
                    {"round", round},
                    {"output", k},
                    {"gradients", row_of(gradients, k)},
                    {"hessians", row_of(hessians, k)}});
}

void Trace::splits(int round, int output, int node, std::vector<Split> found) {
  if (!splits_) return;
  std::stable_sort(found.begin(), found.end(),
                   [](const Split& a, const Split& b) { return a.gain > b.gain; });
  nlohmann::json candidates = nlohmann::json::array();
  for (const Split& split : found) {
    if (!split.exists()) continue;
    nlohmann::json entry{{"column", columns_[static_cast<std::size_t>(split.column)].name},
                         {"gain", split.gain},
                         {"missing", split.missing_left ? "left" : "right"}};
    if (split.side.empty()) {
      entry["last_bin_left"] = split.last_bin;
    } else {
      entry["bins_left"] = split.side;
    }
    candidates.push_back(std::move(entry));
  }
  output_->write({{"trace", "splits"},
                  {"round", round},
                  {"output", output},
                  {"node", node},
                  {"candidates", std::move(candidates)}});
}

void Trace::histogram(int round, int output, int node, int column, const ColumnSums& sums,
                      const NodeTotals& totals) {
  if (!histograms_) return;
  const auto scaled = [](std::vector<double> values, double unit) {
    for (double& value : values) value *= unit;
    return values;
  };
  nlohmann::json line{{"trace", "histograms"},
                      {"round", round},
                      {"output", output},
                      {"node", node},
                      {"column", columns_[static_cast<std::size_t>(column)].name},
                      {"gradients", scaled(sums.gradients, totals.gradient_unit)},
                      {"hessians", scaled(sums.hessians, totals.hessian_unit)},
                      {"missing_gradient", sums.missing_gradient * totals.gradient_unit},
                      {"missing_hessian", sums.missing_hessian * totals.hessian_unit}};
  if (!sums.bins.empty()) line["bins"] = sums.bins;
  output_->write(line);
}

}  // namespace grove
