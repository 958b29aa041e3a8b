"""The forms of an English word: plural, simple verb endings, -ise and -ize; the possessive is the reader's.

The rules are those of regular inflection (Quirk et al., A Comprehensive Grammar of the English Language,
§§ 3.2 to 3.10, 5.79 to 5.82); nouns and verbs that go their own way stand in a table.
"""

import re
from collections.abc import Iterator

from rasid.lexicon.form import Form, Proper, Rule
from rasid.lexicon.word import Word

_VOWELS = "aeiou"
_IRREGULAR = (
    ("man", "men"), ("woman", "women"), ("child", "children"), ("person", "people"), ("foot", "feet"),
    ("tooth", "teeth"), ("crisis", "crises"), ("analysis", "analyses"), ("basis", "bases"), ("thesis", "theses"),
    ("medium", "media"), ("datum", "data"), ("criterion", "criteria"), ("phenomenon", "phenomena"), ("wife", "wives"),
    ("life", "lives"), ("knife", "knives"), ("leaf", "leaves"), ("wolf", "wolves"), ("half", "halves"),
    ("thief", "thieves"), ("shelf", "shelves"), ("mouse", "mice"), ("goose", "geese"), ("bacterium", "bacteria"),
    ("nucleus", "nuclei"), ("fungus", "fungi"), ("say", "said"), ("meet", "met"), ("hold", "held"), ("win", "won"),
    ("lead", "led"), ("kill", "killed"), ("strike", "struck"), ("fight", "fought"), ("send", "sent"), ("buy", "bought"),
    ("sell", "sold"), ("steal", "stole", "stolen"), ("write", "wrote", "written"), ("shoot", "shot"),
    ("freeze", "froze", "frozen"), ("begin", "began", "begun"), ("fall", "fell", "fallen"), ("rise", "rose", "risen"),
    ("take", "took", "taken"), ("give", "gave", "given"), ("break", "broke", "broken"), ("speak", "spoke", "spoken"),
    ("flee", "fled"), ("seek", "sought"), ("bring", "brought"), ("sink", "sank", "sunk"), ("die", "died", "dying"),
)  # fmt: skip
_FAMILIES = {form: family for family in _IRREGULAR for form in family}
_UNCHANGING = {
    "news",
    "series",
    "species",
    "politics",
    "economics",
    "mathematics",
    "physics",
    "athletics",
    "this",
    "as",
}
_ACRONYM = re.compile(r"[A-Z][A-Z0-9]+")


def word(term: str) -> Word:
    """The word a watch means by a Latin `term`. All capitals (US, NATO) are compared with their case."""
    if _ACRONYM.fullmatch(term):
        return Word(term, (Form(term, Rule.SAME),), case=True)
    lowered = term.lower()
    if isinstance(term, Proper):
        return Word(str(term), (Form(lowered, Rule.SAME), *(Form(each, Rule.INFLECTION) for each in _plurals(lowered))))
    forms = dict.fromkeys((lowered, *(form for base in bases(lowered) for form in _inflected(base))))
    return Word(term, tuple(Form(form, Rule.SAME if form == lowered else Rule.INFLECTION) for form in forms))


def bases(term: str) -> list[str]:
    """The dictionary form behind a plural; verb endings are not taken off, since a watched "meeting" is the noun."""
    if term in _FAMILIES:
        return [_FAMILIES[term][0]]
    if term in _UNCHANGING or not term.isalpha() or len(term) < 4 or term.endswith(("ss", "us", "is")):  # noqa: PLR2004
        return [term]
    if term.endswith("ies") and len(term) > 4:  # noqa: PLR2004
        return [term[:-3] + "y"]
    if term.endswith(("sses", "shes", "ches", "xes", "zes")):
        return [term[:-2]]
    return [term[:-1]] if term.endswith("s") else [term]


def _inflected(base: str) -> Iterator[str]:
    for spelled in (base, *_british_american(base)):
        yield from _FAMILIES.get(spelled, (spelled,))
        if spelled.isalpha() and len(spelled) > 2:  # noqa: PLR2004 -- of, to, at
            yield from _regular(spelled)


def _plurals(name: str) -> Iterator[str]:
    if name.isalpha() and len(name) > 2:  # noqa: PLR2004 -- of, to, at
        yield name + ("es" if name.endswith(("s", "x", "z", "ch", "sh")) else "s")


def _regular(base: str) -> Iterator[str]:
    consonant_y = base.endswith("y") and base[-2] not in _VOWELS
    if consonant_y:
        yield from (base[:-1] + "ies", base[:-1] + "ied", base + "ing")
    elif base.endswith("e"):
        yield from (base + "s", base + "d", base[:-1] + "ing")
    else:
        yield base + ("es" if base.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")
        if base.endswith("o"):
            yield base + "s"
        yield from (base + "ed", base + "ing")
        if _doubles(base):
            yield from (base + base[-1] + "ed", base + base[-1] + "ing")


def _doubles(base: str) -> bool:
    """One vowel and one consonant at the end: plan, planned."""
    return len(base) > 2 and base[-1] not in _VOWELS + "wxy" and base[-2] in _VOWELS and base[-3] not in _VOWELS  # noqa: PLR2004


def _british_american(base: str) -> Iterator[str]:
    for british, american in (("ise", "ize"), ("isation", "ization"), ("yse", "yze")):
        if base.endswith(british) and len(base) > len(british) + 3:
            yield base.removesuffix(british) + american
        if base.endswith(american):
            yield base.removesuffix(american) + british
    for british, american in (("our", "or"), ("tre", "ter"), ("defence", "defense"), ("programme", "program")):
        if base.endswith(british) and len(base) > 4:  # noqa: PLR2004 -- hour, four
            yield base.removesuffix(british) + american
    for american, british in (("labor", "labour"), ("color", "colour"), ("center", "centre"), ("defense", "defence"),
                              ("program", "programme"), ("neighbor", "neighbour"), ("harbor", "harbour")):  # fmt: skip
        if base == american:
            yield british
