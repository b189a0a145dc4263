#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

// The layers of docs/design.md, checked on the includes themselves.

namespace {

namespace fs = std::filesystem;

const fs::path root = fs::path(GROVE_TEST_DIR).parent_path();

const std::set<std::string> foundation{"core", "params", "data", "metrics"};

std::set<std::string> operator+(std::set<std::string> base, const std::set<std::string>& more) {
  base.insert(more.begin(), more.end());
  return base;
}

/// Folder -> the folders whose headers it may include, besides its own.
const std::map<std::string, std::set<std::string>> allowed = [] {
  std::map<std::string, std::set<std::string>> table;
  table["core"] = {};
  table["params"] = {"core"};
  table["data"] = {"core", "params"};
  table["metrics"] = {"core", "params", "data"};
  for (const char* algorithm : {"preprocessing", "neighbors", "tree", "baseline"})
    table[algorithm] = foundation;
  for (const char* ensemble : {"boosting", "forest"})
    table[ensemble] = foundation + std::set<std::string>{"tree"};
  table["cluster"] = foundation + std::set<std::string>{"neighbors"};
  table["outlier"] = foundation + std::set<std::string>{"neighbors", "tree"};
  table["estimator"] = {"core", "params", "data"};
  table["model_selection"] = foundation + std::set<std::string>{"estimator"};
  table["inspection"] = foundation + std::set<std::string>{"estimator", "model_selection"};
  table["compare"] = foundation + std::set<std::string>{"estimator", "model_selection"};
  table["registry"] = foundation + std::set<std::string>{"estimator", "preprocessing", "neighbors",
                                                         "tree",      "boosting",      "forest",
                                                         "baseline",  "cluster",       "outlier"};
  table["testing"] = {"core", "params", "data", "estimator", "boosting"};
  table["cli"] =
      foundation + std::set<std::string>{"estimator", "model_selection", "inspection", "compare",
                                         "registry",  "neighbors",       "cluster",    "tree",
                                         "testing"};
  return table;
}();

struct SourceFile {
  fs::path path;
  std::string folder;
  bool is_public = false;
  std::string text;
};

std::vector<SourceFile> sources() {
  std::vector<SourceFile> files;
  for (const bool is_public : {true, false}) {
    const fs::path base = root / (is_public ? "include/grove" : "src");
    for (const auto& entry : fs::recursive_directory_iterator(base)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".hpp" && extension != ".cpp") continue;
      const fs::path relative = fs::relative(entry.path(), base);
      if (relative.begin() == std::prev(relative.end())) continue;  // the umbrella header
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      files.push_back(
          {fs::relative(entry.path(), root), relative.begin()->string(), is_public, text.str()});
    }
  }
  return files;
}

std::vector<std::string> includes_of(const std::string& text, const std::string& open) {
  static const std::regex quoted("#include \"([^\"]+)\"");
  static const std::regex angled("#include <([^>]+)>");
  std::vector<std::string> names;
  const std::regex& pattern = open == "\"" ? quoted : angled;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it)
    names.push_back((*it)[1].str());
  return names;
}

bool contains(const std::string& text, const std::string& word) {
  return text.find(word) != std::string::npos;
}

}  // namespace

TEST_CASE("Includes follow the layers") {
  REQUIRE(sources().size() > 50);
  for (const SourceFile& file : sources()) {
    INFO(file.path.string());
    REQUIRE(allowed.count(file.folder) == 1);
    for (std::string name : includes_of(file.text, "\"")) {
      INFO(name);
      const bool is_public = name.rfind("grove/", 0) == 0;
      CHECK((is_public || !file.is_public));  // public headers never include src/
      if (is_public) name = name.substr(6);
      const std::string folder = name.substr(0, name.find('/'));
      CHECK((folder == file.folder || allowed.at(file.folder).count(folder) == 1));
    }
  }
}

TEST_CASE("Third-party headers stay where they belong") {
  std::set<std::string> with_nanoflann;
  for (const SourceFile& file : sources()) {
    INFO(file.path.string());
    const bool is_parallel = file.path.stem() == "parallel" && file.folder == "core";
    CHECK((is_parallel || !contains(file.text, "#pragma omp")));
    for (const std::string& name : includes_of(file.text, "<")) {
      INFO(name);
      if (name == "omp.h") CHECK(is_parallel);
      if (name == "nanoflann.hpp") with_nanoflann.insert(file.path.string());
      if (file.is_public)
        CHECK((!contains(name, "nlohmann") && !contains(name, "CLI") && !contains(name, "zlib") &&
               !contains(name, "openssl") && !contains(name, "boost") &&
               !contains(name, "Random123") && !contains(name, "Spectra")));
    }
  }
  CHECK(with_nanoflann.size() <= 1);
}

TEST_CASE("Sources and public headers stay short") {
  for (const SourceFile& file : sources()) {
    INFO(file.path.string());
    const auto lines = std::count(file.text.begin(), file.text.end(), '\n');
    CHECK(lines <= 600);
  }
}
