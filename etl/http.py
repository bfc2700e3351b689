"""Asking a publisher politely: who we are, timeouts, retries, pauses, redirects, and no credential in any message.

Nothing is written to disk here; `etl/download.py` does that.
"""

from __future__ import annotations

import contextlib
import email.utils
import functools
import importlib.metadata
import logging
import os
import re
import socket
import ssl
import threading
import time
import tomllib
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import httpx
import tenacity

from etl.model import AtlasError, File, Source
from etl.settings import CONTACT, NAMED, needed

Say = Callable[[str], None]
T = TypeVar("T")

#: Answers after which the same question may well be answered.
PASSING_STATUS: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
MAX_REDIRECTS: Final = 5
#: Hosts that publishers do not choose: where a site keeps the files that its own addresses redirect to.
_FILES_OF: Final[dict[str, tuple[str, ...]]] = {
    "github.com": (
        "raw.githubusercontent.com",
        "codeload.github.com",
        "media.githubusercontent.com",
        "objects.githubusercontent.com",
        "release-assets.githubusercontent.com",
    ),
}


class RefusedError(Exception):
    """An answer, or the lack of one, that trying again will not mend. status: the answer's, 0 without one."""

    def __init__(self, problem: str, status: int = 0) -> None:
        self.problem, self.status = problem, status
        super().__init__(problem)


class NotSetError(RefusedError):
    """A setting that the request needs is not set."""


class PassingError(Exception):
    """A failure that may pass. wait: seconds the server asked for. unreachable: nobody answered at all."""

    def __init__(self, problem: str, wait: float = 0, unreachable: bool = False) -> None:
        self.problem, self.wait, self.unreachable = problem, wait, unreachable
        super().__init__(problem)


@dataclass(frozen=True)
class Settings:
    """How patient a fetch is, in seconds, and who asks. Tests shorten the delays; the logic stays the same.

    contact: how a publisher reaches the operator. environment: where {ATLAS_…} settings are taken from.
    answer: until the head of an answer is complete. slow_bytes, slow: fewer bytes than that in so many seconds are
    given up. whole: for one file. attempts: per file. backoff, longest: first and longest wait between attempts.
    patience: the longest Retry-After that is waited for. sleep: what waits.
    """

    contact: str = ""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    connect: float = 10
    read: float = 60
    answer: float = 180
    slow: float = 30
    slow_bytes: int = 30_000
    whole: float = 3600
    attempts: int = 4
    backoff: float = 1
    longest: float = 30
    patience: float = 120
    progress: bool = False
    sleep: Callable[[float], None] = time.sleep

    @property
    def agent(self) -> str:
        """The User-Agent: project, version, how it is made, and the operator's contact where one is set."""
        contact = f"; contact: {self.contact}" if self.contact else ""
        return f"regional-ai-atlas/{_version()} (open-source ETL, python-httpx/{httpx.__version__}{contact})"


def settings_from(environment: Mapping[str, str], progress: bool) -> Settings:
    """Settings as the operator gave them; raises AtlasError where ATLAS_CONTACT cannot stand in a header."""
    contact = (environment.get(CONTACT.name) or CONTACT.default).strip()
    if not (contact.isascii() and contact.isprintable()):
        raise AtlasError(f"{CONTACT.name} must be plain ASCII on one line, like atlas@example.org")
    return Settings(contact=contact, environment=environment, progress=progress)


def _version() -> str:
    try:
        return importlib.metadata.version("regional-ai-atlas")
    except importlib.metadata.PackageNotFoundError:  # a checkout, as `make` runs it
        project = Path(__file__).parents[1] / "pyproject.toml"
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])


@functools.cache
def _trusted(*environment: str | None) -> ssl.SSLContext:
    """The authorities whose certificates count, read once: httpx would read them anew for each proxy."""
    return httpx.create_ssl_context()


@dataclass(frozen=True)
class Answer:
    """One answer of a publisher: status, headers, and the body's bytes as they came over the line."""

    status: int
    headers: httpx.Headers
    body: Iterator[bytes]


