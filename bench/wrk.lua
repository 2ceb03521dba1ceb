-- Makes wrk send the same bytes as our generator, and print its result as one
-- JSON object on a line of its own.
-- wrk -s wrk.lua URL -- PAYLOAD_BYTES PIPELINE

function init(args)
   local payload, pipeline = tonumber(args[1]), tonumber(args[2])
   local host = "Host: " .. wrk.host .. ":" .. wrk.port .. "\r\n"
   local request
   if payload == 0 then
      request = "GET " .. wrk.path .. " HTTP/1.1\r\n" .. host .. "\r\n"
   else
      request = "POST " .. wrk.path .. " HTTP/1.1\r\n" .. host ..
         "Content-Length: " .. payload .. "\r\n\r\n" .. ("x"):rep(payload)
   end
   -- wrk asks for the request once and sends it for ever; it counts the
   -- pipelined ones itself.
   local bytes = request:rep(pipeline)
   wrk.format = function() return bytes end
end

function done(summary, latency, requests)
   local e = summary.errors
   io.write(string.format(
      '\n{"requests":%d,"duration_us":%d,"bytes":%d,"connect":%d,"read":%d,' ..
      '"write":%d,"status":%d,"timeout":%d,"min_us":%d,"p50_us":%d,' ..
      '"p90_us":%d,"p99_us":%d,"p999_us":%d,"max_us":%d,"mean_us":%.3f,' ..
      '"stdev_us":%.3f}\n',
      summary.requests, summary.duration, summary.bytes, e.connect, e.read,
      e.write, e.status, e.timeout, latency.min, latency:percentile(50),
      latency:percentile(90), latency:percentile(99), latency:percentile(99.9),
      latency.max, latency.mean, latency.stdev))
end
