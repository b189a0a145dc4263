#include "cli/app.hpp"
#include "cli/output.hpp"
#include "core/text.hpp"
#include "grove/registry/archive.hpp"
#include "grove/registry/export_header.hpp"

namespace grove::cli {

namespace {

struct ExportArguments {
  std::string file, out;
  ExportOptions options;
};

void export_model(const ExportArguments& arguments, const Session& session) {
  check_outputs({arguments.out});
  const Estimator model = load(arguments.file);
  write_text(arguments.out, export_header(model, arguments.options));
  session.note(concat("exported ", model.expression(), ": ", arguments.out));
}

}  // namespace

void add_export_command(CLI::App& app, Session& session) {
  CLI::App* command =
      app.add_subcommand("export", "write a saved model as a C++17 header that needs no library");
  const auto arguments = std::make_shared<ExportArguments>();
  command->add_option("FILE", arguments->file, "a model file")->required();
  command->add_option("-o,--output", arguments->out, "the header, as in model.hpp; - for stdout")
      ->required();
  command
      ->add_option("--namespace", arguments->options.name_space, "the namespace of its functions")
      ->capture_default_str();
  command->callback([arguments, &session] { export_model(*arguments, session); });
}

}  // namespace grove::cli
