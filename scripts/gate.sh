#!/usr/bin/env bash
# Holds releases of the demo stack whose difference is known against each other, again and again, so that it shows how
# often the performance gate is right. Two stacks run side by side; each comparison is one `proofmark load --paired`.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    cat <<'TEXT'
Usage: scripts/gate.sh [COMPARISONS [SHARES…]]

Makes so many comparisons (20) for each share of its own time by which the candidate's API works longer (0 0.1 0.2), of
10 pairs and of 20 where these do not tell: a minute or two each. What a share comes to for who asks shows in the rounds.
They are kept in target/gate/SHARE/NUMBER.csv; a table judges them by our rule and by those of others. PAIRS=8 makes every
comparison of so many pairs, HOLD=2s sets how long a round is.
TEXT
}

case ${1:-} in --help | -h) usage; exit 0 ;; esac
comparisons=${1:-20}
shares=("${@:2}")
[[ ${#shares[@]} -gt 0 ]] || shares=(0 0.1 0.2)
hold=${HOLD:-2s}
proofmark=${PROOFMARK:-$PWD/${CARGO_TARGET_DIR:-target}/release/proofmark}
[[ -x $proofmark ]] || cargo bench --quiet --no-run --bench snapshot

work=$(mktemp -d)
rounds=$PWD/${CARGO_TARGET_DIR:-target}/gate
shop=$PWD/fixtures/shop
export SHOP_PRIVILEGED=false

# $1 is the stack, baseline or candidate; what follows goes to Compose.
stack() {
    local side=$1 first=26
    [[ $side == baseline ]] || first=27
    SHOP_API_PORT=${first}000 SHOP_WORKER_PORT=${first}001 SHOP_STORAGE_PORT=${first}500 \
        SHOP_DB_PORT=${first}432 SHOP_CACHE_PORT=${first}379 \
        docker compose --project-name "proofmark-gate-$side" --file "$shop/compose.yaml" "${@:2}"
}
down() {
    for side in baseline candidate; do stack "$side" down --volumes --timeout 2 >/dev/null 2>&1 || true; done
    docker image rm "${made[@]}" >/dev/null 2>&1 || true
    rm -rf "$work"
}
made=(proofmark-none)
trap down EXIT

# Names a release of the API that is slower by $1; only the API is, yet one variable names the release of all three.
release() {
    [[ $1 != 0 ]] || { echo 1.0.0; return; }
    local name="slower-$1" app
    DOCKER_BUILDKIT=0 docker build --quiet --tag "proofmark-shop/api:$name" --build-arg "SHARE=$1" benches/slower >/dev/null
    for app in worker storage; do docker tag "proofmark-shop/$app:1.0.0" "proofmark-shop/$app:$name"; done
    echo "$name"
}

mkdir -p "$work/suites/load"
cat >"$work/proofmark.yaml" <<YAML
project: proofmark-gate
base:
  compose: { files: [$shop/compose.yaml], release_variable: SHOP_RELEASE }
  services: { api: { port: 8000, health: /health } }
environments:
  baseline: { compose: { project: proofmark-gate-baseline } }
  candidate: { compose: { project: proofmark-gate-candidate } }
YAML
cat >"$work/suites/load/shop.yaml" <<YAML
suite: shop
level: load
targets: [baseline, candidate]
load:
  - name: shoppers
    requests: [{ name: products, get: "\${api}/products", expect: { status: 200 } }]
    users: 2
    think: 5ms
    hold: $hold
    warm_up: 500ms
YAML

SHOP_RELEASE=1.0.0 stack baseline up --detach --wait --quiet-pull >/dev/null 2>&1
for share in "${shares[@]}"; do
    name=$(release "$share")
    [[ $share == 0 ]] || made+=("proofmark-shop/api:$name" "proofmark-shop/worker:$name" "proofmark-shop/storage:$name")
    SHOP_RELEASE=$name stack candidate up --detach --wait --quiet-pull >/dev/null 2>&1
    mkdir -p "$rounds/$share"
    for ((number = 1; number <= comparisons; number++)); do
        code=0
        (cd "$work" && "$proofmark" load --env candidate --paired baseline ${PAIRS:+--pairs "$PAIRS"} --seed "$number" \
            --out "$rounds/$share/$number.csv" >"$work/said" 2>/dev/null) || code=$?
        printf 'slower by %s, comparison %d of %d: exit %d\n' "$share" "$number" "$comparisons" "$code" >&2
        [[ $code == 0 || $code == 1 || $code == 3 ]] || { cat "$work/said" >&2; exit 1; }
    done
done
cargo bench --quiet --bench gate -- "$rounds"/*/*.csv