class Session:
    """One run of `etl fetch`: remembers when each host was last asked, and which hosts do not answer at all."""

    def __init__(self, settings: Settings, say: Say) -> None:
        self.settings, self._say = settings, say
        # httpx logs each address with its query, credentials included, at INFO.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._client = httpx.Client(
            headers={"user-agent": settings.agent, "accept": "*/*", "accept-encoding": "identity"},
            timeout=httpx.Timeout(settings.read, connect=settings.connect),
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            verify=_trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")),
        )
        self._asked: dict[str, float] = {}
        self._unreachable: dict[str, str] = {}
        self._answered = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()

    # ── Settings in addresses ────────────────────────────────────────────────────────────────────────────────────

    def expand(self, text: str, quote: bool = False) -> str:
        """`{ATLAS_…}` (anywhere) and `$ATLAS_…` (alone) replaced by their settings.

        Raises NotSetError where one is not set.
        """

        def value(match: re.Match[str]) -> str:
            name = match[1] or match[2]
            found = self.settings.environment.get(name, "")
            if not found:
                raise NotSetError(f"the setting {name} is needed for it and not set")
            return urllib.parse.quote(found, safe="") if quote else found

        return NAMED.sub(value, text)

    def redact(self, text: str, file: File) -> str:
        """A message without the settings that went into the request, whichever way they are written."""
        for name in needed(file):
            secret = self.settings.environment.get(name, "")
            ways = {
                secret,
                urllib.parse.quote(secret, safe=""),
                urllib.parse.quote(secret),
                urllib.parse.quote_plus(secret),
            }
            for way in sorted(ways - {""}, key=len, reverse=True):
                text = re.sub(re.escape(way), f"{{{name}}}", text, flags=re.I)
        return text

    # ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────────

    def patiently(self, source: Source, file: File, attempt: Callable[[], T]) -> T:
        """What `attempt` returns, tried again with growing waits as long as its failure may pass.

        Raises RefusedError, or the last PassingError. A host that nobody answers at is not asked again in this run.
        """
        with _named_errors():
            host = httpx.URL(NAMED.sub("x", file.url)).netloc.decode()
        if host in self._unreachable:
            raise RefusedError(f"not tried again: {self._unreachable[host]}")

        def before(state: tenacity.RetryCallState) -> None:
            problem = self.redact(str(state.outcome.exception() if state.outcome else ""), file)
            wait = state.next_action.sleep if state.next_action else 0
            self._say(f"  {source.id} {file.key}: {problem}; again in {wait:.0f} s")

        # Where the second host in a row is out of reach, it is rather we who are offline.
        offline = len(self._unreachable) >= 2 and not self._answered
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(PassingError),
            stop=tenacity.stop_after_attempt(1 if offline else self.settings.attempts),
            wait=self._wait,
            sleep=self.settings.sleep,
            before_sleep=before,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except PassingError as error:
            if error.unreachable:
                self._unreachable[host] = error.problem
            raise

    def _wait(self, state: tenacity.RetryCallState) -> float:
        own = tenacity.wait_exponential_jitter(
            self.settings.backoff, self.settings.longest, jitter=self.settings.backoff
        )
        error = state.outcome.exception() if state.outcome else None
        return max(own(state), error.wait if isinstance(error, PassingError) else 0)

    @contextlib.contextmanager
    def ask(self, source: Source, file: File, headers: Mapping[str, str]) -> Iterator[Answer]:
        """The answer to one request for a file; redirects within the publisher's hosts are followed.

        Raises PassingError where it may pass (no connection, cut off, too slow, 429, 5xx), RefusedError for everything
        else that is no answer to work with. Statuses that come back: 200, 206, 304, 416.
        """
        with _named_errors():
            request = self._client.build_request(
                "POST" if file.form else "GET",
                self.expand(file.url, quote=True),
                headers={**{name: self.expand(value) for name, value in file.headers}, **headers},
                data={name: self.expand(value) for name, value in file.form} or None,
            )
            response = self._follow(source, file, request)
            try:
                if response.status_code not in (200, 206, 304, 416):
                    self._turn_away(file, response)
                yield Answer(response.status_code, response.headers, self._body(response))
            finally:
                response.close()

    def _follow(self, source: Source, file: File, request: httpx.Request) -> httpx.Response:
        for _ in range(MAX_REDIRECTS + 1):
            self._pause(request.url.host, source.pause_seconds)
            response = self._send(request)
            if response.next_request is None:
                return response
            response.close()
            here, there = request.url, response.next_request.url
            if here.scheme == "https" and there.scheme != "https":
                raise RefusedError(
                    f"the address redirects from https to {there.scheme}, which anybody on the way could change"
                )
            if here.host != there.host and (needed(file) or not _belongs(here.host, there.host, source.hosts)):
                raise RefusedError(
                    f"the address redirects to another host, {there.host}, that its source does not name in `hosts`"
                )
            request = response.next_request
        raise RefusedError(f"the address redirects more than {MAX_REDIRECTS} times")

    def _pause(self, host: str, seconds: float) -> None:
        if host in self._asked and (left := self._asked[host] + seconds - time.monotonic()) > 0:
            self.settings.sleep(left)
        self._asked[host] = time.monotonic()

    def _send(self, request: httpx.Request) -> httpx.Response:
        """Send, and hang up where the head of the answer takes too long; each byte starts the read timeout anew."""
        open_sockets: list[socket.socket] = []

        def trace(event: str, info: Mapping[str, Any]) -> None:
            if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
                open_sockets.append(info["return_value"].get_extra_info("socket"))

        def hang_up() -> None:
            for open_socket in open_sockets:
                with contextlib.suppress(OSError):
                    # Not its own method: an SSLSocket would drop its TLS state under the reader's hands.
                    socket.socket.shutdown(open_socket, socket.SHUT_RDWR)

        request.extensions = {**request.extensions, "trace": trace}
        timer = threading.Timer(self.settings.answer, hang_up)
        timer.daemon = True
        timer.start()
        try:
            response = self._client.send(request, stream=True)
        finally:
            timer.cancel()
        self._answered = True
        return response

    def _turn_away(self, file: File, response: httpx.Response) -> None:
        """Raise what a status that brings no file means."""
        problem = f"the address answered {response.status_code} {response.reason_phrase}".rstrip()
        if response.status_code in PASSING_STATUS:
            wait = _retry_after(response.headers.get("retry-after", ""))
            if wait > self.settings.patience:
                raise RefusedError(
                    f"{problem} and asks us to come back in {wait:.0f} s; run the fetch again then",
                    response.status_code,
                )
            raise PassingError(problem, wait)
        raise RefusedError(problem + words(file, self._body(response)), response.status_code)

    def _body(self, response: httpx.Response) -> Iterator[bytes]:
        """The body as sent, as long as it comes at a bearable speed."""
        limits, since, count = self.settings, time.monotonic(), 0
        begun = since
        with _named_errors():
            for chunk in response.iter_raw():
                yield chunk
                count += len(chunk)
                now = time.monotonic()
                if now - begun > limits.whole:
                    raise RefusedError(
                        f"not complete after {limits.whole:.0f} s; the next fetch goes on from there if it can"
                    )
                if now - since >= limits.slow:
                    if count < limits.slow_bytes:
                        raise PassingError(f"too slow: {count:,} bytes in {now - since:.0f} s")
                    since, count = now, 0


