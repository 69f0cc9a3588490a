#!/usr/bin/env bash
# Sets this checkout up: Debian packages where it may, a virtual environment, the locked Python packages.
#
#   scripts/setup.sh [--dev] [--train] [--no-apt]
#
# Idempotent: a second call that finds the lock files unchanged does nothing. What it had to leave out, and the
# command that mends it, is printed at the end; leaving the Debian packages out is no error.
set -euo pipefail
cd "$(dirname "$0")/.."

lock=requirements/core.lock
debian_locks=(requirements/debian.lock)
use_apt=1
train=""
for argument in "$@"; do
  case "$argument" in
    --dev)
      lock=requirements/dev.lock
      debian_locks+=(requirements/debian-dev.lock)
      ;;
    --train) train=requirements/train.lock ;;
    --no-apt) use_apt=0 ;;
    *) echo "setup: unknown option $argument (known: --dev, --train, --no-apt)" >&2; exit 2 ;;
  esac
done

left_out=()

# --- Debian packages -------------------------------------------------------------------------------------------
as_root=()
may_install() {
  [ "$use_apt" = 1 ] && command -v apt-get >/dev/null || return 1
  [ "$(id -u)" = 0 ] && return 0
  command -v sudo >/dev/null && sudo -n true 2>/dev/null && as_root=(sudo -n)
}

missing_packages() {
  # One `name=version` a line, the versions that the tests last passed with.
  local line name
  while IFS= read -r line; do
    case "$line" in ''|'#'*) continue ;; esac
    name=${line%%=*}
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || echo "$line"
  done < <(cat "${debian_locks[@]}")
}

pinned() {
  # The locked version where the archive still offers it; Debian drops a version when a security fix replaces it.
  local name=${1%%=*} version=${1#*=}
  if apt-cache madison "$name" 2>/dev/null | awk -F'|' '{gsub(/ /, "", $2); print $2}' | grep -qxF "$version"; then
    echo "$name=$version"
  else
    echo "setup: $name $version is no longer offered, taking the archive's version" >&2
    echo "$name"
  fi
}

if command -v dpkg-query >/dev/null; then
  mapfile -t missing < <(missing_packages)
  if [ "${#missing[@]}" -gt 0 ]; then
    names=("${missing[@]%%=*}")
    if may_install; then
      echo "setup: installing ${#missing[@]} Debian packages"
      "${as_root[@]}" apt-get update -qq || echo "setup: apt-get update failed, going on with the lists at hand" >&2
      wanted=()
      for entry in "${missing[@]}"; do wanted+=("$(pinned "$entry")"); done
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
          -o Dpkg::Use-Pty=0 "${wanted[@]}" >/tmp/farm-setup-apt.$$.log 2>&1 || {
        tail -n 20 /tmp/farm-setup-apt.$$.log >&2
        left_out+=("Debian packages; mend: apt-get install --no-install-recommends ${names[*]}")
      }
      rm -f /tmp/farm-setup-apt.$$.log
    else
      left_out+=("Debian packages (no root, no passwordless sudo); mend: sudo apt-get install --no-install-recommends ${names[*]}")
    fi
  fi
else
  left_out+=("Debian packages: this is no Debian; the simulated phones need libEGL and libGL, the rest is optional")
fi

# --- Python ----------------------------------------------------------------------------------------------------
find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null || continue
    "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    echo "$candidate"
    return 0
  done
  return 1
}

stamp=.venv/farm-setup.sha256
want=$(cat "$lock" ${train:+"$train"} pyproject.toml scripts/setup.sh | sha256sum | cut -d' ' -f1)
if [ "$(cat "$stamp" 2>/dev/null)" != "$want" ] || ! .venv/bin/python -c 'import device_farm' 2>/dev/null; then
  if ! [ -x .venv/bin/python ]; then
    python=$(find_python) || {
      echo "setup: no Python 3.11 or newer with venv found; mend: apt-get install python3 python3-venv" >&2
      exit 3
    }
    "$python" -m venv .venv
  fi
  echo "setup: installing Python packages from $lock"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
  if [ -n "$train" ]; then
    echo "setup: installing torch and its company from $train"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$train"
  fi
  # The project itself, without resolving anything: setuptools comes from the lock.
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
  echo "$want" > "$stamp"
fi

for line in "${left_out[@]}"; do echo "setup: left out: $line" >&2; done
