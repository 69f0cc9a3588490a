"""Commands on files, in toybox's words and columns."""

from __future__ import annotations

import pytest

SETUP = "mkdir -p /sdcard/N/sub; cd /sdcard/N; printf 'one\\ntwo\\nthree\\n' > a.txt; echo x > .hidden; "

WORKING = [
    ("ls", "a.txt\nsub\n"),
    ("ls -A", ".hidden\na.txt\nsub\n"),
    ("ls -a", ".\n..\n.hidden\na.txt\nsub\n"),
    ("ls -d .", ".\n"),
    ("ls a.txt sub", "a.txt\n\nsub:\n"),
    ("ls -R /sdcard/N", "/sdcard/N:\na.txt\nsub\n\n/sdcard/N/sub:\n"),
    ("ls -l", "total 8\n-rw-rw---- 1 media_rw media_rw   14 2023-10-15 15:34 a.txt\n"
              "drwxrws--- 2 media_rw media_rw 3452 2023-10-15 15:34 sub\n"),
    ("ls -ll a.txt", "-rw-rw---- 1 media_rw media_rw 14 2023-10-15 15:34:00.000000000 +0000 a.txt\n"),
    ("ls -ln a.txt", "-rw-rw---- 1 1023 1023 14 2023-10-15 15:34 a.txt\n"),
    ("ls -lh a.txt; ls -p", "-rw-rw---- 1 media_rw media_rw 14 2023-10-15 15:34 a.txt\na.txt\nsub/\n"),
    ("ls -l /sdcard", "lrwxrwxrwx 1 root root 21 2009-01-01 00:00 /sdcard -> /storage/self/primary\n"),
    ("ls /sdcard/ | head -2", "Alarms\nAndroid\n"),
    ("touch -t 202001010000 old; touch -d '2030-01-01 00:00:00' new; ls -t; rm old new", "new\na.txt\nsub\nold\n"),
    ("cp a.txt b.txt; cat b.txt; rm b.txt; ls", "one\ntwo\nthree\na.txt\nsub\n"),
    ("cp -r /sdcard/N /sdcard/M; ls -A /sdcard/M; rm -rf /sdcard/M; ls -d /sdcard/M", None),
    ("mv a.txt sub; ls sub; mv sub/a.txt renamed; cat renamed", "a.txt\none\ntwo\nthree\n"),
    ("mkdir -p p/q/r; rmdir -p p/q/r; ls", "a.txt\nsub\n"),
    ("rm -r sub; ls", "a.txt\n"),
    ("rm -f nothing; echo $?", "0\n"),
    ("ln -s /sdcard/N/a.txt /data/local/tmp/l; readlink /data/local/tmp/l; cat /data/local/tmp/l | head -1",
     "/sdcard/N/a.txt\none\n"),
    ("readlink -f /sdcard/N/a.txt; realpath /sdcard", "/storage/emulated/0/N/a.txt\n/storage/emulated/0\n"),
    ("stat -c '%n %s %F %a %U:%G %Y' a.txt", "a.txt 14 regular file 660 media_rw:media_rw 1697384040\n"),
    ("touch /data/local/tmp/f; chmod 750 /data/local/tmp/f; stat -c %A /data/local/tmp/f; chmod go-rx,u+s "
     "/data/local/tmp/f; stat -c %a /data/local/tmp/f", "-rwxr-x---\n4700\n"),
    ("cd /data/local/tmp; touch f; chown system:1000 f; stat -c '%u %G' f", "1000 system\n"),
    ("find /sdcard/N", "/sdcard/N\n/sdcard/N/.hidden\n/sdcard/N/a.txt\n/sdcard/N/sub\n"),
    ("find . -type f -name '*.txt'", "./a.txt\n"),
    ("find /sdcard/N -mindepth 1 -maxdepth 1 -type d -o -name 'a*'", "/sdcard/N/a.txt\n/sdcard/N/sub\n"),
    ("find /sdcard -name a.txt; find /sdcard/ -name a.txt", "/sdcard/N/a.txt\n"),
    ("find /sdcard/N -type f ! -name '.*' -exec wc -l {} \\;", "3 /sdcard/N/a.txt\n"),
    ("find /sdcard/N -type f -exec echo {} +", "/sdcard/N/.hidden /sdcard/N/a.txt\n"),
    ("find /sdcard/N -delete; ls /sdcard/N", None),
    ("find /sdcard/N -printf '%f %s %y\\n' | tail -1", "sub 3452 d\n"),
    ("du -a .; du -sh .", "4\t./.hidden\n4\t./a.txt\n4\t./sub\n16\t.\n16K\t.\n"),
    ("basename /a/b.txt .txt; dirname /a/b /c", "b\n/a\n/\n"),
    ("mktemp; mktemp", "/data/local/tmp/tmp.0000000001\n/data/local/tmp/tmp.0000000002\n"),
    ("dd if=a.txt bs=1 count=3 2>/dev/null", "one"),
    ("truncate -s 3 a.txt; cat a.txt; truncate -s 5 a.txt; xxd -p a.txt", "one6f6e650000\n"),
    ("echo new | tee -a a.txt; tail -1 a.txt", "new\nnew\n"),
    ("df /sdcard | tail -1 | cut -d' ' -f1", "/dev/fuse\n"),
    ("file a.txt sub", "a.txt: ASCII text\nsub: directory\n"),
    ("cmp a.txt a.txt; echo $?; cmp a.txt .hidden", "0\na.txt .hidden differ: char 1, line 1\n"),
]  # fmt: skip


