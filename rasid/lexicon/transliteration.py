"""Other spellings of names: customary ones, seats of hamza, and how a foreign name that no list has may be written.

Foreign sounds have no settled Arabic letters (غ ج ق ك for g, long or short vowels), so one name has several spellings.
The rule for unlisted names is conservative: it varies only what looks like a transliteration, and never into a word
that the lists know, so that عمر stays apart from عامر.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from difflib import SequenceMatcher
from itertools import chain, islice
from typing import Final

from rasid.text.reading import word_keys

MAX_VARIANTS: Final = 80  # spellings one name may add to a watch
_LEAST_LETTERS: Final = 5  # below it too many Arabic words are a vowel away
_ARABIC_ONLY: Final = frozenset("حعضظثذةءئؤأإآى")  # letters that transliterations of European names hardly use
_SHORT: Final = 4  # letters of a name that a vowel more or less may leave the same person's: ترمب
_ALIKE: Final = 0.6  # of two spellings' letters; a nickname or another name shares fewer
_FIRST_VOWELS: Final = "أإآ"  # ألفاريز, إيفانوف
_VOWELS: Final = "اوي"
_SOUNDS: Final = (("غ", "جكق"), ("ج", "غ"), ("ق", "غ"), ("ت", "ط"), ("ط", "ت"), ("س", "ص"), ("ص", "س"))
_ENDINGS: Final = (("سكي", "سكاي"), ("سكاي", "سكي"), ("يتش", "يش"), ("يش", "يتش"), ("تاين", "تين"), ("تين", "تاين"),
                    ("يز", "يس"), ("يس", "يز"), ("يز", "يث"), ("يث", "يز"), ("تس", "تز"), ("تز", "تس"),
                    ("تشي", "شي"), ("شي", "تشي"))  # fmt: skip
# Words with two spellings in newspapers of equal standing, whatever follows them.
_CUSTOMARY: Final = (("أمريك", "أميرك"), ("ديمقراط", "ديموقراط"), ("دبلوماس", "ديبلوماس"), ("إفريق", "أفريق"),
                     ("انجليز", "انكليز"), ("إنجليز", "إنكليز"), ("أوروب", "أورب"), ("أوكران", "أكران"),
                     ("تلفزيون", "تليفزيون"), ("ميليشي", "مليشي"), ("تكنولوج", "تكنلوج"),
                     ("داود", "داوود"), ("طاوس", "طاووس"), ("جوزيف", "جوزاف"), ("يونيو", "يونيه"),
                     ("يوليو", "يوليه"), ("ميشيل", "ميشال"), ("بيير", "بيار"),
                     ("إيمانويل", "عمانوئيل"), ("إيمانويل", "عمانويل"),
                     ("موسيقى", "موسيقا"), ("كفء", "كفؤ"))  # fmt: skip
# A hamza between long vowels or before ة has had three seats: Cairo's, Beirut's, and none (شئون, شؤون, شءون).
_SEATS: Final = (("ؤو", ("ئو", "ءو", "ؤ")), ("ئو", ("ؤو", "ءو")), ("ءو", ("ؤو", "ئو")), ("يئة", ("يأة",)),
                 ("يأة", ("يئة",)), ("يئت", ("يأت",)), ("يئات", ("يآت",)), ("مئة", ("مائة",)),
                 ("مائة", ("مئة",)))  # fmt: skip
_LAST_HAMZA: Final = (r"ء(?<!اء)\b", r"ئ(?<!ائ)\b")  # شئ, شاطىء, دفئ


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all, by their first letters: in most places none of them begins."""
    rests: dict[str, list[str]] = {}
    for each in patterns:
        rests.setdefault(each[0], []).append(each[1:])
    return re.compile("|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in rests.items()))


_SPELLED_OTHERWISE: Final = _any_of([*chain(*_CUSTOMARY), *(here for here, _ in _SEATS), *_LAST_HAMZA])


def spelled_otherwise(text: str) -> bool:
    """Whether any word of `text` has another customary spelling; few have."""
    return _SPELLED_OTHERWISE.search(text) is not None


def spellings(word: str) -> list[str]:
    """The customary other spellings of any word, listed or not; without `word` itself."""
    if not spelled_otherwise(word):
        return []
    found: dict[str, None] = {}
    for left, right in _CUSTOMARY:
        for here, there in ((left, right), (right, left)):
            if here in word:
                found.setdefault(word.replace(here, there, 1))
    found.update(dict.fromkeys(_by_last_hamza(word)))
    for here, others in _SEATS:
        if here in word:
            found.update(dict.fromkeys(word.replace(here, other, 1) for other in others))
    found.pop(word, None)
    return list(found)


def _by_last_hamza(word: str) -> Iterator[str]:
    """A last hamza on another seat: شئ, شاطىء, هدؤ, دفئ."""
    if word.endswith(("يء", "وء")):
        yield word[:-2] + {"ي": "ئ", "و": "ؤ"}[word[-2]]
    elif word.endswith("ء") and word[-2:-1] != "ا":
        yield word[:-1] + "ئ"
    elif word.endswith("ئ") and word[-2:-1] != "ا":
        yield word[:-1] + "يء"


def looks_foreign(word: str) -> bool:
    """Whether `word` may be a transliteration, by its letters: long enough, and without letters only Arabic needs."""
    stem = word.removeprefix("ال")
    body = stem[1:] if stem[:1] in _FIRST_VOWELS and len(stem) > _LEAST_LETTERS else stem
    return len(stem) >= _LEAST_LETTERS and not _ARABIC_ONLY & set(body)


def is_transliterated_alike(left: str, right: str) -> bool:
    """Whether two spellings of one person's name are of one foreign word: they look so, or long vowels alone differ."""
    if looks_foreign(left) and looks_foreign(right):
        return left[0] == right[0] and SequenceMatcher(None, left, right).ratio() > _ALIKE
    bodies = {"".join(letter for letter in word if letter not in _VOWELS) for word in (left, right)}
    return len(bodies) == 1 and min(len(left), len(right)) >= _SHORT and _ARABIC_ONLY.isdisjoint(left + right)


def variants(
    word: str, is_word: Callable[[bytes], bool], is_name: Callable[[bytes], bool], *, listed: bool = False
) -> list[str]:
    """Spellings of a foreign name, at most MAX_VARIANTS; none where `word` does not look like one.

    A short `listed` name has no spelling with a vowel less: those in use are in the list.

    A spelling that is a word is left out, and one that is a name too where a vowel is what differs: سلمان is not
    سليمان, but سيرغي is سيرجي, and a long name that is not listed is the listed one (تورنتو, تورونتو).
    """
    if not looks_foreign(word):
        return []
    sounded = dict.fromkeys(each for each in _by_sound(word) if each != word)
    vowelled = chain(_by_ending(word), _by_vowel(word), *map(_by_vowel, sounded))
    found = list(dict.fromkeys(chain(sounded, vowelled)))
    may_be_listed = not listed and len(word) > _LEAST_LETTERS
    least = len(word) if listed and len(word) <= _LEAST_LETTERS else 0
    allowed = (
        (each, key)
        for each, key in zip(found, word_keys(found), strict=True)
        if each in sounded or (each != word and len(each) >= least and (may_be_listed or not is_name(key)))
    )
    return list(islice((each for each, key in allowed if not _reads_as(each, key, is_word)), MAX_VARIANTS))


def _reads_as(spelled: str, key: bytes, is_word: Callable[[bytes], bool]) -> bool:
    """Whether a spelling is a word, a word in the accusative (صورا) or one after a clitic."""
    return is_word(key) or (spelled[-1] == "ا" and is_word(key[:-1])) or (
        spelled[0] in "وفبكل" and is_word(key[1:]))  # fmt: skip


def _by_ending(word: str) -> Iterator[str]:
    yield from (word.removesuffix(here) + there for here, there in _ENDINGS if word.endswith(here))


def _by_sound(word: str) -> Iterator[str]:
    """Another letter for one sound, in one place or in all."""
    for here, others in _SOUNDS:
        if here in word:
            for other in others:
                yield word.replace(here, other)
                yield from (word[:at] + other + word[at + 1 :] for at, letter in enumerate(word) if letter == here)


def _by_vowel(word: str) -> Iterator[str]:
    """One long vowel less inside, one more between two consonants, or one written twice."""
    for at in range(1, len(word) - 1):
        if word[at] in _VOWELS:
            if len(word) > _LEAST_LETTERS or word[at] != "ا" or word[at + 1] in _VOWELS:
                yield word[:at] + word[at + 1 :]
            if word[at] in "وي" and word[at - 1] not in _VOWELS:
                yield word[:at] + word[at] + word[at:]
    for at in range(1, len(word)):
        if word[at - 1] not in _VOWELS and word[at] not in _VOWELS:
            yield from (word[:at] + vowel + word[at:] for vowel in _VOWELS)
