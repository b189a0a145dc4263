#include <cmath>

#include "compare/page_check.hpp"
#include "compare/report/critical_difference.hpp"
#include "compare/report/svg.hpp"
#include "grove/compare/critical_difference.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::check_page;
using grove::testing::count_of;
using grove::testing::csv_of;
using grove::testing::first_imbalance;
using grove::testing::holds;
using grove::testing::lines_of;
using grove::testing::message_of;
using report::DiagramLayout;

namespace {

/// Demsar (2006), table 6.
CriticalDifference demsar(Index control = -1) {
  Vector ranks(4);
  ranks << 44.0 / 14, 28.0 / 14, 40.5 / 14, 27.5 / 14;
  return critical_difference({"C4.5", "C4.5+m", "C4.5+cf", "C4.5+m+cf"}, ranks, 14, 0.1, control);
}

CriticalDifference many(Index k, Index n, const std::string& name) {
  std::vector<std::string> names;
  Vector ranks(k);
  for (Index i = 0; i < k; ++i) {
    names.push_back(name + std::to_string(i));
    ranks(i) = 1 + static_cast<double>((i * 7) % k) * 0.9 + 0.05;
  }
  return critical_difference(names, ranks, n);
}

/// Ground that a label covers: [x0, x1] x [y0, y1].
struct Box {
  double x0, x1, y0, y1;
};
Box box_of(const CriticalDifference& diagram, const DiagramLayout& layout,
           const DiagramLayout::Label& label) {
  (void)diagram;
  const double width = report::text_width(label.text + " 8.88", 13);
  const bool starts = layout.narrow == label.left;
  const double y = layout.narrow ? label.y - 5 : label.y + 4.5;
  return {starts ? label.text_x : label.text_x - width,
          starts ? label.text_x + width : label.text_x, y - 10, y + 3};
}

void check_labels(const CriticalDifference& diagram, const DiagramLayout& layout) {
  REQUIRE(layout.labels.size() == diagram.contenders.size());
  for (std::size_t i = 0; i < layout.labels.size(); ++i) {
    const Box a = box_of(diagram, layout, layout.labels[i]);
    CHECK(a.x0 >= -1);
    CHECK(a.x1 <= layout.width + 1);
    CHECK(a.y1 <= layout.height);
    for (std::size_t j = 0; j < i; ++j) {
      const Box b = box_of(diagram, layout, layout.labels[j]);
      INFO(layout.labels[i].text << " and " << layout.labels[j].text);
      CHECK((a.x1 <= b.x0 || b.x1 <= a.x0 || a.y1 <= b.y0 || b.y1 <= a.y0));
    }
    // Below all bars.
    for (const DiagramLayout::Bar& bar : layout.bars) CHECK(a.y0 > bar.y);
  }
}

}  // namespace

TEST_CASE("the diagram of Demsar's example joins what his article joins") {
  const CriticalDifference diagram = demsar();
  CHECK(diagram.critical_difference == Approx(1.1181).margin(5e-5));
  REQUIRE(diagram.groups == std::vector<std::vector<Index>>{{3, 1, 2}, {2, 0}});
  const DiagramLayout layout = report::layout_diagram(diagram, 760);
  // The axis runs from rank 1 to 4, and every line starts at its rank.
  CHECK(layout.at(1) == layout.axis_x0);
  CHECK(layout.at(4) == layout.axis_x1);
  const double unit = (layout.axis_x1 - layout.axis_x0) / 3;
  for (const DiagramLayout::Label& label : layout.labels)
    CHECK(label.x == Approx(layout.axis_x0 + (diagram.average_ranks(label.contender) - 1) * unit));
  // The rule is as long as the critical difference.
  CHECK(layout.rule_x1 - layout.rule_x0 == Approx(1.1181 * unit).epsilon(1e-4));
  // Two bars that overlap stand on two levels, each from its best to its worst and a little more.
  REQUIRE(layout.bars.size() == 2);
  CHECK(layout.bars[0].y != layout.bars[1].y);
  CHECK(layout.bars[0].x0 == Approx(layout.at(27.5 / 14) - 4));
  CHECK(layout.bars[0].x1 == Approx(layout.at(40.5 / 14) + 4));
  CHECK(layout.bars[1].x1 == Approx(layout.at(44.0 / 14) + 4));
  check_labels(diagram, layout);
  CHECK(report::diagram_text(diagram) ==
        "Average ranks, 1 is best: C4.5+m+cf 1.96, C4.5+m 2.00, C4.5+cf 2.89 and C4.5 3.14. "
        "Critical difference at level 0.1: 1.12. A bar joins C4.5+m+cf, C4.5+m and C4.5+cf. A bar "
        "joins C4.5+cf and C4.5.");
  const std::string svg = to_svg(diagram);
  CHECK(first_imbalance(svg) == "");
  CHECK(count_of(svg, "class=\"bar\"") == 2);
  CHECK(count_of(svg, "class=\"lead\"") == 4);
  CHECK(holds(svg, "CD = 1.12"));
  CHECK(holds(svg, "prefers-color-scheme:dark"));
}

