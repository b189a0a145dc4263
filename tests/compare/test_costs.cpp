#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "compare/format.hpp"
#include "grove/compare/comparison.hpp"
#include "grove/compare/trade_off.hpp"
#include "grove/core/error.hpp"
#include "grove/data/standard_datasets.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::message_of;

namespace {

/// Counts what it is told to.
struct Counts {
  std::uint64_t distances = 0;
  void fit(const Dataset&, const Context& context) {
    if (distances == 0) return;
    context.count(work::distance_evaluations, distances);
    context.count(work::nodes_visited, 7);
    context.count(work::bytes_read, 1000 * distances);
  }
  Labels predict(MatrixView x) const { return Labels::Zero(x.rows()); }
};

}  // namespace

TEST_CASE("The unit of work is what was counted most, bytes apart") {
  const Comparison result =
      compare({{"counts", Counts{500'000}}, {"counts nothing", Counts{}}}, {datasets::load_iris()});
  const Standing& standing = result.datasets[0].standings[0];
  const UnitCost cost = unit_cost(standing);
  CHECK(cost.counter == "distance_evaluations");
  CHECK(cost.count == 5 * 500'000);
  CHECK(cost.seconds == Approx(5 * standing.cpu_seconds / 2.5e6));
  CHECK(standing.cpu_seconds > 0);
  CHECK(unit_cost(result.datasets[0].standings[1]).counter.empty());

  std::ostringstream text;
  text << result;
  CHECK_THAT(text.str(), Catch::Contains("per unit  unit"));
  CHECK_THAT(text.str(), Catch::Contains("500.0 k"));
  CHECK_THAT(text.str(), Catch::Contains("distance_evaluations"));
  CHECK_THAT(text.str(), !Catch::Contains("bytes_read"));

  const auto json = nlohmann::json::parse(to_json(result));
  const auto& model = json["datasets"][0]["models"][0];
  CHECK(model["unit_cost"]["counter"] == "distance_evaluations");
  CHECK(model["unit_cost"]["count"] == 2'500'000);
  CHECK(model["unit_cost"]["cpu_seconds"].get<double>() == cost.seconds);
  CHECK(model["folds"][0]["cpu_seconds"].get<double>() == standing.result.folds[0].cpu_seconds);
  CHECK(json["datasets"][0]["models"][1]["unit_cost"].is_null());
}

TEST_CASE("Amounts are written for reading") {
  CHECK(amount_text(0) == "0");
  CHECK(amount_text(9999) == "9999");
  CHECK(amount_text(10'000) == "10.0 k");
  CHECK(amount_text(12'345'678) == "12.3 M");
  CHECK(amount_text(7'000'000'000) == "7.0 G");
  CHECK(seconds_text(3.2e-9) == "3.2 ns");
  CHECK(seconds_text(3.2e-7) == "320 ns");
  CHECK(seconds_text(3.2e-5) == "32 us");
}

namespace {

TradeOff example() {
  return {"letters & more",
          "accuracy",
          "distances per query",
          {{"naive", "exact", 0.95, 15000, 2, 0},
           {"clusters", "1 searched", 0.9, 120, 0.01, 300},
           {"clusters", "8 searched", 0.94, 900, 0.1, 50}}};
}

}  // namespace

TEST_CASE("A trade-off is a table and a page that asks no network") {
  std::ostringstream text;
  text << example();
  CHECK(text.str() ==
        "letters & more\n"
        "  method    setting       accuracy  other answers  distances per query       time\n"
        "  naive     exact           0.9500              0               15.0 k     2.00 s\n"
        "  clusters  1 searched      0.9000            300                120.0    10.0 ms\n"
        "  clusters  8 searched      0.9400             50                900.0   100.0 ms\n");
  const std::string page = to_html("Three <ways>", {example(), example()});
  for (const char* word : {"Three &lt;ways&gt;", "letters &amp; more", "role=\"img\"", "<svg",
                           "clusters, 8 searched: 0.9400, 900.0 distances per query"})
    CHECK_THAT(page, Catch::Contains(word));
  for (const char* word : {"http:", "https:", "<script", "src=", "nan", "inf%"})
    CHECK_THAT(page, !Catch::Contains(word));
  // Two methods in two figures: one line for the two points of the clusters in each.
  std::size_t lines = 0;
  for (std::size_t at = page.find("stroke-width=\"2\""); at != std::string::npos;
       at = page.find("stroke-width=\"2\"", at + 1))
    ++lines;
  CHECK(lines == 2);
}

TEST_CASE("A trade-off of one point can be drawn; bad numbers and no points are refused") {
  TradeOff one = example();
  one.points.resize(1);
  CHECK_THAT(to_html("One", {one}), Catch::Contains("<circle"));
  one.points.clear();
  CHECK(message_of([&] { (void)to_html("None", {one}); }) ==
        "trade-off 'letters & more' has no points to draw");
  TradeOff bad = example();
  bad.points[1].work = 0;
  std::ostringstream out;
  CHECK(
      message_of([&] { out << bad; }) ==
      "trade-off 'letters & more': clusters, 1 searched: work must be positive and finite, got 0");
  bad = example();
  bad.points[0].quality = std::numeric_limits<double>::quiet_NaN();
  CHECK_THAT(message_of([&] { (void)to_html("Bad", {bad}); }),
             Catch::Contains("quality must be finite"));
}
