#include "cluster/reachability/reachability_plot.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cluster/drawing_style.hpp"
#include "core/text.hpp"

namespace grove::cluster {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

class XiSearch {
 public:
  XiSearch(Plot plot, const XiOptions& options)
      : plot_(std::move(plot)), options_(options), n_(plot_.reachability.size()) {
    plot_.reachability.push_back(infinity);
    slopes_.resize(n_);
    const double rest = 1 - options.xi;
    for (std::size_t i = 0; i < n_; ++i) {
      const double ratio = height(i) / height(i + 1);  // NaN between two of inf, or of 0
      slopes_[i] = {ratio <= rest, ratio >= 1 / rest, ratio<1, ratio> 1};
    }
  }

  std::vector<Span> run() {
    std::size_t index = 0;
    double highest = 0;  // since the last steep area
    for (std::size_t i = 0; i < n_; ++i) {
      if (!slopes_[i].steep_up && !slopes_[i].steep_down) continue;
      if (i < index) continue;
      for (std::size_t k = index; k <= i; ++k) highest = std::max(highest, height(k));
      keep_falls(highest);
      if (slopes_[i].steep_down) {
        const std::size_t end = extend(i, &Slope::steep_down, &Slope::up);
        falls_.push_back({i, end, 0});
        index = end + 1;
      } else {
        const std::size_t end = extend(i, &Slope::steep_up, &Slope::down);
        index = end + 1;
        take_clusters(i, end);
      }
      highest = height(index);
    }
    return std::move(found_);
  }

 private:
  struct Slope {
    bool steep_up = false, steep_down = false, up = false, down = false;
  };
  struct Fall {
    std::size_t start, end;
    double highest;  // behind it
  };

  double height(std::size_t i) const { return plot_.reachability[i]; }

  /// The last steep point of the area that begins at `start`.
  std::size_t extend(std::size_t start, bool Slope::*steep, bool Slope::*against) const {
    int n_flat = 0;
    std::size_t end = start;
    for (std::size_t i = start; i < n_; ++i) {
      if (slopes_[i].*steep) {
        n_flat = 0;
        end = i;
      } else if (slopes_[i].*against) {
        return end;
      } else if (++n_flat > options_.min_samples) {
        break;
      }
    }
    return end;
  }

  /// Falls from less than what lies behind them begin no cluster.
  void keep_falls(double highest) {
    if (highest == infinity) return falls_.clear();
    std::erase_if(falls_, [&](const Fall& fall) {
      return !(highest <= height(fall.start) * (1 - options_.xi));
    });
    for (Fall& fall : falls_) fall.highest = std::max(fall.highest, highest);
  }

  void take_clusters(std::size_t rise, std::size_t rise_end) {
    const double rest = 1 - options_.xi;
    const double after = height(rise_end + 1);
    std::vector<Span> found;
    for (const Fall& fall : falls_) {
      if (after * rest < fall.highest) continue;
      std::size_t start = fall.start;
      std::size_t end = rise_end;
      const double before = height(start);
      if (before * rest >= after) {
        while (start < fall.end && height(start + 1) > after) ++start;
      } else if (after * rest >= before) {
        while (end > rise && height(end - 1) > before) --end;
      }
      if (options_.predecessor_correction && !correct(start, end)) continue;
      if (end + 1 < start + static_cast<std::size_t>(options_.min_cluster_size)) continue;
      if (start > fall.end || end < rise) continue;
      found.push_back({static_cast<int>(start), static_cast<int>(end)});
    }
    found_.insert(found_.end(), found.rbegin(), found.rend());
  }

  /// Cuts off an end that no point of the cluster reaches. False: nothing is left.
  bool correct(std::size_t start, std::size_t& end) const {
    for (; start < end; --end) {
      const int from = plot_.predecessor[end];
      if (height(start) > height(end)) return true;
      if (from >= static_cast<int>(start) && from < static_cast<int>(end)) return true;
    }
    return false;
  }

  Plot plot_;
  const XiOptions& options_;
  std::size_t n_;
  std::vector<Slope> slopes_ = {};
  std::vector<Fall> falls_ = {};
  std::vector<Span> found_ = {};
};

}  // namespace

std::vector<Span> xi_clusters(Plot plot, const XiOptions& options) {
  return XiSearch(std::move(plot), options).run();
}

std::vector<int> labels_of_spans(const std::vector<Span>& spans, std::size_t n) {
  std::vector<int> labels(n, -1);
  int label = 0;
  for (const Span& span : spans) {
    const auto begin = labels.begin() + span[0];
    const auto end = labels.begin() + span[1] + 1;
    if (std::any_of(begin, end, [](int known) { return known >= 0; })) continue;
    std::fill(begin, end, label++);
  }
  return labels;
}

std::string draw_plot(const std::vector<double>& reachability, const std::vector<int>& labels) {
  constexpr double width = 900;
  constexpr double height = 360;
  constexpr double margin = 50;
  constexpr std::size_t most_bars = 2000;
  const std::size_t n = reachability.size();
  double top = 0;
  for (const double value : reachability)
    if (std::isfinite(value)) top = std::max(top, value);
  if (!(top > 0)) top = 1;
  std::string out = concat("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", width, " ",
                           height, "\">\n<title>Reachability plot</title>\n", drawing_style,
                           "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n<text x=\"",
                           margin, "\" y=\"20\">reachability of ", n,
                           " points in the order of the walk; grey is noise</text>\n");
  const double floor = height - 30;
  const double ceiling = 40;
  for (int i = 0; i <= 4; ++i) {
    const double y = floor - (floor - ceiling) * i / 4;
    out += concat("<text x=\"4\" y=\"", fixed_text(y + 4, 1), "\">", short_text(top * i / 4),
                  "</text>\n<path d=\"M", margin, " ", fixed_text(y, 1), "H", width - 20,
                  "\" class=\"grid\"/>\n");
  }
  const std::size_t stride = (n + most_bars - 1) / most_bars;
  const double step =
      (width - 20 - margin) / (static_cast<double>(n) / static_cast<double>(stride));
  double x = margin;
  for (std::size_t i = 0; i < n; i += stride, x += step) {
    double value = 0;
    for (std::size_t k = i; k < std::min(n, i + stride); ++k)
      value = std::max(value, std::min(reachability[k], top * 1.05));
    const int label = labels[i];
    out +=
        concat("<path d=\"M", fixed_text(x + step / 2, 2), " ", fixed_text(floor, 1), "V",
               fixed_text(floor - (floor - ceiling) * value / top, 1), "\" stroke-width=\"",
               fixed_text(std::max(step, 0.4), 2), "\" class=\"line", colour_of(label), "\"/>\n");
  }
  return out + "</svg>\n";
}

}  // namespace grove::cluster
