// The parts of scenarios/report_html.h. Each takes a part of report_document() and gives HTML.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace roomle_sim {

std::string_view html_style();

// Which of a send's attempts can be read at once; the others unfold.
enum class Unfolded { none, only_one, last };

// A send's heading, timeline, attempts and mails.
std::string html_send(const nlohmann::ordered_json& send, Unfolded unfolded);

// The timeline as a picture (SVG): attempts, waits and the mail in their order. Not to scale, since
// a try takes milliseconds and a wait hours: longer is wider, and each says how long it is.
std::string html_timeline(const nlohmann::ordered_json& send);

// Members of JSON objects: an empty text, 0 or false where there is none.
std::string text_of(const nlohmann::ordered_json& object, const char* member);
double number_of(const nlohmann::ordered_json& object, const char* member);
bool flag_of(const nlohmann::ordered_json& object, const char* member);

// What an attempt came to: "503", "connect_refused", or "200, then connection_closed" where the
// status came and the rest did not.
std::string result_of_attempt(const nlohmann::ordered_json& attempt);

// A number of milliseconds for people: "2.1 ms", "5 h".
std::string human(double milliseconds);

// The text in a <pre>: JSON with a line for each member, and cut after some thousand characters.
std::string html_code(std::string_view text);

}  // namespace roomle_sim