def words(file: File, body: Iterator[bytes]) -> str:
    """What the publisher says in a refusing answer, as ": …"; empty where there are no words or they may not be quoted.

    An answer to a request with credentials may repeat them, in pieces and spellings that no filter knows.
    """
    if needed(file):
        return ""
    start = b""
    with contextlib.suppress(PassingError, RefusedError):
        for chunk in body:
            start += chunk
            if len(start) > 4096:
                break
    text = " ".join(re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", start[:4096].decode("utf-8", "replace")).split())
    said = "".join(letter for letter in text if letter.isprintable())[:200]
    return f": {said}" if said and "\ufffd" not in said else ""  # bytes that are no text say nothing


def _belongs(here: str, there: str, declared: tuple[str, ...]) -> bool:
    """Whether a redirect stays with the publisher: a subdomain of the same site, or a host that is named."""
    site = here.removeprefix("www.")
    return there == site or there.endswith(f".{site}") or there in declared or there in _FILES_OF.get(here, ())


def _retry_after(text: str) -> float:
    """Seconds that a Retry-After asks for; 0 where there is none or it makes no sense."""
    if text.strip().isdigit():
        return float(text)
    try:
        then = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return 0
    return max(0.0, (then.astimezone(UTC) - datetime.now(UTC)).total_seconds())


@contextlib.contextmanager
def _named_errors() -> Iterator[None]:
    """Turn httpx's errors into PassingError or RefusedError, with a sentence each."""
    try:
        yield
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, UnicodeEncodeError) as error:
        # Only the kind: the message may quote a credential, escaped beyond recognition.
        raise RefusedError(f"this is no address that can be asked ({type(error).__name__})") from error
    except httpx.TransportError as error:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                why = cause.verify_message
                raise RefusedError(
                    f"the server's certificate cannot be trusted ({why}); nothing was sent or read"
                ) from error
            cause = cause.__cause__ or cause.__context__
        away = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError)
        what = "the host does not answer" if away else "the connection broke off"
        detail = f"{type(error).__name__}: {error}".removesuffix(": ")
        raise PassingError(f"{what} ({detail})", unreachable=away) from error
