"""Comparing two spellings of one word: an omitted mark matches a written one, two different marks do not match."""

import unicodedata

from rasid.text.letters import GAP, MARK, SHADDA, SHORT_VOWELS, fold_char, same_mark

Letters = list[tuple[str, str]]


def letters(word: str) -> Letters:
    """The letters of `word` as written, each with the tashkeel on it. Tatweel and invisible characters are dropped."""
    found: Letters = []
    for char in _composed(word):
        if char in SHORT_VOWELS or char == SHADDA:
            if found:
                found[-1] = (found[-1][0], found[-1][1] + char)
        elif char.isdecimal():
            found.append((fold_char(char), ""))
        elif fold_char(char) not in {MARK, GAP}:
            found.append((char, ""))
    return found


def _composed(word: str) -> str:
    """Presentation forms become letters; a letter and its combining hamza become one character."""
    return word if word.isascii() else unicodedata.normalize("NFKC", word)


def same_spelling(left: Letters, right: Letters) -> bool:
    """Whether two words of equal folded letters may be one word.

    أمن is not آمن, but امن is either. Of tashkeel, the last letter's vowel is case and is not compared.
    """
    if len(left) != len(right):
        return False
    if not all(same_mark(a[0].lower(), b[0].lower()) for a, b in zip(left, right, strict=True)):
        return False
    return all(_same_tashkeel(a[1], b[1]) for a, b in zip(left[:-1], right[:-1], strict=True))


def _same_tashkeel(left: str, right: str) -> bool:
    if not left or not right or left == right:
        return True
    vowels = [set(marks) - {SHADDA} for marks in (left, right)]
    return not (vowels[0] and vowels[1] and vowels[0] != vowels[1])
