"""Forms in few bytes: their spellings in one string, and for each a letter that stands for all else that it is.

A watched word has dozens of forms, most watched words are never read, and many come from one noun or verb. So forms are
worked out once and kept like this, and become `Form` again when a spelling that may be one of them is first read.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, product
from typing import Final, NamedTuple

from rasid.lexicon.form import Dots, Form, Host, Rule, Tail
from rasid.text.reading import word_keys

_BETWEEN: Final = "\n"  # spellings: none has one in it
_BETWEEN_KEYS: Final = b" "
_OTHER: Final = "\0"  # stands for a form that is kept as it is
_SHAPES: Final = dict(
    enumerate(product(Rule, Host, (False, True), Tail, (frozenset[bytes](),), Dots), start=1)
)  # what forms may be besides their spelling, those that bar certain words left out
_LETTERS: Final = {shape: chr(number) for number, shape in _SHAPES.items()}

_BARE: Final = frozenset(letter for shape, letter in _LETTERS.items() if Tail.MUST not in shape)


class Packed(NamedTuple):
    """Forms in order, and their keys; `others` are those forms that bar certain words."""

    spelled: str
    shapes: str
    others: tuple[Form, ...]
    keys: bytes


def packed(forms: Sequence[Form]) -> Packed:
    """The forms in few bytes."""
    spelled = [form.spelled for form in forms]
    shapes = "".join([_LETTERS.get(form[1:], _OTHER) for form in forms])
    others = tuple([form for form, shape in zip(forms, shapes, strict=True) if shape == _OTHER])
    return Packed(_BETWEEN.join(spelled), shapes, others, _BETWEEN_KEYS.join(word_keys(spelled)))


def unpacked(parts: Iterable[Packed]) -> list[Form]:
    """The forms of all parts again, in order."""
    return [form for part in parts for form in _forms(part.spelled.split(_BETWEEN), part.shapes, part.others)]


def having(parts: Iterable[Packed], stem: bytes) -> list[Form]:
    """Those of the forms whose key is `stem`."""
    found: list[Form] = []
    for part in parts:
        if stem in part.keys:
            chosen = [*map(stem.__eq__, part.keys.split(_BETWEEN_KEYS))]
            others = [each for each in part.others if each.key == stem]
            found += _forms(compress(part.spelled.split(_BETWEEN), chosen), compress(part.shapes, chosen), others)
    return found


def _forms(spelled: Iterable[str], shapes: Iterable[str], others: Iterable[Form]) -> Iterator[Form]:
    waiting = iter(others)
    for each, shape in zip(spelled, shapes, strict=True):
        yield next(waiting) if shape == _OTHER else Form._make((each, *_SHAPES[ord(shape)]))


def stems_of(parts: Iterable[Packed]) -> list[bytes]:
    """The keys of all forms of all parts, each once."""
    return list(dict.fromkeys(_BETWEEN_KEYS.join([part.keys for part in parts]).split(_BETWEEN_KEYS)))


def bare_stems_of(parts: Iterable[Packed]) -> frozenset[bytes]:
    """The same of the forms that may stand without a pronoun."""
    found: set[bytes] = set()
    for part in parts:
        found.update(compress(part.keys.split(_BETWEEN_KEYS), map(_BARE.__contains__, part.shapes)))
        found.update(form.key for form in part.others if form.tail is not Tail.MUST)
    return frozenset(found)
