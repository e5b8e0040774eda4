"""Names of people: how they are printed in the report, and what they become in the names of files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

MOST_STUDENTS = 2
LONGEST = 60  # letters of one name in a file name; two of them stay far below the 255 bytes of a file system
FORBIDDEN = '/\\:*?"<>|'
# What the report's own fonts have letters for; a name in another script is printed with a transliteration beside it.
PRINTED_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "HEBREW")


class StudentError(Exception):
    """A name that cannot be used: one line with what was expected, what came, what to do."""


@dataclass(frozen=True)
class Student:
    """A person: the name as it is written, and the part of a file name it becomes (ASCII letters, digits, hyphens)."""

    name: str
    part: str


def students(names: Sequence[str]) -> tuple[Student, ...]:
    """One or two students.

    Raises:
        StudentError: none or too many, a name without a letter, too long, with a path separator, or the same one twice.
    """
    if not 1 <= len(names) <= MOST_STUDENTS:
        raise StudentError(f"expected one or two names, got {len(names)}; put each into quotation marks")
    found = tuple(map(_student, names))
    parts = [student.part.casefold() for student in found]
    if len(set(parts)) < len(parts):
        raise StudentError(f"expected two different names, got {found[0].part} twice; name each student once")
    return found


def stem(found: Sequence[Student]) -> str:
    """What the names of all files begin with, after the `Ex1`: `YannLeCun_AlexKrizhevsky`."""
    return "_".join(student.part for student in found)


def printable(name: str) -> str:
    """A name as it is printed: in a script the report's own fonts lack, with a transliteration beside it.

    Where no font of this machine has its letters either, the transliteration stands alone.
    """
    clean = written(name)
    letters = {character for character in clean if character.isalpha()}
    if all(unicodedata.name(letter, "").startswith(PRINTED_SCRIPTS) for letter in letters):
        return clean
    plain = " ".join(_words(clean))
    return f"{clean} ({plain})" if _is_in_a_font(letters) else plain


def written(name: str) -> str:
    """A name without invisible characters and with single spaces, accents kept."""
    visible = (character for character in unicodedata.normalize("NFC", name) if not _is_invisible(character))
    return " ".join("".join(visible).split())


def _student(name: str) -> Student:
    if any(character in FORBIDDEN or unicodedata.category(character) in ("Cc", "Cs") for character in name):
        raise StudentError(
            f"expected a name without {' '.join(FORBIDDEN)} and control characters, got {_shown(name)}; leave them out"
        )
    clean = written(name)
    part = "".join(_words(clean))
    if not part or not any(character.isalpha() for character in clean):
        raise StudentError(f"expected a name with letters in it, got {_shown(name)}; write it out")
    if len(part) > LONGEST:
        raise StudentError(
            f"expected a name of at most {LONGEST} letters, got {len(part)} ({part[:20]}...); use a shorter form"
        )
    return Student(clean, part)


def _words(name: str) -> list[str]:
    """The words of a name in ASCII, each with a capital first: any program that unpacks a ZIP can write them.

    Apostrophes and full stops within a word are dropped; hyphens stay.
    """
    from anyascii import anyascii

    parts = (re.sub(r"[^A-Za-z0-9-]", "", word).strip("-") for word in re.split(r"[\s_]+", anyascii(name)))
    return [part[0].upper() + part[1:] for part in parts if part]


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf"


def _shown(name: str) -> str:
    return ascii(name if len(name) <= LONGEST else f"{name[:LONGEST]}...")


def _is_in_a_font(letters: set[str]) -> bool:
    """Whether some font of this machine has all these letters."""
    from matplotlib.font_manager import findSystemFonts
    from matplotlib.ft2font import FT2Font

    wanted = {ord(letter) for letter in letters}
    for path in findSystemFonts():
        try:
            if wanted <= FT2Font(path).get_charmap().keys():
                return True
        except (RuntimeError, OSError):
            continue  # a font that cannot be read is none
    return False
