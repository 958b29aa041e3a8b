"""What of the phrases that presearch found by letters stands in an article, marks compared.

Where it rests on two neighbours alone it is kept by how they are written, with what is between them: newspapers write
the same words again and again, and one look-up then tells what all the watches of a place have there.
"""

from dataclasses import dataclass, field
from typing import Final, Generic, NamedTuple

from rasid.lexicon.form import Rule
from rasid.lexicon.scan import Scan
from rasid.watch.clause import TermClause
from rasid.watch.phrase import stands_at
from rasid.watch.presearch import NO_SECOND, Filed, Found, Owner, Table
from rasid.watch.verify import Hit, counted

MAX_KEPT: Final = 200_000  # spellings of neighbours: some 70 MB

Sighting = tuple[TermClause, int, Hit]  # of a watch's term, with the number of its phrase


class _Kept(NamedTuple, Generic[Owner]):
    """What a spelling of one or two words leads to: how much by letters; what stands as it is; what is to be looked at.

    Of what stands there is the rule, and how many words come after the first.
    """

    letters: int
    standing: tuple[tuple[Filed[Owner], Rule, int], ...]
    open: tuple[Filed[Owner], ...]


@dataclass(slots=True, repr=False)
class Sighter(Generic[Owner]):
    """Looks at the places that presearch names. `forget` stands between whatever changes what is filed."""

    seen: int = 0  # phrases by letters, so far
    _kept: dict[str, _Kept[Owner]] = field(default_factory=dict)

    def forget(self) -> None:
        """What is filed has changed."""
        if self._kept:
            self._kept = {}

    def sight(self, found: Found[Owner], scan: Scan, seen: dict[Owner, list[Sighting]]) -> None:
        """Adds to `seen` what stands; a loose phrase is looked for later.

        A watch of whose phrases none stands is left out: it needs one of them.
        """
        kept, extent, at_place, text = self._kept, scan.reading.extent, scan.reading.at_place, scan.reading.text
        for place, seconds, table in found.places:
            length = 0 if len(seconds) == 1 and NO_SECOND in seconds else 1
            start, end = extent(at_place[place], at_place[place + length])
            spelled = text[start:end]
            known = kept.get(spelled)
            if known is None:
                known = self._keep(spelled, _kept(seconds, table, scan, place))
            self.seen += known.letters
            for filed, rule, more in known.standing:
                hit = Hit(place, place + more, filed.term.term, rule)
                seen.setdefault(filed.owner, []).append((filed.term, filed.number, hit))
            for filed in known.open:
                _look(filed, scan, place, seen)

    def _keep(self, spelled: str, made: _Kept[Owner]) -> _Kept[Owner]:
        if len(self._kept) >= MAX_KEPT:
            self._kept.clear()
        self._kept[spelled] = made
        return made


def _kept(seconds: frozenset[int], table: Table[Owner], scan: Scan, place: int) -> _Kept[Owner]:
    standing, left, letters = list[tuple[Filed[Owner], Rule, int]](), list[Filed[Owner]](), 0
    for second in seconds:
        for filed in table[second]:
            letters += 1
            if not _is_plain(filed):
                if _pair_stands(filed, scan, place):
                    left.append(filed)
            elif (met := stands_at(scan, filed.words, place)) is not None:
                rule = filed.term.alternatives[filed.number].rule or met[1]
                standing.append((filed, rule, len(filed.words) - 1))
    return _Kept(letters, tuple(standing), tuple(left))


def _is_plain(filed: Filed[Owner]) -> bool:
    """Whether the neighbours are the phrase, and nothing around them matters."""
    _, words, offset, term, number = filed
    return offset == 0 and len(words) <= 2 and not term.term.field and not term.alternatives[number].stops  # noqa: PLR2004


def _pair_stands(filed: Filed[Owner], scan: Scan, place: int) -> bool:
    """Whether the anchor of a phrase stands; of a loose one that is not known yet."""
    offset = filed.offset
    return offset is None or stands_at(scan, filed.words[offset : offset + 2], place) is not None


def _look(filed: Filed[Owner], scan: Scan, place: int, seen: dict[Owner, list[Sighting]]) -> None:
    owner, words, offset, term, number = filed
    if offset is None:
        seen.setdefault(owner, [])
    elif place >= offset and (standing := stands_at(scan, words, place - offset)) is not None:
        hit = counted(term, number, place - offset, standing, scan)
        if hit is not None:
            seen.setdefault(owner, []).append((term, number, hit))
