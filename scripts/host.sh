#!/usr/bin/env bash
# Makes this host ready for Proofmark's demo stack and tests: a Docker engine, Compose v2.20 or newer,
# the debian:bookworm-slim image, Chromium with its driver, pytest, xmllint, and a C compiler for some of the crates.
# It installs on Debian as root only; anywhere else it says what to install.
set -euo pipefail

readonly BASE_IMAGE=debian:bookworm-slim
readonly COMPOSE_NEEDED=2.20
readonly PLUGIN="${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins/docker-compose"

usage() {
    cat <<'TEXT'
Usage: scripts/host.sh [--check] [--bench]

Installs what the demo stack and the tests need, and does nothing where nothing is missing.

  --check   install nothing; say what is missing and what mends it (exit 1 if something is)
  --bench   also install what benchmarks stand beside: hurl, and the load generators wrk, hey and oha
  --help    print this text
TEXT
}

say() { printf 'host: %s\n' "$*"; }

die() {
    printf 'host: %s\n' "$*" >&2
    exit 1
}

# Runs a command silently; its output is shown only when it fails.
quietly() {
    local log
    log=$(mktemp "$WORK/log.XXXXXX")
    "$@" </dev/null >"$log" 2>&1 9>&- && return
    tail -n 30 "$log" >&2
    die "this failed: $*"
}

# --- what is there -----------------------------------------------------------------------------------------

has_docker() { command -v docker >/dev/null; }
has_engine() { has_docker && docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

has_compose() {
    local version
    version=$(docker compose version --short 2>/dev/null) || return 1
    printf '%s\n%s\n' "$COMPOSE_NEEDED" "${version#v}" | sort --version-sort --check=quiet
}

has_base_image() { docker image inspect "$BASE_IMAGE" >/dev/null 2>&1; }
has_browser() { command -v chromium >/dev/null && command -v chromedriver >/dev/null; }
has_pytest() { command -v pytest >/dev/null; }
has_xmllint() { command -v xmllint >/dev/null; }
has_compiler() { command -v cc >/dev/null; }
has_load_tools() { command -v wrk >/dev/null && command -v hey >/dev/null; }
has_hurl() { command -v hurl >/dev/null; }
has_oha() { command -v oha >/dev/null; }

find_missing() {
    missing=()
    has_engine || missing+=(engine)
    has_compose || missing+=(compose)
    # Without an engine nobody can look: the image is counted as missing.
    has_base_image || missing+=(base_image)
    has_browser || missing+=(browser)
    has_pytest || missing+=(pytest)
    has_xmllint || missing+=(xmllint)
    has_compiler || missing+=(compiler)
    if [[ $bench == yes ]]; then
        has_load_tools || missing+=(load_tools)
        has_hurl || missing+=(hurl)
        has_oha || missing+=(oha)
    fi
}

# --- what mends it -----------------------------------------------------------------------------------------

remedy() {
    case $1 in
    engine)
        if has_docker; then
            echo "no Docker engine answers: start it (systemctl start docker), or see why \`docker version\` fails"
        else
            echo "Docker is missing: apt-get install docker.io, or https://docs.docker.com/engine/install/"
        fi ;;
    compose)
        echo "Compose v$COMPOSE_NEEDED or newer is missing: put its plugin at $PLUGIN," \
            "see https://docs.docker.com/compose/install/linux/" ;;
    base_image) echo "the image $BASE_IMAGE is missing: docker pull $BASE_IMAGE" ;;
    browser) echo "Chromium or its driver is missing: apt-get install chromium chromium-driver" ;;
    pytest) echo "pytest is missing: apt-get install python3-pytest" ;;
    xmllint) echo "xmllint is missing: apt-get install libxml2-utils" ;;
    compiler) echo "a C compiler is missing: apt-get install gcc libc6-dev" ;;
    load_tools) echo "wrk or hey is missing: apt-get install wrk hey" ;;
    hurl) echo "hurl is missing: cargo install --locked hurl@8.0.1" ;;
    oha) echo "oha is missing: cargo install --locked oha@1.16.0" ;;
    esac
}

