// Names that come from a delivery's id alone, so that the same delivery always has the same one.
#pragma once

#include <string>
#include <string_view>

namespace roomle_sim {

// The id itself where it can stand in a file name and a Message-ID (letters, digits, '-', '_', and
// single dots inside; at most 100 of them). Any other id: what is left of it, '=' and 32 hex digits
// of its SHA-256, so that two ids never share a name.
std::string delivery_name(std::string_view delivery);

// A MIME boundary. It holds "=_", which cannot stand in quoted-printable text: no content, however
// chosen, can end its part early.
std::string delivery_boundary(std::string_view delivery);

}  // namespace roomle_sim
