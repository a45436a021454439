-- What bench/transport.cpp posts, for wrk.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["User-Agent"] = "bench"
wrk.headers["Accept"] = "*/*"
wrk.headers["token"] = string.rep("T", 128)
wrk.body = '{"event":"email.savedConfiguration","data":{"filler":"' .. string.rep("x", 400) .. '"}}'
