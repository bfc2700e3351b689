"""The desk's pure parts and files: permissions, roles, limits, passwords, the audit log."""

from __future__ import annotations

import json
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import desking
import pytest
from desking import person
from serving import ROOT

from dashboard import urls
from dashboard.desk import passwords, roles
from dashboard.desk.audit import Audit, AuditError
from dashboard.desk.permissions import Grant, User, may, may_somewhere
from dashboard.desk.roles import Identity, RolesError
from dashboard.desk.throttle import ACCOUNT, ADDRESS, Rate
from dashboard.guard.address import network

# ── Permissions ──────────────────────────────────────────────────────────────────────────────────────────────────


def somebody(*grants: tuple[str, tuple[str, ...]]) -> User:
    return User("k", "n", grants=tuple(Grant(role, scopes) for role, scopes in grants))


@pytest.mark.parametrize(
    ("grants", "action", "place", "allowed"),
    [
        ([("reader", ("DED",))], "read", {"region": "DED21"}, True),
        ([("reader", ("DED",))], "contribute", {"region": "DED"}, False),
        ([("contributor", ("DED",))], "contribute", {"region": "DED"}, True),
        ([("contributor", ("DED",))], "contribute", {"region": "DED2"}, True),
        ([("contributor", ("DED2",))], "contribute", {"region": "DED"}, False),
        ([("contributor", ("DED",))], "contribute", {"region": "DEG"}, False),
        ([("contributor", ("DE",))], "contribute", {"region": "DED21"}, True),
        ([("contributor", ("DE",))], "contribute", {"region": "FRK"}, False),
        ([("contributor", ("DED",))], "release", {"region": "DED"}, False),
        ([("releaser", ("DED",))], "release", {"region": "DED"}, True),
        ([("releaser", ("DED",))], "contribute", {"region": "DED"}, True),
        ([("releaser", ("zaki-d",))], "release", {"programme": "zaki-d"}, True),
        ([("releaser", ("zaki-d",))], "release", {"programme": "zaki-d-2"}, False),
        ([("releaser", ("zaki-d",))], "release", {"region": "DED"}, False),
        ([("releaser", ("zaki-d",))], "release", {"region": "DED", "programme": "zaki-d"}, True),
        ([("releaser", ("*",))], "release", {"programme": "any"}, True),
        ([("releaser", ("DED",))], "release", {}, False),
        ([("releaser", ("*",))], "release", {}, True),
        ([("contributor", ("DEG",)), ("releaser", ("DED",))], "release", {"region": "DEG"}, False),
        ([("releaser", ("DED",))], "release", {"region": "DED'--"}, False),
        ([("releaser", ("DED",))], "release", {"region": "dEDX"}, False),
        ([], "read", {"region": "DED"}, False),
    ],
)
def test_who_may_what_where(
    grants: list[tuple[str, tuple[str, ...]]], action: str, place: dict[str, str], allowed: bool
) -> None:
    assert may(somebody(*grants), action, **place) is allowed


def test_an_unknown_action_is_a_mistake_of_ours_and_not_allowed() -> None:
    with pytest.raises(KeyError):
        may(somebody(("releaser", ("*",))), "publish", region="DED")
    assert may_somewhere(somebody(("releaser", ("DED",))), "audit")
    assert not may_somewhere(somebody(("contributor", ("DED",))), "audit")


