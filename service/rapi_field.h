// What is common to reading the vendor's forms: texts within limits, and JSON in a text, each
// mistake with its place. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "base/json_reader.h"
#include "base/result.h"
#include "service/http_message.h"

namespace roomle_sim {

// 400, "bad_value".
ApiProblem bad_value(std::string message, std::string where);
// "form field 'email'".
std::string field_place(std::string_view name);

enum class Lines { one, many };

// Not empty, not too long (bytes), UTF-8, no control characters; `many` allows tabs and line ends.
std::optional<ApiProblem> check_text(std::string_view text, std::size_t most,
                                     const std::string& where, Lines lines = Lines::one);

// There is a form, each of its `known` fields is there once at most, and none is called nearly like
// one of them. Others are passed over: the vendor's clients may send more than is documented. 415
// where the body is of another type.
std::optional<ApiProblem> check_fields(const ApiRequest& request,
                                       std::span<const std::string_view> known);

// A field's text, by check_text(). One that is absent or empty: "missing", or an empty text.
Result<std::string, ApiProblem> required_field(const ApiRequest& request, std::string_view name,
                                               std::size_t most);
Result<std::string, ApiProblem> optional_field(const ApiRequest& request, std::string_view name,
                                               std::size_t most, Lines lines = Lines::one);

// A text as JSON; places in its mistakes are "`name`:line:column".
Result<JsonNode, ApiProblem> read_json_text(const std::string& text, const std::string& name,
                                            const std::string& where);
// All mistakes as one problem; nothing where there are none.
std::optional<ApiProblem> problem_of(const Diagnostics& diagnostics, const std::string& where);

}  // namespace roomle_sim
