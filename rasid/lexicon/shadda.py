"""What a shadda that an article writes says of a noun: a pattern that has none is not met (معرّض is no معرض).

Which pattern a noun has its broken plural tells: a noun of place (معرض, معارض) doubles no letter, nor does a فعال whose
plural is فعل or أفعلة (كتاب, كتب).
"""

from collections.abc import Iterable
from typing import Final

from rasid.lexicon.knowledge import Noun
from rasid.text.letters import SHADDA
from rasid.text.spelling import Letters

_STEM: Final = 4  # letters of both patterns


def doubled(written: Letters) -> list[int]:
    """The letters of a stem that bear a shadda, by index."""
    return [index for index, (_, marks) in enumerate(written[:_STEM]) if SHADDA in marks]


def belies(letters: list[int], nouns: Iterable[Noun]) -> bool:
    """Whether a shadda on these letters is of another word than each of `nouns`, which are spelled alike."""
    found = [_is_belied(letters, noun) for noun in nouns]
    return bool(found) and all(found)


def _is_belied(letters: list[int], noun: Noun) -> bool:
    stem = noun.lemma[:_STEM]
    if len(stem) < _STEM:
        return False
    place = not noun.plurals or f"{stem[:2]}ا{stem[2:]}" in noun.plurals
    if stem[0] == "م" and place:
        return 2 in letters  # noqa: PLR2004 -- the second radical
    short = stem[:2] + stem[3]
    return stem[2] == "ا" and 1 in letters and not {short, f"أ{short}ة"}.isdisjoint(noun.plurals)