# ── Roles ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_everybody_is_known_by_one_thing_and_entries_add_up(tmp_path: Path) -> None:
    file = desking.roles(
        tmp_path,
        person("email", "A.B@Ministry.example", "contributor", ["DED"]),
        person("subject", "s-1", "releaser", ["DEG"]),
        person("group", "saxony", "reader", ["*"]),
        person("account", "officer", "releaser", ["*"]),
    )
    found = roles.load(file)

    def granted(**given: object) -> list[str]:
        return [grant.role for grant in found.grants(Identity(key="k", name="officer", **given))]  # type: ignore[arg-type]

    assert granted(email="a.b@ministry.EXAMPLE", verified=True) == ["contributor"]
    assert granted(email="a.b@ministry.example") == [], "nobody vouches for the address"
    assert granted(subject="s-1", groups=("saxony", "x")) == ["releaser", "reader"]
    assert granted(account="officer") == ["releaser"]
    assert granted(subject="officer", email="officer", verified=True, groups=("officer",)) == [], "no way but its own"
    assert granted() == []
    vouched = desking.roles(
        tmp_path, person("email", "a@b.example", "reader", ["*"]), more="emails_are_verified = true"
    )
    assert roles.load(vouched).grants(Identity("k", "n", email="a@b.example"))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "contact"),
        ('contact = "c"\nperson = 3', "person"),
        ('contact = "c"\nadmins = []', "admins"),
        ('contact = "c"\n[[person]]\nrole = "reader"\nscopes = ["*"]', "exactly one"),
        ('contact = "c"\n' + person("email", "a@b", "reader", ["*"]) + 'group = "g"', "exactly one"),
        ('contact = "c"\n' + person("email", "a@b", "admin", ["*"]), "role must be"),
        ('contact = "c"\n' + person("email", "a@b", "reader", []), "scopes"),
        ('contact = "c"\n' + person("email", "", "reader", ["*"]), "exactly one"),
        ('contact = "c"\n' + person("email", "a@b", "reader", ["Sachsen"]), "Sachsen"),
        ('contact = "c"\nemails_are_verified = "yes"', "true or false"),
        ("[[person]", "no TOML"),
        ("\udcff", "no TOML"),
    ],
)
def test_a_wrong_roles_file_is_refused_naming_the_place(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "roles.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(RolesError, match=named):
        roles.load(path)


# ── Limits ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_wait_grows_and_has_an_end() -> None:
    waits = [ACCOUNT.left([1000.0] * n, 1000.0) for n in range(14)]
    assert waits[:5] == [0.0] * 5
    assert waits[5:10] == [30.0, 60.0, 120.0, 240.0, 480.0]
    assert waits[10:] == [900.0] * 4
    assert ACCOUNT.left([1000.0] * 5, 1031.0) < 0
    assert ADDRESS.left([0.0] * 500, 0.0) == ADDRESS.most


def test_a_rate_frees_up_as_time_passes() -> None:
    rate = Rate(most=3, memory=60)
    assert rate.left([0.0, 10.0], 20.0) == 0.0
    assert rate.left([0.0, 10.0, 15.0], 20.0) == 40.0


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("nonsense", "unknown"),
        ("", "unknown"),
    ],
)
def test_an_address_counts_as_what_one_household_has(address: str, place: str) -> None:
    assert network(address) == place


# ── Addresses ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("good", ["/de/map", "/fr/region/DED?x=1&y=%20", "/en/compare/DED+FRK", "/de//evil.example"])
def test_a_page_of_ours_is_one_to_come_back_to(good: str) -> None:
    assert urls.own_page(good) == good


# ── Passwords ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_password_is_kept_as_argon2id_and_checked(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "passwords"
    passwords.change(file, "officer", "Straße und Übung 7")
    assert file.read_text(encoding="utf-8").startswith("officer:$argon2id$v=19$m=65536,t=3")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert passwords.check(file, " Officer ", "Stra\u00dfe und U\u0308bung 7"), "another keyboard, the same characters"
    assert not passwords.check(file, "officer", "straße und übung 7")
    assert not passwords.check(file, "nobody", "Straße und Übung 7")
    assert not passwords.check(file, "", "")
    passwords.change(file, "second", "another good phrase")
    passwords.change(file, "officer", None)
    assert list(passwords.read(file)) == ["second"]
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".")] == [], "nothing left over"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        *(("officer", weak) for weak in ("short", "aaaaaaaaaaaaaaaa", "my officer phrase", "abcde" * 400)),
        *((odd, "a fine long phrase") for odd in ("a", "a:b", "../x", "A B", "officer\n")),
    ],
)
def test_a_weak_password_and_an_odd_name_are_refused(tmp_path: Path, name: str, password: str) -> None:
    with pytest.raises(passwords.PasswordError):
        passwords.change(tmp_path / "passwords", name, password)
    assert not (tmp_path / "passwords").exists()


def test_the_command_asks_twice_and_shows_nothing(tmp_path: Path) -> None:
    """On a terminal of its own, as a person would."""
    import pty

    file = tmp_path / "internal" / "passwords"
    env = {**os.environ, "ATLAS_DATA": str(tmp_path), "ATLAS_PASSWORDS": str(file)}

    def typed(*lines: str) -> tuple[int, str]:
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(ROOT)
            os.execve(sys.executable, [sys.executable, "-m", "dashboard.desk", "password", "officer"], env)
        shown = b""
        for line in lines:
            while not shown.endswith(b": "):
                shown += os.read(terminal, 1024)
            os.write(terminal, line.encode() + b"\n")
            shown += os.read(terminal, 1)
        try:
            while chunk := os.read(terminal, 1024):
                shown += chunk
        except OSError:  # the end of a terminal
            pass
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()

    status, shown = typed("a few good words", "a few other words")
    assert status == 1
    assert "differ" in shown
    assert not file.exists()
    status, shown = typed("a few good words", "a few good words")
    assert status == 0, shown
    assert "good words" not in shown
    assert passwords.check(file, "officer", "a few good words")
    assert [record["what"] for record in Audit(tmp_path / "internal" / "desk").records()] == ["password set"]
    without = subprocess.run(
        [sys.executable, "-m", "dashboard.desk", "password", "officer"], cwd=ROOT, text=True, capture_output=True,
        env={**env, "ATLAS_PASSWORDS": ""}, timeout=60, check=False,
    )  # fmt: skip
    assert without.returncode == 1
    assert "ATLAS_PASSWORDS is not set" in without.stderr


