#pragma once

#include <span>

#include "grove/core/types.hpp"
#include "grove/params/schema.hpp"

namespace grove::statistics {

/// How a family of p-values is adjusted so that each can be held against alpha.
enum class Adjustment {
  none,
  bonferroni,         // p m
  holm,               // step down; needs no assumption and is never weaker than bonferroni
  hochberg,           // step up; for independent or positively dependent tests
  shaffer,            // holm that uses the logic of all pairs of k contenders (static form)
  benjamini_hochberg  // the share of false ones among the claims, not the chance of any
};
std::span<const EnumName<Adjustment>> enum_names(Adjustment);

/// Adjusted p-values, at most 1, in the order given; an empty family stays empty. All but shaffer
/// are p.adjust of R. shaffer takes the k (k - 1) / 2 pairs of k contenders and throws InvalidData
/// for any other number; for k = 3 it is t = 3, 1, 1. Throws InvalidData for a p-value that is NaN
/// or outside [0, 1]. O(m log m); shaffer once O(k m) more.
///
/// Sources: Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6
/// (1979); Hochberg, "A sharper Bonferroni procedure", Biometrika 75 (1988); Shaffer, "Modified
/// sequentially rejective multiple test procedures", JASA 81 (1986), as given by Garcia & Herrera,
/// JMLR 9 (2008); Benjamini & Hochberg, "Controlling the false discovery rate", JRSS B 57 (1995).
Vector adjust(const VectorView& p_values, Adjustment method);

}  // namespace grove::statistics
