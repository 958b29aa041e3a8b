"""An Arabic word that a watch has and that may never be read: its forms are kept packed, and made as they are met."""

from dataclasses import replace
from functools import lru_cache, partial
from typing import NamedTuple

from rasid.lexicon.arabic import as_met, is_listed, is_word, kept, word
from rasid.lexicon.form import Form
from rasid.lexicon.guards import Guard, Keys
from rasid.lexicon.knowledge import Knowledge, bare
from rasid.lexicon.packed import Packed, bare_stems_of, having, stems_of
from rasid.lexicon.word import Met, Word


class Promised(NamedTuple):
    """What `arabic.word` gives, when it is asked for; `others` are spellings that are never it, as in `Word`."""

    term: str
    known: Knowledge
    alone: bool
    others: frozenset[bytes] = frozenset()

    def kept(self) -> tuple[Packed, ...]:
        """Its forms, for whoever keeps them until then."""
        return kept(self.term, self.known, alone=self.alone)

    def met(self, parts: tuple[Packed, ...]) -> Met:
        """The word once one of its keys was read; `parts` are its forms."""
        return _ByStem(self, parts) if is_word(bare(self.term)) else self.made()

    def made(self) -> Word:
        """The word, all its forms made."""
        return replace(word(self.term, self.known, alone=self.alone), others=self.others)


@lru_cache(maxsize=64)  # several forms of a word are asked about in turn; kept for all they would be most of the memory
def _keys_of(parts: tuple[Packed, ...]) -> Keys:
    return bare_stems_of(parts), frozenset(stems_of(parts))


class _ByStem:
    """The word, of whose forms those are made that are asked for."""

    __slots__ = ("_forms", "_guard", "_marked", "_parts", "_promised", "term")

    case = prefix = False

    def __init__(self, promised: Promised, parts: tuple[Packed, ...]) -> None:
        self.term = str(promised.term)
        self._promised = promised
        self._parts = parts
        self._forms: dict[bytes, list[Form]] = {}
        self._guard: Guard | None = None
        self._marked: bool | None = None

    def having(self, stem: bytes) -> list[Form]:
        """The forms whose key is `stem`."""
        found = self._forms.get(stem)
        if found is None:
            term, known, alone, _ = self._promised
            found = self._forms[stem] = as_met(having(self._parts, stem), term, known, alone=alone)
        return found

    @property
    def marked(self) -> bool:
        """Whether it is known to be spelled with all its hamzas."""
        if self._marked is None:
            self._marked = is_listed(bare(self._promised.term), self._promised.known)
        return self._marked

    def _guarded(self) -> Guard:
        if self._guard is None:
            _, known, alone, _ = self._promised
            self._guard = Guard((), known, alone, partial(_keys_of, self._parts))
        return self._guard

    def bars(self, form: Form, key: bytes) -> bool:
        """Whether `key` is another word than this form, however it is marked."""
        others = self._promised.others
        return key in form.blocked or key in others or key in self._guarded().barred(form).blocked

    def bars_unmarked(self, form: Form, key: bytes) -> bool:
        """Whether `key` is another word where the form's first hamza is not written."""
        return key in self._guarded().barred(form).unmarked

    def belied(self, form: Form, doubled: list[int]) -> bool:
        """Whether the letters that bear a shadda, by index, make another word of this form."""
        return bool(doubled) and self._guarded().belied(form, doubled)

    def is_verb(self, form: Form) -> bool:
        """Whether a form has the letters of a verb's past."""
        return self._guarded().is_verb(form)
