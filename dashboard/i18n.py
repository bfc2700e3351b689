"""Three languages: words from `locales/<lang>.po` (English text is the key), numbers and dates from CLDR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LOCALES = Path(__file__).parent / "locales"
DEFAULT = "en"
#: Euro amounts from here on are written in millions.
MILLIONS_FROM = 1e5
NBSP, NNBSP, MINUS = "\u00a0", "\u202f", "\u2212"


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """The languages there is a catalogue for, German first: adding one is adding its .po file."""
    found = {path.stem for path in LOCALES.glob("*.po")} | {DEFAULT}
    first = [code for code in ("de", "fr", "en") if code in found]
    return tuple(first + sorted(found - set(first)))


@lru_cache(maxsize=8)
def catalogue(lang: str) -> dict[str, str]:
    """msgid → translation; empty for the language the code is written in."""
    path = LOCALES / f"{lang}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        messages = read_po(file, locale=lang)
    return {str(m.id): str(m.string) for m in messages if m.id and m.string and not m.fuzzy}


@lru_cache(maxsize=50_000)
def _number(lang: str, value: float, decimals: int, sign: bool) -> str:
    """`Words.number`; a page writes the same few thousand figures again and again."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    # Half up on the decimal as written: what the browser's Intl does with the same figure.
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = str(format_decimal(abs(rounded), format=pattern, locale=Locale.parse(lang)))
    return (MINUS if rounded < 0 else "+" if sign and rounded > 0 else "") + text


@dataclass(frozen=True)
class Words:
    """Everything a page needs to speak one language."""

    lang: str

    def __call__(self, msgid: str, **values: object) -> str:
        """The sentence in this language, with `{name}` places filled."""
        text = catalogue(self.lang).get(msgid, msgid)
        return text.format(**values) if values else text

    def of(self, text: str) -> str:
        """A text of the build's own (a credit line, a rhythm) in this language, where the catalogue has it."""
        return catalogue(self.lang).get(text, text)

    @property
    def locale(self) -> Locale:
        """CLDR locale."""
        return Locale.parse(self.lang)

    def number(self, value: float, decimals: int = 0, *, sign: bool = False) -> str:
        """A number as this language writes it, with a true minus; `sign` writes a plus as well."""
        return _number(self.lang, value, decimals, sign)

    def value(self, value: float, unit: str, decimals: int, *, sign: bool = False) -> str:
        """A figure with its unit, short: 12,4 % · +1,3 pp · 58,2 Mio. € · 1 234."""
        if unit == "eur" and abs(value) >= MILLIONS_FROM:
            return self.millions.format(number=self.number(value / 1e6, 1))
        return self.number(value, decimals, sign=sign) + self.suffix(unit)

    @property
    def millions(self) -> str:
        """The pattern for amounts of MILLIONS_FROM euros and more."""
        return self("€{number}m")

    def suffix(self, unit: str) -> str:
        """What follows the number, its space included; nothing where the unit is said elsewhere."""
        percent = {"en": "%", "fr": f"{NNBSP}%"}.get(self.lang, f"{NBSP}%")
        suffixes = {
            "pct": percent,
            "pp": NBSP + self("pp"),
            "eur": f"{NBSP}€",
            "eur_per_inhabitant": f"{NBSP}€",
            "mio_eur": NBSP + self("m EUR"),
        }
        return suffixes.get(unit, "")

    @property
    def colon(self) -> str:
        """Between a name and what is said of it, the space included."""
        return f"{NBSP}: " if self.lang == "fr" else ": "

    def period(self, period: str) -> str:
        """2024 · Q2 2024 · June 2024, as this language writes it."""
        if "-Q" in period:
            year, quarter = period.split("-Q")
            return self("Q{quarter} {year}", quarter=quarter, year=year)
        if len(period) == 7:
            year, month = period.split("-")
            return format_date(date(int(year), int(month), 1), "LLLL y", locale=self.locale)
        return period

    def listed(self, names: Sequence[str]) -> str:
        """Names as a list: Sachsen, Bremen und Hessen."""
        return format_list(list(names), locale=self.locale)

    def day(self, value: date) -> str:
        """A day, in the language's medium form."""
        return format_date(value, "medium", locale=self.locale)

    def moment(self, value: datetime) -> str:
        """A moment to the minute, as clocks in both countries show it; they have the same time."""
        here = value.astimezone(ZoneInfo("Europe/Berlin"))
        return f"{self.day(here.date())}, {format_time(here, 'HH:mm', locale=self.locale)}"


@lru_cache(maxsize=8)
def words(lang: str) -> Words:
    """The words of a language; unknown ones are a programming error, addresses are checked before."""
    if lang not in languages():
        raise KeyError(lang)
    return Words(lang)


def negotiate(header: str) -> str:
    """The site's language that an Accept-Language header prefers; German where none fits."""
    wanted: list[tuple[float, int, str]] = []
    for position, part in enumerate(header.split(",")[:20]):
        code, _, quality = part.replace(" ", "").partition(";q=")
        try:
            wanted.append((-float(quality or 1), position, code.split("-")[0].lower()))
        except ValueError:
            continue
    return next((code for weight, _, code in sorted(wanted) if code in languages() and weight < 0), "de")
