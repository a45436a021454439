#include "endpoint/fault_reader.h"

#include <charconv>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

constexpr std::int64_t kMostBytes = 1'000'000'000;

// A member that is longer than nothing.
Duration read_positive(ObjectReader& reader, std::string_view name) {
  const JsonNode* node = reader.required(name);
  if (node == nullptr) return Duration::zero();
  const auto read = read_duration(*node, reader.diagnostics());
  if (read && *read <= Duration::zero()) {
    reader.report(*node, fmt::format("'{}' must be longer than 0s", name));
  }
  return read.value_or(Duration::zero());
}

std::uint64_t read_count(ObjectReader& reader, std::string_view name, std::int64_t low,
                         std::int64_t high) {
  const JsonNode* node = reader.required(name);
  if (node == nullptr) return 0;
  return static_cast<std::uint64_t>(
      read_integer(*node, reader.diagnostics(), low, high).value_or(low));
}

Delay read_uniform(const JsonNode& node, Diagnostics& diagnostics) {
  ObjectReader reader(node, diagnostics, "uniform");
  UniformDelay delay;
  const bool both = reader.required("lower") != nullptr && reader.required("upper") != nullptr;
  reader.read("lower", delay.lower);
  const bool read = reader.read("upper", delay.upper);
  reader.finish();
  if (both && read && delay.upper < delay.lower) {
    reader.report(*node.find("upper"), "'upper' must not be shorter than 'lower'");
    delay.upper = delay.lower;
  }
  return delay;
}

Delay read_lognormal(const JsonNode& node, Diagnostics& diagnostics) {
  constexpr double kMostSigma = 10;
  ObjectReader reader(node, diagnostics, "lognormal");
  LognormalDelay delay;
  delay.median = read_positive(reader, "median");
  if (const JsonNode* sigma = reader.required("sigma")) {
    delay.sigma = read_number(*sigma, diagnostics, 0, kMostSigma).value_or(0);
  }
  if (const JsonNode* max = reader.optional("max")) {
    delay.max = read_duration(*max, diagnostics);
    if (delay.max && *delay.max < delay.median) {
      reader.report(*max, "'max' must not be shorter than 'median'");
    }
  }
  reader.finish();
  return delay;
}

Outage read_outage(const JsonNode& node, Diagnostics& diagnostics) {
  ObjectReader reader(node, diagnostics, "an outage");
  Outage outage;
  reader.read("from", outage.from);
  if (const JsonNode* until = reader.optional("until")) {
    outage.until = read_duration(*until, diagnostics);
    if (outage.until && *outage.until <= outage.from) {
      reader.report(*until, "'until' must be later than 'from'");
    }
  }
  reader.finish();
  return outage;
}

}  // namespace

Delay read_delay(const JsonNode& node, Diagnostics& diagnostics) {
  if (!node.is(JsonNode::Kind::object)) {
    return read_duration(node, diagnostics).value_or(Duration::zero());
  }
  ObjectReader reader(node, diagnostics, "a delay");
  const JsonNode* uniform = reader.optional("uniform");
  const JsonNode* lognormal = reader.optional("lognormal");
  reader.finish();
  if ((uniform == nullptr) == (lognormal == nullptr) && reader.is_object()) {
    reader.report(node, "a delay that is drawn is either 'uniform' or 'lognormal'");
  }
  if (uniform != nullptr) return read_uniform(*uniform, diagnostics);
  if (lognormal != nullptr) return read_lognormal(*lognormal, diagnostics);
  return Duration::zero();
}

Fault read_reset(const JsonNode& node, Diagnostics& diagnostics) {
  if (node.is(JsonNode::Kind::boolean)) {
    return node.boolean ? Fault::reset_before_response : Fault::none;
  }
  constexpr Fault kFaults[] = {Fault::reset_on_accept, Fault::reset_before_response,
                               Fault::reset_after_headers, Fault::reset_in_body};
  ObjectReader reset(node, diagnostics, "connection_reset");
  std::optional<std::size_t> at;
  if (const JsonNode* word = reset.optional("at")) {
    at =
        read_word(*word, diagnostics, {"on_accept", "before_response", "after_headers", "in_body"});
  }
  reset.finish();
  return kFaults[at.value_or(1)];
}

