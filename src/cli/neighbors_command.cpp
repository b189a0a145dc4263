#include <algorithm>

#include "cli/app.hpp"
#include "cli/data_source.hpp"
#include "cli/output.hpp"
#include "core/stopwatch.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/neighbors/approximate_neighbors.hpp"
#include "grove/neighbors/nearest_neighbors.hpp"

namespace grove::cli {

namespace {

struct NeighborsArguments {
  std::string reference, queries, radius, algorithm = "auto", metric = "euclidean", p = "2",
                                          ties = "lowest_row", out, json;
  std::optional<std::int64_t> k, n_probes, leaf_size;
  DataOptions options;
};

NearestNeighborsParams params_of(const NeighborsArguments& arguments) {
  NearestNeighborsParams params;
  const auto set = [&](std::string_view name, const Value& value) {
    NearestNeighborsParams::schema().set(params, NearestNeighbors::type_name, name, value);
  };
  if (arguments.k) set("n_neighbors", *arguments.k);
  if (!arguments.radius.empty()) set("radius", real_argument("--radius", arguments.radius));
  set("algorithm", arguments.algorithm);
  set("metric", arguments.metric);
  set("p", real_argument("--p", arguments.p));
  if (arguments.leaf_size) set("leaf_size", *arguments.leaf_size);
  NearestNeighborsParams::schema().check(params, NearestNeighbors::type_name);
  return params;
}

/// Lines `query,rank,row,distance` of everything found.
std::string csv_of(const Neighbors& found) {
  std::string csv = "query,rank,row,distance\n";
  for (Index i = 0; i < found.rows.rows(); ++i)
    for (Index j = 0; j < found.rows.cols(); ++j)
      csv += concat(i, ",", j + 1, ",", found.rows(i, j), ",", found.distances(i, j), "\n");
  return csv;
}

std::string csv_of(const RadiusNeighbors& found, std::optional<std::int64_t> most) {
  std::string csv = "query,rank,row,distance\n";
  for (std::size_t i = 0; i + 1 < found.offsets.size(); ++i) {
    Index end = found.offsets[i + 1];
    if (most) end = std::min(end, found.offsets[i] + *most);
    for (Index at = found.offsets[i]; at < end; ++at) {
      const auto place = static_cast<std::size_t>(at);
      csv += concat(i, ",", at - found.offsets[i] + 1, ",", found.rows[place], ",",
                    found.distances[place], "\n");
    }
  }
  return csv;
}

/// What a command found and what there is to say about it.
struct Found {
  std::string csv;
  Json json;
};

/// What f returns, after writing down how long it took.
template <class F>
auto timed(Json& json, const char* name, const F& f) {
  const Stopwatch stopwatch;
  auto result = f();
  json[name] = stopwatch.seconds();
  return result;
}

/// By cells, of which n_probes are searched.
Found search_approximately(const NeighborsArguments& arguments, const NearestNeighborsParams& exact,
                           const Dataset& reference, const MatrixView& queries,
                           const Context& context) {
  ApproximateNeighbors model({.n_neighbors = exact.n_neighbors,
                              .n_probes = static_cast<int>(*arguments.n_probes),
                              .metric = exact.metric,
                              .p = exact.p});
  Found found;
  timed(found.json, "build_seconds", [&] { return model.fit(reference, context).n_cells(); });
  found.json["algorithm"] = "approximate";
  found.json["n_cells"] = model.n_cells();
  found.csv = csv_of(
      timed(found.json, "query_seconds", [&] { return model.kneighbors(queries, {}, context); }));
  Context uncounted = context;
  uncounted.ledger = nullptr;
  found.json["recall"] = model.recall(queries, {}, uncounted);
  return found;
}

/// `queries` null: the reference points themselves.
Found search_exactly(const NeighborsArguments& arguments, const NearestNeighborsParams& params,
                     const Dataset& reference, const MatrixView* queries, const Context& context) {
  NearestNeighbors model(params);
  Found found;
  timed(found.json, "build_seconds", [&] { return model.fit(reference, context).n_points(); });
  for (const auto& entry : enum_names(Algorithm{}))
    if (entry.value == model.algorithm_used()) found.json["algorithm"] = entry.name;
  found.json["notes"] = model.report().notes;
  const auto search = [&](const auto& of_queries, const auto& of_points) {
    return timed(found.json, "query_seconds",
                 [&] { return queries != nullptr ? of_queries(*queries) : of_points(); });
  };
  if (!arguments.radius.empty()) {
    found.csv =
        csv_of(search([&](const MatrixView& x) { return model.radius_neighbors(x, {}, context); },
                      [&] { return model.radius_neighbors(std::nullopt, context); }),
               arguments.k);
  } else if (arguments.ties == "all") {
    found.csv = csv_of(
        search([&](const MatrixView& x) { return model.kneighbors_with_ties(x, {}, context); },
               [&] { return model.kneighbors_with_ties(std::nullopt, context); }),
        {});
  } else {
    found.csv = csv_of(search([&](const MatrixView& x) { return model.kneighbors(x, {}, context); },
                              [&] { return model.kneighbors(std::nullopt, context); }));
  }
  return found;
}

void check_arguments(const NeighborsArguments& arguments) {
  check_outputs({arguments.out, arguments.json});
  if (!arguments.k && arguments.radius.empty())
    throw InvalidParameter("grove neighbors needs -k K or --radius R",
                           "-k 5 asks for the 5 nearest");
  if (arguments.ties != "lowest_row" && arguments.ties != "all")
    throw InvalidParameter(
        concat("--ties must be lowest_row or all, got '", printable(arguments.ties), "'"),
        "all keeps every point that is as far as the K-th");
  if (arguments.n_probes &&
      (!arguments.radius.empty() || arguments.ties == "all" || arguments.queries.empty()))
    throw InvalidParameter("--n-probes goes with QUERIES and -k, without --radius and --ties all",
                           "name the file of the points to search for");
}

void neighbors(const NeighborsArguments& arguments, const Session& session) {
  check_arguments(arguments);
  const NearestNeighborsParams params = params_of(arguments);
  const Dataset reference =
      load_data(arguments.reference, arguments.options, DefaultTarget::none).without_target();
  std::optional<Matrix> queries;
  if (!arguments.queries.empty())
    queries = TrainedOn(reference).align(
        load_data(arguments.queries, arguments.options, DefaultTarget::none), "grove neighbors");
  Ledger ledger;
  Context context = session.context();
  context.ledger = &ledger;
  std::optional<MatrixView> view;
  if (queries) view.emplace(*queries);
  Found found =
      arguments.n_probes
          ? search_approximately(arguments, params, reference, *view, context)
          : search_exactly(arguments, params, reference, view ? &*view : nullptr, context);
  write_text(arguments.out, found.csv);
  found.json["n_reference"] = reference.n_rows();
  found.json["n_queries"] = queries ? queries->rows() : reference.n_rows();
  found.json["work"] = work_json(ledger.counts());
  if (!arguments.json.empty()) write_json(arguments.json, found.json);
  session.note(concat(
      "neighbours of ", found.json["n_queries"].get<Index>(), " points among ", reference.n_rows(),
      " in ", fixed_text(found.json["query_seconds"].get<double>(), 3), " s: ", arguments.out));
}

}  // namespace

void add_neighbors_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("neighbors", "the nearest neighbours of points");
  const auto arguments = std::make_shared<NeighborsArguments>();
  command
      ->add_option("REFERENCE", arguments->reference, "the points to search: a data set or a file")
      ->required();
  command->add_option("QUERIES", arguments->queries,
                      "the points to search for; left out: every reference point among the others");
  add_integer(*command, "-k,--k", arguments->k, 1, "how many neighbours of each");
  command->add_option("--radius", arguments->radius,
                      "all within this distance (at most K with -k)");
  command->add_option(
      "--algorithm", arguments->algorithm,
      "auto, brute, kd_tree, ball_tree, cells or nanoflann: the answer is the same");
  command->add_option("--metric", arguments->metric,
                      "euclidean, manhattan, chebyshev, minkowski, cosine, hamming, haversine, "
                      "mahalanobis or gower (takes missing values and categories)");
  command->add_option("--p", arguments->p, "the power of minkowski");
  command->add_option("--ties", arguments->ties,
                      "lowest_row: K neighbours; all: also those as far as the K-th");
  add_integer(*command, "--leaf-size", arguments->leaf_size, 1, "points in a leaf of a tree");
  add_integer(*command, "--n-probes", arguments->n_probes, 1,
              "approximate search in so many k-means cells; the JSON says its recall");
  command->add_option("-o,--output", arguments->out, "CSV: query,rank,row,distance; - for stdout")
      ->required();
  command->add_option("--json", arguments->json, "seconds and work as JSON; - for stdout");
  arguments->options.add_to(*command);
  command->callback([arguments, &session] { neighbors(*arguments, session); });
}

}  // namespace grove::cli
