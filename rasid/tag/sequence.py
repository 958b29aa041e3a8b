"""Names that no list holds: a conditional random field over the words of a sentence (CRFsuite, first order, BIO), and a
network (rasid.tag.network), whose answers are averaged.

What the field sees is the word and its neighbours, affixes, clitics, classes of words used alike, what the gazetteer
says of the place, and what stands between words. Training and tagging ask for it here, so that they cannot differ. The
field is seeds/models/names.crfsuite; bench/training/names.py makes it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any, Final, NamedTuple, Protocol

import numpy as np

from rasid.lexicon import gazetteer, seeds
from rasid.lexicon.scan import Scan
from rasid.tag import classes, network
from rasid.tag.classes import Classes
from rasid.tag.network import Network
from rasid.text.reading import Reading, keys_of
from schemas.tagged_article import Entity, EntityType

TAGGER: Final = "sequence"
FOLDER: Final = "models"
FILE: Final = "names.crfsuite"
MOST_NUMBERED: Final = 200_000
LONGEST: Final = 120  # words of a sentence: a longer one is cut, as tables and lists of names may never end
_AFFIX: Final = 3
_TYPES: Final[dict[str, EntityType]] = {"PER": "PER", "LOC": "LOC", "ORG": "ORG"}  # MISC is trained on, not given


class Listed(NamedTuple):
    """A name of the gazetteer from word `first` to word `last` of the reading."""

    first: int
    last: int
    type: str


class Named(NamedTuple):
    """A name from word `first` to word `last` of the reading, and how many letters come off its first word."""

    type: EntityType
    first: int
    last: int
    cut: int


class Token(NamedTuple):
    """A word of a sentence: its index in the reading, its proclitics, what remains, and what stands before it; `parted`
    where that ends a name, and how many letters come off the word before a name: none of للكرملين, whose alef is lost.
    """

    at: int
    clitics: str
    core: str
    gap: str
    parted: bool = False
    cut: int = 0


def listed_in(scan: Scan, entities: Iterable[Entity]) -> list[Listed]:
    """The mentions of entities as words of the reading."""
    words = [index for index, key in enumerate(scan.reading.keys) if key]
    starts = [scan.reading.span(index)[0] for index in words]

    def word_at(offset: int) -> int:
        return words[bisect_right(starts, offset) - 1]

    found = []
    for entity in entities:
        for span in entity.mentions:
            before = scan.body_start if span.field == "body" else 0
            found.append(Listed(word_at(before + span.start), word_at(before + span.end - 1), entity.type))
    return found


@lru_cache(maxsize=1)
def _name_words() -> dict[str, str]:
    """Folded words to their parts in the gazetteer: given names, surnames, titles, what organisations open with."""
    kinds: dict[str, set[str]] = {}
    for name in gazetteer.own():
        for written in name.ar:
            words = [key.decode("cp1256", "replace") for key in keys_of(written)]
            if name.type == "PER" and len(words) > 1:
                kinds.setdefault(words[0], set()).add("g")
                kinds.setdefault(words[-1], set()).add("s")
            elif name.type == "ORG" and len(words) > 1:
                kinds.setdefault(words[0], set()).add("o")
    for row in seeds.table(gazetteer.FOLDER, "titles.tsv"):
        for written in seeds.values(row["ar"]):
            words = [key.decode("cp1256", "replace") for key in keys_of(written)]
            kinds.setdefault(words[0], set()).add("t")
    return {word: "".join(sorted(letters)) for word, letters in kinds.items()}


def sentences(reading: Reading, known: Classes) -> Iterator[list[Token]]:
    """The words of a text by sentence, at most `LONGEST` each."""
    tokens: list[Token] = []
    before = -1
    for index, key in enumerate(reading.keys):
        if not key:
            continue
        gap, parted = ("", False) if before < 0 else _gap(reading, before, index)
        if tokens and (len(tokens) == LONGEST or reading.breaks_between(before, index)):
            yield tokens
            tokens, gap, parted = [], "", False
        word = key.decode("cp1256", "replace") if key[0] else key[1:].decode("utf-8", "replace")
        clitics, core = known.parts(word)
        tokens.append(Token(index, clitics, core, gap, parted, len(clitics) if clitics + core == word else 0))
        before = index
    if tokens:
        yield tokens


def _gap(reading: Reading, left: int, right: int) -> tuple[str, bool]:
    """What stands between two words apart from spaces, one sign of each kind, and whether a name ends there.

    No name goes on behind a quotation mark, bracket, comma or colon; behind a dash only without a space, as in
    نيويورك-تايمز.
    """
    between = reading.text[reading.span(left)[1] : reading.span(right)[0]]
    signs = {_SIGNS.get(sign, "*") for sign in between if not sign.isspace()}
    spaced = "-" in signs and any(map(str.isspace, between))
    return "".join(sorted(signs)), spaced or not signs.isdisjoint(_PARTING)


_PARTING: Final = frozenset('",():')
_SIGNS: Final = {**dict.fromkeys('"“”«»', '"'), **dict.fromkeys("،,؛;", ","), **dict.fromkeys("-–—ـ", "-"),
                 **dict.fromkeys("([{", "("), **dict.fromkeys(")]}", ")"), ":": ":", ".": "."}  # fmt: skip


def features(tokens: Sequence[Token], listed: Iterable[Listed], known: Classes) -> list[list[str]]:
    """What the field sees of each word, CRFsuite's attributes as strings."""
    found = flags(listed)
    seen = [_of_word(token, found.get(token.at, ""), known) for token in tokens]
    return [_in_place(tokens, seen, place) for place in range(len(tokens))]


