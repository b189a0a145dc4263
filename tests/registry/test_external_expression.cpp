#include <catch2/catch.hpp>

#include "estimator/external_command.hpp"
#include "grove/estimator/external_model.hpp"
#include "grove/estimator/pipeline.hpp"
#include "grove/registry/registry.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::message_of;

namespace {

ExternalParams params_of(const std::string& text) {
  return external_part(parse_model(text))->params();
}
std::string command_of(const std::string& text) { return params_of(text).command; }
std::string message(const std::string& text) {
  return message_of([&] { parse_model(text); });
}

}  // namespace

TEST_CASE("A command is read as it stands") {
  CHECK(command_of("external(python3 peer.py --k 5)") == "python3 peer.py --k 5");
  CHECK(command_of(" external ( a  b ) ") == "a  b");
  CHECK(command_of("external(f() { echo hi; }; f | sort)") == "f() { echo hi; }; f | sort");
  CHECK(command_of("external(echo ')' \"(\" \\) )") == "echo ')' \"(\" \\)");
  CHECK(command_of("external(prog --columns a,b --eta=0.1,depth=3)") ==
        "prog --columns a,b --eta=0.1,depth=3");
  CHECK(command_of("external(\"./my prog\" --k 5)") == "\"./my prog\" --k 5");
  CHECK(command_of("external(\"prog --k 5\")") == "prog --k 5");
  CHECK(command_of("external('prog \"a b\"')") == "prog \"a b\"");
  CHECK(command_of("external(\"say \\\"a\\\\b\\\"\\n\\tnext\\x1b\")") ==
        "say \"a\\b\"\n\tnext\x1b");
  CHECK(command_of("external(\"a, timeout=5\")") == "a, timeout=5");
  const ExternalParams params = params_of("external(prog -x, timeout=2.5, proba=true, seed=7)");
  CHECK(params.command == "prog -x");
  CHECK(params.timeout == 2.5);
  CHECK(params.proba);
  CHECK(params.seed == 7);
  const Estimator pipeline = parse_model("StandardScaler() | external(prog | sort, timeout=3.0)");
  CHECK(pipeline.expression() == "StandardScaler() | external(prog | sort, timeout=3.0)");
  CHECK(external_part(pipeline)->params().timeout == 3);
}

TEST_CASE("Expressions of external models read back to the same command") {
  for (const std::string command : {"prog",
                                    "prog --a 1,2 (b)",
                                    "a b  c",
                                    " begins with a space",
                                    "ends so ",
                                    "it's open",
                                    "a)",
                                    "(",
                                    "a, b=c",
                                    "a,timeout=5",
                                    "a,",
                                    "\"quoted\"",
                                    "'quoted'",
                                    "'a' \"b\"",
                                    "line\nline",
                                    "tab\there",
                                    "\x1b[31m",
                                    "back\\slash",
                                    "ends in \\",
                                    "\xc3\xa9\xe2\x82\xac",
                                    "a # b",
                                    "$(date) `date`",
                                    "say \"it's\" ("}) {
    const ExternalModel model({.command = command, .timeout = 60});
    INFO(model.expression());
    CHECK(command_of(model.expression()) == command);
    CHECK(parse_model(model.expression()).expression() == model.expression());
    CHECK(model.expression().find('\n') == std::string::npos);
    CHECK(command_of("external(" + command_text(command) + ")") == command);
  }
  CHECK(ExternalModel({.command = "prog --k 5"}).expression() == "external(prog --k 5)");
  CHECK(ExternalModel({.command = "a b", .proba = true}).expression() ==
        "external(a b, proba=true)");
}

TEST_CASE("Bad external models are refused with their place") {
  CHECK(message("external") ==
        "model 'external', position 9: expected ( and a command, got the end");
  CHECK(message("external()") == "model 'external()', position 10: expected a command");
  CHECK(message("external( , timeout=3)") ==
        "model 'external( , timeout=3)', position 11: expected a command");
  CHECK(message("external(a b") ==
        "model 'external(a b', position 13: a parenthesis is not closed");
  CHECK(message("external(it's)") ==
        "model 'external(it's)', position 12: the quote ' is not closed");
  CHECK(message("external(a,timeout=5)") ==
        "model 'external(a,timeout=5)', position 11: ',timeout=' may belong to the command or to "
        "external");
  CHECK(message("external(a, timout=5)")
            .find("has no parameter 'timout'; did you mean "
                  "'timeout'?") != std::string::npos);
  CHECK(message("external(a, timeout=0)") ==
        "model 'external(a, timeout=0)', position 13: external: parameter 'timeout' must be a "
        "number > 0, got 0");
  CHECK(message("external(\"\")") == "model 'external(\"\")', position 10: expected a command");
  CHECK(message("external(a, timeout=1, timeout=2)").find("is given twice") != std::string::npos);
  CHECK(message("external(a, command=b)").find("is given twice") != std::string::npos);
  CHECK(message("external(\"a\\q\")") ==
        "model 'external(\"a\\q\")', position 12: \\ stands before \\, \", n, t or xHH inside "
        "quotes");
  CHECK(message("external(a) | GaussianNB()").find("must come last") != std::string::npos);
  CHECK(message_of([] { ExternalModel({.command = ""}); }).find("'command' must be") !=
        std::string::npos);
}
