-- What serve posts in bench/pipeline.cpp, for wrk: the same headers, and a body of the same length.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["User-Agent"] = "Roomle"
wrk.headers["token"] = "01-" .. string.rep("T", 108)
wrk.body = '{"event":"email.savedConfiguration","data":{"success":true,"email":"customer@example.com",' ..
  '"configurationId":"bench:item:10000","configuratorId":"bench",' ..
  '"url":"https://www.roomle.com/t/cp/?id=bench:item:10000&configuratorId=bench"}}'
