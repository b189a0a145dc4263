#include "grove/data/read_data.hpp"

#include <filesystem>
#include <string_view>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/data/csv.hpp"
#include "grove/data/libsvm.hpp"
#include "grove/data/npy.hpp"

namespace grove {

Dataset read_data(const std::string& path, const ReadOptions& options, const Context& context) {
  std::string_view name = path;
  if (name.ends_with(".gz")) name.remove_suffix(3);
  if (name.ends_with(".csv")) return read_csv(path, options, context);
  if (name.ends_with(".npy")) return read_npy(path, options, context);
  if (name.ends_with(".libsvm") || name.ends_with(".svm"))
    return read_libsvm(path, options, context);
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw InvalidData(concat(printable(path, 300), " is a directory, not a file"),
                      "name a file inside it");
  throw InvalidData(concat(printable(path, 300), ": grove does not know this kind of file"),
                    "data files are called *.csv, *.npy or *.libsvm, each also with .gz");
}

}  // namespace grove
