#!/bin/sh
# The last step of the root file system, run by mmdebstrap: customize.sh ROOT FILES OUT APPLICATION...
# FILES is copied over ROOT; OUT gets the kernel, its initrd and the list of packages with the digests of their files.
set -eu
root=$1 files=$2 out=$3
shift 3
chroot "$root" useradd --uid 1000 --user-group --create-home --skel /dev/null --shell /bin/bash user
cp -R "$files/." "$root/"
# The menu has this desktop's applications and no others, as on every machine.
for entry in "$root"/usr/share/applications/*.desktop; do
  case " $* " in *" ${entry##*/} "*) ;; *) rm "$entry" ;; esac
done
# shellcheck disable=SC2016
chroot "$root" sh -c 'apt-cache show --no-all-versions $(dpkg-query -W -f "\${Package}=\${Version} ")' |
  awk '/^Package:/ {name=$2} /^Version:/ {version=$2} /^SHA256:/ {print name "=" version " sha256:" $2}' |
  LC_ALL=C sort -u >"$out/packages.lock"
cp "$root"/boot/vmlinuz-* "$out/vmlinuz"
cp "$root"/boot/initrd.img-* "$out/initrd"
chmod 0644 "$out/vmlinuz" "$out/initrd"
rm -rf "$root"/boot/* "$root"/vmlinuz* "$root"/initrd.img* "$root"/var/log/* "$root"/var/cache/apt/* \
  "$root"/var/cache/debconf/* "$root"/var/lib/apt/lists/*
