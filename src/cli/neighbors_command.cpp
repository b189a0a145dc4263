#include <algorithm>

#include "cli/app.hpp"
#include "cli/data_source.hpp"
#include "cli/output.hpp"
#include "core/stopwatch.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/neighbors/nearest_neighbors.hpp"

namespace grove::cli {

namespace {

struct NeighborsArguments {
  std::string reference, queries, radius, algorithm = "auto", metric = "euclidean", p = "2", out,
                                          json;
  std::optional<std::int64_t> k;
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

/// What was found, one of the two.
struct Found {
  Neighbors nearest;
  RadiusNeighbors within;
};

Found search(const NearestNeighbors& model, bool by_radius, const Matrix* queries,
             const Context& context) {
  Found found;
  if (by_radius) {
    found.within = queries != nullptr ? model.radius_neighbors(MatrixView(*queries), {}, context)
                                      : model.radius_neighbors(std::nullopt, context);
  } else {
    found.nearest = queries != nullptr ? model.kneighbors(MatrixView(*queries), {}, context)
                                       : model.kneighbors(std::nullopt, context);
  }
  return found;
}

void neighbors(const NeighborsArguments& arguments, const Session& session) {
  check_outputs({arguments.out, arguments.json});
  if (!arguments.k && arguments.radius.empty())
    throw InvalidParameter("grove neighbors needs -k K or --radius R",
                           "-k 5 asks for the 5 nearest");
  NearestNeighbors model(params_of(arguments));
  const Dataset reference =
      load_data(arguments.reference, arguments.options, DefaultTarget::none).without_target();
  std::optional<Matrix> queries;
  if (!arguments.queries.empty())
    queries = TrainedOn(reference).align(
        load_data(arguments.queries, arguments.options, DefaultTarget::none), "grove neighbors");
  Ledger ledger;
  Context context = session.context();
  context.ledger = &ledger;
  const Stopwatch building;
  model.fit(reference, context);
  const double build_seconds = building.seconds();
  const Stopwatch searching;
  const bool by_radius = !arguments.radius.empty();
  const Found found = search(model, by_radius, queries ? &*queries : nullptr, context);
  const double query_seconds = searching.seconds();
  write_text(arguments.out, by_radius ? csv_of(found.within, arguments.k) : csv_of(found.nearest));
  Json json;
  json["n_reference"] = reference.n_rows();
  json["n_queries"] = queries ? queries->rows() : reference.n_rows();
  for (const auto& entry : enum_names(Algorithm{}))
    if (entry.value == model.algorithm_used()) json["algorithm"] = entry.name;
  json["build_seconds"] = build_seconds;
  json["query_seconds"] = query_seconds;
  json["work"] = work_json(ledger.counts());
  if (!arguments.json.empty()) write_json(arguments.json, json);
  session.note(concat("neighbours of ", json["n_queries"].get<Index>(), " points among ",
                      reference.n_rows(), " in ", fixed_text(query_seconds, 3),
                      " s: ", arguments.out));
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
  command->add_option("--algorithm", arguments->algorithm,
                      "auto, brute, kd_tree or nanoflann: the answer is the same");
  command->add_option("--metric", arguments->metric,
                      "euclidean, manhattan, chebyshev or minkowski");
  command->add_option("--p", arguments->p, "the power of minkowski");
  command->add_option("-o,--output", arguments->out, "CSV: query,rank,row,distance; - for stdout")
      ->required();
  command->add_option("--json", arguments->json, "seconds and work as JSON; - for stdout");
  arguments->options.add_to(*command);
  command->callback([arguments, &session] { neighbors(*arguments, session); });
}

}  // namespace grove::cli