@pytest.mark.parametrize(("command", "expected"), WORKING)
def test_file_commands_print_what_toybox_prints(sh, command: str, expected: str | None) -> None:  # type: ignore[no-untyped-def]
    said = sh.text(SETUP + command)
    if expected is None:
        expected = ".hidden\na.txt\nsub\nls: /sdcard/M: No such file or directory\n"
        expected = expected if "/sdcard/M" in command else "ls: /sdcard/N: No such file or directory\n"
    assert said == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("ls /none", "ls: /none: No such file or directory\n"),
        ("cat /none", "cat: /none: No such file or directory\n"),
        ("cat /sdcard/N", "cat: /sdcard/N: Is a directory\n"),
        ("rm /none", "rm: /none: No such file or directory\n"),
        ("rm sub", "rm: sub: Is a directory\n"),
        ("rm", 'rm: Needs 1 argument (see "rm --help")\n'),
        ("mkdir sub", "mkdir: 'sub': File exists\n"),
        ("mkdir x/y", "mkdir: 'x/y': No such file or directory\n"),
        ("mkdir /x", "mkdir: '/x': Read-only file system\n"),
        ("rmdir /sdcard/N", "rmdir: /sdcard/N: Directory not empty\n"),
        ("cp /none x", "cp: bad '/none': No such file or directory\n"),
        ("cp sub x", "cp: Skipped dir 'sub'\n"),
        ("cp a.txt /none/x", "cp: bad '/none/x': No such file or directory\n"),
        ("cp a.txt a.txt b", "cp: 'b' not directory\n"),
        ("cp -r /sdcard/N /sdcard/N/sub/x", "cp: bad '/sdcard/N/sub/x': Invalid argument\n"),
        ("mv /none x", "mv: bad '/none': No such file or directory\n"),
        ("touch /none/x", "touch: '/none/x': No such file or directory\n"),
        ("ln a.txt b", "ln: cannot create hard link from 'a.txt' to 'b': Operation not permitted\n"),
        ("chmod 999 a.txt", "chmod: bad mode '999'\n"),
        ("chown nobody_here a.txt", "chown: no user 'nobody_here'\n"),
        ("find /none", "find: /none: No such file or directory\n"),
        ("find . -nonsense", "find: bad arg '-nonsense'\n"),
        ("stat /none", "stat: '/none': No such file or directory\n"),
        ("ls -Q", "ls: Unknown option 'Q' (see \"ls --help\")\n"),
        ("head -n x a.txt", "head: not integer: x\n"),
        ("md5sum /none", "md5sum: /none: No such file or directory\n"),
    ],
)
def test_file_commands_fail_in_toyboxs_words(sh, command: str, expected: str) -> None:  # type: ignore[no-untyped-def]
    outcome = sh(SETUP + command)
    assert outcome.stderr.decode() == expected
    assert outcome.exit_code == 1


def test_a_full_disk_is_told_by_every_writer(sh) -> None:  # type: ignore[no-untyped-def]
    sh(SETUP + "echo keep > /sdcard/keep")
    sh.phone.files.capacity_bytes = sh.phone.files.used_bytes
    for command, expected in [
        ("echo more >> /sdcard/keep", "echo: write: No space left on device\n"),
        ("echo x > /sdcard/new", "/system/bin/sh: can't create /sdcard/new: No space left on device\n"),
        ("cp /sdcard/keep /sdcard/copy", "cp: bad '/sdcard/copy': No space left on device\n"),
        ("touch /sdcard/new", "touch: '/sdcard/new': No space left on device\n"),
        ("dd if=/dev/zero of=/sdcard/keep bs=1M count=1", "dd: /sdcard/keep: No space left on device\n"),
    ]:
        assert sh(command).stderr.decode() == expected
    assert sh.text("cat /sdcard/keep") == "keep\n"


def test_filling_the_disk_takes_no_memory(sh) -> None:  # type: ignore[no-untyped-def]
    outcome = sh("dd if=/dev/zero of=/sdcard/big bs=1M count=100000; df /sdcard | tail -1; echo x > /sdcard/y")
    assert b"dd: /sdcard/big: No space left on device" in outcome.stderr
    assert b" 0 100% /storage/emulated" in outcome.stdout
    assert sh.phone.files.stat("/sdcard/big").size > 4_000_000_000
    sh("rm /sdcard/big")
    assert sh("echo x > /sdcard/y").exit_code == 0
