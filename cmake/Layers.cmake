# add_layer(name [USES lower layers…] [LINK libraries…] [PRECOMPILE headers…]): one static library a
# folder. USES names the layers below it; bin/check-house refuses an include that points up.
# PRECOMPILE: headers of its own that are worth it; without any, the layer takes over base's.
function(add_layer name)
  cmake_parse_arguments(LAYER "" "" "USES;LINK;PRECOMPILE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.cpp)
  list(REMOVE_ITEM sources ${CMAKE_SOURCE_DIR}/cli/main.cpp)
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${LAYER_USES} ${LAYER_LINK} project_sanitizers
    PRIVATE project_warnings)
  if(name STREQUAL "base" OR LAYER_PRECOMPILE)
    use_precompiled_headers(${name} ${LAYER_PRECOMPILE})
  else()
    use_precompiled_headers(${name} REUSE base)
  endif()
  if(CMAKE_CXX_CLANG_TIDY)
    # Other checks, other findings: all files are looked at again.
    set_source_files_properties(${sources} PROPERTIES
      OBJECT_DEPENDS ${CMAKE_SOURCE_DIR}/.clang-tidy)
  endif()
endfunction()

# embed_text(layer file FUNCTION name HEADER header): the function, which the header declares, gives
# the file's text, so that the program needs no file beside it.
function(embed_text layer file)
  cmake_parse_arguments(EMBED "" "FUNCTION;HEADER" "" ${ARGN})
  set(EMBED_FILE ${file})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${CMAKE_SOURCE_DIR}/${file} embedded_text)
  set(source ${CMAKE_BINARY_DIR}/generated/${EMBED_FUNCTION}.cpp)
  configure_file(${CMAKE_SOURCE_DIR}/cmake/embedded_text.cpp.in ${source} @ONLY)
  # Apart, since generated code is not linted: its one literal is longer than any file of ours may be.
  add_library(${EMBED_FUNCTION} OBJECT ${source})
  target_include_directories(${EMBED_FUNCTION} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${EMBED_FUNCTION} PRIVATE project_sanitizers)
  set_target_properties(${EMBED_FUNCTION} PROPERTIES CXX_CLANG_TIDY "")
  target_link_libraries(${layer} PRIVATE ${EMBED_FUNCTION})
endfunction()

# add_layer_test(name): all of tests/<name>/*.cpp in one binary.
function(add_layer_test name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_test ${sources})
  target_link_libraries(${name}_test PRIVATE ${name} test_support GTest::gtest_main
    project_warnings)
  target_compile_options(${name}_test PRIVATE ${ROOMLE_SIM_TEST_OPTIONS})
  target_compile_definitions(${name}_test PRIVATE FIXTURES_DIR="${CMAKE_SOURCE_DIR}/fixtures")
  use_precompiled_headers(${name}_test REUSE test_support)
  # Asked for their tests when ctest runs, so that a build never runs what it has just made. Under
  # a sanitizer on a busy machine that can take more than the 5 s of the default.
  gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 120)
endfunction()
