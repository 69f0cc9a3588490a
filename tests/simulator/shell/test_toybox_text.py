"""Filters, encodings, dates and the other commands that print."""

from __future__ import annotations

import pytest

TEXT = "printf 'one\\ntwo\\nthree\\n' > /sdcard/t; cd /sdcard; "

WORKING = [
    # grep
    ("grep t t", "two\nthree\n"),
    ("grep -n t t; grep -c t t; grep -v t t", "2:two\n3:three\n2\none\n"),
    ("grep -i ONE t; grep -w tw t; grep -x two t; grep -E '^(one|two)$' t", "one\ntwo\none\ntwo\n"),
    ("grep -o 'e\\+' t; grep -oE '[a-z]e' t; grep -F . t", "e\nee\nne\nre\n"),
    ("grep -q two t && echo found; grep nothing t; echo $?", "found\n1\n"),
    ("grep -l one t; grep -L one t; grep -H one t; grep -m1 t t", "t\nt:one\ntwo\n"),
    ("grep -A1 one t; grep -B1 three t; grep -e one -e two t", "one\ntwo\ntwo\nthree\none\ntwo\n"),
    ("grep -r one t; mkdir d; cp t d; grep -rn two d; grep -rl one --include='t*' d", "t:one\nd/t:2:two\nd/t\n"),
    ("echo 'a.b a+b' | grep -oE 'a\\.b'; echo 'x(y)' | grep 'x(y)'; echo tab | grep -E '[[:alpha:]]{3}'",
     "a.b\nx(y)\ntab\n"),
    ("grep '[' t; echo $?", "grep: bad regex '['\n2\n"),
    # sed
    ("sed s/o/0/ t", "0ne\ntw0\nthree\n"),
    ("sed -n '2,3p' t; sed 2d t; sed '/two/d' t; sed '$d' t", "two\nthree\none\nthree\none\nthree\none\ntwo\n"),
    ("sed 's/\\(t\\)\\(.*\\)/\\2-\\1/; s/e/E/g' t", "onE\nwo-t\nhrEE-t\n"),
    ("sed -E 's#(.)(.)#\\2\\1#' t; sed 's/x/&y/;s/two/[&]/' t", "noe\nwto\nhtree\none\n[two]\nthree\n"),
    ("sed -i s/one/1/ t; cat t; sed -n '/two/=' t; sed '1i\\top' t | head -2", "1\ntwo\nthree\n2\ntop\n1\n"),
    ("sed y/abc/xyz/ t; sed '/one/,/two/s/^/>/' t", "one\ntwo\nthree\n>one\n>two\nthree\n"),
    ("sed k t", "sed: bad pattern 'k'@1 (k)\n"),
    # others
    ("head -n 2 t; tail -n 1 t; tail -n +3 t; head -c 3 t", "one\ntwo\nthree\nthree\none"),
    ("wc t; wc -l t; wc -l < t; cat t | wc; wc -c t t", "3 3 14 t\n3 t\n3\n      3       3      14\n"
     "     14 t\n     14 t\n     28 total\n"),
    ("sort t; sort -r t; printf '10\\n9\\n' | sort -n", "one\nthree\ntwo\ntwo\nthree\none\n9\n10\n"),
    ("printf 'b 1\\na 2\\n' | sort -k2 -n; printf 'a\\na\\n' | sort -u", "b 1\na 2\na\n"),
    ("printf 'a\\na\\nb\\n' | uniq -c; printf 'a\\na\\nb\\n' | uniq -d", "      2 a\n      1 b\na\n"),
    ("echo a:b:c | cut -d: -f1,3; echo hello | cut -c2-4; echo a:b | cut -d: -f2-", "a:c\nell\nb\n"),
    ("echo hello | tr a-y b-z; echo aabb | tr -s ab; echo a1b2 | tr -d 0-9", "ifmmp\nab\nab\n"),
    ("echo 'a b' | tr ' ' '\\n'; echo '1 2  3' | xargs; echo 'a b' | xargs -n1 echo -", "a\nb\n1 2 3\n- a\n- b\n"),
    ("printf 'x y\\0z' | xargs -0 -n1 echo", "x y\nz\n"),
    ("printf 'a\\nb\\n' | xargs -I{} echo [{}]; echo | xargs -r echo no", "[a]\n[b]\n"),
    ("seq 3; seq 2 4 | tac | rev; seq 5 -2 1 | tr '\\n' ' '", "1\n2\n3\n4\n3\n2\n5 3 1 "),
    ("printf '%s-%d\\n' a 1 b 2; printf '%05.1f|%-4s|%x|%c\\n' 3.14 ab 255 xyz; printf '%b' 'a\\tb\\n'",
     "a-1\nb-2\n003.1|ab  |ff|x\na\tb\n"),
    ("echo 'a\\tb'; echo -E 'a\\tb'; echo -n x; echo -e 'y\\c'; print -r 'a\\n'", "a\tb\na\\tb\nxya\\n\n"),
    ("expr 2 + 3 '*' 4; expr abc : 'a\\(.*\\)'; expr length abc; expr 1 '>' 2; echo $?", "14\nbc\n3\n0\n1\n"),
    ("echo -n abc | md5sum; echo -n abc | sha1sum; sha256sum t | cut -c1-8", "900150983cd24fb0d6963f7d28e17f72  -\n"
     "a9993e364706816aba3e25717850c26c9cd0d89d  -\nb6285c57\n"),
    ("md5sum t > m; md5sum -c m", "t: OK\n"),
    ("echo hi | base64; echo aGkK | base64 -d; echo hello | xxd; echo 6869 | xxd -r -p", "aGkK\nhi\n"
     "00000000: 6865 6c6c 6f0a                           hello.\nhi"),
    ("gzip t; ls; gunzip t.gz; cat t | head -1", None),
    ("date; date +%s; date '+%Y-%m-%d %H:%M:%S.%3N'; date -d @0 +%F; date -u +%Z",
     "Sun Oct 15 15:34:00 UTC 2023\n1697384040\n2023-10-15 15:34:00.000\n1970-01-01\nUTC\n"),
    ("date 062012302024.05; date +%T", "Thu Jun 20 12:30:05 UTC 2024\n12:30:05\n"),
    ("date -s '2021-02-03 04:05:06'; date 06201230", "Wed Feb  3 04:05:06 UTC 2021\nSun Jun 20 12:30:00 UTC 2021\n"),
    ("date nonsense", "date: bad date 'nonsense'\n"),
    ("setprop persist.sys.timezone Europe/Berlin; date; date -u +%H", "Sun Oct 15 17:34:00 CEST 2023\n15\n"),
    ("id -u; whoami; su 0 id -un; su -c 'echo $((1+1))'; uname -s", "0\nroot\nroot\n2\nLinux\n"),
    ("which ls am nosuch; type cd; command -v grep; toybox echo hi; toybox nosuch", "/system/bin/ls\n/system/bin/am\n"
     "cd is a shell builtin\n/system/bin/grep\nhi\ntoybox: Unknown command nosuch\n"),
    ("env -i A=1 sh -c 'echo $A $USER'; run-as com.android.settings pwd; run-as no.such ls", "1\n"
     "/data/data/com.android.settings\nrun-as: unknown package: no.such\n"),
    ("getprop ro.build.version.sdk; getprop nosuch; getprop nosuch dflt", "33\n\ndflt\n"),
    ("setprop a.b c; getprop a.b; setprop ro.secure 0", "c\nsetprop: failed to set property 'ro.secure' to '0'\n"),
    ("timeout 5 sleep 1; echo $?; timeout 5 logcat -s none; echo $?", "0\n124\n"),
    ("log -p e -t me oops; logcat -d -v brief -s me:E; logcat -d -v raw -s me:E; logcat -c; logcat -d -s me",
     "--------- beginning of main\nE/me      ( 4321): oops\n--------- beginning of main\noops\n"),
    ("log -t a 1; log -t a 2; logcat -d -v raw -t 1 -s a; logcat -v nonsense", "--------- beginning of main\n2\n"
     "logcat: Invalid parameter nonsense to -v\n"),
]  # fmt: skip


