#include "grove/core/error.hpp"
#include "model_selection/search/sampler.hpp"

namespace grove {
std::unique_ptr<Sampler> make_brackets(const SamplerSetup&, bool) {
  throw Unsupported("halving and hyperband are not there yet");
}
std::unique_ptr<Sampler> make_asha(const SamplerSetup&) {
  throw Unsupported("asha is not there yet");
}
std::unique_ptr<Sampler> make_tpe(const SamplerSetup&) {
  throw Unsupported("tpe is not there yet");
}
}  // namespace grove
