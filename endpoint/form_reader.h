// Takes the body of a form apart: multipart/form-data by cpp-httplib's parser, urlencoded by our
// own, since the library's reads no more than 8192 bytes and forgives wrong escapes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "endpoint/http_listener.h"

namespace roomle_sim {

// Whether a body of that Content-Type is a form.
bool is_form(std::string_view content_type);

// The fields in their order; nothing where the body is not what its type says.
std::optional<std::vector<FormField>> read_form(const std::string& content_type,
                                                const std::string& body);

// Makes what the library makes at its first form, before there are threads to race for it (see
// sender/httplib_statics.h). Done once; from any thread.
void make_form_statics();

}  // namespace roomle_sim
