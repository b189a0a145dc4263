#pragma once

// Everything, for programs and examples. Inside grove include what you use.

#include "grove/core/context.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/core/random.hpp"
#include "grove/core/report.hpp"
#include "grove/core/types.hpp"
#include "grove/data/csv.hpp"
#include "grove/data/dataset.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/estimator/column_transformer.hpp"
#include "grove/estimator/estimator.hpp"
#include "grove/estimator/pipeline.hpp"
#include "grove/estimator/transformer.hpp"
#include "grove/registry/archive.hpp"
#include "grove/registry/registry.hpp"
#include "grove/testing/check_estimator.hpp"
