"""Compound names and their other shapes: joined or apart, and in the three cases where one bears them."""

import re
from collections.abc import Iterator
from itertools import chain, product
from typing import Final

_PARTICLES: Final = "دا|دي|دو|دل|ديل|فان|فون|لو|لا|ماك"  # of foreign names: دا سيلفا, داسيلفا
_OF_GOD: Final = "نصر|فضل|عطا|خير|رزق|سعد|جاد|جار|ضيف|خلف|فتح|هبة|عوض|جاب|آية"
_CASES: Final = (("أبو", "أبا", "أبي"), ("أخو", "أخا", "أخي"), ("ذو", "ذا", "ذي"))
_SHAPES: Final = (
    (re.compile(r"\bعبد ال(\w{2,})"), r"عبدال\1"),
    (re.compile(r"\bعبدال(\w{2,})"), r"عبد ال\1"),
    (re.compile(rf"\b({_PARTICLES}) (?!ال)(\w{{3,}})"), r"\1\2"),
    (re.compile(rf"\b({_OF_GOD}) الله\b"), r"\1الله"),
    (re.compile(rf"\b({_OF_GOD})الله\b"), r"\1 الله"),
    (re.compile(r"\bأبو (\w{3,})"), r"أبو\1"),
    (re.compile(r"^ابن (?=\w)"), "بن "),
    (re.compile(r"^بن (?=\w)"), "ابن "),
    (re.compile(r"(?<=\w )ابن (?=\w)"), "بن "),
    (re.compile(r"\bآل (?=\w)"), "ال "),
)
_MAY_HAVE: Final = re.compile(
    rf"عبد ?ال|الله\b|\b(?:{_PARTICLES}|أبو|آل) |\bا?بن |^(?:{'|'.join(chain.from_iterable(_CASES))}) "
)  # what a name has that is shaped by any of these


def compounds(name: str) -> list[str]:
    """The other shapes of an Arabic name of several words, without `name` itself; none of most names."""
    if _MAY_HAVE.search(name) is None:
        return []
    found = dict.fromkeys(_shaped(name))
    found.pop(name, None)
    return list(found)


def _shaped(name: str) -> Iterator[str]:
    shapes = [name, *(pattern.sub(shape, name) for pattern, shape in _SHAPES)]
    for shape, cases in product(shapes, _CASES):
        yield shape
        for case in cases:
            if shape.startswith(case + " "):
                yield from (other + shape.removeprefix(case) for other in cases)
