"""Taking clitics off a word, and putting them on: و ف أ, ب ك ل س, ال, and the attached pronouns.

Which combinations exist follows Ryding, A Reference Grammar of Modern Standard Arabic (2005), §§ 7 and 12. Nothing here
knows any word: a split is only a proposal, and holds when what is left is a watched form that allows it.
"""

from collections.abc import Container, Iterator
from functools import cache
from itertools import product
from typing import Final, NamedTuple

from rasid.lexicon.form import Form, Host, Rule, Tail, folded
from rasid.text.reading import key_of


class Proclitic(NamedTuple):
    """Letters before a word: `spelled` with marks; whether ال is among them; before what they may stand."""

    spelled: str
    article: bool
    hosts: frozenset[Host]


ASKS: Final = "أ"  # the interrogative
_ARABIC = frozenset({Host.NOUN, Host.NAME})


def _nominal() -> Iterator[Proclitic]:
    for conjunction, preposition in product(("", "و", "ف"), ("", "ب", "ك", "ل")):
        yield Proclitic(conjunction + preposition, article=False, hosts=_ARABIC)
        joined = "لل" if preposition == "ل" else preposition + "ال"
        yield Proclitic(conjunction + joined, article=True, hosts=frozenset({Host.NOUN}))


def _verbal() -> Iterator[Proclitic]:
    for conjunction, particle in product(("", "و", "ف"), ("", "س", "ل")):
        hosts = frozenset({Host.VERB}) if particle == "س" else frozenset({Host.VERB, Host.PAST})
        yield Proclitic(conjunction + particle, article=False, hosts=hosts)


def _question() -> Iterator[Proclitic]:
    """The interrogative أ: before names, and before such nouns as guards.py lets it (أعلن and أكرم are verbs)."""
    for conjunction in ("", "و", "ف"):
        yield Proclitic(ASKS + conjunction, article=False, hosts=frozenset({Host.NAME} if conjunction else _ARABIC))


def _key(spelled: str) -> bytes:
    return key_of(folded(spelled))


def _table() -> dict[bytes, tuple[Proclitic, ...]]:
    table: dict[bytes, tuple[Proclitic, ...]] = {}
    for each in (*_nominal(), *_verbal(), *_question()):
        table[_key(each.spelled)] = (*table.get(_key(each.spelled), ()), each)
    return table


PROCLITICS: Final = _table()
LONGEST_PROCLITIC: Final = max(map(len, PROCLITICS))
PRONOUNS: Final = {_key(each): each for each in (
    "ه", "ها", "هم", "هن", "هما", "ك", "كم", "كن", "كما", "نا", "ي", "ني")}  # fmt: skip

_FIRSTS: Final = frozenset(each[:1] for each in PROCLITICS if each)
_LASTS: Final = frozenset(each[-1:] for each in PRONOUNS)


class Split(NamedTuple):
    """A proposal: the word is `proclitic` + `stem` + `pronoun`."""

    proclitic: bytes
    stem: bytes
    pronoun: bytes


def splits(key: bytes) -> Iterator[Split]:
    """Every way to see clitics on a word, the whole word first. At least two letters are left as the stem."""
    if len(key) < 3:  # noqa: PLR2004
        yield Split(b"", key, b"")
    for length in range(min(LONGEST_PROCLITIC, len(key) - 2) + 1 if len(key) > 2 else 0):  # noqa: PLR2004
        if (proclitic := key[:length]) in PROCLITICS:
            rest = key[length:]
            yield Split(proclitic, rest, b"")
            for cut in (1, 2, 3):
                if len(rest) - cut >= 2 and rest[-cut:] in PRONOUNS:  # noqa: PLR2004 -- two letters of stem
                    yield Split(proclitic, rest[:-cut], rest[-cut:])


def splits_to(key: bytes, stems: Container[bytes]) -> list[Split]:
    """Those of `splits` that leave one of `stems`."""
    length = len(key)
    found = [Split(b"", key, b"")] if key in stems else []
    most = min(LONGEST_PROCLITIC, length - 2) if key[:1] in _FIRSTS else 0
    cuts = [cut for cut in (1, 2, 3) if length - cut >= 2 and key[-cut:] in PRONOUNS] if key[-1:] in _LASTS else []  # noqa: PLR2004 -- two letters of stem
    for start in range(most + 1):
        if start and key[:start] not in PROCLITICS:
            continue
        if start and key[start:] in stems:
            found.append(Split(key[:start], key[start:], b""))
        found += [
            Split(key[:start], key[start:-cut], key[-cut:])
            for cut in cuts
            if length - start - cut >= 2 and key[start:-cut] in stems  # noqa: PLR2004 -- two letters of stem
        ]
    return found


def allowed(form: Form, split: Split) -> Proclitic | None:
    """The reading of `split` that `form` permits, or None."""
    if form.tail is (Tail.NEVER if split.pronoun else Tail.MUST):
        return None
    if not split.proclitic:
        return BARE if form.host is not Host.NOTHING or not split.pronoun else None
    for proclitic in PROCLITICS[split.proclitic]:
        if form.host in proclitic.hosts and not (proclitic.article and (split.pronoun or not form.article)):
            return proclitic
    return None


BARE: Final = Proclitic("", article=False, hosts=frozenset(Host))


class Decoration(NamedTuple):
    """Clitics that may stand on a form, as spelled and as keys."""

    before: str
    after: str
    before_key: bytes
    after_key: bytes


def decorations(form: Form) -> tuple[Decoration, ...]:
    """Everything that may stand on `form`: the inverse of `splits` and `allowed`."""
    return _decorations(form.host, form.article, form.tail)


@cache
def _decorations(host: Host, article: bool, tail: Tail) -> tuple[Decoration, ...]:  # noqa: FBT001 -- a form's own fields
    form = Form("", Rule.SAME, host, article, tail)
    return tuple(_decorated(form))


def _decorated(form: Form) -> Iterator[Decoration]:
    for before, pronoun in product(PROCLITICS, ("", *PRONOUNS.values())):
        proclitic = allowed(form, Split(before, b"", _key(pronoun)))
        if proclitic is not None:
            yield Decoration(proclitic.spelled, pronoun, before, _key(pronoun))
