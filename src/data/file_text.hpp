#pragma once

#include <string>
#include <string_view>

namespace grove {

/// A whole file as read-only text: mapped, or decompressed if its name ends in `.gz`.
/// Throws ParseError for what cannot be opened or is not a regular file, and for damaged gzip data.
class FileText {
 public:
  explicit FileText(const std::string& path);
  ~FileText();
  FileText(const FileText&) = delete;
  FileText& operator=(const FileText&) = delete;

  std::string_view text() const { return text_; }
  bool is_mapped() const { return mapped_ != nullptr; }

 private:
  std::string decompressed_;
  void* mapped_ = nullptr;
  std::size_t mapped_size_ = 0;
  std::string_view text_;
};

/// What a data set read from a file is called: "data/adult.csv.gz" -> "adult".
std::string data_name(const std::string& path);

/// Lets the system drop the pages of a mapped file that lie inside `piece`; they are read again if
/// they are needed again. Nothing happens to text that is not mapped.
void forget_pages(std::string_view piece, bool mapped);

}  // namespace grove
