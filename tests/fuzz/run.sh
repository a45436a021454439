#!/bin/sh
# run.sh TARGET SECONDS: fuzzes one target, as `./dev fuzz` does for each. Inputs that reached
# something new stay in build/fuzz/corpus, and are where the next run begins.
set -u
target=$1
seconds=$2
program=build/asan/tests/fuzz/${target}_fuzz
log=build/fuzz/$target.log
found=build/fuzz/found/$target-
mkdir -p "build/fuzz/corpus/$target" build/fuzz/found || exit 1

# A file's words come from a dictionary; of responses and tokens libFuzzer finds them by itself.
words=''
case $target in
  scenario | tenants) words=-dict=build/fuzz/words ;;
esac

# The time for one input and the memory are far above what any of them needs.
# shellcheck disable=SC2086 # no word, or one
ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1 \
  "$program" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
  -artifact_prefix="$found" $words "build/fuzz/corpus/$target" "build/fuzz/seeds/$target" \
  >"$log" 2>&1
status=$?
runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
if [ "$status" -eq 0 ]; then
  printf '%s: %s inputs in %s s, and none crashed it\n' "$target" "$runs" "$seconds"
  exit
fi
printf '%s: crashed, after %s inputs. The end of %s:\n' "$target" "${runs:-some}" "$log"
tail -n 60 "$log"
input=$(sed -n 's/.*Test unit written to //p' "$log")
[ -z "$input" ] || printf 'To reproduce it, after ./dev fuzz: %s %s\nThe input in base64: %s\n' \
  "$program" "$input" "$(base64 -w 0 <"$input")"
exit 1
