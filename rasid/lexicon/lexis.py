"""The words somebody asks about, and the one look-up that says which of them a word of an article may be.

Everything is asked when a word is added. An article's word costs one dictionary look-up; the first time it is seen its
clitics are taken off against the forms that were added, and the answer is kept. Whoever makes something of the words
keeps that too, in a view.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress
from operator import itemgetter
from typing import Any, Final, Generic, Literal, TypeVar

from rasid.lexicon.clitics import Split, allowed, decorations, splits, splits_to
from rasid.lexicon.form import Dots, Form, Host, Rule, Tail
from rasid.lexicon.packed import Packed, stems_of
from rasid.lexicon.shadda import doubled
from rasid.lexicon.word import MAX_WORD, Met, Promise, Word
from rasid.text.reading import Reading
from rasid.text.spelling import Letters, letters, same_spelling

CACHE_WORDS: Final = 400_000  # distinct words remembered: about a year of one newspaper's vocabulary
_AS_LONG: Final = 10  # keys whose clitics are taken off in the time that it takes to put all clitics on a form
_PREFIX_LETTERS: Final = 3  # of a wildcard: the watch language's minimum
_TEH_MARBUTAS: Final = frozenset("ةۃ")
_HAMZAS: Final = frozenset("أإآ")
_SEATS_OF_HAMZA: Final = frozenset("أإآؤئ")
_TANWIN: Final = frozenset("\u064b\u064c\u064d")
_VERBAL: Final = frozenset({Host.VERB, Host.PAST})
_SHORT: Final = 3  # letters


Made = TypeVar("Made")


class View(dict[bytes, Made], Generic[Made]):
    """Key of a word to what somebody makes of it; a new key is worked out on the way and kept.

    What a changed word may have changed is taken out before the next look-up: many words may come in between. Then
    `dropped` is told the keys, or None for all there are. So it is where too many are kept: never while an article is
    looked up, which may have more words than that.
    """

    def __init__(
        self, make: Callable[[bytes], Made], dropped: Callable[[Collection[bytes] | None], None] | None = None
    ) -> None:
        super().__init__()
        self._make = make
        self._dropped = dropped
        self._stale: dict[int, _Entry] = {}  # by identity

    def __missing__(self, key: bytes) -> Made:
        found = self[key] = self._make(key)
        return found

    def one(self, key: bytes) -> Made:
        """What this one is."""
        self.renew()
        return self[key]

    def all(self, keys: Sequence[bytes]) -> tuple[Made, ...]:
        """What each of these is, in order."""
        self.renew()
        if len(keys) > 1:
            return itemgetter(*keys)(self)  # type: ignore[no-any-return]
        return tuple(self[key] for key in keys)  # itemgetter of one gives no tuple

    def forget(self, entry: "_Entry") -> None:
        """Whatever was made of what a word may stand for no longer holds."""
        if self:
            self._stale[id(entry)] = entry

    def renew(self) -> None:
        """Takes out what no longer holds."""
        if len(self) < CACHE_WORDS and not self._stale:
            return
        entries, self._stale = self._stale.values(), {}
        if len(self) >= CACHE_WORDS or any(each.prefix for each in entries):
            self._drop(None)
            return
        stems = set(chain.from_iterable([each.stems for each in entries]))
        if len(stems) < len(self) / _AS_LONG:
            self._drop([key for each in entries for key in _spellings(each.made()) if key in self])
        else:
            self._drop([key for key in self if splits_to(key, stems)])

    def _drop(self, keys: Collection[bytes] | None) -> None:
        if keys is None:
            self.clear()
        else:
            for key in keys:
                self.pop(key, None)
        if self._dropped is not None:
            self._dropped(keys)


def _spellings(word: Word) -> Iterator[bytes]:
    """The keys of all forms with all clitics that they may bear."""
    for form, key in zip(word.forms, word.keys, strict=True):
        for each in decorations(form):
            yield each.before_key + key + each.after_key


@dataclass(slots=True)
class _Entry:
    """A word or the promise of one, and how often it is used; `kept` are the forms of what is promised.

    `letters` is how many its shortest form has. `met` is the word once a spelling of it was read.
    """

    asked: Word | Promise
    kept: tuple[Packed, ...]
    met: Met | None
    letters: int = 0
    uses: int = 1

    @property
    def stems(self) -> Sequence[bytes]:
        """The keys of the word's forms, each once."""
        if isinstance(self.asked, Word):
            return list(dict.fromkeys(self.asked.keys))
        return stems_of(self.kept)

    @property
    def prefix(self) -> bool:
        """Whether every word that starts with a form is meant."""
        return self.met is not None and self.met.prefix

    def read(self) -> Met:
        """The word, of which a spelling was read."""
        if self.met is None:
            self.met = self.asked.met(self.kept) if not isinstance(self.asked, Word) else self.asked
        return self.met

    def made(self) -> Word:
        """The word with all its forms."""
        return self.asked if isinstance(self.asked, Word) else self.asked.made()


