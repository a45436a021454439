// Runs a reader over a JSON text and gives its value and its mistakes as short texts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/json_reader.h"

namespace roomle_sim {

inline Source text_source(std::string text, std::string name = "a.json") {
  return std::make_shared<const SourceText>(SourceText{std::move(name), std::move(text)});
}

template <class T>
struct Reading {
  T value;
  std::vector<std::string> mistakes;  // "line:column message"
};

template <class T>
Reading<T> read_text(T (*reader)(const JsonNode&, Diagnostics&), const std::string& text) {
  Diagnostics diagnostics;
  const std::optional<JsonNode> node = parse_json(text_source(text), diagnostics);
  Reading<T> reading;
  if (node) reading.value = reader(*node, diagnostics);
  for (const Diagnostic& one : diagnostics.all()) {
    reading.mistakes.push_back(describe(one.where).substr(7) + " " + one.message);
  }
  return reading;
}

}  // namespace roomle_sim
