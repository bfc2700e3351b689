"""The mail digest, handed in to a real mail server on this machine: verified, once, and not lost when killed."""

from __future__ import annotations

import email
import ipaddress
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from revisions import revised
from serving import ROOT, free_port

from dashboard import alerts, programmes
from dashboard.components import alerts as said
from dashboard.digest import config, post, run, subscriptions
from dashboard.digest.outbox import Outbox
from dashboard.digest.subscriptions import Subscription, WrongSubscriptionsError
from dashboard.i18n import words
from dashboard.store import Build

PASSWORD = "a password of the mail server"
BASE, SENDER = "https://atlas.example", "atlas@ministry.example"
OFFICER, REGION = "officer@ministry.example", "region@land.example"
SUBSCRIPTIONS = f"""
[[subscription]]
email = "{OFFICER}"
language = "de"
rhythm = "daily"

[[subscription]]
email = "{REGION}"
language = "fr"
regions = ["FR"]
"""


# ── a mail server ──


@dataclass
class Server:
    """What the server took, and how it answers; told: for each mail whether it came encrypted, and by whom."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    told: list[tuple[bool, str]] = field(default_factory=list)
    answer: Callable[[str], str] = lambda _to: "250 taken"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.answer(envelope.rcpt_tos[0])
        if answer.startswith("250"):
            mail = email.message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.told.append((session.ssl is not None, getattr(session.auth_data, "login", b"").decode()))
        return answer

    @property
    def receivers(self) -> list[str]:
        return sorted(str(mail["To"]) for mail in self.mails)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that vouches for itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return folder


@contextmanager
def smtp(certificate: Path | None) -> Iterator[Server]:
    """A mail server; with a certificate it takes mail over STARTTLS and after signing in only."""

    def sign_in(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        right = (data.login, data.password) == (b"atlas", PASSWORD.encode())
        return AuthResult(success=right, handled=False, auth_data=data)

    server, more = Server(free_port()), {}
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
        more = {"tls_context": context, "require_starttls": True, "authenticator": sign_in, "auth_required": True}
    controller = Controller(server, hostname="127.0.0.1", port=server.port, **more)  # type: ignore[arg-type]
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


@pytest.fixture
def folder(data: Path, tmp_path: Path) -> Path:
    """The data folder with subscriptions, where the digest may write."""
    (tmp_path / "builds").symlink_to(data / "builds")
    shutil.copy(data / "current.json", tmp_path)
    (tmp_path / "internal").mkdir()
    (tmp_path / "internal" / "subscriptions.toml").write_text(SUBSCRIPTIONS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def environment(folder: Path, certificate: Path) -> Callable[..., dict[str, str]]:
    """The settings of a real run for a server."""
    (folder / "password").write_text(f"{PASSWORD}\n", encoding="utf-8")

    def make(server: Server, **more: str) -> dict[str, str]:
        found = {
            "ATLAS_DATA": str(folder), "ATLAS_BASE_URL": BASE, "ATLAS_SMTP_HOST": "127.0.0.1",
            "ATLAS_SMTP_PORT": str(server.port), "ATLAS_SMTP_FROM": SENDER, "ATLAS_SMTP_USER": "atlas",
            "ATLAS_SMTP_PASSWORD_FILE": str(folder / "password"), "ATLAS_SMTP_CA_FILE": str(certificate / "cert.pem"),
        }  # fmt: skip
        return {**os.environ, **found, **more}

    return make


def digest(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dashboard.digest", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


# ── the command ──


def test_each_reader_gets_one_verified_mail_in_their_language_and_no_second_one(
    folder: Path, certificate: Path, environment: Callable[..., dict[str, str]], opened: Build
) -> None:
    found = alerts.alerts(opened, programmes.today())
    with smtp(certificate) as server:
        dry = digest(environment(server), "--dry-run")
        assert dry.returncode == 0, dry.stderr
        assert not server.mails
        assert not (folder / "internal" / "digest").exists(), "a dry run leaves nothing behind"
        done = digest(environment(server))
        assert done.returncode == 0, done.stderr
        assert server.receivers == [OFFICER, REGION]
        assert server.told == [(True, "atlas")] * 2
        again = digest(environment(server))
        assert (again.returncode, len(server.mails)) == (0, 2)
    for text in (done.stdout, done.stderr, again.stderr):
        assert PASSWORD not in text
        assert OFFICER not in text, "the log names no reader"
    for mail, lang, some in (
        (next(m for m in server.mails if m["To"] == OFFICER), "de", found),
        (next(m for m in server.mails if m["To"] == REGION), "fr", alerts.select(opened, found, regions=["FR"])),
    ):
        t = words(lang)
        plain, rich = (mail.get_body((kind,)) for kind in ("plain", "html"))
        assert plain
        assert rich
        assert (mail["From"], mail["Content-Language"]) == (SENDER, lang)
        assert mail["Subject"] == t("AI Atlas: alerts ({n})", n=t.number(len(some)))
        assert mail["List-Unsubscribe"] == f"<mailto:{SENDER}?subject=unsubscribe>"
        assert re.fullmatch(r"<[0-9a-f]{32}\.\d{8}@atlas\.example>", mail["Message-ID"])
        assert f'lang="{lang}"' in rich.get_content()
        for alert in some[:3]:
            assert said.title(opened, t, alert) in plain.get_content()
            assert f"{BASE}{said.address(t, alert)}" in plain.get_content()
            assert f'href="{BASE}{said.address(t, alert)}"' in rich.get_content()
    assert said.title(opened, words("fr"), some[0]) in dry.stdout


@pytest.mark.parametrize("wrong", ["certificate", "no starttls", "password"])
def test_where_the_server_is_not_the_right_one_nothing_is_sent(
    folder: Path, certificate: Path, environment: Callable[..., dict[str, str]], wrong: str
) -> None:
    with smtp(None if wrong == "no starttls" else certificate) as server:
        more = {"ATLAS_SMTP_CA_FILE": ""} if wrong == "certificate" else {}
        if wrong == "password":
            (folder / "password").write_text("another one", encoding="utf-8")
        done = digest(environment(server, **more))
        assert (done.returncode, server.mails) == (1, [])
        named = {"certificate": "certificate of 127.0.0.1", "no starttls": "STARTTLS", "password": "535"}[wrong]
        assert done.stderr.count(named) >= 2, done.stderr
        assert "Traceback" not in done.stderr
        if wrong == "password":
            (folder / "password").write_text(PASSWORD, encoding="utf-8")
            assert digest(environment(server)).returncode == 0
            assert server.receivers == [OFFICER, REGION], "nothing was lost"


def test_killed_right_after_the_server_took_it_the_same_mail_goes_out_again_and_then_no_more(
    folder: Path, certificate: Path, environment: Callable[..., dict[str, str]]
) -> None:
    """The one moment of doubt: both mails have the same Message-ID and the same words."""
    text = SUBSCRIPTIONS.split("[[subscription]]")[1]
    (folder / "internal" / "subscriptions.toml").write_text(f"[[subscription]]{text}", encoding="utf-8")
    with smtp(certificate) as server:
        command = [sys.executable, "-m", "dashboard.digest"]
        child: list[subprocess.Popen[bytes]] = []

        def kill(_to: str) -> str:
            if len(server.mails) == 0:
                child[0].send_signal(signal.SIGKILL)
                child[0].wait(10)
            return "250 taken"

        server.answer = kill
        child.append(subprocess.Popen(command, cwd=ROOT, env=environment(server), stderr=subprocess.DEVNULL))
        assert child[0].wait(60) == -signal.SIGKILL
        for _ in range(2):
            assert digest(environment(server)).returncode == 0
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()


# ── later, refused, hidden ──


def sending(server: Server) -> config.Config:
    return config.Config("127.0.0.1", server.port, SENDER, encrypted=False, ca_file="")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post.hand_in, "__defaults__", ((0.0, 0.0),))


@pytest.mark.usefixtures("quick")
def test_later_is_tried_again_then_kept_and_refused_keeps_no_other_reader(opened: Build, tmp_path: Path) -> None:
    desk, outbox = run.Desk(opened, opened, BASE, SENDER), Outbox(tmp_path)
    readers, day = [Subscription(OFFICER, "de"), Subscription(REGION, "fr")], date(2026, 11, 21)
    asked: list[str] = []

    def answers(*given: str) -> Callable[[str], str]:
        left = list(given)

        def answer(to: str) -> str:
            asked.append(to)
            return left.pop(0) if to == OFFICER and left else "250 taken"

        return answer

    with smtp(None) as server:
        server.answer = answers(*["451 later"] * 3)
        assert run.send(desk, readers, outbox, sending(server), day) == 1
        assert (asked.count(OFFICER), server.receivers) == (3, [REGION])
        kept = outbox.waiting(readers[0].key)
        assert kept
        server.answer = answers("451 later")
        assert run.send(desk, readers, outbox, sending(server), day + timedelta(days=1)) == 0
        assert server.receivers == [OFFICER, REGION]
        assert server.mails[-1]["Message-ID"] == kept.message["Message-ID"]
        third = Subscription("third@ministry.example", "en")
        server.answer = lambda _to: "550 no such reader"
        assert run.send(desk, [third], outbox, sending(server), day) == 1
        assert outbox.waiting(third.key) is None
        assert outbox.record(third.key).told == {}, "once the address is right, all of it is told"


def test_where_no_server_listens_the_mail_is_kept(opened: Build, tmp_path: Path) -> None:
    nobody = config.Config("127.0.0.1", free_port(), SENDER, encrypted=False, ca_file="")
    message, _, _ = run.Desk(opened, opened, BASE, SENDER).letter(
        Subscription(OFFICER, "en"), set(), date(2026, 11, 21)
    )
    assert message
    with pytest.raises(post.LaterError, match="Refused"):
        post.hand_in(nobody, message, (0.0,))


def test_only_what_is_new_and_only_when_it_is_time(opened: Build, tmp_path: Path) -> None:
    outbox, reader, day = Outbox(tmp_path / "out"), Subscription(OFFICER, "en"), date(2026, 11, 21)
    desk = run.Desk(opened, opened, BASE, SENDER)
    with smtp(None) as server:
        run.send(desk, [reader], outbox, sending(server), day)
        build = revised(opened, tmp_path, day, ("revised", "DEG", 10.0, 12.0, ""))
        newer = run.Desk(build, build, BASE, SENDER)
        run.send(newer, [reader], outbox, sending(server), day + timedelta(days=6))
        assert len(server.mails) == 1, "weekly"
        run.send(newer, [reader], outbox, sending(server), day + timedelta(days=7))
        run.send(newer, [reader], outbox, sending(server), day + timedelta(days=14))
    assert [mail["Subject"] for mail in server.mails][1:] == ["AI Atlas: alerts (1)"]
    body = server.mails[1].get_body(("plain",))
    assert body
    assert "Largest revision: Thuringia" in body.get_content()


def test_what_is_not_public_is_only_counted_until_it_is(opened: Build, tmp_path: Path) -> None:
    day, reader = date(2026, 11, 21), Subscription(OFFICER, "en")
    inside = revised(opened, tmp_path, day, ("revised", "DEG", 10.0, 98.7, ""))
    message, ids, _ = run.Desk(opened, inside, BASE, SENDER).letter(reader, set(), day)
    assert message
    text = "".join(part.get_content() for part in message.iter_parts())
    assert "98.7" not in text
    assert "not public: 1" in text
    assert run.Desk(opened, inside, BASE, SENDER).letter(reader, set(ids), day)[0] is None
    lifted, told, _ = run.Desk(inside, inside, BASE, SENDER).letter(reader, set(ids), day)
    assert lifted
    assert len(told) == 1
    assert "98.7" in lifted.as_string()
    alone = run.Desk(None, inside, BASE, SENDER).letter(reader, set(), day)[0]
    assert alone
    assert "98.7" not in alone.as_string()


def test_a_broken_record_sends_nothing_rather_than_all_again(opened: Build, tmp_path: Path) -> None:
    outbox, reader = Outbox(tmp_path), Subscription(OFFICER, "en")
    (tmp_path / f"{reader.key}.json").write_text("{", encoding="utf-8")
    with smtp(None) as server:
        desk = run.Desk(opened, opened, BASE, SENDER)
        assert run.send(desk, [reader], outbox, sending(server), date(2026, 11, 21)) == 1
    assert not server.mails


def test_two_runs_at_once_are_one(tmp_path: Path) -> None:
    with Outbox(tmp_path).alone() as first, Outbox(tmp_path).alone() as second:
        assert (first, second) == (True, False)


# ── settings and subscriptions ──


def test_every_mistake_in_the_subscriptions_is_named(opened: Build, tmp_path: Path) -> None:
    path = tmp_path / "subscriptions.toml"
    path.write_text(
        '[[subscription]]\nemail = "a@b.example\\nBcc: x@y.example"\nlanguage = "it"\nrhythm = "hourly"\n'
        '[[subscription]]\nemail = "a@b.example"\nlanguage = "de"\nregion = ["DED"]\nregions = ["DEDX"]\n'
        "programmes = [1]\n"
        '[[subscription]]\nemail = "a@b.example"\nlanguage = "de"\n',
        encoding="utf-8",
    )
    with pytest.raises(WrongSubscriptionsError) as wrong:
        subscriptions.read(path, opened)
    for part in ("subscription 1: email is", "'it'", "'hourly'", "did you mean 'regions'", "'DEDX' is unknown",
                 "programmes must be a list", "is there twice"):  # fmt: skip
        assert part in str(wrong.value)
    with pytest.raises(WrongSubscriptionsError, match="No such file"):
        subscriptions.read(tmp_path / "none.toml", opened)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"ATLAS_SMTP_HOST": ""}, "ATLAS_SMTP_HOST is not set"),
        ({"ATLAS_SMTP_FROM": "Atlas <a@b.example>, c@d.example"}, "one mail address"),
        ({"ATLAS_SMTP_PORT": "smtp"}, "ATLAS_SMTP_PORT"),
        ({"ATLAS_SMTP_SECURITY": "tls"}, "starttls or none"),
        ({"ATLAS_SMTP_SECURITY": "none"}, "on this machine"),
        ({"ATLAS_SMTP_SECURITY": "none", "ATLAS_SMTP_HOST": "127.0.0.1", "ATLAS_SMTP_USER": "u"}, "without an account"),
        ({"ATLAS_SMTP_USER": "u"}, "ATLAS_SMTP_PASSWORD_FILE is not set"),
        ({"ATLAS_SMTP_USER": "u", "ATLAS_SMTP_PASSWORD_FILE": "/nowhere/at/all"}, "there is no"),
        ({"ATLAS_SMTP_CA_FILE": "/nowhere/at/all"}, "ATLAS_SMTP_CA_FILE"),
    ],
)
def test_an_unsafe_setting_is_named(changes: dict[str, str], named: str) -> None:
    with pytest.raises(SystemExit, match=named):
        config.read({"ATLAS_SMTP_HOST": "mail.example", "ATLAS_SMTP_FROM": SENDER, **changes})
