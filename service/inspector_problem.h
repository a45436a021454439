// Problems that several of the inspector's routes have.
#pragma once

#include <string>

#include "base/result.h"
#include "service/http_message.h"

namespace roomle_sim {

// 503: the journal cannot be read.
ApiProblem journal_problem(const Error& error);
// 404.
ApiProblem unknown_delivery(const std::string& id);

}  // namespace roomle_sim
