#!/usr/bin/env bash
# Times what Proofmark does beside the commands that a person would type for it, in turn, so that a
# noisy host slows both alike. Prints medians with their spread, and the ratio of each pair.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-11}
cargo build --release --quiet
proofmark=${CARGO_TARGET_DIR:-target}/release/proofmark
export PROOFMARK_STATE
PROOFMARK_STATE=$(mktemp -d)
trap 'rm -rf "$PROOFMARK_STATE"' EXIT

by_hand() {
    docker compose --project-name "$SHOP_PROJECT" --file fixtures/shop/compose.yaml config --format json
    docker ps --quiet --filter "label=com.docker.compose.project=$SHOP_PROJECT" | xargs docker inspect
}
ours() { "$proofmark" diff --format json || [ $? -eq 1 ]; }

milliseconds() {
    local began
    began=$(date +%s%N)
    "$@" >/dev/null 2>&1
    echo $((($(date +%s%N) - began) / 1000000))
}

pairs=$(mktemp)
for round in $(seq "$rounds"); do
    # Who goes first alternates, so that neither side always finds the caches warm.
    if ((round % 2)); then
        a=$(milliseconds by_hand) b=$(milliseconds ours)
    else
        b=$(milliseconds ours) a=$(milliseconds by_hand)
    fi
    awk -v a="$a" -v b="$b" 'BEGIN { print a, b, b / a }' >>"$pairs"
done

column_of() { awk -v c="$1" '{ print $c }' "$pairs" | sort -n; }
spread() { column_of "$1" | awk -v f="$2" '{ v[NR] = $1 } END { printf f " [" f ".." f "]", v[int((NR + 1) / 2)], v[1], v[NR] }'; }
echo "$rounds rounds in turn, medians [least..most]"
echo "compose config and docker inspect, ms  $(spread 1 %.0f)"
echo "proofmark diff, ms                     $(spread 2 %.0f)"
echo "ratio of each pair                     $(spread 3 %.2f)"
rm -f "$pairs"
