#pragma once

// Statistics for the fair comparison of models, each of use alone. What is compared is a pair of
// score lists (paired), a table of data sets x contenders (ranks), a family of p-values
// (multiple), beliefs about a difference (bayes) or its size (effect). `compare_scores` does all
// of it on one table.

#include "grove/compare/statistics/bayes.hpp"
#include "grove/compare/statistics/distributions.hpp"
#include "grove/compare/statistics/effect.hpp"
#include "grove/compare/statistics/multiple.hpp"
#include "grove/compare/statistics/paired.hpp"
#include "grove/compare/statistics/ranks.hpp"
#include "grove/compare/statistics/wilcoxon.hpp"
