// The report as one HTML page that stands alone: no script, no style sheet, font or picture from
// elsewhere, and a Content-Security-Policy that lets none in. Light or dark as the reader has it.
//
// Mails are shown in frames without any rights (`sandbox`), so that nothing in them runs, and
// nothing is fetched for them. Pure.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace roomle_sim {

// `document`: report_document()'s. What is longer than people read is cut there, and says so;
// report_document() itself has all of it.
std::string report_html(const nlohmann::ordered_json& document);

}  // namespace roomle_sim
