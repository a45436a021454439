# Warnings, sanitizers and precompiled headers: the flags that every target shares.
add_library(project_warnings INTERFACE)
target_compile_options(project_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow
  -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  # After inlining, GCC 12 sees these inside std::string's own code, where there are none (GCC bug
  # 105651). The address sanitizer finds the real ones.
  -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # It does not know all of GCC's, and counts one to -Wconversion that GCC does not.
  target_compile_options(project_warnings INTERFACE -Wno-unknown-warning-option -Wno-sign-conversion)
endif()
if(CMAKE_UNITY_BUILD)
  # GCC takes what is included for a header, where an unnamed namespace would be a mistake.
  target_compile_options(project_warnings INTERFACE -Wno-subobject-linkage)
endif()
if(ROOMLE_SIM_WERROR)
  target_compile_options(project_warnings INTERFACE -Werror)
endif()

add_library(project_sanitizers INTERFACE)
if(ROOMLE_SIM_SANITIZE)
  target_compile_options(project_sanitizers INTERFACE -fsanitize=${ROOMLE_SIM_SANITIZE}
    -fno-omit-frame-pointer -fno-sanitize-recover=all)
  # Instrumented code makes it guess wrong (GCC's manual says so under -fsanitize).
  target_compile_options(project_warnings INTERFACE -Wno-maybe-uninitialized)
  target_link_options(project_sanitizers INTERFACE -fsanitize=${ROOMLE_SIM_SANITIZE})
  # clang tells of a sanitizer in another way than GCC.
  target_compile_definitions(project_sanitizers INTERFACE ROOMLE_SIM_SANITIZED)
endif()
if(ROOMLE_SIM_FUZZ)
  # Counts what is reached. The fuzz targets alone are linked to what reads the counts.
  target_compile_options(project_sanitizers INTERFACE -fsanitize=fuzzer-no-link)
endif()

# use_precompiled_headers(target [REUSE owner] [headers…]): the headers that cost most to read, and
# those given. The result is large (base's has 118 MB), so that targets take over another's. GCC accepts it only under the flags it was made with: see Dependencies.cmake.
function(use_precompiled_headers target)
  cmake_parse_arguments(PCH "" "REUSE" "" ${ARGN})
  if(NOT ROOMLE_SIM_PCH)
    return()
  endif()
  if(PCH_REUSE)
    target_precompile_headers(${target} REUSE_FROM ${PCH_REUSE})
  else()
    target_precompile_headers(${target} PRIVATE <string> <vector> <map> <memory> <optional>
      <variant> <functional> <chrono> <algorithm> <mutex> <thread> <condition_variable>
      <fmt/format.h> <nlohmann/json.hpp> ${PCH_UNPARSED_ARGUMENTS})
  endif()
endfunction()
