"""Handing a mail to the server: STARTTLS verified, tried again where the server says "later"."""

from __future__ import annotations

import smtplib
import ssl
import time
from email.message import EmailMessage
from typing import Final

from dashboard.digest.config import Config

SECONDS: Final = 30.0
#: Waits before another try, where the server or the way to it says that it may work later.
WAITS: Final = (2.0, 15.0)


class LaterError(Exception):
    """Not taken now; the next run hands the same mail in again."""


class RefusedError(Exception):
    """Not taken, and not later either, as things are."""


def hand_in(config: Config, message: EmailMessage, waits: tuple[float, ...] = WAITS) -> None:
    """Returns when the server has taken the mail. Raises LaterError after the last wait, RefusedError at once."""
    for wait in (*waits, None):
        try:
            _once(config, message)
        except LaterError:
            if wait is None:
                raise
            time.sleep(wait)
        else:
            return


def _once(config: Config, message: EmailMessage) -> None:
    taken = False
    try:
        with smtplib.SMTP(config.host, config.port, timeout=SECONDS) as server:
            if config.encrypted:
                server.starttls(context=ssl.create_default_context(cafile=config.ca_file or None))
            if config.user:
                server.login(config.user, config.password)
            server.send_message(message)
            taken = True  # what fails from here on is the goodbye
    except ssl.SSLCertVerificationError as error:
        raise RefusedError(f"the certificate of {config.host} is not right: {error.verify_message}") from None
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        raise _refusal(code, text) from None
    except smtplib.SMTPResponseException as error:
        if not taken:
            raise _refusal(error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPNotSupportedError as error:
        raise RefusedError(f"{config.host}: {error}") from None
    except (OSError, smtplib.SMTPException) as error:
        if not taken:
            raise LaterError(f"{config.host}: {type(error).__name__}: {error}") from None


def _refusal(code: int, text: bytes | str) -> LaterError | RefusedError:
    said = f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
    return LaterError(said) if 400 <= code < 500 else RefusedError(said)
