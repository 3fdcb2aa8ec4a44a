#!/usr/bin/env bash
# Runs a command beside a demo stack of its own, and takes the stack down whatever happens.
# The ports are out of the way of a stack that a developer has up.
set -euo pipefail
cd "$(dirname "$0")/.."

export SHOP_PROJECT=shop-test SHOP_RELEASE=1.0.0
export SHOP_API_PORT=28000 SHOP_WORKER_PORT=28001 SHOP_STORAGE_PORT=25000
export SHOP_DB_PORT=25432 SHOP_CACHE_PORT=26379

compose() { docker compose --project-name "$SHOP_PROJECT" --file fixtures/shop/compose.yaml "$@"; }
down() { compose down --volumes --remove-orphans --timeout 5 >/dev/null 2>&1 || true; }

trap down EXIT
down
echo "starting the demo stack for the tests" >&2
compose up --detach --wait --quiet-pull
"$@"
