#include "service/submit_problem.h"

namespace roomle_sim {

ApiProblem submit_problem(const Error& error) {
  switch (error.code) {
    case ErrorCode::busy:
      return {429, "too_many_open", error.message, {}, {{"Retry-After", "1"}}};
    case ErrorCode::bad_input:
      return {413, "too_large", error.message, {}, {}};
    case ErrorCode::usage:
      return {409, "tenant_inactive", error.message, {}, {}};
    case ErrorCode::unavailable:
      break;
  }
  return {503, "unavailable", error.message, {}, {{"Retry-After", "5"}}};
}

}  // namespace roomle_sim
