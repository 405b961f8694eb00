"""Words from outside made fit to be kept and shown: nothing hidden, nothing that reorders what surrounds them."""

from __future__ import annotations

import codecs
import re
import unicodedata

MAX_SHOWN = 200_000  # characters of one message's text; the rest is in a file
# controls but tab and line ends, and what turns the direction of the words that follow (Unicode, UAX 9)
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(rf"{_ATOM}(\.{_ATOM})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
# of Python, not of mail: names of hosts and source code; their decoding costs the square of the length
_NOT_OF_MAIL = ("idna", "punycode", "unicode-escape", "unicode_escape", "raw-unicode-escape", "raw_unicode_escape")


def decoded(data: bytes, charset: str) -> str:
    """In its announced character set, else the likeliest one."""
    for name in (charset, "utf-8", "cp1252"):
        try:
            if codecs.lookup(name).name not in _NOT_OF_MAIL:
                return sound(data.decode(name))
        except (LookupError, ValueError):  # unknown, not of a text, or not this one
            continue
    return sound(data.decode("latin-1"))


def sound(words: str) -> str:
    """Without what is not to be seen, nor the half characters that no page and no store can write."""
    return _HIDDEN.sub("", words.encode("utf-8", "replace").decode())


def unencoded(words: str) -> str:
    """Words that no header takes for an encoded one: written back, they would be read as something else.

    Source: RFC 2047, 2; the standard library fails on those it cannot read again.
    """
    return words.replace("=?", "= ?")


def folded(text: str) -> str:
    """As compared: neither case nor accents."""
    return "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))


def clean_name(name: str) -> str:
    """A file's name without path, control character or direction trick."""
    last = re.split(r"[\\/]", name)[-1]
    return "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*')[:150].strip()


def is_plain(address: str) -> bool:
    """Whether it is one that can be written to as it is: no quotes, no other alphabet. Source: RFC 5322, 3.4.1."""
    return len(address) <= 254 and _ADDRESS.fullmatch(address) is not None


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()