# ── Audit log ────────────────────────────────────────────────────────────────────────────────────────────────────


def written(folder: Path, *whats: str) -> Audit:
    audit = Audit(folder)
    for what in whats:
        audit.write("me", what, text="„ü“ \ud800 \n")
    return audit


def test_the_log_is_a_chain_that_proves_itself(tmp_path: Path) -> None:
    audit = written(tmp_path, "a", "b", "c")
    checked = audit.verify()
    assert (checked.records, checked.torn) == (3, 0)
    assert [record["what"] for record in audit.records()] == ["a", "b", "c"]
    assert stat.S_IMODE(audit.path.stat().st_mode) == 0o600
    assert Audit(tmp_path / "none").verify().records == 0


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("how", ["changed", "removed", "doubled", "swapped", "forged"])
def test_whatever_is_changed_in_the_log_is_found(tmp_path: Path, how: str, number: int) -> None:
    audit = written(tmp_path, "a", "b", "c", "d")
    lines = audit.path.read_text(encoding="utf-8").splitlines(keepends=True)
    if how == "changed":
        lines[number] = lines[number].replace('"who":"me"', '"who":"you"')
    elif how == "removed":
        del lines[number]
    elif how == "doubled":
        lines.insert(number, lines[number])
    elif how == "swapped":
        lines[number], lines[number + 1] = lines[number + 1], lines[number]
    else:  # with a hash that fits the line, as somebody would who read the code
        from dashboard.desk.audit import _hash

        record = {key: value for key, value in json.loads(lines[number]).items() if key != "hash"} | {"who": "you"}
        lines[number] = json.dumps(record | {"hash": _hash(record)}) + "\n"
    audit.path.write_text("".join(lines), encoding="utf-8")
    with pytest.raises(AuditError, match=r"line \d"):
        audit.verify()


@pytest.mark.parametrize(("lost", "torn"), [(1, 0), (2, 1), (40, 1)])
def test_a_line_half_written_at_a_failure_stays_visible_and_stops_nothing(tmp_path: Path, lost: int, torn: int) -> None:
    """Where only the end of the line was lost, the record counts."""
    audit = written(tmp_path, "a", "b")
    audit.path.write_bytes(audit.path.read_bytes()[:-lost])
    assert audit.verify().torn == torn
    written(tmp_path, "c", "d")
    checked = audit.verify()
    assert (checked.records, checked.torn) == (4 - torn, torn)


def test_a_half_line_that_was_put_there_later_is_found(tmp_path: Path) -> None:
    audit = written(tmp_path, "a", "b")
    audit.path.write_bytes(audit.path.read_bytes()[:-40])
    written(tmp_path, "c")
    lines = audit.path.read_bytes().splitlines(keepends=True)
    lines[1] = b"{another half line\n"
    audit.path.write_bytes(b"".join(lines))
    with pytest.raises(AuditError):
        audit.verify()


def test_processes_that_write_at_once_keep_one_chain(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from dashboard.desk.audit import Audit\n"
        "for n in range(40):\n    Audit(Path(sys.argv[1])).write('me', 'step', number=n)"
    )
    many = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT) for _ in range(3)]
    assert [one.wait(60) for one in many] == [0, 0, 0]
    assert Audit(tmp_path).verify().records == 120


def test_a_full_disk_leaves_the_log_whole_and_refuses_the_step(tmp_path: Path) -> None:
    """A limit on the size of files, in a process of its own, stands for the full disk."""
    audit = written(tmp_path, "a")
    before = audit.path.read_bytes()

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 40, len(before) + 40))

    code = (
        "import signal, sys; from pathlib import Path; from dashboard.desk.audit import Audit, AuditError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "try:\n    Audit(Path(sys.argv[1])).write('me', 'b')\n"
        "except AuditError as error:\n    print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, preexec_fn=limited, capture_output=True, text=True,
        timeout=60, check=True,
    )  # fmt: skip
    assert "cannot be written" in done.stdout
    assert audit.path.read_bytes() == before
    written(tmp_path, "c")
    assert audit.verify().records == 2
