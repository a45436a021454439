#!/bin/sh
# What 90 tenants see beside 10 that hang. Usage: bench/fairness.sh PATH/TO/bench_fairness [ROUNDS]
set -eu

program=${1:?usage: bench/fairness.sh PATH/TO/bench_fairness [ROUNDS]}
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=bench/nginx.sh
. "$here/nginx.sh"
start_nginx
"$program" "$url" "${2:-3}"
