#include "cli/app.hpp"

int main(int argc, char** argv) { return grove::cli::run(argc, argv); }
