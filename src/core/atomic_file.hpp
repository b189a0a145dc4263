#pragma once

#include <string>
#include <string_view>

namespace grove {

/// The file holds all of `bytes` or is as it was: written beside it, synced, renamed. A link is
/// followed; a device or pipe is written to directly. Throws Error naming the file and the reason.
void write_file_atomically(const std::string& path, std::string_view bytes);

/// Throws the Error that write_file_atomically would, for what can be known before the work is
/// done: a missing or closed directory, a directory in the file's place. Leaves nothing behind.
void check_writable(const std::string& path);

/// A file that is not there yet, not synced: for temporary ones. Throws Error.
void write_new_file(const std::string& path, std::string_view bytes);

/// All of a regular file. Throws Error: missing, a directory or device, not readable.
std::string read_whole_file(const std::string& path);

}  // namespace grove