def _entry(word: Word | Promise) -> _Entry:
    if isinstance(word, Word):
        return _Entry(word, (), word)
    return _Entry(word, word.kept(), None)


@dataclass(slots=True, repr=False)
class Lexis:
    """Words by id. Adding or dropping one leaves the others alone."""

    _entries: dict[int, _Entry] = field(default_factory=dict)
    _ids: dict[Word | Promise, int] = field(default_factory=dict)
    _by_key: dict[bytes, tuple[int, ...]] = field(default_factory=dict)
    _by_prefix: dict[bytes, tuple[int, ...]] = field(default_factory=dict)
    _cache: View[tuple[int, ...]] = field(init=False)
    _views: list[View[Any]] = field(default_factory=list)
    judged: dict[tuple[int, str], Rule | Literal[False] | None] = field(default_factory=dict)
    _last: int = 0

    def __post_init__(self) -> None:
        self._cache = self.view(self.candidates)

    def view(
        self, make: Callable[[bytes], Made], dropped: Callable[[Collection[bytes] | None], None] | None = None
    ) -> View[Made]:
        """A cache of what `make` says of a key, for as long as the words that the key may be stay the same."""
        view = View(make, dropped)
        self._views.append(view)
        return view

    def ids(self, key: bytes) -> tuple[int, ...]:
        """The ids of the words that `key` may be, remembered; `candidates` works them out."""
        return self._cache.one(key)

    def ids_of(self, keys: Sequence[bytes]) -> Sequence[tuple[int, ...]]:
        """The same, of many keys."""
        return self._cache.all(keys)

    def add(self, word: Word | Promise) -> int:
        """The id of `word`, counted once more as used."""
        number = self._ids.get(word)
        if number is not None:
            return self.again(number)
        number = self._last = self._last + 1
        self._ids[word], entry = number, _entry(word)
        self._entries[number] = entry
        table, stems = self._table(entry), entry.stems
        entry.letters = min(map(len, stems))
        for key in _table_keys(entry, stems):
            table[key] = (*table[key], number) if key in table else (number,)
        self._forget(entry)
        return number

    def used(self, number: int) -> bool:
        """Counts a word once more as used, where it is still there; an id, from 1, is never given to another one."""
        entry = self._entries.get(number)
        if entry is None:
            return False
        entry.uses += 1
        return True

    def again(self, number: int) -> int:
        """Counts a word once more as used."""
        self._entries[number].uses += 1
        return number

    def drop(self, number: int) -> None:
        """Undoes one `add`."""
        entry = self._entries[number]
        entry.uses -= 1
        if entry.uses:
            return
        del self._entries[number], self._ids[entry.asked]
        table = self._table(entry)
        for key in _table_keys(entry, entry.stems):
            left = tuple([each for each in table[key] if each != number])
            if left:
                table[key] = left
            else:
                del table[key]
        self._forget(entry)

    def _table(self, entry: _Entry) -> dict[bytes, tuple[int, ...]]:
        return self._by_prefix if entry.prefix else self._by_key

    def _forget(self, entry: _Entry) -> None:
        for view in self._views:
            view.forget(entry)

    def forget(self, number: int, view: View[Made]) -> None:
        """Takes from a view what was made of this word, which means something else now."""
        view.forget(self._entries[number])

    def word(self, number: int) -> Word:
        """The word with this id."""
        return self._entries[number].made()

    def letters(self, number: int) -> int:
        """How many letters its shortest form has."""
        return self._entries[number].letters

    def is_prefix(self, number: int) -> bool:
        """Whether every word that starts with a form of this one is meant."""
        return self._entries[number].prefix

    def candidates(self, key: bytes) -> tuple[int, ...]:
        """The ids of the words that `key` may be, by its letters alone; marks and case are `judge`'s."""
        if not key:
            return ()
        if key[0] < 0x80 or len(key) > MAX_WORD:  # noqa: PLR2004 -- Latin, digits and other scripts: no clitics
            proposed: Iterable[Split] = (Split(b"", key, b""),)
        elif self._by_prefix:
            proposed = splits(key)
        else:
            proposed = splits_to(key, self._by_key)
        return tuple(sorted({number for split in proposed for number in self._at(key, split)}))

    def _at(self, key: bytes, split: Split) -> Iterator[int]:
        for number in self._by_key.get(split.stem, ()):
            word = self._entries[number].read()
            for form in word.having(split.stem):
                if allowed(form, split) and not word.bars(form, key):
                    yield number
                    break
        if self._by_prefix and not split.pronoun:
            for number in self._by_prefix.get(split.stem[:_PREFIX_LETTERS], ()):
                if any(allowed(form, split) for form in self._entries[number].read().having(split.stem)):
                    yield number

    def occurrences(self, keys: Sequence[bytes]) -> Iterator[tuple[int, tuple[int, ...]]]:
        """The words among `keys` that may be watched ones: (index, ids)."""
        found = self._cache.all(keys)
        return compress(enumerate(found), found)

    def judge(self, number: int, reading: Reading, index: int) -> Rule | None:
        """What joins word `index` of `reading` to word `number`, marks and capitals compared; None where none does."""
        surface = reading.surface(index)
        found = self.judged.get((number, surface), False)
        return self.first_judged(number, surface, reading.keys[index]) if found is False else found

    def first_judged(self, number: int, surface: str, key: bytes) -> Rule | None:
        """The same of a word as it is written, worked out and kept in `judged` where its letters may be the word's."""
        if number not in self.ids(key):
            return None
        if len(self.judged) >= CACHE_WORDS:
            self.judged.clear()
        found = self.judged[number, surface] = self._judge(number, surface, key)
        return found

    def is_verb(self, number: int, key: bytes) -> bool:
        """Whether a form of word `number`, without clitics, has the letters of a verb's past: جدد, of جديد."""
        word = self._entries[number].read()
        return any(word.is_verb(form) for form in word.having(key))

    def _judge(self, number: int, surface: str, key: bytes) -> Rule | None:
        word = self._entries[number].read()
        if word.case:
            return next((form.rule for form in word.having(key) if form.spelled == surface), None)
        if len(key) > MAX_WORD:
            return next((form.rule for form in word.having(key) if form.key == key), None)
        written = letters(surface)
        found = [rule for split in splits(key) if (rule := _reads(word, key, split, written))]
        return min(found, key=list(Rule).index, default=None)


