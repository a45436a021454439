// Problems that several of the inspector's routes have.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "service/http_message.h"

namespace roomle_sim {

// 503: the journal cannot be read.
ApiProblem journal_problem(const Error& error);
// 400: a body that is no JSON object; says where it goes wrong, and gives an example of a right
// one.
ApiProblem bad_json(const std::string& body, const std::string& example);
// 422: a member of the body, by its name.
ApiProblem bad_member(std::string_view name, std::string message);
// 404.
ApiProblem unknown_delivery(const std::string& id);

}  // namespace roomle_sim
