"""A watched word: what the watch has, the forms that count as it, and what none of them may be."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Protocol

from rasid.lexicon.form import Barred, Form
from rasid.lexicon.packed import Packed
from rasid.text.reading import word_keys

MAX_WORD = 64  # letters; a longer one is never an Arabic word with clitics


class Guard(Protocol):
    """Knows what a word's forms may not be with clitics, and works it out when first asked: few forms are ever met."""

    def barred(self, form: Form) -> Barred:
        """The words that are not this form."""

    def belied(self, form: Form, doubled: list[int]) -> bool:
        """Whether a shadda on these of its letters is another word's."""

    def is_verb(self, form: Form) -> bool:
        """Whether a form has the letters of a verb's past."""


class Met(Protocol):
    """A word of which a spelling was read, as it is judged; `Word` says what each part means."""

    @property
    def term(self) -> str:
        """The word as it is watched."""

    @property
    def case(self) -> bool:
        """Whether capitals are compared."""

    @property
    def prefix(self) -> bool:
        """Whether every word that starts with a form is meant."""

    @property
    def marked(self) -> bool:
        """Whether it is known to be spelled with all its hamzas."""

    def having(self, stem: bytes) -> Sequence[Form]:
        """The forms whose key is `stem`; of a prefix, those with which `stem` starts."""

    def bars(self, form: Form, key: bytes) -> bool:
        """Whether `key` is another word than this form, however it is marked."""

    def bars_unmarked(self, form: Form, key: bytes) -> bool:
        """Whether `key` is another word where the form's first hamza is not written."""

    def belied(self, form: Form, doubled: list[int]) -> bool:
        """Whether the letters that bear a shadda, by index, make another word of this form."""

    def is_verb(self, form: Form) -> bool:
        """Whether a form has the letters of a verb's past."""


class Promise(Protocol):
    """A word whose forms are kept packed until a spelling that may be one of them is first read.

    Two are equal where they give the same word.
    """

    def kept(self) -> tuple[Packed, ...]:
        """Its forms, for whoever keeps them until then."""

    def met(self, parts: tuple[Packed, ...]) -> Met:
        """The word once a key of it was read; `parts` are its forms."""

    def made(self) -> "Word":
        """The word, all its forms made."""


@dataclass(slots=True)
class Word:
    """One watched word; never changed once it is made.

    `case` asks for the capitals as written (NATO, US). A `prefix` word is met by every word that starts with its form.
    A `marked` word is known to be spelled with all its hamzas: رأي has none on its ي. `others` are spellings that are
    never it: words of another sense.
    """

    term: str
    forms: tuple[Form, ...]
    case: bool = False
    prefix: bool = False
    guard: Guard | None = None
    marked: bool = False
    others: frozenset[bytes] = frozenset()
    keys: tuple[bytes, ...] = field(init=False, compare=False, repr=False)  # of the forms, in their order

    def __post_init__(self) -> None:
        self.keys = tuple(word_keys([form.spelled for form in self.forms]))

    def __hash__(self) -> int:
        return hash(self.term)  # words of one term are few, and their forms many

    def having(self, stem: bytes) -> Sequence[Form]:
        """The forms whose key is `stem`; of a prefix, those with which `stem` starts."""
        if self.prefix:
            return [form for form, key in zip(self.forms, self.keys, strict=True) if stem.startswith(key)]
        return [*compress(self.forms, map(stem.__eq__, self.keys))]

    def bars(self, form: Form, key: bytes) -> bool:
        """Whether `key` is another word than this form, however it is marked."""
        return (
            key in form.blocked
            or key in self.others
            or (self.guard is not None and key in self.guard.barred(form).blocked)
        )

    def bars_unmarked(self, form: Form, key: bytes) -> bool:
        """Whether `key` is another word where the form's first hamza is not written."""
        return self.guard is not None and key in self.guard.barred(form).unmarked

    def belied(self, form: Form, doubled: list[int]) -> bool:
        """Whether the letters that bear a shadda, by index, make another word of this form."""
        return bool(doubled) and self.guard is not None and self.guard.belied(form, doubled)

    def is_verb(self, form: Form) -> bool:
        """Whether a form has the letters of a verb's past."""
        return self.guard is not None and self.guard.is_verb(form)