def flags(listed: Iterable[Listed]) -> dict[int, str]:
    """What the gazetteer says of each word it names: the first of its name or not, the type, alone or not."""
    found: dict[int, str] = {}
    for each in listed:
        for index in range(each.first, each.last + 1):
            edge = "B" if index == each.first else "I"
            found.setdefault(index, f"{edge}{each.type}{'1' if each.first == each.last else '2'}")
    return found


class _Own(NamedTuple):
    """What is seen of a word, also by its neighbours."""

    word: str
    clitics: str
    coarse: str
    middle: str
    fine: str
    kind: str
    part: str
    flag: str


def _of_word(token: Token, flag: str, known: Classes) -> _Own:
    found = known.of.get(token.core)
    if found is None:
        shape = _shape(token.core)
        found = (shape, shape, shape, shape)
    parts = _name_words()
    return _Own(token.core, token.clitics, *found, parts.get(token.core, "-"), flag or "-")


def _shape(word: str) -> str:
    if word.isdigit():
        return "#"
    if word.isascii():
        return "latin"
    return f"?{word[:2] == 'ال'}{min(len(word), 7)}"


def _in_place(tokens: Sequence[Token], seen: Sequence[_Own], place: int) -> list[str]:
    me = seen[place]
    word = me.word
    found = ["b", f"w={word}", f"k={me.clitics}", f"c={me.coarse}", f"m={me.middle}", f"f={me.fine}", f"t={me.kind}",
             f"g={me.flag}", f"n={me.part}", f"l={min(len(word), 8)}", f"s={_shape(word)}",
             f"gap={tokens[place].gap}", f"kt={me.clitics}|{me.kind}", f"ng={me.part}|{me.flag}"]  # fmt: skip
    found += [f"p{size}={word[:size]}" for size in range(1, _AFFIX + 1)]
    found += [f"e{size}={word[-size:]}" for size in range(1, _AFFIX + 1)]
    for step in (-3, -2, -1, 1, 2, 3):
        at = place + step
        if not 0 <= at < len(seen):
            found.append(f"{step}:edge")
            continue
        near = seen[at]
        found += [f"{step}c={near.coarse}", f"{step}t={near.kind}", f"{step}g={near.flag}", f"{step}n={near.part}"]
        if abs(step) <= 2:  # noqa: PLR2004
            found += [f"{step}w={near.word}", f"{step}m={near.middle}", f"{step}k={near.clitics}"]
        if abs(step) == 1:
            found += [f"{step}f={near.fine}", f"{step}e={near.word[-2:]}",
                      f"{step}ww={near.word}|{word}", f"{step}cc={near.coarse}|{me.coarse}",
                      f"{step}mm={near.middle}|{me.middle}", f"{step}wc={near.word}|{me.coarse}",
                      f"{step}tt={near.kind}|{me.kind}", f"{step}wt={near.word}|{me.kind}",
                      f"{step}nn={near.part}|{me.part}", f"{step}gg={near.flag}|{me.flag}"]  # fmt: skip
    if place + 1 < len(seen):
        found.append(f"gap1={tokens[place + 1].gap}")
    if 0 < place < len(seen) - 1:
        found.append(f"ccc={seen[place - 1].coarse}|{me.coarse}|{seen[place + 1].coarse}")
        found.append(f"ttt={seen[place - 1].kind}|{me.kind}|{seen[place + 1].kind}")
    if place > 1:
        found.append(f"-2ccc={seen[place - 2].coarse}|{seen[place - 1].coarse}|{me.coarse}")
        found.append(f"-2ww={seen[place - 2].word}|{seen[place - 1].word}")
    return found


def attributes(token: Token, flag: str, known: Classes) -> list[str]:
    """What the network sees of a word, which reads its neighbours by itself."""
    own = _of_word(token, flag, known)
    return [*spelling(token, known), f"w={own.word}", f"g={own.flag}", f"gap={token.gap}",
            f"kt={own.clitics}|{own.kind}", f"ng={own.part}|{own.flag}"]  # fmt: skip


def spelling(token: Token, known: Classes) -> list[str]:
    """The part of that which is the same wherever the word stands."""
    own = _of_word(token, "", known)
    word = own.word
    return [f"k={own.clitics}", f"t={own.kind}", f"n={own.part}", f"l={min(len(word), 8)}", f"s={_shape(word)}",
            f"m={own.middle}", *(f"p{size}={word[:size]}" for size in range(1, _AFFIX + 1)),
            *(f"e{size}={word[-size:]}" for size in range(1, _AFFIX + 1))]  # fmt: skip


