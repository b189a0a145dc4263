#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

#include "grove/estimator/concepts.hpp"

namespace grove {

namespace detail {
struct AnyTransformer;
}

/// Any transformer as a value: StandardScaler, OneHotEncoder, ColumnTransformer, or a type of yours
/// with `fit(const Dataset&)`, `Matrix transform(MatrixView) const` and, if it changes the columns,
/// `const std::vector<Column>& output_columns() const`. One whose fit looks at the target says so
/// by `static constexpr bool uses_target = true`.
class Transformer {
 public:
  template <class T>
  requires(!std::same_as<T, Transformer>) Transformer(T transformer);
  Transformer(const Transformer& other);
  Transformer(Transformer&&) noexcept;
  Transformer& operator=(const Transformer& other);
  Transformer& operator=(Transformer&&) noexcept;
  ~Transformer();

  std::string name() const;
  std::string expression() const;
  Capabilities capabilities() const;

  Transformer& fit(const Dataset& data, const Context& context = {});
  /// x has the columns of the training data; the result has output_columns().
  Matrix transform(const MatrixView& x, const Context& context = {}) const;
  /// Columns matched by name; target, weights and groups are carried over, and Dataset::history()
  /// notes the rows that it was fitted on.
  Dataset transform(const Dataset& data, const Context& context = {}) const;
  Dataset fit_transform(const Dataset& data, const Context& context = {});
  const std::vector<Column>& output_columns() const;

  Transformer unfitted() const;
  ParamValues param_values() const;
  void set_param(std::string_view name, const Value& value);
  SearchSpace search_space() const;
  /// Throws NotFitted.
  const TrainedOn& trained_on() const;
  Value save_state() const;

  template <class T>
  const T* get_if() const;

 private:
  explicit Transformer(std::unique_ptr<detail::AnyTransformer> held);
  const detail::AnyTransformer& held() const;
  detail::AnyTransformer& held();
  std::unique_ptr<detail::AnyTransformer> held_;
};

}  // namespace grove

#include "grove/estimator/transformer_model.hpp"
