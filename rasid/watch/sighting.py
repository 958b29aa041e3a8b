"""What of the phrases that presearch found by letters stands in an article, marks compared.

Where it rests on a word or two neighbours alone it is kept by how they are written, with what is between them:
newspapers write the same words again and again, and one look-up then tells what all the watches of a place have there.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, Generic, NamedTuple

from rasid.lexicon.form import Rule
from rasid.lexicon.scan import Scan
from rasid.watch.clause import TermClause
from rasid.watch.phrase import stands_at
from rasid.watch.presearch import NO_SECOND, Filed, Found, Owner, Presearch
from rasid.watch.query import Term
from rasid.watch.verify import Hit, counted

MAX_KEPT: Final = 200_000  # spellings of neighbours: some 70 MB

MAX_WHOLES: Final = 100  # stretches of text that are kept of one phrase and pair

Sighting = tuple[TermClause, int, Hit]  # of a watch's term, with the number of its phrase


class _Standing(NamedTuple, Generic[Owner]):
    """A phrase that stands: whose, of which term, its number, how many words come after the first, why it counts."""

    owner: Owner
    clause: TermClause
    number: int
    more: int
    term: Term
    rule: Rule


class _Open(NamedTuple, Generic[Owner]):
    """A phrase of which a pair stands; `known` says, by how they are written, of which words it is the whole."""

    filed: Filed[Owner]
    known: dict[str, Rule | None]


class _Kept(NamedTuple, Generic[Owner]):
    """What a spelling leads to: how much by letters; what stands as it is; what is to be looked at in each article."""

    letters: int
    standing: tuple[_Standing[Owner], ...]
    open: tuple[_Open[Owner], ...]


@dataclass(slots=True, repr=False)
class Sighter(Generic[Owner]):
    """Looks at the places that presearch names. `forget` is told which words' watches have changed."""

    seen: int = 0  # phrases by letters, so far
    _words: dict[str, _Kept[Owner]] = field(default_factory=dict)
    _pairs: dict[str, _Kept[Owner]] = field(default_factory=dict)
    _by_key: dict[bytes, list[str]] = field(default_factory=dict)  # what is kept of spellings with a word of this key
    _made_since: int = 0  # how much was made since all was forgotten, kept or not: `_by_key` may still have it

    def forget(self, keys: Collection[bytes] | None) -> None:
        """What is filed under words of these keys has changed; None is all."""
        if keys is None:
            self._clear()
            return
        for key in keys:
            for spelled in self._by_key.pop(key, ()):
                self._words.pop(spelled, None)
                self._pairs.pop(spelled, None)

    def _clear(self) -> None:
        for each in (self._words, self._pairs, self._by_key):
            each.clear()
        self._made_since = 0

    def sight(self, found: Found, filed: Presearch[Owner], scan: Scan, seen: dict[Owner, list[Sighting]]) -> None:
        """Adds to `seen` what stands; a loose phrase is looked for later.

        A watch of whose phrases none stands is left out: it needs one of them.
        """
        cut = scan.reading.cut
        for places, length, kept in ((found.filed, 0, self._words), (found.pairs, 1, self._pairs)):
            for place in places:
                spelled = cut(place, place + length)
                known = kept.get(spelled)
                if known is None:
                    known = kept[spelled] = self._made(filed, scan, place, length, spelled)
                self.seen += known.letters
                for owner, clause, number, more, term, rule in known.standing:
                    sighting = clause, number, Hit(place, place + more, term, rule)
                    if owner in seen:
                        seen[owner].append(sighting)
                    else:
                        seen[owner] = [sighting]
                for each in known.open:
                    _look(each, scan, place, seen)

    def _made(self, presearch: Presearch[Owner], scan: Scan, place: int, length: int, spelled: str) -> _Kept[Owner]:
        """What the words at a place lead to, to be kept."""
        if self._made_since >= MAX_KEPT:
            self._clear()
        self._made_since += 1
        keys = [scan.reading.key_at(place + nth) for nth in range(length + 1)]
        for key in keys:
            self._by_key.setdefault(key, []).append(spelled)
        table = presearch.entries[keys[0]].table
        if not length:
            return _kept(table.get(NO_SECOND, ()), scan, place)
        seconds = presearch.entries[keys[1]].offered
        return _kept([filed for second in seconds & table.keys() for filed in table[second]], scan, place)


def _kept(found: Collection[Filed[Owner]], scan: Scan, place: int) -> _Kept[Owner]:
    standing, left = list[_Standing[Owner]](), list[_Open[Owner]]()
    for filed in found:
        owner, words, _, clause, number = filed
        if not _is_plain(filed):
            if _pair_stands(filed, scan, place):
                left.append(_Open(filed, {}))
        elif (met := stands_at(scan, words, place)) is not None:
            rule = clause.alternatives[number].rule or met[1]
            standing.append(_Standing(owner, clause, number, len(words) - 1, clause.term, rule))
    return _Kept(len(found), tuple(standing), tuple(left))


def _is_plain(filed: Filed[Owner]) -> bool:
    """Whether the neighbours are the phrase, and nothing around them matters."""
    _, words, offset, term, number = filed
    return offset == 0 and len(words) <= 2 and not term.term.field and not term.alternatives[number].stops  # noqa: PLR2004


def _pair_stands(filed: Filed[Owner], scan: Scan, place: int) -> bool:
    """Whether the anchor of a phrase stands; of a loose one that is not known yet."""
    offset = filed.offset
    return offset is None or stands_at(scan, filed.words[offset : offset + 2], place) is not None


def _look(opened: _Open[Owner], scan: Scan, place: int, seen: dict[Owner, list[Sighting]]) -> None:
    (owner, words, offset, clause, number), known = opened
    if offset is None:
        seen.setdefault(owner, [])
        return
    first, last, reading = place - offset, place - offset + len(words) - 1, scan.reading
    if first < 0 or last >= len(reading.place_ends):
        return
    spelled = reading.cut(first, last)
    if spelled in known:
        rule = known[spelled]
    else:
        if len(known) >= MAX_WHOLES:
            known.clear()
        met = stands_at(scan, words, first)
        rule = known[spelled] = met and met[1]
    if rule is not None:
        hit = counted(clause, number, first, (last, rule), scan)
        if hit is not None:
            seen.setdefault(owner, []).append((clause, number, hit))