Fault read_malformed(const JsonNode& node, Diagnostics& diagnostics) {
  constexpr Fault kFaults[] = {Fault::malformed_status_line,     Fault::malformed_header,
                               Fault::malformed_chunk,           Fault::malformed_content_length,
                               Fault::malformed_endless_headers, Fault::malformed_huge_header};
  const auto word = read_word(
      node, diagnostics,
      {"status_line", "header", "chunk", "content_length", "endless_headers", "huge_header"});
  return word ? kFaults[*word] : Fault::none;
}

Pacing read_dribble(const JsonNode& node, Diagnostics& diagnostics) {
  ObjectReader dribble(node, diagnostics, "dribble");
  const bool in_pieces =
      dribble.optional("chunks") != nullptr || dribble.optional("total") != nullptr;
  if (!in_pieces) {
    const Duration interval = read_positive(dribble, "interval");
    dribble.finish();
    return pacing::Dribble{interval};
  }
  pacing::Pieces pieces;
  pieces.count = read_count(dribble, "chunks", 2, kMostBytes);
  pieces.total = read_positive(dribble, "total");
  if (const JsonNode* interval = dribble.optional("interval")) {
    dribble.report(*interval, "'interval' and 'chunks' exclude each other");
  }
  dribble.finish();
  return pieces;
}

Pacing read_slicer(const JsonNode& node, Diagnostics& diagnostics) {
  ObjectReader reader(node, diagnostics, "slicer");
  pacing::Slices slices;
  slices.average = read_count(reader, "average_size", 1, kMostBytes);
  if (const JsonNode* variation = reader.optional("variation")) {
    slices.variation = static_cast<std::uint64_t>(
        read_integer(*variation, diagnostics, 0, kMostBytes).value_or(0));
    if (slices.average > 0 && slices.variation >= slices.average) {
      reader.report(*variation, "'variation' must be less than 'average_size'");
      slices.variation = 0;
    }
  }
  slices.delay = read_positive(reader, "delay");
  reader.finish();
  return slices;
}

Pacing read_bandwidth(const JsonNode& node, Diagnostics& diagnostics) {
  constexpr const char* kExpected = "a text such as \"500B/s\", \"10KB/s\" or \"1MB/s\"";
  constexpr std::uint64_t kMost = 999'999;
  if (!node.is(JsonNode::Kind::string)) {
    diagnostics.add(node.where,
                    fmt::format("{} stands where a bandwidth is expected", kind_name(node.kind)),
                    kExpected);
    return pacing::Bandwidth{1};
  }
  std::uint64_t amount = 0;
  const char* end = node.string.data() + node.string.size();
  const auto [rest, error] = std::from_chars(node.string.data(), end, amount);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  const std::uint64_t bytes = unit == "B/s"    ? 1
                              : unit == "KB/s" ? 1'000
                              : unit == "MB/s" ? 1'000'000
                                               : 0;
  if (error != std::errc() || bytes == 0 || amount == 0 || amount > kMost) {
    diagnostics.add(node.where, fmt::format("'{}' is no bandwidth", node.string), kExpected);
    return pacing::Bandwidth{1};
  }
  return pacing::Bandwidth{amount * bytes};
}

RateLimit read_rate_limit(const JsonNode& node, Diagnostics& diagnostics) {
  ObjectReader reader(node, diagnostics, "rate_limit");
  RateLimit limit;
  limit.requests = read_count(reader, "requests", 0, kMostBytes);
  limit.window = read_positive(reader, "window");
  reader.finish();
  return limit;
}

TlsMode read_tls(const JsonNode& node, Diagnostics& diagnostics, bool with_valid) {
  std::vector<TlsMode> modes = {TlsMode::expired, TlsMode::wrong_host, TlsMode::untrusted,
                                TlsMode::handshake_failure};
  if (with_valid) modes.insert(modes.begin(), TlsMode::valid);
  std::vector<std::string_view> words;
  words.reserve(modes.size());
  for (const TlsMode mode : modes) words.push_back(tls_word(mode));
  const auto word = read_word(node, diagnostics, words);
  return word ? modes[*word] : TlsMode::none;
}

std::vector<Outage> read_outages(const JsonNode& node, Diagnostics& diagnostics) {
  std::vector<Outage> outages;
  if (!node.is(JsonNode::Kind::array)) {
    outages.push_back(read_outage(node, diagnostics));
    return outages;
  }
  for (const JsonNode& item : node.items) outages.push_back(read_outage(item, diagnostics));
  return outages;
}

}  // namespace roomle_sim
