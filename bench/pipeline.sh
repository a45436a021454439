#!/bin/sh
# The whole way of an event through `roomle-sim serve`, beside wrk with the same request to the same
# nginx: with an empty journal and with one that holds finished deliveries; then the memory of open
# ones. Usage: bench/pipeline.sh PATH/TO/bench_pipeline [SECONDS [FINISHED [OPEN]]]
# Needs nginx and wrk. The journals lie in TMPDIR, which should be on the disk to be measured.
set -eu

program=${1:?usage: bench/pipeline.sh PATH/TO/bench_pipeline [SECONDS [FINISHED [OPEN]]]}
seconds=${2:-5}
finished=${3:-1000000}
open=${4:-100000}
rounds=3
slower=0
clients="8 32"
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=bench/nginx.sh
. "$here/nginx.sh"
start_nginx

"$program" fill "$folder/full" "$finished"

wrk_posts() { # connections -> posts a second
  wrk -t 1 -c "$1" -d "${seconds}s" -s "$here/pipeline.lua" "$url" |
    awk '/Requests\/sec/ { printf "%.0f\n", $2 }'
}

# Lines of: what, tenants, clients, events a second. Alternately, so that what else the machine does
# meets all of them.
round=1
while [ "$round" -le "$rounds" ]; do
  for count in $clients; do
    echo "wrk - $count $(wrk_posts "$count")"
    for tenants in 1 100; do
      for journal in empty full; do
        echo "$journal $tenants $count" \
          "$("$program" rate "$folder/$journal" "$url" "$tenants" "$count" "$seconds")"
      done
      rm -rf "$folder/empty"  # empty again for the next
    done
  done
  round=$((round + 1))
done >"$folder/rates"

# The medians.
sort -k1,1 -k2,2 -k3,3n -k4,4n "$folder/rates" | awk -v finished="$finished" '
  { key = $1 " " $2 " " $3; values[key, ++seen[key]] = $4 }
  function median(key) { return values[key, int((seen[key] + 1) / 2)] }
  END {
    split("'"$clients"'", clients, " ")
    printf "%8s %8s %10s %12s %6s %20s %7s\n", "tenants", "clients", "wrk/s", "events/s",
           "ratio", "with " finished, "change"
    for (t = 1; t <= 100; t += 99) {
      for (i = 1; i in clients; ++i) {
        w = median("wrk - " clients[i])
        e = median("empty " t " " clients[i]); f = median("full " t " " clients[i])
        change = (f - e) * 100 / e
        printf "%8d %8d %10d %12d %6.3f %20d %6.1f%%\n", t, clients[i], w, e, e / w, f, change
        if (change < -10) slower = 1
      }
    }
    exit slower
  }' || slower=1

printf '%s\n' "" "At 1,000 events a second, in ms from the moment the request was due:"
printf '%8s %10s %10s %10s %12s %12s\n' tenants journal 'POST p50' p99 'answer p50' p99
for tenants in 1 100; do
  for journal in empty full; do
    # shellcheck disable=SC2046,SC2183 # four words
    printf '%8s %10s %10s %10s %12s %12s\n' "$tenants" "$journal" \
      $("$program" latency "$folder/$journal" "$tenants" "$seconds")
  done
done

echo
"$program" open "$folder/open" "$open"
[ "$slower" -eq 0 ] || { echo "the finished deliveries make it slower by more than 10 %" >&2; exit 1; }
