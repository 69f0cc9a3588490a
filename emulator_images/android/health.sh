#!/usr/bin/env bash
# Healthy: Android has booted and its package manager answers.
set -euo pipefail

serial="emulator-${CONSOLE_PORT:-5554}"
booted=$(timeout 3 adb -s "${serial}" shell getprop sys.boot_completed | tr -d '\r\n')
[[ ${booted} == 1 ]]
packages=$(timeout 4 adb -s "${serial}" shell pm path android)
[[ ${packages} == package:* ]]
