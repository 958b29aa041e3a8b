"""The nouns that an Arabic word may be a form of: listed ones, those behind a regular ending, or what it ends in."""

from functools import lru_cache
from typing import Final

from rasid.lexicon.form import folded
from rasid.lexicon.inflection import ADJECTIVES
from rasid.lexicon.knowledge import Knowledge, Noun, written_plural
from rasid.lexicon.transliteration import spellings
from rasid.text.letters import same_mark
from rasid.text.reading import key_of

_MIN_NISBA: Final = 4  # letters of ـية below which a word is a noun of its own (هوية, بقية)
_CONSTRUCT: Final = 5  # letters of a plural without its nun: لاعبو
_SHORT: Final = 3  # letters of a lemma that a plural of the same letters does not yield to


def without_article(term: str, known: Knowledge) -> str:
    """The word without ال, where three letters and more are left; لل never starts a watched word.

    A listed word that begins so itself stays whole (التزام, إلغاء without hamza), unless the rest is one too (الهام).
    """
    if not term.startswith("ال") or len(term) <= 4:  # noqa: PLR2004
        return term
    own = known.may_begin_so(term) and own_lemmas(term, known) and not own_lemmas(term[2:], known)
    return term if own else term[2:]


@lru_cache(maxsize=1_000)  # a term is asked about by several in turn
def lemmas(stem: str, known: Knowledge) -> list[Noun]:
    """The nouns that `stem` may be the singular, feminine or plural of; spelling compared by its marks."""
    found = own_lemmas_as_spelled(stem, known)
    return found or [noun for noun in known.nouns_of(stem) if _is_lemma(noun, stem, known)]


@lru_cache(maxsize=1_000)
def own_lemmas_as_spelled(stem: str, known: Knowledge) -> list[Noun]:
    """The same of Rasid's own nouns alone, in the first of its customary spellings that is one."""
    for spelled in (stem, *spellings(stem)):
        found = own_lemmas(spelled, known)
        if found:
            return found
    return []


def own_lemmas(stem: str, known: Knowledge) -> list[Noun]:
    """The same of Rasid's own nouns alone, exactly so spelled."""
    found = listed(stem, known)
    if found:
        return found
    plural = [
        noun
        for noun in known.by_plural.get(folded(stem), [])
        if any(spelled_alike(written_plural(noun, each), stem) for each in noun.plurals)
    ]
    if any("plural-own" in noun.flags for noun in plural):
        return [Noun(stem, "noun", "m")]
    return plural or _regular(stem, known)


def listed(stem: str, known: Knowledge) -> list[Noun]:
    """Rasid's own nouns with this lemma, or its short form (قاض)."""
    key = folded(stem)
    found = [noun for noun in known.nouns.get(key, []) if _is_lemma(noun, stem, known)]
    exact = [noun for noun in found if noun.lemma == stem]  # كرة is no كره without dots
    long = len(stem) > _SHORT or stem.endswith("ى")  # قوى, of قوة, is no قوي
    if not exact and long and known.is_plural(stem):
        return []  # nor أسرى a family's أسري with them
    return exact or found or [noun for noun in known.by_short.get(key, []) if spelled_alike(noun.lemma[:-1], stem)]


def _is_lemma(noun: Noun, stem: str, known: Knowledge) -> bool:
    """Whether a noun is spelled so, unless the dots of a last ى or ي make it another word: عظمى is no عظمي."""
    return noun.lemma == stem or (spelled_alike(noun.lemma, stem) and not known.tells_apart(stem, noun.lemma))


def _regular(stem: str, known: Knowledge) -> list[Noun]:
    """The lemma behind a regular ending: ية and ة of adjectives, ات, ون and ين, ان."""
    for ending, lemma_ends in (("ات", ("ة", "")), ("ة", ("",)), ("ون", ("",)), ("ين", ("", "ة")), ("ان", ("",)),
                               ("تين", ("ة",)), ("تان", ("ة",)), ("ا", ("",))):  # fmt: skip
        if not stem.endswith(ending) or len(stem) - len(ending) < 3:  # noqa: PLR2004
            continue
        if key_of(folded(stem)) in known.names:
            return _woman(stem, known)
        for lemma_end in lemma_ends:
            lemma = stem.removesuffix(ending) + lemma_end
            found = [noun for noun in known.nouns.get(folded(lemma), []) if spelled_alike(noun.lemma, lemma)
                     and (ending != "ة" or noun.pos in ADJECTIVES or noun.feminine)]  # fmt: skip
            if found:
                return found
    return _construct(stem, known)


def _woman(stem: str, known: Knowledge) -> list[Noun]:
    """The feminine of a person that is a name too: سفيرة is a town; of that, the man is no form."""
    men = known.nouns.get(folded(stem[:-1]), []) if stem.endswith("ة") else []
    return [Noun(stem, "noun", "f", ("ات",)) for noun in men[:1] if noun.pos == "noun" and noun.feminine == stem]


def _construct(stem: str, known: Knowledge) -> list[Noun]:
    """The person behind a plural without its nun, as it stands before another noun: طالبو اللجوء, مسؤولي الأمن."""
    if stem[-1] not in "وي" or len(stem) < _CONSTRUCT or known.knows(key_of(folded(stem))):
        return []
    found = [noun for noun in known.nouns.get(folded(stem[:-1]), []) if spelled_alike(noun.lemma, stem[:-1])]
    return [noun for noun in found if noun.pos == "noun" and (noun.feminine or "ون" in noun.plurals)]


def spelled_alike(left: str, right: str) -> bool:
    """Whether two words differ in no mark that both have written."""
    return len(left) == len(right) and all(map(same_mark, left, right))


def guess(stem: str) -> Noun:
    """A word no list holds, by its ending."""
    if stem.endswith("ات") and len(stem) > 4:  # noqa: PLR2004
        return Noun(stem.removesuffix("ات") + "ة", "noun", "f", ("ات",))
    if stem.endswith("ية") and len(stem) > _MIN_NISBA:
        return Noun(stem.removesuffix("ة"), "nisba", "m", ("ون", "ات"), "ة")
    if stem.endswith("ة"):
        return Noun(stem, "noun", "f", ("ات",))
    if stem.endswith("ي") and len(stem) > _MIN_NISBA:
        return Noun(stem, "nisba", "m", ("ون", "ات"), "ة")
    return Noun(stem, "noun", "m", ("ات",))