report_missing() {
    local part
    for part in "${missing[@]}"; do say "$(remedy "$part")"; done
}

can_install() { [[ $EUID -eq 0 ]] && grep -q '^ID=debian$' /etc/os-release; }

# --- installing --------------------------------------------------------------------------------------------

apt_get() { env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"; }

apt_install() { quietly apt_get install --yes --no-install-recommends "$@"; }

# One line for each of the host's own Debian archives: "URI suite".
debian_archives() {
    # apt fills in these placeholders, not the shell.
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' |
        sort --unique
}

# The mirror this host already trusts, so that no other host is ever asked.
debian_mirror() {
    local mirror
    mirror=$(debian_archives | awk '$2 ~ /^[a-z]+$/ { print $1; exit }')
    [[ -n $mirror ]] || die "the apt sources name no Debian archive to take packages from"
    echo "$mirror"
}

mend_engine() {
    if ! has_docker; then
        say "installing docker.io"
        apt_install docker.io
        # From Debian 13 on the command is a package of its own.
        has_docker || apt_install docker-cli
        has_engine && return
    fi
    say "starting the Docker daemon"
    if [[ -d /run/systemd/system ]]; then
        quietly systemctl start docker
    else
        # 9>&- keeps the daemon from holding this script's lock for as long as it lives.
        setsid nohup dockerd </dev/null >>/var/log/dockerd.log 2>&1 9>&- &
    fi
    local _
    for _ in {1..60}; do
        has_engine && return
        sleep 0.5
    done
    die "the Docker daemon did not answer within 30 s (see /var/log/dockerd.log or journalctl -u docker)"
}

mend_compose() {
    say "fetching the Compose plugin from Debian 13 into $PLUGIN"
    local apt="$WORK/apt" mirror
    mirror=$(debian_mirror)
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/package"
    echo "deb $mirror trixie main" >"$apt/trixie.list"
    # Lists and cache of its own: the host's apt never learns of trixie.
    local private=(
        -o "Dir::Etc::sourcelist=$apt/trixie.list" -o "Dir::Etc::sourceparts=-" -o "Dir::Etc::preferencesparts=-"
        -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o "APT::Sandbox::User=root"
    )
    (
        cd "$apt/package"
        quietly apt_get "${private[@]}" update
        quietly apt_get "${private[@]}" download docker-compose
        quietly dpkg -x ./docker-compose_*.deb .
    )
    install -D -m 755 "$apt/package/usr/libexec/docker/cli-plugins/docker-compose" "$PLUGIN"
    has_compose || die "\`docker compose version\` does not work with the plugin just installed at $PLUGIN"
}

mend_base_image() {
    say "pulling $BASE_IMAGE"
    if timeout 15 docker pull --quiet "$BASE_IMAGE" >/dev/null 2>&1; then return; fi
    say "no registry answers: building $BASE_IMAGE with debootstrap (about a minute)"
    command -v debootstrap >/dev/null || apt_install debootstrap
    # The slow part needs no apt lock, so that Chromium can be installed meanwhile.
    bootstrap_base_image &
    bootstrap=$!
}

bootstrap_base_image() {
    local root="$WORK/root" mirror extra=()
    mirror=$(debian_mirror)
    [[ $mirror == https:* ]] && extra=(--include=ca-certificates)
    # In memory where it fits: unpacking packages waits for the disk most of the time.
    if [[ $(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1) -gt 1500000 ]] &&
        mount -t tmpfs -o "size=1400m" proofmark "$WORK/memory" 2>/dev/null; then
        root="$WORK/memory/root"
    fi
    mkdir -p "$root/etc/dpkg/dpkg.cfg.d" "$root/usr/sbin"
    # What Debian's own slim image leaves out.
    printf 'path-exclude /usr/share/%s/*\n' doc man info locale lintian \
        >"$root/etc/dpkg/dpkg.cfg.d/slim"
    # An image needs no fsync after each file of each package: it is thrown away if its build is cut short.
    echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/speedup"
    quietly debootstrap --variant=minbase "${extra[@]}" bookworm "$root" "$mirror"

    debian_archives | awk '$2 ~ /^bookworm(-updates|-security)?$/ { print "deb", $1, $2, "main" }' >"$root/etc/apt/sources.list"
    [[ -s $root/etc/apt/sources.list ]] || echo "deb $mirror bookworm main" >"$root/etc/apt/sources.list"
    # A build reaches the archives the way this host does.
    apt-config dump | grep -E '^Acquire::(https?::Proxy|Check-(Valid-Until|Date)) ' \
        >"$root/etc/apt/apt.conf.d/host" || true
    [[ $mirror == https:* ]] && cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    # Packages must not start their daemons while an image is being built.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
    rm -rf "$root"/var/{lib/apt/lists,cache/apt,log}/* "$root"/usr/share/{doc,man,info,locale}/*
    : >"$root/etc/resolv.conf"

    tar --create --numeric-owner --directory "$root" . >"$WORK/base.tar"
    quietly docker import --change 'CMD ["bash"]' "$WORK/base.tar" "$BASE_IMAGE"
}

mend_browser() {
    say "installing chromium and chromium-driver"
    apt_install chromium chromium-driver
}

mend_pytest() {
    say "installing pytest"
    apt_install python3-pytest
}

mend_xmllint() {
    say "installing libxml2-utils"
    apt_install libxml2-utils
}

mend_compiler() {
    say "installing gcc"
    apt_install gcc libc6-dev
}

mend_load_tools() {
    say "installing wrk and hey"
    apt_install wrk hey
}

# Debian has no package of it. Its parser of XML and its client are C libraries.
mend_hurl() {
    say "building hurl (some minutes)"
    apt_install libcurl4-openssl-dev libxml2-dev libclang-dev clang pkg-config
    quietly cargo install --locked hurl@8.0.1
}

# Debian 12 has no package of it.
mend_oha() {
    say "building oha (some minutes)"
    quietly cargo install --locked oha@1.16.0
}

clean_up() {
    # Nothing may be removed under a debootstrap that is still running.
    [[ -z $bootstrap ]] || wait "$bootstrap" || true
    umount "$WORK/memory" 2>/dev/null || true
    rm -rf "$WORK"
}

# --- the run -----------------------------------------------------------------------------------------------

check=no bench=no bootstrap=
for argument in "$@"; do
    case $argument in
    --check) check=yes ;;
    --bench) bench=yes ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
done

find_missing
if [[ ${#missing[@]} -eq 0 ]]; then
    say "ready"
    exit 0
fi
if [[ $check == yes ]]; then
    report_missing
    exit 1
fi
if ! can_install; then
    report_missing
    die "only Debian, as root, is made ready by this script: install the above and call it again"
fi

exec 9>/run/lock/proofmark-host
if ! flock --nonblock 9; then
    say "waiting for another call of this script"
    flock 9
fi
WORK=$(mktemp -d /var/tmp/proofmark-host.XXXXXX)
trap clean_up EXIT
mkdir "$WORK/memory"

# Another call may have mended everything while this one waited.
find_missing
if [[ ${#missing[@]} -ne 0 ]]; then quietly apt_get update; fi
for part in "${missing[@]}"; do "mend_$part"; done
if [[ -n $bootstrap ]]; then
    wait "$bootstrap" || die "debootstrap could not make $BASE_IMAGE"
    bootstrap=
fi

find_missing
if [[ ${#missing[@]} -ne 0 ]]; then
    report_missing
    exit 1
fi
say "ready"
