#!/usr/bin/env bash
# Times what Proofmark does beside the commands that a person would type for it, in turn, so that a
# noisy host slows both alike. Prints medians with their spread, and the ratio of each pair.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    cat <<'TEXT'
Usage: scripts/bench.sh [ROUNDS [SERVICES…]]

Measures projects of so many services (10, 50 and 200 unless said otherwise), each service one small
container of its own, then a snapshot of many services that nothing runs, many cases, and what load costs its generator. Eleven
rounds by default.
TEXT
}

case ${1:-} in --help | -h) usage; exit 0 ;; esac
rounds=${1:-11}
sizes=("${@:2}")
[[ ${#sizes[@]} -gt 0 ]] || sizes=(10 50 200)

# Built together, or the command would be built twice, with and without what the benchmarks bring along.
cargo bench --quiet --no-run --bench snapshot --bench cases --bench load
proofmark=$PWD/${CARGO_TARGET_DIR:-target}/release/proofmark
work=$(mktemp -d)
project=proofmark-bench

compose() { docker compose --project-name "$project" --file "$work/compose.yaml" "$@"; }
down() { [[ ! -e $work/compose.yaml ]] || compose down --timeout 0 >/dev/null 2>&1 || true; }
trap 'down; rm -rf "$work"' EXIT

# A project of $1 services that only sleep: what is measured is the looking, not the looked at.
write_project() {
    local number
    {
        echo services:
        for ((number = 1; number <= $1; number++)); do
            cat <<YAML
  service-$number:
    image: debian:bookworm-slim
    command: [sleep, infinity]
    init: false
    environment: { SERVICE: "$number", API_TOKEN: "t0ken-of-$number" }
    labels: { org.example.owner: platform }
    read_only: true
    cap_drop: [ALL]
    mem_limit: 16m
YAML
        done
    } >"$work/compose.yaml"
    cat >"$work/proofmark.yaml" <<YAML
project: $project
base:
  compose: { files: [compose.yaml], project: $project }
environments:
  local: {}
YAML
    rm -rf "$work/baselines" "$work/.proofmark"
}

# Containers are started a few at a time: an engine that is asked for 200 at once answers with errors.
start_project() {
    COMPOSE_PARALLEL_LIMIT=8 compose up --detach --quiet-pull >/dev/null 2>&1
}

by_hand() {
    compose config --format json
    docker ps --quiet --filter "label=com.docker.compose.project=$project" | xargs docker inspect
}
record() { (cd "$work" && "$proofmark" record --in-ci); }
hold() { (cd "$work" && "$proofmark" diff --format json); }

milliseconds() {
    local began
    began=$(date +%s%N)
    "$@" >/dev/null 2>&1 || { echo "this failed: $*" >&2; exit 1; }
    echo $((($(date +%s%N) - began) / 1000000))
}

column() { awk -v c="$1" '{ print $c }' "$work/pairs" | sort -n; }
spread() {
    column "$1" | awk -v f="$2" '{ v[NR] = $1 } END { printf f " [" f ".." f "]", v[int((NR + 1) / 2)], v[1], v[NR] }'
}

# Each command beside the same by hand; who goes first alternates, so that neither side always finds
# the caches warm.
measure() {
    local what=$1 services=$2 round a b
    : >"$work/pairs"
    for ((round = 1; round <= rounds; round++)); do
        if ((round % 2)); then
            a=$(milliseconds by_hand) b=$(milliseconds "$what")
        else
            b=$(milliseconds "$what") a=$(milliseconds by_hand)
        fi
        awk -v a="$a" -v b="$b" 'BEGIN { print a, b, b / a }' >>"$work/pairs"
    done
    printf '%5s services  %-6s  %-22s  %-22s  %s\n' \
        "$services" "$what" "$(spread 1 %.0f)" "$(spread 2 %.0f)" "$(spread 3 %.2f)"
}

echo "$rounds rounds in turn, ms: median [least..most]"
printf '%5s           %-6s  %-22s  %-22s  %s\n' '' '' 'config and inspect' 'proofmark' 'ratio of each pair'
for services in "${sizes[@]}"; do
    write_project "$services"
    start_project
    record >/dev/null 2>&1
    (cd "$work" && "$proofmark" accept --all --by "a benchmark" >/dev/null)
    measure record "$services"
    measure hold "$services"
    down
done

cargo bench --quiet --bench snapshot --bench cases --bench load
