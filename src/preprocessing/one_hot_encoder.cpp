#include "grove/preprocessing/one_hot_encoder.hpp"

#include <cmath>
#include <unordered_set>

#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "preprocessing/column_fit.hpp"

namespace grove {

std::span<const EnumName<DropCategory>> enum_names(DropCategory) {
  static constexpr EnumName<DropCategory> names[] = {
      {DropCategory::none, "none"},
      {DropCategory::first, "first"},
      {DropCategory::if_binary, "if_binary"},
  };
  return names;
}

std::span<const EnumName<HandleMissing>> enum_names(HandleMissing) {
  static constexpr EnumName<HandleMissing> names[] = {
      {HandleMissing::indicator, "indicator"},
      {HandleMissing::zeros, "zeros"},
  };
  return names;
}

const Schema<OneHotEncoderParams>& OneHotEncoderParams::schema() {
  using P = OneHotEncoderParams;
  static const Schema<P> table =
      Schema<P>()
          .add("drop", &P::drop, "Leave out the first category, or that of columns with two.")
          .add("handle_missing", &P::handle_missing,
               "indicator: a category nan for columns with missing values in fit; zeros: 0 "
               "everywhere.");
  return table;
}

namespace {

/// Where an input column goes.
struct Block {
  Index begin = 0;         // its first output column
  Index dropped = -1;      // the category without a column
  bool indicator = false;  // a category nan after the others
};

struct Layout {
  std::vector<Block> blocks;
  std::vector<Column> columns;
};

/// Names that another column has already get a number.
class Names {
 public:
  explicit Names(const std::vector<Column>& columns) {
    for (const Column& column : columns)
      if (preprocessing::is_numeric(column)) taken_.insert(column.name);
  }
  std::string unique(const std::string& name) {
    std::string result = name;
    for (int number = 2; !taken_.insert(result).second; ++number)
      result = concat(name, "_", number);
    return result;
  }

 private:
  std::unordered_set<std::string> taken_;
};

Layout layout_of(const OneHotEncoderParams& params, const std::vector<Column>& columns,
                 const std::vector<bool>& indicators) {
  Layout layout;
  Names names(columns);
  for (std::size_t j = 0; j < columns.size(); ++j) {
    const Column& column = columns[j];
    Block block{.begin = static_cast<Index>(layout.columns.size()), .indicator = indicators[j]};
    if (preprocessing::is_numeric(column)) {
      layout.columns.push_back(column);
      layout.blocks.push_back(block);
      continue;
    }
    std::vector<std::string> categories = column.categories;
    if (block.indicator) categories.emplace_back("nan");
    const bool drop = params.drop == DropCategory::first ||
                      (params.drop == DropCategory::if_binary && categories.size() == 2);
    if (drop && !categories.empty()) block.dropped = 0;
    for (std::size_t k = 0; k < categories.size(); ++k)
      if (static_cast<Index>(k) != block.dropped)
        layout.columns.push_back({.name = names.unique(column.name + "_" + categories[k])});
    layout.blocks.push_back(block);
  }
  return layout;
}

}  // namespace

struct OneHotEncoder::State {
  TrainedOn trained_on;
  std::vector<bool> indicators;  // one per column
  Layout layout;
};

OneHotEncoder& OneHotEncoder::fit(const Dataset& data, const Context&) {
  OneHotEncoderParams::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::none, capabilities);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  const MatrixMap x = data.x();
  for (Index j = 0; j < x.cols(); ++j) {
    bool missing = false;
    if (params_.handle_missing == HandleMissing::indicator &&
        !preprocessing::is_numeric(data.columns()[static_cast<std::size_t>(j)]))
      for (Index i = 0; i < x.rows(); ++i)
        missing = missing ||
                  (std::isnan(x(i, j)) && (data.weights() == nullptr || (*data.weights())(i) > 0));
    state->indicators.push_back(missing);
  }
  state->layout = layout_of(params_, data.columns(), state->indicators);
  state_ = std::move(state);
  return *this;
}

Matrix OneHotEncoder::transform(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  Matrix result = Matrix::Zero(x.rows(), static_cast<Index>(state.layout.columns.size()));
  parallel_for(context, x.rows(), 1024, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      for (Index j = 0; j < x.cols(); ++j) {
        const Column& column = state.trained_on.columns[static_cast<std::size_t>(j)];
        const Block& block = state.layout.blocks[static_cast<std::size_t>(j)];
        if (preprocessing::is_numeric(column)) {
          result(i, block.begin) = x(i, j);
          continue;
        }
        Index code = preprocessing::code_of(x(i, j), column);
        if (code < 0 && block.indicator) code = static_cast<Index>(column.categories.size());
        if (code < 0 || code == block.dropped) continue;
        result(i, block.begin + code - (block.dropped == 0 ? 1 : 0)) = 1;
      }
  });
  return result;
}

Dataset OneHotEncoder::transform(const Dataset& data, const Context& context) const {
  return data.with_x(transform(trained_on().align(data, type_name), context), output_columns());
}
Dataset OneHotEncoder::fit_transform(const Dataset& data, const Context& context) {
  return fit(data, context).transform(data, context);
}
const TrainedOn& OneHotEncoder::trained_on() const { return fitted(state_, type_name).trained_on; }
const std::vector<Column>& OneHotEncoder::output_columns() const {
  return fitted(state_, type_name).layout.columns;
}

Value OneHotEncoder::save_state() const {
  const State& state = fitted(state_, type_name);
  const Value::Integers flags(state.indicators.begin(), state.indicators.end());
  return Value::Map{{"trained_on", state.trained_on.to_value()}, {"indicators", flags}};
}

OneHotEncoder OneHotEncoder::load_state(const OneHotEncoderParams& params,
                                        const StateReader& reader) {
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  for (const std::int64_t flag : reader.integers("indicators", state->trained_on.n_columns(), 0, 1))
    state->indicators.push_back(flag == 1);
  state->layout = layout_of(params, state->trained_on.columns, state->indicators);
  OneHotEncoder encoder(params);
  encoder.state_ = std::move(state);
  return encoder;
}

}  // namespace grove
