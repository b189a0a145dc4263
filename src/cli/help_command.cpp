#include "cli/app.hpp"
#include "cli/output.hpp"
#include "grove/registry/registry.hpp"

namespace grove::cli {

namespace {

std::string overview() {
  std::vector<std::vector<std::string>> rows;
  for (const registry::Entry& entry : registry::entries())
    rows.push_back({entry.name, std::string(registry::to_string(entry.kind)), entry.doc});
  return table({"name", "kind", "what it is"}, rows) +
         "\ngrove models NAME shows a model's parameters. A MODEL is written\n"
         "  'KNeighborsClassifier(n_neighbors=7, weights=distance)'\n"
         "and a pipeline, for columns of mixed kinds too,\n"
         "  'SimpleImputer() | StandardScaler() | OneHotEncoder() | KNeighborsClassifier()'\n"
         "  'ColumnTransformer(StandardScaler() on [age, income]) | LogisticRegression()'\n"
         "grove cv and grove compare also take any program that reads and writes files,\n"
         "  'external(python3 peer.py --k 7, timeout=60)'\n"
         "and a name for a model, '5-NN=KNeighborsClassifier(n_neighbors=5)'.\n";
}

}  // namespace

void add_help_command(CLI::App& app, Session&) {
  CLI::App* command =
      app.add_subcommand("models", "the models and transformers, and their parameters");
  const auto name = std::make_shared<std::string>();
  command->add_option("NAME", *name, "a model or transformer; all of them if left out");
  command->callback(
      [name] { print(name->empty() ? overview() : registry::help(registry::at(*name))); });
}

}  // namespace grove::cli
