#include "compare/report_format.hpp"

#include <limits>

#include "core/text.hpp"

namespace grove {

nlohmann::ordered_json format_json(Format format) {
  return {{"format", format.name}, {"format_version", format.version}};
}

void check_format(const JsonReader& reader, Format format) {
  if (!reader.has("format"))
    reader.fail(concat("is not a ", format.name, ": it has no 'format'"),
                "grove compare --json writes one");
  const std::string name = reader.at("format").text();
  if (name != format.name)
    reader.fail(concat("is a '", printable(name), "', not a ", format.name),
                "grove compare --json writes a report, --plan a plan");
  const std::int64_t version =
      reader.at("format_version").integer(1, std::numeric_limits<std::int32_t>::max());
  if (version <= format.version) return;
  std::string by;
  if (reader.has("environment") && reader.at("environment").has("version"))
    by = concat(" by grove ", printable(reader.at("environment").at("version").text()));
  reader.fail(concat("was written in version ", version, " of the format", by,
                     ", and this grove reads version ", format.version),
              "use the grove that wrote it, or a later one");
}

Plan checked_plan(const JsonReader& reader, Format format) {
  check_format(reader, format);
  Plan plan = plan_from(reader.at("plan"));
  if (reader.at("plan_sha256").text() != plan_sha256(plan))
    reader.at("plan").fail("was changed after it was written: plan_sha256 is that of another plan");
  return plan;
}

}  // namespace grove
