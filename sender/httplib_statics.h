// cpp-httplib's function-local statics, made before there are threads to race for them.
#pragma once

namespace roomle_sim {

// The library makes the set of methods and the expression for a status line when it first needs
// them. The compiler guards that; but Debian's library is not built for the thread sanitizer, which
// sees only that two threads use what one of them made. Whoever starts threads that call the
// library calls this first, so that the sanitizer can be trusted with all that happens under those
// calls (cmake/tsan.supp would else have to pass over it). Done once; from any thread. Stands in
// http_exchange.cpp, the one file here that knows the library.
void make_httplib_statics();

}  // namespace roomle_sim
