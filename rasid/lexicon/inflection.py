"""All the forms of an Arabic noun or adjective: number, gender, case and state; clitics are left to clitics.py.

Endings follow Ryding, A Reference Grammar of Modern Standard Arabic (2005), §§ 5 to 8; spelling of hamza before
pronouns, the academy rules newspapers use (أصدقاء, أصدقاؤه, أصدقائه).
"""

from collections.abc import Iterator

from rasid.lexicon.form import Form, Host, Rule, Tail
from rasid.lexicon.knowledge import Noun, feminine_of, written_plural

ADJECTIVES = {"adj", "nisba"}
_OF_KIN = frozenset({"أب", "أخ", "حم"})  # whose case is a long vowel before a pronoun: أبوه, أخاه
_JOINS_NOT = frozenset("اأإآدذرزوؤى")  # letters that join none after them
_LONG = frozenset("اوي")
_VERBAL_NOUN = 5  # letters of a noun which, where no plural is listed, has the sound one: تصعيدات
_LONG_NOUN = 4  # letters of a noun whose ـي is taken for a dual rather than an adjective of relation


def noun_forms(noun: Noun) -> Iterator[Form]:
    """Every form of a noun or adjective."""
    adjective = noun.pos in ADJECTIVES
    yield from singular(noun.lemma, Rule.SAME, adjective=adjective, defective="defective" in noun.flags)
    feminine = feminine_of(noun)
    if feminine:
        yield from _feminine(feminine, noun, adjective=adjective)
    if "no-dual" not in noun.flags:
        yield from dual(noun.lemma, noun)
    plain = noun.pos == "noun" and not {"plural-only", "plural-own"} & noun.flags and not noun.lemma.endswith("ة")
    unlisted = ("ات",) if plain and len(noun.lemma) >= _VERBAL_NOUN else ()
    for plural in noun.plurals or unlisted:
        yield from plural_forms(noun, plural)


def _feminine(feminine: str, noun: Noun, *, adjective: bool) -> Iterator[Form]:
    """The feminine in all numbers; of an adjective, or what was one, without pronouns (أمنيته is his wish)."""
    adjective = adjective or (noun.lemma.endswith("ي") and "defective" not in noun.flags)
    forms = [*singular(feminine, Rule.INFLECTION, adjective=adjective), *dual(feminine, noun)]
    if feminine.endswith("ة"):
        forms += sound_plural(feminine[:-1] + "ات", "ات")
    for form in forms:
        if not adjective:
            yield form
        elif form.tail is not Tail.MUST:
            yield form._replace(tail=Tail.NEVER)


def singular(lemma: str, rule: Rule, *, adjective: bool = False, defective: bool = False) -> Iterator[Form]:
    """The base, what stands before a pronoun, and the accusative with tanwin."""
    tail = Tail.NEVER if adjective else Tail.MAY
    if lemma.endswith("ة"):
        yield Form(lemma, rule, Host.NOUN, article=True)
        yield Form(lemma[:-1] + "ت", Rule.INFLECTION, Host.NOUN, tail=Tail.MUST)
    elif lemma.endswith("اء"):
        yield Form(lemma, rule, Host.NOUN, article=True, tail=tail)
        yield from (Form(lemma[:-1] + seat, Rule.INFLECTION, Host.NOUN, tail=Tail.MUST) for seat in "ؤئ")
    elif lemma.endswith("ى"):
        yield Form(lemma, rule, Host.NOUN, article=True)
        yield Form(lemma[:-1] + "ا", Rule.INFLECTION, Host.NOUN, tail=Tail.MUST)
    else:
        yield Form(lemma, rule, Host.NOUN, article=True, tail=tail)
        yield from (Form(stem + "ا", Rule.INFLECTION, Host.NOUN) for stem in _seated(lemma))
        if lemma.endswith(("ء", "أ")):
            yield from (Form(lemma[:-1] + seat, Rule.INFLECTION, Host.NOUN, tail=Tail.MUST) for seat in "ؤئأء")
    if defective:
        yield Form(lemma[:-1], Rule.INFLECTION, Host.NOUN)
    if lemma in _OF_KIN:
        yield from (Form(lemma + case, Rule.INFLECTION, Host.NOUN, tail=Tail.MUST) for case in "واي")


def dual(lemma: str, noun: Noun) -> Iterator[Form]:
    """Both cases, with and without nun."""
    for stem in _dual_stems(lemma):
        nominative = stem[:-1] + "آ" if stem.endswith("أ") else stem + "ا"
        for whole in (nominative + "ن", stem + "ين"):
            yield Form(whole, Rule.INFLECTION, Host.NOUN, article=True)
        yield Form(nominative, Rule.INFLECTION, Host.NOUN, tail=Tail.MAY)
        if may_be_dual(lemma, noun):
            yield Form(stem + "ي", Rule.INFLECTION, Host.NOUN, tail=Tail.MAY)
        else:
            yield Form(stem + "ي", Rule.INFLECTION, Host.NOUN, tail=Tail.MUST)


def _seated(lemma: str) -> tuple[str, ...]:
    """What stands before an alef: a last ء takes a seat after a letter that joins (شيئا, عبئان), mostly."""
    joins = lemma.endswith("ء") and lemma[-2:-1] not in _JOINS_NOT
    return (lemma, lemma[:-1] + "ئ") if joins else (lemma,)


def _dual_stems(lemma: str) -> tuple[str, ...]:
    if lemma.endswith("ة"):
        return (lemma[:-1] + "ت",)
    if lemma.endswith("ى"):
        return (lemma[:-1] + "ي",)
    if lemma.endswith("اء"):
        return (lemma, lemma[:-1] + "ئ", lemma[:-1] + "و")
    return _seated(lemma)


def may_be_dual(lemma: str, noun: Noun) -> bool:
    """Whether lemma + ي is read as two of it (وزيري, قراري) rather than as its adjective (بنكي, ناري)."""
    person = bool(noun.feminine) or "ون" in noun.plurals
    return lemma.endswith("ة") or person or len(lemma) > _LONG_NOUN


def plural_forms(noun: Noun, plural: str) -> Iterator[Form]:
    """One plural in its cases."""
    yield from alone(written_plural(noun, plural), plural)


def alone(written: str, plural: str) -> Iterator[Form]:
    """A plural as written, of the kind `plural`: ات, ون, or else broken."""
    if plural in {"ات", "ون"}:
        yield from sound_plural(written, plural)
        return
    defective = len(written) > 4 and written[-1] == "ي" and written[-3] == "ا"  # noqa: PLR2004 -- مباني, مبان
    for form in singular(written, Rule.PLURAL, defective=defective):
        if not (_is_diptote(written) and form.spelled == written + "ا"):
            yield form._replace(rule=Rule.PLURAL)


def _is_diptote(plural: str) -> bool:
    """Whether a broken plural is of the patterns that have no tanwin: مطالبا is of مطالب, who demands."""
    return len(plural) in {5, 6} and plural[2] == "ا" and plural[1] not in _LONG and plural[-1] not in "ةىا"


def sound_plural(written: str, plural: str) -> Iterator[Form]:
    """A sound plural in its cases, with and without nun."""
    if plural == "ات":
        yield Form(written, Rule.INFLECTION, Host.NOUN, article=True, tail=Tail.MAY)
        return
    stem = written[:-2]
    yield from (Form(stem + end, Rule.INFLECTION, Host.NOUN, article=True) for end in ("ون", "ين"))
    yield from (Form(stem + end, Rule.INFLECTION, Host.NOUN, tail=Tail.MAY) for end in ("و", "ي"))