class NameTagger(Protocol):
    """What finds names that no list holds; `called` is what its entities give as their tagger."""

    @property
    def called(self) -> str:
        """The tagger of its entities."""
        ...

    def names(self, scan: Scan, entities: Iterable[Entity]) -> Iterable[Named]:
        """The names of an article, in order; `entities` are what the gazetteer finds in it."""
        ...


_OTHERS: Final = frozenset({"fa", "ur", "ku", "ckb", "ps"})  # languages in Arabic letters, of which nothing was learned


class SequenceTagger:
    """Field and network, each with half a voice. Opening it reads both from disk; it takes no network and no GPU."""

    called: Final = TAGGER

    def __init__(self, known: Classes, field: Any = None, net: Network | None = None) -> None:
        self._classes = known
        self._field = field or _opened()
        self._net = net or network.own()
        self._columns = [(column, tag) for column, tag in enumerate(network.TAGS) if tag in self._field.labels()]
        self._numbers: dict[tuple[str, str, str, str], tuple[int, list[int]]] = {}

    def names(self, scan: Scan, entities: Iterable[Entity]) -> Iterator[Named]:
        """The names of an article's Arabic sentences, in order; `entities` are what the gazetteer finds in it."""
        if scan.article.language in _OTHERS:
            return
        listed = listed_in(scan, entities)
        found = [tokens for tokens in sentences(scan.reading, self._classes) if _is_arabic(tokens)]
        here = [[each for each in listed if tokens[0].at <= each.first <= tokens[-1].at] for tokens in found]
        if found:
            for tokens, some, shares in zip(found, here, self._network_shares(found, flags(listed)), strict=True):
                yield from named(tokens, network.spelled(self._field_shares(tokens, some) + shares))

    def _field_shares(self, tokens: Sequence[Token], listed: Iterable[Listed]) -> network.Floats:
        """How likely the field finds each tag for each word."""
        self._field.set(features(tokens, listed, self._classes))
        shares = np.zeros((len(tokens), len(network.TAGS)), np.float32)
        marginal = self._field.marginal
        for column, tag in self._columns:
            shares[:, column] = [marginal(tag, place) for place in range(len(tokens))]
        return shares

    def _network_shares(self, found: Sequence[Sequence[Token]], flagged: dict[int, str]) -> list[network.Floats]:
        words, seen = [], []
        for tokens in found:
            numbered = [self._numbered(token, flagged.get(token.at, "")) for token in tokens]
            words.append([word for word, _ in numbered])
            seen.append([attributes for _, attributes in numbered])
        return self._net.shares(words, seen)

    def _numbered(self, token: Token, flag: str) -> tuple[int, list[int]]:
        """The number of a word and of its attributes, remembered: most words come again."""
        key = token.clitics, token.core, token.gap, flag
        found = self._numbers.get(key)
        if found is None:
            if len(self._numbers) > MOST_NUMBERED:
                self._numbers.clear()
            number = self._net.attribute.get
            seen = [number(name, 0) for name in attributes(token, flag, self._classes)]
            found = self._numbers[key] = self._net.word.get(token.core, 0), seen
        return found


def _is_arabic(tokens: Sequence[Token]) -> bool:
    """Whether most words are in Arabic letters: of others nothing was learned."""
    return 2 * sum("\u0600" <= token.core[:1] <= "\u06ff" for token in tokens) > len(tokens)


def named(tokens: Sequence[Token], tags: Sequence[str]) -> Iterator[Named]:
    """The names that tags spell: B-PER, I-PER, O …; an I- that follows no name of its type begins one."""
    open_name: Named | None = None
    for token, tag in zip(tokens, _cut_at_signs(tokens, tags), strict=True):
        kind = _TYPES.get(tag[2:])
        if open_name and tag.startswith("I-") and kind == open_name.type:
            open_name = open_name._replace(last=token.at)
            continue
        if open_name:
            yield open_name
        open_name = Named(kind, token.at, token.at, token.cut) if kind else None
    if open_name:
        yield open_name


def _cut_at_signs(tokens: Sequence[Token], tags: Sequence[str]) -> Iterator[str]:
    """Tags that no name runs across a sign with: behind a bracket or dash another begins, behind others none does."""
    lost = False
    for token, tag in zip(tokens, tags, strict=True):
        inside = tag.startswith("I-")
        if inside and token.parted:
            lost = not {"(", "-"} & set(token.gap)
            yield "O" if lost else "B" + tag[1:]
            continue
        lost = lost and inside
        yield "O" if lost else tag


@lru_cache(maxsize=1)
def own() -> SequenceTagger:
    """The tagger that ships, opened once."""
    return SequenceTagger(classes.own())


def _opened() -> Any:
    from pycrfsuite import Tagger

    tagger = Tagger()
    with as_file(files("seeds") / FOLDER / FILE) as path:
        tagger.open(str(path))
    return tagger
