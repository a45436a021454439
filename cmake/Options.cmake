# Warnings, sanitizers and precompiled headers, as INTERFACE targets that each layer links.
add_library(project_warnings INTERFACE)
target_compile_options(project_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow
  -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wnull-dereference)
if(ROOMLE_SIM_WERROR)
  target_compile_options(project_warnings INTERFACE -Werror)
endif()

add_library(project_sanitizers INTERFACE)
if(ROOMLE_SIM_SANITIZE)
  target_compile_options(project_sanitizers INTERFACE -fsanitize=${ROOMLE_SIM_SANITIZE}
    -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(project_sanitizers INTERFACE -fsanitize=${ROOMLE_SIM_SANITIZE})
endif()

# One precompiled header for the headers that cost most; made once, reused by every target with
# the same flags would need equal flags, so each target makes its own (ccache keeps them cheap).
function(use_precompiled_headers target)
  if(ROOMLE_SIM_PCH)
    target_precompile_headers(${target} PRIVATE <string> <vector> <map> <memory> <optional> <variant>
      <functional> <chrono> <algorithm> <fmt/format.h> <nlohmann/json.hpp> ${ARGN})
  endif()
endfunction()
