#!/bin/sh
# What `./dev demo` shows: one event told whole, then a handful of the vendor's rules as scenarios.
# PROGRAM names the roomle-sim to use.
set -u
program=${PROGRAM:-build/release/roomle-sim}
folder=$(mktemp -d) || exit 1
endpoint=''
trap 'test -z "$endpoint" || kill "$endpoint" 2>/dev/null; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

show() {
  printf '\n$ roomle-sim %s\n' "$*"
}

mkfifo "$folder/ready"
cat >"$folder/behavior.json" <<'END'
{ "sequence": [ { "status": 200 }, { "status": 503, "body": "{\"error\": \"database is down\"}" } ] }
END

printf '%s\n' '1. A tenant endpoint that answers 200 once, and 503 ever after.'
"$program" endpoint -q --behavior "$folder/behavior.json" --json >"$folder/ready" &
endpoint=$!
exec 3<"$folder/ready"
read -r line <&3 || { echo 'the endpoint did not start' >&2; exit 3; }
url=$(printf '%s\n' "$line" | sed -n 's/.*"url":"\([^"]*\)".*/\1/p')
printf '   It listens at %s\n' "$url"

printf '\n%s\n' '2. A customer saves a draft. The endpoint takes the event.'
show send email.savedConfiguration --to "$url" --set email=customer@example.com
"$program" send email.savedConfiguration --to "$url" --set email=customer@example.com \
  --mail "maildir:$folder/mail" || { echo 'the first event should have been delivered' >&2; exit 3; }

printf '\n%s\n' '3. The next one fails: the customer gets the Roomle email instead.'
show send email.savedConfiguration --to "$url" --set email=customer@example.com
"$program" send email.savedConfiguration --to "$url" --set email=customer@example.com \
  --mail "maildir:$folder/mail"
[ $? -eq 4 ] || { echo 'the second event should not have been delivered' >&2; exit 3; }
printf '\n   The mail:\n'
sed -n '1,/^$/{/^\(From\|To\|Subject\|X-Roomle-[A-Za-z-]*\):/s/^/     /p;}' "$folder"/mail/new/*

printf '\n%s\n' "4. Some of the vendor's rules, a scenario each (all of them: roomle-sim run fixtures/scenarios)."
set -- fixtures/scenarios/05-*.json fixtures/scenarios/10-*.json fixtures/scenarios/19-*.json \
  fixtures/scenarios/20-*.json fixtures/scenarios/24-*.json fixtures/scenarios/29-*.json
show run "$@"
"$program" run "$@"