def _table_keys(entry: _Entry, stems: Iterable[bytes]) -> Iterable[bytes]:
    """What a word of these stems is filed under, each once."""
    return {key[:_PREFIX_LETTERS] for key in stems} if entry.prefix else stems


def _reads(word: Met, key: bytes, split: Split, written: Letters) -> Rule | None:
    """What joins the form of `word` that `split` leaves, marks compared."""
    for form in word.having(split.stem):
        if word.bars(form, key) or (word.bars_unmarked(form, key) and not _marked(split, written)):
            continue
        proclitic = allowed(form, split)
        if proclitic and _is_dotted(form, article=proclitic.article) and not _dotted_alike(form, split, written):
            continue
        if (word.marked or form.rule is Rule.NAME) and _bears_other(form, split, written, len(word.term)):
            continue
        if _bears_no_tanwin(form, split, written) or word.belied(form, doubled(written[len(split.proclitic) :])):
            continue
        if proclitic and _agrees(form, split, written, proclitic.spelled, word.prefix):
            return _rule(form, split, written)
    return None


def _is_dotted(form: Form, *, article: bool) -> bool:
    """Whether the form's last letter has to have its dots."""
    return form.dots is Dots.ALWAYS or (form.dots is Dots.WITHOUT_ARTICLE and not article)


