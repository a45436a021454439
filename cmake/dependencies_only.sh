#!/bin/sh
# dependencies_only.sh COMPILER ARGUMENT... -o OBJECT -c SOURCE: what the preset `lint` puts in place
# of a compilation. clang-tidy has read the file already, and found what a compiler would: of the
# compiler only the list of headers is wanted (-MD), so that a file is looked at again when one of
# them changed. The object is an empty file.
set -eu
object=''
before=''
for argument in "$@"; do
  shift
  case $argument in
    -o | -c) ;;
    *.o) if [ "$before" = -o ]; then object=$argument; else set -- "$@" "$argument"; fi ;;
    *) set -- "$@" "$argument" ;;
  esac
  before=$argument
done
"$@" -E >/dev/null
: >"$object"
