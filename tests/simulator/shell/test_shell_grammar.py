"""The grammar: what a command line prints and the status it ends with."""

from __future__ import annotations

import pytest

GRAMMAR = [
    # words, quotes, escapes
    ("echo a   b", "a b\n"),
    ("echo 'a   b' \"c  d\" e\\ f", "a   b c  d e f\n"),
    ("echo \"a'b\" 'c\"d' \"e\\\"f\" 'g\\h'", "a'b c\"d e\"f g\\h\n"),
    ('echo "" end', " end\n"),
    ("echo a#b # comment", "a#b\n"),
    ("echo one \\\n two", "one two\n"),
    ("echo $'a\\tb\\x41'", "a\tbA\n"),
    ("echo a{b,c}d {1,2}{x,y} {single} '{q,r}'", "abd acd 1x 1y 2x 2y {single} {q,r}\n"),
    # sequences
    ("echo a; echo b", "a\nb\n"),
    ("echo a\necho b\n\n", "a\nb\n"),
    ("true && echo yes || echo no", "yes\n"),
    ("false && echo yes || echo no", "no\n"),
    ("! false && echo yes", "yes\n"),
    ("{ echo a; echo b; } | cat; (echo c)", "a\nb\nc\n"),
    ("(cd /sdcard; pwd); pwd", "/sdcard\n/\n"),
    # variables
    ("x=5; echo $x ${x}y \"$x\" '$x' \\$x", "5 5y 5 $x $x\n"),
    ("A=b sh -c 'echo $A'; echo [$A]", "b\n[]\n"),
    ("x='a b'; echo $x; echo \"$x\"; set -- $x; echo $#", "a b\na b\n2\n"),
    ("x=1; x+=2; echo $x", "12\n"),
    ("export A=1 B=2; env | grep -E '^[AB]='", "A=1\nB=2\n"),
    ("x=1; unset x; echo [$x]", "[]\n"),
    ("echo $HOME $USER $0", "/ root /system/bin/sh\n"),
    ("echo ${u:-d} ${u-d} [${u:+s}] ${#HOME}; echo ${u:=v} $u", "d d [] 1\nv v\n"),
    ("p=/a/b.tar.gz; echo ${p##*/} ${p#*/} ${p%.*} ${p%%.*}", "b.tar.gz a/b.tar.gz /a/b.tar /a/b\n"),
    ("x=hello; echo ${x:1:3} ${x:3} ${x:0-2} ${x/l/L} ${x//l/L}", "ell lo lo heLlo heLLo\n"),
    ("set -- a 'b c'; for i in \"$@\"; do echo \"<$i>\"; done; echo \"$*\" $# $2", "<a>\n<b c>\na b c 2 b c\n"),
    ("set --; echo \"$@\" x $#", "x 0\n"),
    ("IFS=:; x=a:b; set -- $x; echo $1,$2; y='c d'; set -- $y; echo $#", "a,b\n1\n"),
    # substitution and arithmetic
    ("x=$(echo a; echo b); echo $x; echo \"$x\"", "a b\na\nb\n"),
    ("echo `echo \\`echo deep\\`` $(echo $(echo deeper))", "deep deeper\n"),
    ("echo \"a$(echo \"b c\")d\"", "ab cd\n"),
    ("echo $((1 + 2 * 3)) $(( (1+2)*3 )) $((7/2)) $((7%4)) $((-7/2)) $((2**10)) $((1<<4))", "7 9 3 3 -3 1024 16\n"),
    ("x=4; echo $((x*x)) $((x>3?1:0)) $((x+=1)) $x $((x++)) $x $((!0)) $((0x10)) $((010))", "16 1 5 5 5 6 1 16 8\n"),
    # control flow
    ("if true; then echo t; else echo f; fi", "t\n"),
    ("if false; then echo 1; elif true; then echo 2; else echo 3; fi", "2\n"),
    ("for i in 1 2 3; do echo -n $i; done; echo", "123\n"),
    ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo -n $i; done; echo", "123\n"),
    ("i=0; until [ $i -ge 2 ]; do i=$((i+1)); done; echo $i", "2\n"),
    ("for i in 1 2 3; do [ $i = 2 ] && continue; [ $i = 3 ] && break; echo $i; done", "1\n"),
    ("case abc in x) echo x;; a*|b*) echo ab;; *) echo other;; esac", "ab\n"),
    ("case '*' in '*') echo star;; esac; case x in '*') echo no;; esac", "star\n"),
    ("f() { echo $1 $#; return 3; }; f a b; echo $?", "a 2\n3\n"),
    ("function g { local x=in; echo $x; }; x=out; g; echo $x", "in\nout\n"),
    ("[[ abc == a* && ! -f /none ]] && echo ok; [[ a < b ]] && echo less", "ok\nless\n"),
    ("[[ abc =~ ^a.c$ ]] && echo re; [[ abc == 'a*' ]] || echo literal", "re\nliteral\n"),
    # redirects and pipes
    ("echo a > /sdcard/f; echo b >> /sdcard/f; cat < /sdcard/f", "a\nb\n"),
    ("{ echo out; echo err >&2; } 2>/dev/null", "out\n"),
    ("{ echo out; echo err >&2; } > /dev/null 2>&1; echo $?", "0\n"),
    ("{ echo out; echo err >&2; } &> /sdcard/both; cat /sdcard/both", "out\nerr\n"),
    ("cat <<E\n$((1+1)) \"q\" 'r'\nE\necho end", "2 \"q\" 'r'\nend\n"),
    ("cat <<'E'\n$x `y`\nE", "$x `y`\n"),
    ("cat <<-E\n\tindented\n\tE", "indented\n"),
    ("cat <<< word", "word\n"),
    ("echo a | cat | cat; printf 'b\\na\\n' | sort | head -1", "a\na\n"),
    ("echo a b c | while read x y; do echo $y; done", "b c\n"),
    ("exec > /sdcard/log; echo hidden", ""),
    # globs
    ("cd /sdcard; touch b.txt a.txt .c.txt; echo *.txt ?.txt [a]*", "a.txt b.txt a.txt b.txt a.txt\n"),
    ("echo '*.txt' *.none", "*.txt *.none\n"),
    ("x='/sdcard/D*'; echo $x; echo \"$x\"", "/sdcard/DCIM /sdcard/Documents /sdcard/Download\n/sdcard/D*\n"),
    # status
    ("false; echo $?; true; echo $?", "1\n0\n"),
    ("sh -c 'exit 7'; echo $?", "7\n"),
    ("eval 'echo a; echo b'; . /dev/null; echo $?", "a\nb\n0\n"),
    ("set -e; true; false || true; if false; then :; fi; echo on; false; echo off", "on\n"),
    ("(exit 3) || echo $?", "3\n"),
    ("x=$(false) || echo failed", "failed\n"),
]  # fmt: skip


