#!/usr/bin/env bash
# Starts the emulator without a window, and makes its adb and gRPC ports reachable from outside the container.
#
# Environment: AVD_NAME, SNAPSHOT (empty: boot cold), READ_ONLY (1 or 0), GPU, MEMORY_MB, CORES, ACCELERATION
# (auto, on, off), ADB_AUTH (1: the phone checks keys), EXTRA_ARGS (words), CONSOLE_PORT, GRPC_PORT, EXPOSE (1: forward
# the ports from the container's address), KVM_DEVICE. PRINT_COMMAND=1 prints the command, a word a line, and ends.
set -euo pipefail

: "${ANDROID_SDK_ROOT:?}" "${AVD_NAME:?}"
snapshot=${SNAPSHOT-farm}
console_port=${CONSOLE_PORT:-5554}
adb_port=$((console_port + 1))
grpc_port=${GRPC_PORT:-8554}
kvm_device=${KVM_DEVICE:-/dev/kvm}
acceleration=${ACCELERATION:-auto}

command=(
    "${ANDROID_SDK_ROOT}/emulator/emulator" -avd "${AVD_NAME}"
    -ports "${console_port},${adb_port}" -grpc "${grpc_port}"
    -no-window -no-audio -no-boot-anim -no-metrics
    -gpu "${GPU:-swangle_indirect}"
)
[[ ${ADB_AUTH:-0} == 1 ]] || command+=(-skip-adb-auth)
[[ ${READ_ONLY:-1} == 0 ]] || command+=(-read-only)
features=(-feature 'AllowSnapshotMigration,MigratableSnapshotSave')
if [[ -n ${snapshot} ]]; then
    command+=(-snapshot "${snapshot}" -no-snapshot-save "${features[@]}")
elif [[ ${READ_ONLY:-1} == 0 ]]; then
    # Whoever boots cold and writes is about to save the snapshot.
    command+=(-no-snapshot "${features[@]}")
else
    command+=(-no-snapshot)
fi
[[ -z ${MEMORY_MB:-} ]] || command+=(-memory "${MEMORY_MB}")
[[ -z ${CORES:-} ]] || command+=(-cores "${CORES}")
[[ ${acceleration} == auto ]] || command+=(-accel "${acceleration}")
if [[ -n ${EXTRA_ARGS:-} ]]; then
    read -r -a extra <<< "${EXTRA_ARGS}"
    command+=("${extra[@]}")
fi

if [[ ${PRINT_COMMAND:-0} == 1 ]]; then
    printf '%s\n' "${command[@]}"
    exit 0
fi

die() {
    printf 'start.sh: %s\n' "$1" >&2
    exit "${2:-3}"
}

avd_folder="${ANDROID_AVD_HOME:?}/${AVD_NAME}.avd"
[[ -d ${avd_folder} ]] || die "no virtual device ${AVD_NAME} in ${ANDROID_AVD_HOME}"
if [[ -n ${snapshot} && ! -d ${avd_folder}/snapshots/${snapshot} ]]; then
    die "${AVD_NAME} has no snapshot '${snapshot}': run prepare.sh and commit the container, or set SNAPSHOT= to boot cold"
fi
if [[ ${acceleration} != off ]]; then
    # That it may be opened proves little, but its absence says all: docker run --device /dev/kvm --group-add GID
    [[ -c ${kvm_device} ]] || die "there is no ${kvm_device}: docker run --device ${kvm_device}"
    [[ -r ${kvm_device} && -w ${kvm_device} ]] ||
        die "${kvm_device} may not be used: docker run --group-add \$(stat -c %g ${kvm_device})"
fi

# Locks of another container's processes: their ids mean nothing here.
find "${avd_folder}" -maxdepth 1 -name '*.lock' ! -name multiinstance.lock -exec rm -rf {} +

forward() {
    local address
    address=$(hostname -i | cut -d ' ' -f 1)
    for port in "$@"; do
        socat "TCP-LISTEN:${port},bind=${address},fork,reuseaddr" "TCP:127.0.0.1:${port}" &
    done
}

# shellcheck disable=SC2317 # called by the trap
stop() {
    # By the console; a guest that powers itself off would spoil the virtual device.
    adb -s "emulator-${console_port}" emu kill > /dev/null 2>&1 || kill "${emulator}" 2> /dev/null || true
}

adb start-server > /dev/null 2>&1 || die "adb does not start"
ANDROID_EMULATOR_KVM_DEVICE="${kvm_device}" "${command[@]}" &
emulator=$!
trap stop TERM INT
[[ ${EXPOSE:-1} == 0 ]] || forward "${adb_port}" "${grpc_port}"

code=0
wait "${emulator}" || code=$?
# A trapped signal ends the first wait before the emulator has ended.
if kill -0 "${emulator}" 2> /dev/null; then
    code=0
    wait "${emulator}" || code=$?
fi
exit "${code}"
