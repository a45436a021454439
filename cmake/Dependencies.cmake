# Everything comes from Debian 12 packages; the script `dev` installs them.

# A precompiled header is shared between equal flags alone. What some libraries ask for and the
# system's headers look at is therefore set on every target.
add_compile_options(-pthread)
add_compile_definitions(_LARGEFILE64_SOURCE)

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(CURL REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 2 REQUIRED)
find_package(GTest REQUIRED)
# cpp-httplib's macros change the layout of its classes: only pkg-config knows the packaged ones.
pkg_check_modules(httplib REQUIRED IMPORTED_TARGET cpp-httplib)
pkg_check_modules(sqlite REQUIRED IMPORTED_TARGET sqlite3>=3.37)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
find_package(prometheus-cpp CONFIG REQUIRED)
pkg_check_modules(gmime REQUIRED IMPORTED_TARGET gmime-3.0)
