#!/bin/sh
# compile_time/run.sh BUILD [STORE]: seconds from an edited experiment to its new program, for one experiment and for ten variants in one
# file, and from the start of a program to its first training step. One JSON object a line: name, ours (median of 7 runs), unit, target.
set -eu
build=$1
store=${2:-}
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
rounds=7

now() { date +%s.%N; }
median() { sort -n | awk '{v[NR] = $1} END {print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }
line() { printf '{"name": "%s", "ours": %.3f, "unit": "s", "target": %s}\n' "$1" "$2" "$3"; }

# Ninja looks at times, so appending a comment is an edit.
edit_and_build() {
    source="$build/bench/$1.cpp"
    cmake --build "$build" --target "bench_$1" >/dev/null
    i=0
    while [ $i -lt $rounds ]; do
        cp "$here/$1.cpp" "$source"
        printf '// edit %s\n' $i >>"$source"
        begin=$(now)
        cmake --build "$build" --target "bench_$1" >/dev/null
        end=$(now)
        awk "BEGIN {print $end - $begin}"
        i=$((i + 1))
    done | median
}

line "edit one experiment to new program" "$(edit_and_build edited)" 3
line "edit ten variants to new program" "$(edit_and_build compared)" 6

# One training step, everything included: start, reading the store, the step, writing the checkpoint.
if [ -n "$store" ]; then
    run=$(mktemp -d)
    i=0
    seconds=$(while [ $i -lt $rounds ]; do
        begin=$(now)
        "$build/experiments/e00_demo" train --data "$store" --out "$run/$i" --steps 1 --device cpu >/dev/null 2>&1
        end=$(now)
        awk "BEGIN {print $end - $begin}"
        i=$((i + 1))
    done | median)
    rm -rf "$run"
    line "start of a program to the end of a run of one step" "$seconds" 1
fi