def _dotted_alike(form: Form, split: Split, written: Letters) -> bool:
    """Whether the last letter has the dots of the form's, which tell it from another word's."""
    last, own = written[-1][0], form.spelled[-1]
    if own == "ة":
        return last in _TEH_MARBUTAS
    if own == "ه":
        return bool(split.pronoun) or last not in _TEH_MARBUTAS
    return bool(split.pronoun) or last == own or last not in "ىي"


def _bears_other(form: Form, split: Split, written: Letters, length: int) -> bool:
    """Whether a letter inside bears a hamza that the form has not (فتأتي is not فتاتي), or lacks a verb's (يقرون).

    So it is with the middle letter of a term of three: بير is a name, not بئر.
    """
    met = written[len(split.proclitic) + 1 :]
    inside = [(own, letter) for (own, _), (letter, _) in zip(letters(form.spelled)[1:], met, strict=False)]
    if any(own in "اوي" and letter in _SEATS_OF_HAMZA for own, letter in inside):
        return True
    inside = inside if form.rule is Rule.VERB else inside[:1] if length == _SHORT else []
    return any(own in "ؤئ" and letter in "وي" for own, letter in inside)


def _bears_no_tanwin(form: Form, split: Split, written: Letters) -> bool:
    """Whether a tanwin is written on what has none: a verb (عادٌ), a dual (باعاً), a name in ا (سورياً), a pronoun."""
    marks = written[-1][1] + (written[-2][1] if written[-1][0] == "ا" and len(written) > 1 else "")
    if _TANWIN.isdisjoint(marks):
        return False
    if split.pronoun or form.host in _VERBAL:
        return True
    if written[-1][0] != "ا" or form.rule in {Rule.SAME, Rule.SPELLING}:
        return form.host is Host.NAME and form.spelled[-1] == "ا"
    return form.host is not Host.NOUN or form.tail is not Tail.NEVER or form.article


def _agrees(form: Form, split: Split, written: Letters, before: str, prefix: bool) -> bool:  # noqa: FBT001
    start, end = len(split.proclitic), len(written) - len(split.pronoun)
    stem = letters(form.spelled)
    body = written[start : start + len(stem)] if prefix else written[start:end]
    if split.pronoun and [letter for letter, _ in written[end:]] != _written_pronoun(split.pronoun):
        return False
    if any(letter in _HAMZAS and letter != own for (letter, _), own in zip(written, before, strict=False)):
        return False  # the alef of ال bears no hamza (ألغاز is not ال + غاز)
    if before.startswith("أ") and written[0][0] != "أ":
        return False
    return same_spelling(body, stem)


def _marked(split: Split, written: Letters) -> bool:
    """Whether the word itself starts with a written hamza."""
    return written[len(split.proclitic)][0] in _HAMZAS


def _written_pronoun(pronoun: bytes) -> list[str]:
    """A pronoun's own letters: ه written as ة is no pronoun but another word's ending."""
    return list(pronoun.decode("cp1256"))


def _rule(form: Form, split: Split, written: Letters) -> Rule:
    if form.rule is not Rule.SAME:
        return form.rule
    if split.proclitic or split.pronoun:
        return Rule.CLITIC
    same = [letter.lower() for letter, _ in written] == [letter.lower() for letter, _ in letters(form.spelled)]
    return Rule.SAME if same else Rule.SPELLING


__all__ = ["Host", "Lexis", "Word"]
