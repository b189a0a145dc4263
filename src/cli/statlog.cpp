#include "cli/statlog.hpp"

namespace grove::cli {

namespace {

const std::string k_nn = "KNeighborsClassifier(n_neighbors=1|3|5|7|9)";
const std::string pruned_tree =
    "DecisionTreeClassifier(ccp_alpha=0|0.0003|0.0006|0.0012|0.0025|0.005)";
const std::string logistic = "StandardScaler() | LogisticRegression(penalty='none')";

Study satellite() {
  return {
      .dataset = "satellite",
      .n_train = 4435,
      .source =
          "StatLog's results as satimage.names lists them (G. John, October 1994); random "
          "forest: Breiman 2001",
      .methods =
          {{"k-NN", k_nn, {{"KNN", 9.4, true}}},
           {"linear discriminant", "LinearDiscriminantAnalysis()", {{"Discrim", 17.1, true}}},
           {"quadratic discriminant", "QuadraticDiscriminantAnalysis()", {{"QuaDisc", 15.5, true}}},
           {"logistic", logistic, {{"LogDisc", 16.3, true}}},
           {"CART, pruned", pruned_tree, {{"Cart", 13.8, true}}},
           {"naive Bayes", "GaussianNB()", {{"Bayes", 28.7, true}}},
           {"random forest", "RandomForestClassifier()", {{"Forest-RI", 8.6, false}}},
           {"boosting", "GradientBoostingClassifier()", {}},
           {"default", "DummyClassifier()", {{"Default", 76.0, true}}}},
      .others = {{"LVQ", 10.5, true},
                 {"Dipol92", 11.1, true},
                 {"Radial", 12.1, true},
                 {"Alloc80", 13.2, true},
                 {"IndCart", 13.8, true},
                 {"BackProp", 13.9, true},
                 {"BayTree", 14.7, true},
                 {"C4.5", 15.0, true},
                 {"Cn2", 15.0, true},
                 {"NewId", 15.0, true},
                 {"Cal5", 15.1, true},
                 {"Ac2", 15.7, true},
                 {"Smart", 15.9, true},
                 {"Cascade", 16.3, true},
                 {"Kohonen", 17.9, true},
                 {"Castle", 19.4, true}},
      .remark =
          "Mind naive Bayes: 28.7 published, 20.4 here and with scikit-learn's GaussianNB on "
          "the same rows. The name is the same, the program is another, and the program makes "
          "8 points: more than lie between k-NN and the linear discriminant. Who beats a "
          "published figure may have beaten a program, not a method."};
}

Study vehicle() {
  return {
      .dataset = "vehicle",
      .protocol = Protocol::cross_validation,
      .n_folds = 9,
      .n_repeats = 5,
      .source = "StatLog's results as vehicle.names lists them (G. John, October 1994)",
      .methods =
          {{"k-NN", "StandardScaler() | " + k_nn, {{"KNN", 27.5, true}}},
           {"linear discriminant", "LinearDiscriminantAnalysis()", {{"Discrim", 21.6, true}}},
           {"quadratic discriminant", "QuadraticDiscriminantAnalysis()", {{"QuaDisc", 15.0, true}}},
           {"logistic", logistic, {{"LogDisc", 19.2, true}}},
           {"CART, pruned", pruned_tree, {{"Cart", 23.5, true}}},
           {"naive Bayes", "GaussianNB()", {{"Bayes", 55.8, true}}},
           {"random forest", "RandomForestClassifier()", {}},
           {"boosting", "GradientBoostingClassifier()", {}},
           {"default", "DummyClassifier()", {{"Default", 75.0, true}}}},
      .others = {{"Alloc80", 17.3, true},
                 {"BackProp", 20.7, true},
                 {"Smart", 21.7, true},
                 {"C4.5", 26.6, true},
                 {"LVQ", 28.7, true},
                 {"IndCart", 29.8, true},
                 {"Radial", 30.7, true},
                 {"Cn2", 31.4, true}},
      .remark =
          "StatLog's folds are not recorded; ours are drawn five times, stratified. CART's 23.5 is "
          "reached neither here nor by scikit-learn's tree (28.8, unpruned)."};
}

Study shuttle() {
  return {.dataset = "shuttle",
          .n_train = 43500,
          .source = "StatLog; Michie, Spiegelhalter & Taylor 1994",
          .methods = {{"k-NN", k_nn, {{"KNN", 0.44, false}}},
                      {"linear discriminant",
                       "LinearDiscriminantAnalysis()",
                       {{"Discrim", 4.83, false}}},
                      {"CART", "DecisionTreeClassifier()", {}},
                      {"naive Bayes", "GaussianNB()", {}},
                      {"random forest", "RandomForestClassifier()", {}},
                      {"default", "DummyClassifier()", {}}},
          .others = {{"NewId", 0.01, false},
                     {"BayTree", 0.02, false},
                     {"Cn2", 0.03, false},
                     {"C4.5", 0.10, false}},
          .remark =
              "The quadratic discriminant is left out: in the rare classes some columns are "
              "constant."};
}

Study letter() {
  return {.dataset = "letter_recognition",
          .n_train = 15000,
          .source = "StatLog; Michie, Spiegelhalter & Taylor 1994; random forest: Breiman 2001",
          .methods = {{"k-NN", k_nn, {{"KNN", 6.8, false}}},
                      {"linear discriminant",
                       "LinearDiscriminantAnalysis()",
                       {{"Discrim", 30.2, false}}},
                      {"quadratic discriminant",
                       "QuadraticDiscriminantAnalysis()",
                       {{"QuaDisc", 11.3, false}}},
                      {"CART", "DecisionTreeClassifier()", {}},
                      {"naive Bayes", "GaussianNB()", {}},
                      {"random forest", "RandomForestClassifier()", {{"Forest-RI", 3.5, false}}},
                      {"default", "DummyClassifier()", {}}},
          .others = {{"Alloc80", 6.4, false},
                     {"LVQ", 7.9, false},
                     {"Cn2", 11.5, false},
                     {"C4.5", 13.2, false}},
          .remark =
              "StatLog drew 5000 test rows of its own, which are not recorded; ours are the last "
              "5000. Plain 1-NN is two points ahead of the k-NN that was published."};
}

Study leave_one_out(const std::string& dataset, std::vector<PublishedError> published,
                    std::string source) {
  return {.dataset = dataset,
          .protocol = Protocol::leave_one_out,
          .source = std::move(source),
          .methods = {{"1-NN", "KNeighborsClassifier(n_neighbors=1)", std::move(published)}},
          .others = {},
          .remark = ""};
}

}  // namespace

const std::vector<Study>& statlog_studies() {
  static const std::vector<Study> studies{
      satellite(),
      vehicle(),
      shuttle(),
      letter(),
      leave_one_out("sonar", {{"nearest neighbour", 17.3, false}},
                    "Gorman & Sejnowski 1988, not of StatLog"),
      leave_one_out("glass", {}, "none; the count of right answers is what other programs get")};
  return studies;
}

}  // namespace grove::cli
