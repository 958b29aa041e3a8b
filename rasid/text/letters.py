"""Which written characters are the same letter, and which of them differ in a mark that may be left out.

A letter's bare shape is what is left when marks are omitted: ا for أ إ آ, ه for ة, ي for ى and ئ, و for ؤ. The choices
follow camel_tools.utils.normalize (alef, alef maqsura, teh marbuta) and go further where news text does: Persian and
Urdu shapes, hamza seats, digits. tests/text/test_letters.py lists every difference from camel_tools.
"""

import unicodedata
from functools import lru_cache

# Persian, Urdu, Kurdish and Maghrebi shapes of Arabic letters: bare letter to the characters that count as it.
_SHAPES = {
    "ا": "أإآٱٲٳٵ",
    "ه": "ةۃہھەۀۂۿ",
    "ي": "ىئیېۍےۓێٸۑؠ",
    "و": "ؤۆۇۈۋۅۉۊٷٶ",
    "ك": "کڪګگڭݣ",
    "ب": "پ",
    "ج": "چ",
    "ز": "ژ",
    "ف": "ڤڢڥ",
    "ق": "ڨڧ",
    "ت": "ٹ",
    "د": "ڈ",
    "ر": "ڑڕ",
    "ن": "ںڼ",
    "ل": "ڵ",
}
# Of these two shapes neither is more marked than the other: Egypt writes ى for final ي, the Gulf the reverse, and
# Persian or Urdu keyboards give their own yeh and kaf.
_EQUAL = {"ى": "ي", "ی": "ي", "ې": "ي", "ۍ": "ي", "ے": "ي", "ٱ": "ا", "ک": "ك", "ڪ": "ك", "ہ": "ه", "ھ": "ه", "ە": "ه",
          "ۃ": "ة", "ں": "ن", "ۂ": "ه", "ۀ": "ه", "ڧ": "ق"}  # fmt: skip
BARE: dict[str, str] = {shape: bare for bare, shapes in _SHAPES.items() for shape in shapes}

SHORT_VOWELS = frozenset("\u064b\u064c\u064d\u064e\u064f\u0650\u0652")  # tanwin, fatha, damma, kasra, sukun
SHADDA = "\u0651"
MARK = "\x01"  # stands for a character that takes part in no word: dropped, but keeping its place in offsets
GAP = " "


def ignored(char: str) -> bool:
    """Whether `char` is no letter though it stands in words: tashkeel, tatweel, high hamza, zero-width, direction."""
    return char in {"\u0640", "\u0674"} or unicodedata.category(char) in {"Mn", "Me", "Cf"}


@lru_cache(maxsize=65536)
def fold_char(char: str) -> str:
    """The folded form of one character: letters of one shape, `MARK` for an ignored one, `GAP` between words.

    Mostly one character; presentation forms may give several (ﻻ gives لا), and an ideographic phrase such as ﷺ a gap.
    """
    if char.isascii():
        return char.lower() if char.isalnum() else MARK if char == MARK else GAP
    if ignored(char):
        return MARK
    if char in BARE:
        return BARE[char]
    if not char.isalnum():
        return GAP
    if char == "\u00b5":  # the micro sign, which would leave windows-1256 for the Greek letter
        return char
    plain = unicodedata.normalize("NFKD", char)
    if GAP in plain:
        return GAP
    folded = "".join(map(_fold_plain, plain)).replace(MARK, "")
    return GAP if GAP in folded else folded or MARK


def _fold_plain(char: str) -> str:
    if ignored(char):
        return MARK
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if char in BARE:
        return BARE[char]
    return _lower(char) if char.isalnum() else GAP


def _lower(char: str) -> str:
    lowered = char.lower()
    return lowered if len(lowered) == 1 else char


def same_mark(left: str, right: str) -> bool:
    """Whether two characters of one folded letter agree: the same shape, or one of them bare."""
    left, right = _EQUAL.get(left, left), _EQUAL.get(right, right)
    return left == right or BARE.get(left) == right or BARE.get(right) == left
