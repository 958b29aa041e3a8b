"""An entry of the thesaurus: a concept or a name, with its phrases in both languages."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from rasid.lexicon.form import Lexical, Proper, Verbal

Language = Literal["ar", "en"]
Phrase = tuple[str, ...]
SPELLED: Final = ":spelled"

_POSSESSIVE: Final = re.compile(r"['\u2019]s\b|(?<=s)['\u2019](?= |$)")  # which a reader takes off
_NO_WORD: Final = re.compile(r"[-.'\u2019/&]")  # what a reader takes for a gap between words
_ARABIC: Final = re.compile("[\u0600-\u08ff\ufb50-\ufeff]")


class Rendering(NamedTuple):
    """A phrase of the other language (or another name) that says the same, and what would make it something else."""

    words: Phrase
    stops: tuple[Phrase, ...] = ()
    name: bool = False


_KINDS: Final[dict[str, type[Lexical]]] = {"name": Proper, "verb": Verbal}


@dataclass(frozen=True, slots=True)
class Entry:
    """One concept or name: its phrases in each language, and longer phrases in which they mean something else.

    `under` are the phrases that it is found by, where they are not all: Assad is بشار الأسد, who is not Assad alone.
    """

    id: str
    phrases: dict[Language, tuple[Phrase, ...]]
    stops: dict[Language, tuple[Phrase, ...]]
    kind: str
    under: tuple[Phrase, ...] = ()
    _renderings: dict[Language, dict[Phrase, Rendering]] = field(default_factory=dict, compare=False, repr=False)

    def renderings(self, language: Language) -> dict[Phrase, Rendering]:
        """Its phrases as words of a concept or a name, by their letters; made once, since many ask for them again."""
        found = self._renderings.get(language)
        if found is None:
            kind, stops, name = _KINDS.get(self.kind, Lexical), self.stops.get(language, ()), self.kind == "name"
            found = {each: Rendering(tuple(map(kind, each)), stops, name) for each in self.phrases.get(language, ())}
            self._renderings[language] = found
        return found

    @property
    def of_person(self) -> bool:
        """Whether this names a person."""
        return self.kind == "name" and (self.id.startswith("PER:") or self.id.endswith(":surname"))

    @property
    def spelling(self) -> bool:
        """Whether this only says how a surname is spelled."""
        return self.id.endswith(SPELLED)


def language_of(*words: str) -> Language:
    """Arabic where any letter is: numbers and Latin names stand in Arabic terms too."""
    return "ar" if _ARABIC.search(" ".join(words)) else "en"


def phrases_of(cells: Iterable[str]) -> tuple[Phrase, ...]:
    """The words of each of these, as a reader would take them apart."""
    return tuple(tuple(_NO_WORD.sub(" ", _POSSESSIVE.sub("", cell)).split()) for cell in cells)
