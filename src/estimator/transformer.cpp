#include "grove/estimator/transformer.hpp"

#include <utility>

#include "core/not_fitted.hpp"
#include "grove/core/error.hpp"

namespace grove {

namespace detail {

void throw_unfitted(const std::string& who) { throw_not_fitted(who); }

Dataset transformed(const AnyTransformer& transformer, const Dataset& data, const RowSet& fitted_on,
                    bool used_target, const Context& context) {
  const TrainedOn& trained_on = transformer.trained_on();
  const Matrix x = trained_on.columns == data.columns()
                       ? transformer.transform(MatrixView(data.x()), context)
                       : transformer.transform(trained_on.align(data, transformer.name()), context);
  return data.with_x(x, transformer.output_columns())
      .with_step({transformer.expression(), fitted_on, used_target});
}

}  // namespace detail

const detail::AnyTransformer& Transformer::held() const {
  if (!held_)
    throw NotFitted("this Transformer was moved from", "assign a transformer to it first");
  return *held_;
}
detail::AnyTransformer& Transformer::held() {
  return const_cast<detail::AnyTransformer&>(std::as_const(*this).held());
}

Transformer::Transformer(const Transformer& other) : held_(other.held().clone()) {}
Transformer::Transformer(Transformer&&) noexcept = default;
Transformer& Transformer::operator=(const Transformer& other) {
  if (this != &other) held_ = other.held().clone();
  return *this;
}
Transformer& Transformer::operator=(Transformer&&) noexcept = default;
Transformer::~Transformer() = default;
Transformer::Transformer(std::unique_ptr<detail::AnyTransformer> held) : held_(std::move(held)) {}

std::string Transformer::name() const { return held().name(); }
std::string Transformer::expression() const { return held().expression(); }
Capabilities Transformer::capabilities() const { return held().capabilities(); }

Transformer& Transformer::fit(const Dataset& data, const Context& context) {
  held().fit(data, context);
  return *this;
}

Matrix Transformer::transform(const MatrixView& x, const Context& context) const {
  return held().transform(x, context);
}

Dataset Transformer::transform(const Dataset& data, const Context& context) const {
  return held().transform(data, context);
}

Dataset Transformer::fit_transform(const Dataset& data, const Context& context) {
  return fit(data, context).transform(data, context);
}

const std::vector<Column>& Transformer::output_columns() const { return held().output_columns(); }
Transformer Transformer::unfitted() const { return Transformer(held().unfitted()); }
ParamValues Transformer::param_values() const { return held().param_values(); }
void Transformer::set_param(std::string_view name, const Value& value) {
  held().set_param(name, value);
}
SearchSpace Transformer::search_space() const { return held().search_space(); }
const TrainedOn& Transformer::trained_on() const { return held().trained_on(); }
Value Transformer::save_state() const { return held().save_state(); }

}  // namespace grove
