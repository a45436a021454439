#!/bin/sh
# POSTs a second of HttpTransport against wrk's, to an nginx on the loopback, alternately.
# Usage: bench/transport.sh PATH/TO/bench_transport [SECONDS]    (needs nginx and wrk)
set -eu

program=${1:?usage: bench/transport.sh PATH/TO/bench_transport [SECONDS]}
seconds=${2:-3}
rounds=3
connections="2 8 16 32"
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=bench/nginx.sh
. "$here/nginx.sh"
start_nginx

wrk_posts() { # connections -> posts a second
  wrk -t 1 -c "$1" -d "${seconds}s" -s "$here/transport.lua" "$url" |
    awk '/Requests\/sec/ { printf "%.0f\n", $2 }'
}

our_posts() { "$program" "$url" "$1" "$seconds"; }

# Prints posts a second, and the microseconds of processor time that each took. The second figure
# holds also on a busy machine, where many threads get more of it than wrk's one.
measure() { # round, connections, name, command
  posts=$("$4" "$2" && times >"$folder/times")
  awk -v posts="$posts" -v seconds="$seconds" -v label="$1 $2 $3" '
    NR == 2 {
      for (i = 1; i <= 2; ++i) { split($i, part, /[ms]/); cpu += part[1] * 60 + part[2] }
      printf "%s %d %.1f\n", label, posts, cpu * 1000000 / (posts * seconds)
    }' "$folder/times"
}

round=1
while [ "$round" -le "$rounds" ]; do
  for count in $connections; do
    measure "$round" "$count" wrk wrk_posts
    measure "$round" "$count" ours our_posts
  done
  round=$((round + 1))
done >"$folder/figures"

# The medians, and the ratio of the best of each.
medians() { # column: lines of connections, name, median
  sort -k2,2n -k3,3 -k"$1,$1"n "$folder/figures" | awk -v column="$1" '
    { key = $2 " " $3; values[key, ++seen[key]] = $column }
    END { for (key in seen) print key, values[key, int((seen[key] + 1) / 2)] }'
}
medians 4 | sort >"$folder/rates"
medians 5 | sort >"$folder/costs"
awk '
  { key = $1 " " $2; if (FILENAME ~ /rates$/) rate[key] = $3; else cost[key] = $3 }
  END {
    printf "%12s %10s %10s %6s %14s %14s\n", "connections", "wrk/s", "ours/s", "ratio",
           "wrk CPU us", "ours CPU us"
    split("'"$connections"'", order, " ")
    for (i = 1; i in order; ++i) {
      w = rate[order[i] " wrk"]; o = rate[order[i] " ours"]
      printf "%12d %10d %10d %6.2f %14.1f %14.1f\n", order[i], w, o, o / w,
             cost[order[i] " wrk"], cost[order[i] " ours"]
      if (w > best_wrk) best_wrk = w
      if (o > best_ours) best_ours = o
    }
    printf "%12s %10d %10d %6.2f\n", "best", best_wrk, best_ours, best_ours / best_wrk
  }' "$folder/rates" "$folder/costs"
