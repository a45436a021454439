// How many files and sockets this process may have open: what `serve` needs of them, and what it
// does with fewer.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "service/service.h"

namespace roomle_sim {

// Raises the process's soft limit (`ulimit -n`) to `wanted`, as far as the hard one lets it; never
// lowers it. Gives what the limit is then.
std::size_t raise_descriptor_limit(std::size_t wanted);

// What a service with these options may have open at once.
std::size_t descriptors_needed(const ServiceOptions& options);

// Lowers connections, attempts and kept connections in proportion, so that `limit` descriptors are
// enough; gives a sentence that says so. Nothing where they are enough as it is.
std::optional<std::string> fit_descriptors(ServiceOptions& options, std::size_t limit);

}  // namespace roomle_sim
