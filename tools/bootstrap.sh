#!/usr/bin/env bash
# Set-up for the Makefile: `bootstrap.sh offscreen|window [EXTRA ...]`
# System libraries Qt needs (Debian and its kin), .venv, and the dependencies pyproject.toml declares. A second call finds
# all in place and takes a fraction of a second.
#   PYTHON=...                   the interpreter to build .venv with
#   VITRINE_SKIP_SYSTEM=1        leave the system's packages alone
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

platform=${1:?offscreen or window}
shift

OFFSCREEN="libgl1 libegl1 libglib2.0-0 libfontconfig1 libxkbcommon0 libdbus-1-3"
WINDOW="libxcb-cursor0 libxkbcommon-x11-0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0
  libxcb-shape0 libxcb-sync1 libxcb-xfixes0 libxcb-xkb1 libx11-xcb1 fonts-dejavu-core"

say() { printf '%s\n' "vitrine: $*" >&2; }
die() { say "$@"; exit 1; }

# Prints those of the packages that are not installed. Newer releases give some names the suffix t64.
missing() {
  local installed package
  # shellcheck disable=SC2016
  installed=" $(dpkg-query -W -f='${db:Status-Status}/${Package}\n' 2>/dev/null | sed -n 's#^installed/##p' | tr '\n' ' ') "
  for package in "$@"; do
    case "$installed" in *" $package "* | *" ${package}t64 "*) ;; *) printf '%s ' "$package" ;; esac
  done
}

# Installs what is missing of the packages, or says what to type.
system() {
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || return 0
  [ -z "${VITRINE_SKIP_SYSTEM:-}" ] || return 0
  local need sudo=""
  need=$(missing "$@")
  [ -n "$need" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "these system packages are missing. As root, type:
  apt-get install --no-install-recommends $need"
    sudo=sudo
  fi
  say "installing system packages: $need"
  # shellcheck disable=SC2086
  {
    $sudo apt-get -qq -o DPkg::Lock::Timeout=300 update || say "apt-get update failed; trying with the lists at hand"
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 install --no-install-recommends $need
  } >&2 || die "could not install them. As root, type:
  apt-get install --no-install-recommends $need"
}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
    if new_enough "$candidate"; then command -v "$candidate"; return; fi
  done
  die "needs Python 3.11 or newer${PYTHON:+ (PYTHON=$PYTHON is not)}. On Debian 12 or Ubuntu: apt-get install python3 python3-venv"
}

# A usable .venv: one that runs, has pip and is new enough stays.
virtualenv() {
  if [ -x .venv/bin/python ] && new_enough .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; then return; fi
  local python version
  python=$(find_python)
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then system "python$version-venv"; fi
  "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || die "$python cannot make a virtual environment: its modules venv and ensurepip are missing"
  say "making .venv with $python ($version)"
  "$python" -m venv --clear .venv
}

# The list of what was installed is the stamp: only when the list changes is pip called.
dependencies() {
  local stamp wanted
  stamp=.venv/installed$(printf -- '-%s' base "$@").txt
  if [ -x .venv/bin/python ] && [ "$stamp" -nt pyproject.toml ] && [ "$stamp" -nt tools/bootstrap.sh ]; then return; fi
  virtualenv
  wanted=$(.venv/bin/python tools/requirements.py "$@")
  if [ ! -f "$stamp" ] || [ "$wanted" != "$(cat "$stamp")" ]; then
    say "installing Python packages into .venv${*:+ (with: $*)}"
    printf '%s\n' "$wanted" >.venv/wanted.txt
    # Without bytecode at hand the app's first start takes twice as long. CI never starts it: there, what is imported is compiled then,
    # a small part of all.
    .venv/bin/python -m pip --disable-pip-version-check install --quiet "--${CI:+no-}compile" -r .venv/wanted.txt
    # The checkout itself, as the package `vitrine`.
    .venv/bin/python -m pip --disable-pip-version-check install --quiet --no-deps --editable .
  fi
  printf '%s\n' "$wanted" >"$stamp"
}

# Two calls in one checkout wait for each other, where the system can.
if command -v flock >/dev/null; then exec 9<pyproject.toml; flock 9; fi

case "$platform" in
  offscreen) system $OFFSCREEN ;;
  window) system $OFFSCREEN $WINDOW ;;
  *) die "offscreen or window, not $platform" ;;
esac
dependencies "$@"