@pytest.mark.parametrize(("command", "expected"), GRAMMAR)
def test_shell_runs_command_lines_as_mksh_does(sh, command: str, expected: str) -> None:  # type: ignore[no-untyped-def]
    assert sh.text(command) == expected


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ("nosuch", 127, "/system/bin/sh: nosuch: inaccessible or not found\n"),
        ("/sdcard/nosuch", 127, "/system/bin/sh: /sdcard/nosuch: inaccessible or not found\n"),
        ("/sdcard", 126, "/system/bin/sh: /sdcard: can't execute: Is a directory\n"),
        ("if true", 2, "/system/bin/sh: syntax error: unexpected 'EOF'\n"),
        ("echo )", 2, "/system/bin/sh: syntax error: unexpected ')'\n"),
        ("a &&", 2, "/system/bin/sh: syntax error: unexpected 'EOF'\n"),
        ("| a", 2, "/system/bin/sh: syntax error: unexpected '|'\n"),
        ("echo 'x", 2, "/system/bin/sh: syntax error: no closing quote\n"),
        ("echo ${", 2, "/system/bin/sh: syntax error: bad substitution\n"),
        ("for 1 in a; do :; done", 2, "/system/bin/sh: syntax error: unexpected '1'\n"),
        ("cat <<E\nx", 2, "/system/bin/sh: syntax error: here document 'E' unclosed\n"),
        ("eval 'if'", 2, "/system/bin/sh: syntax error: unexpected 'EOF'\n"),
        ("echo $((1/0))", 1, "/system/bin/sh: zero divisor\n"),
        ("echo ${x?not set}", 1, "/system/bin/sh: x: not set\n"),
        ("set -u; echo $nosuch", 1, "/system/bin/sh: nosuch: parameter not set\n"),
        ("readonly R=1; R=2", 1, "/system/bin/sh: R: is read only\n"),
        ("echo x > /none/y", 1, "/system/bin/sh: can't create /none/y: No such file or directory\n"),
        ("echo x > /system/y", 1, "/system/bin/sh: can't create /system/y: Read-only file system\n"),
        ("echo x > /sdcard", 1, "/system/bin/sh: can't create /sdcard: Is a directory\n"),
        ("cat < /none", 1, "/system/bin/sh: can't open /none: No such file or directory\n"),
        ("cd /none", 2, "/system/bin/sh: cd: /none: No such file or directory\n"),
        ("[ 1 -eq x ]", 2, "[: x: bad number\n"),
        ("[ a", 2, "[: missing ]\n"),
        ("f() { f; }; f", 137, "/system/bin/sh: Killed: nested too deep\n"),
        ("while :; do :; done", 137, "/system/bin/sh: Killed: too many commands\n"),
        (
            "a=xxxxxxxxxxxxxxxxxxxx; for i in 1 2 3 4 5 6; do a=${a//x/$a}; done",
            1,
            "/system/bin/sh: argument too long\n",
        ),
        ("exit 300", 44, ""),
    ],
)
def test_shell_reports_errors_as_android_does(sh, command: str, code: int, message: str) -> None:  # type: ignore[no-untyped-def]
    outcome = sh(command)
    assert (outcome.exit_code, outcome.stderr.decode()) == (code, message)


def test_shell_keeps_stdout_and_stderr_in_order(sh) -> None:  # type: ignore[no-untyped-def]
    outcome = sh("echo 1; echo 2 >&2; echo 3")
    assert outcome.output == b"1\n2\n3\n"
    assert (outcome.stdout, outcome.stderr) == (b"1\n3\n", b"2\n")


def test_shell_passes_stdin_on(sh) -> None:  # type: ignore[no-untyped-def]
    assert sh.text('read first; echo "<$first>"; cat', b"one\ntwo\nthree") == "<one>\ntwo\nthree"


def test_shell_passes_bytes_that_are_no_text(sh) -> None:  # type: ignore[no-untyped-def]
    data = bytes(range(256))
    assert sh("cat > /sdcard/raw; cat /sdcard/raw", data).stdout == data


def test_shell_scripts_run_from_files(sh) -> None:  # type: ignore[no-untyped-def]
    sh.phone.files.write("/data/local/tmp/s.sh", b'#!/system/bin/sh\necho "$1-$#"\nexit 5\n')
    assert sh.text("sh /data/local/tmp/s.sh a b; echo $?") == "a-2\n5\n"
    assert sh("/data/local/tmp/s.sh").exit_code == 126
    assert sh.text("chmod +x /data/local/tmp/s.sh; cd /data/local/tmp; ./s.sh z; echo $?") == "z-1\n5\n"
