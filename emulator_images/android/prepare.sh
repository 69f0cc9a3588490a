#!/usr/bin/env bash
# Boots the virtual device once as its only writer, installs /packages/*.apk, and saves the snapshot of the fleet.
# Then: docker commit.
set -euo pipefail

name=${SNAPSHOT:-farm}
serial="emulator-${CONSOLE_PORT:-5554}"
seconds=${BOOT_TIMEOUT_S:-900}

SNAPSHOT='' READ_ONLY=0 EXPOSE=0 start.sh &
starter=$!
trap 'kill "${starter}" 2> /dev/null || true' EXIT

ends=$((SECONDS + seconds))
until health.sh > /dev/null 2>&1; do
    kill -0 "${starter}" 2> /dev/null || { echo "prepare.sh: the emulator ended before it had booted" >&2; exit 1; }
    ((SECONDS < ends)) || { echo "prepare.sh: not booted within ${seconds} s" >&2; exit 1; }
    sleep 1
done

for package in /packages/*.apk; do
    [[ -e ${package} ]] || continue
    adb -s "${serial}" install -r -t "${package}"
done
adb -s "${serial}" shell 'input keyevent KEYCODE_WAKEUP; input keyevent KEYCODE_HOME; sync'
adb -s "${serial}" emu avd snapshot save "${name}"
[[ -d ${ANDROID_AVD_HOME:?}/${AVD_NAME:?}.avd/snapshots/${name} ]] ||
    { echo "prepare.sh: the snapshot was not saved" >&2; exit 1; }
adb -s "${serial}" emu kill > /dev/null 2>&1 || true
trap - EXIT
wait "${starter}" || true
echo "prepare.sh: ${AVD_NAME} has the snapshot '${name}'"