TEST_CASE("with a control one bar covers what does not differ from it") {
  const CriticalDifference diagram = demsar(0);
  CHECK(diagram.groups.empty());
  CHECK(diagram.critical_difference ==
        Approx(statistics::bonferroni_dunn_critical_difference(0.1, 4, 14)));
  const DiagramLayout layout = report::layout_diagram(diagram, 760);
  REQUIRE(layout.bars.size() == 1);
  CHECK(layout.bars[0].x0 == Approx(layout.at(44.0 / 14 - diagram.critical_difference)));
  CHECK(layout.bars[0].x1 == layout.axis_x1);  // cut at the end of the axis
}

TEST_CASE("labels never overlap, whatever the number and the length of names") {
  for (const double width : {340.0, 760.0})
    for (const Index k : {2, 3, 7, 20})
      for (const char* name : {"m", "StandardScaler() | KNeighborsClassifier(n_neighbors=7) no. ",
                               "Überlänge-mit-Umlauten-äöü "}) {
        const CriticalDifference diagram = many(k, 12, name);
        check_labels(diagram, report::layout_diagram(diagram, width));
        CHECK(first_imbalance(to_svg(diagram)) == "");
      }
  // A shortened name still ends in its number.
  const CriticalDifference diagram = many(20, 12, "a very long name of a contender that goes on ");
  for (const auto& label : report::layout_diagram(diagram, 760).labels)
    CHECK(label.text.substr(label.text.size() - 1) ==
          std::to_string(label.contender).substr(std::to_string(label.contender).size() - 1));
}

TEST_CASE("too few data sets for any claim are said to be that") {
  CHECK(too_few_datasets(many(3, 2, "m")));
  CHECK(!too_few_datasets(many(3, 12, "m")));
  CHECK(holds(to_svg(many(3, 2, "m")), "nothing can be told apart"));
  CHECK(holds(to_svg(many(3, 2, "m")), "more than the axis"));
}

TEST_CASE("a diagram that cannot be drawn says why") {
  Vector ranks(2);
  ranks << 1, 2;
  CHECK(message_of([&] { (void)critical_difference({"a"}, ranks, 5); }) ==
        "critical_difference: 2 ranks for 1 contender");
  CHECK(message_of([&] {
          (void)critical_difference({"a", "b"}, ranks * 2, 5);
        }) ==
        "critical_difference: the average rank 4 is not between 1 and the number of contenders, 2");
  CHECK(message_of([&] {
          (void)critical_difference({"a", "b"}, ranks, 5, 0.05, 2);
        }) == "critical_difference: there is no contender 2 among 2");
  CHECK_THROWS_AS(critical_difference({"a", "b"}, ranks, 0), InvalidParameter);
  CHECK_THROWS_AS(critical_difference({"a", "b"}, ranks, 5, 1.5), InvalidParameter);
  ScoreTable table{{"a", "b"}, {"1", "2", "3", "4"}, Matrix::Random(4, 2)};
  CHECK_THROWS_AS(critical_difference(compare_scores(table, {.n_folds = 2})), InvalidParameter);
}

TEST_CASE("a table of scores has a page with its tests and its numbers") {
  ScoreTable table{{"<b>", "b,c", "d"}, {}, Matrix(8, 3)};
  for (Index i = 0; i < 8; ++i) {
    table.rows.push_back("set " + std::to_string(i));
    const auto step = static_cast<double>(i);
    table.scores.row(i) << 0.9 + 0.01 * step, 0.8 + 0.011 * step, 0.7 + 0.001 * step;
  }
  const ScoreComparison comparison = compare_scores(table, {.rope = 0.01});
  const std::string page = to_html(comparison);
  check_page(page);
  CHECK(!holds(page, "<b>"));
  CHECK(count_of(page, "class=\"cd wide\"") == 1);
  CHECK(holds(page, "Iman-Davenport"));
  CHECK(holds(page, "first better"));
  const auto scores = lines_of(csv_of(page, "scores.csv"));
  REQUIRE(scores.size() == 9);
  CHECK(scores[0] == "name,<b>,\"b,c\",d");
  CHECK(scores[1] == "set 0,0.9,0.8,0.7");
  CHECK(lines_of(csv_of(page, "ranks.csv"))[1].substr(0, 6) == "<b>,1,");
  CHECK(lines_of(csv_of(page, "pairs.csv")).size() == 4);
  const std::string folds = to_html(compare_scores(table, {.n_folds = 4}));
  check_page(folds);
  CHECK(!holds(folds, "class=\"cd"));
  CHECK(holds(folds, "3 contenders on 8 folds"));
}
