# add_layer(name [USES lower layers…] [LINK libraries…]): one static library a folder.
# A layer sees its own folder and, through USES, those below it; bin/check-includes (run by
# `./dev check`) refuses an include that points up.
function(add_layer name)
  cmake_parse_arguments(LAYER "" "" "USES;LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/cli/main\\.cpp$")
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${LAYER_USES} ${LAYER_LINK} project_sanitizers
    PRIVATE project_warnings)
  use_precompiled_headers(${name})
endfunction()

# add_layer_test(name): all of tests/<name>/*_test.cpp in one binary.
function(add_layer_test name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_test ${sources})
  target_link_libraries(${name}_test PRIVATE ${name} test_support GTest::gmock GTest::gtest_main
    project_warnings)
  target_compile_definitions(${name}_test PRIVATE FIXTURES_DIR="${CMAKE_SOURCE_DIR}/fixtures")
  use_precompiled_headers(${name}_test <gtest/gtest.h>)
  gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 120)
endfunction()
