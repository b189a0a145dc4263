// Three ways to the nearest neighbour. Comparing with every point and searching a KD-tree give the
// same answers, so only work and time may tell them apart: the program fails if they ever differ.
// Clusters in the place of the points give other answers: how many, and what they save, is a curve.
#include <chrono>
#include <fstream>
#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

Dataset rows(const Dataset& data, Index begin, Index end) {
  std::vector<Index> chosen;
  for (Index i = begin; i < end; ++i) chosen.push_back(i);
  return data.take(chosen);
}

TradeOff three_knns(const std::string& name, Index n_train) {
  const Dataset data = datasets::load(name);
  const Dataset train = rows(data, 0, n_train), test = rows(data, n_train, data.n_rows());
  TradeOff result{name, "accuracy", "distances per query", {}};
  Labels exact;
  const auto ask = [&](const std::string& method, const std::string& setting, const auto& answer) {
    Ledger ledger;
    const auto start = std::chrono::steady_clock::now();
    const Labels answers = answer(Context{.ledger = &ledger});
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    if (exact.size() == 0) exact = answers;
    const auto distances = static_cast<double>(ledger.counts().at("distance_evaluations"));
    result.points.push_back({method, setting, metrics::accuracy(test.labels(), answers),
                             distances / static_cast<double>(test.n_rows()), time.count(),
                             (answers.array() != exact.array()).count()});
  };
  for (const Algorithm algorithm : {Algorithm::brute, Algorithm::kd_tree}) {
    const auto knn = KNeighborsClassifier({.n_neighbors = 1, .algorithm = algorithm}).fit(train);
    ask(algorithm == Algorithm::brute ? "naive" : "KD-tree", "exact",
        [&](const Context& context) { return knn.predict(test.x(), context); });
  }
  if (result.points[1].n_different != 0) throw Error("the KD-tree's answers differ on " + name);
  const auto cells = ApproximateNeighbors({.seed = 1}).fit(train);
  for (const Index probes : {1, 2, 4, 8, 16})
    ask("nearest clusters", std::to_string(probes) + " searched", [&](const Context& context) {
      return Labels(train.labels()(cells.kneighbors(test.x(), 1, probes, context).rows.col(0)));
    });
  for (const int centres : {1, 4, 16, 64}) {
    const auto knn = PrototypeClassifier({.n_prototypes = centres, .seed = 1}).fit(train);
    ask("cluster centres", std::to_string(centres) + " a class",
        [&](const Context& context) { return knn.predict(test.x(), context); });
  }
  return result;
}

int main(int argc, char** argv) {
  const std::vector<TradeOff> all{three_knns("letter_recognition", 15000),
                                  three_knns("satellite", 4435), three_knns("shuttle", 43500)};
  for (const TradeOff& one : all) std::cout << one << "\n";
  const std::string page = argc > 1 ? argv[1] : "three_knns.html";
  std::ofstream(page) << to_html("Three ways to the nearest neighbour", all);
  std::cout << "The exact ways agree on every query. Page: " << page << "\n";
}