@pytest.mark.parametrize(("command", "expected"), WORKING)
def test_text_commands_print_what_toybox_prints(sh, command: str, expected: str | None) -> None:  # type: ignore[no-untyped-def]
    said = sh.text("mkdir -p /sdcard/w; cd /sdcard/w; " + TEXT.replace("/sdcard", "/sdcard/w") + command)
    assert said == (expected if expected is not None else "t.gz\none\n")


def test_sqlite_shows_and_changes_the_database_file(sh) -> None:  # type: ignore[no-untyped-def]
    database = "/data/local/tmp/t.db"
    sh(f"sqlite3 {database} \"create table t(a integer primary key, b text); insert into t(b) values('x'),('y|z');\"")
    for command, expected in [
        ("'select * from t'", "1|x\n2|y|z\n"),
        ("'select count(*) from t; select max(a) from t;'", "2\n2\n"),
        ("\"update t set b='q' where a=1; select b from t where a=1\"", "q\n"),
        (".tables", "t\n"),
        (".schema", "CREATE TABLE t(a integer primary key, b text);\n"),
        ("'select 1.0, null, 2.5e20, x\"\"'", None),
        ("'select nope'", "Error: no such column: nope\n"),
        ("'selekt'", 'Error: near "selekt": syntax error\n'),
        ("\"attach '/etc/passwd' as x\"", "Error: not authorized\n"),
    ]:
        if expected is not None:
            assert sh.text(f"sqlite3 {database} {command}") == expected
    assert sh.text(f"sqlite3 -header -csv {database} 'select * from t'") == "a,b\r\n1,q\r\n2,y|z\r\n"
    assert sh.text(f"sqlite3 -line {database} 'select * from t where a=2'") == "    a = 2\n    b = y|z\n"
    assert sh.text(f"sqlite3 -separator , {database} 'select a, b from t'") == "1,q\n2,y|z\n"
    assert sh.text(f"echo 'delete from t; select changes();' | sqlite3 {database}") == "2\n"
    assert sh.text(f"head -c 15 {database}") == "SQLite format 3"


def test_sqlite_on_what_cannot_be_a_database(sh) -> None:  # type: ignore[no-untyped-def]
    sh("echo nonsense nonsense nonsense > /sdcard/x.db")
    assert sh.text("sqlite3 /sdcard/x.db 'select * from t'") == "Error: file is not a database\n"
    assert sh.text("sqlite3 /sdcard 'select 1'").startswith('Error: unable to open database "/sdcard"')
    assert sh.text("sqlite3 /none/x.db 'select 1'").startswith('Error: unable to open database "/none/x.db"')
    assert sh.text("sqlite3 :memory: 'create table t(a); select count(*) from t'") == "0\n"
    assert sh.text("cat /sdcard/x.db") == "nonsense nonsense nonsense\n"
