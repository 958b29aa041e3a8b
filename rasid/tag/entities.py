"""Finding the gazetteer's names in an article: longest first, then leftmost, every mention with its span.

A surname that names a person alone counts for the person. Names no list holds are not found here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple

from rasid.lexicon import arabic
from rasid.lexicon.form import Form, Host, Rule, folded
from rasid.lexicon.gazetteer import Name
from rasid.lexicon.knowledge import Knowledge
from rasid.lexicon.lexis import Lexis, Word
from rasid.lexicon.phrases import Found, PhraseIndex, Words, stands
from rasid.lexicon.scan import Scan
from rasid.lexicon.thesaurus import language_of
from schemas.span import Span
from schemas.tagged_article import Entity, Label

TAGGER: Final = "gazetteer"
MAX_MENTIONS: Final = 2_000  # of one article: a record has to fit a Kafka message
_SHORT: Final = 4  # letters up to which a name with a clitic is checked against ordinary words
# Words before a name that is also an ordinary word, which make it a name.
_BEFORE: Final = frozenset(folded(word) for word in (
    "في", "إلى", "دولة", "جمهورية", "مدينة", "العاصمة", "سلطنة", "مملكة", "منطقة", "قرية", "محافظة", "ولاية", "حكومة",
    "رئيس", "سفير", "شركة", "حزب", "نادي", "فريق", "منظمة", "in", "to", "of", "from"))  # fmt: skip


class Filed(NamedTuple):
    """A name under one of the things it is called."""

    name: Name
    words: Words
    key: bytes  # of the first word, without clitics


Mention = Found[Filed]


@dataclass(slots=True)
class EntityTagger:
    """The gazetteer's names, as phrases of a lexis' words."""

    lexis: Lexis
    known: Knowledge
    _index: PhraseIndex[Filed] = field(default_factory=PhraseIndex)
    _words: dict[str, int] = field(default_factory=dict)
    _keys: dict[int, bytes] = field(default_factory=dict)

    def add(self, name: Name) -> None:
        """Files a name under everything it is called."""
        for written in (*name.ar, *name.en, *name.alone_ar, *name.alone_en):
            words = tuple(self._word(word) for word in written.replace("-", " ").replace(".", " ").split())
            if words:
                self._index.add(words, Filed(name, words, self._keys[words[0]]))

    def _word(self, written: str) -> int:
        if written not in self._words:
            word = arabic_name(written, self.known) if language_of(written) == "ar" else latin_name(written)
            number = self._words[written] = self.lexis.add(word)
            self._keys[number] = word.forms[0].key
        return self._words[written]

    def tag(self, scan: Scan) -> list[Entity]:
        """The entities of an article, by first mention."""
        mentions: dict[Name, list[Span]] = {}
        for mention in islice(self.mentions(scan), MAX_MENTIONS):
            mentions.setdefault(mention.payload.name, []).append(_inside_clitics(scan, mention))
        return [_entity(name, spans) for name, spans in mentions.items()]

    def mentions(self, scan: Scan) -> Iterator[Mention]:
        """Every mention, in order, none overlapping another."""
        candidates = [*self._index.longer(scan.reading, scan.ids), *self._single_words(scan)]
        candidates.sort(key=lambda each: (each.first, -each.last))
        free = -1
        for each in candidates:
            if each.first > free and _counts(scan, each):
                free = each.last
                yield each

    def _single_words(self, scan: Scan) -> Iterator[Mention]:
        singles = self._index.singles
        for index, ids in scan.ids.items():
            for filed in singles[ids]:
                yield Found(index, index, filed)


def _counts(scan: Scan, found: Mention) -> bool:
    """Whether a candidate is the name by its marks, and by what stands before it where it is also a common word."""
    in_context = not found.payload.name.needs_context or found.last != found.first or _has_context(scan, found.first)
    return in_context and stands(scan, found.payload.words, found.first)


def _has_context(scan: Scan, index: int) -> bool:
    place = scan.reading.places[index]
    if not place:
        return False
    before = scan.reading.at_place[place - 1]
    return folded(scan.reading.surface(before)) in _BEFORE


def _inside_clitics(scan: Scan, mention: Mention) -> Span:
    """The span of a mention without the clitics before it: لبوتين gives بوتين."""
    span = scan.span(mention.first, mention.last)
    cut = _clitic_length(scan, mention.payload.key, mention.first)
    return Span(span.field, span.start + cut, span.end, span.text[cut:])


def _clitic_length(scan: Scan, own: bytes, index: int) -> int:
    """How many characters stand before the name's first word; 0 where a lost alef of ال leaves no clean cut."""
    key = scan.reading.keys[index]
    if key == own or not key.endswith(own) or len(scan.reading.surface(index)) != len(key):
        return 0
    return len(key) - len(own)


def _entity(name: Name, spans: list[Span]) -> Entity:
    return Entity(name.type, Label(name.label_ar, name.label_en), name.wikidata, TAGGER, spans)


def arabic_name(written: str, known: Knowledge) -> Word:
    """A name's word: its clitics, no inflection. After ل an own ال loses its alef: للكرملين."""
    forms = [Form(written, Rule.SAME, Host.NAME)]
    if written.startswith("ال"):
        forms.append(Form("ل" + written[2:], Rule.SAME, Host.NAME))
    if len(written) <= _SHORT:
        forms = [arabic.guarded(form, frozenset(), known) for form in forms]
    return Word(written, tuple(forms))


def latin_name(written: str) -> Word:
    """A name in Latin letters, compared with its capitals; headlines may have it all in capitals."""
    spelled = dict.fromkeys((written, written.upper()))
    return Word(written, tuple(Form(each, Rule.SAME) for each in spelled), case=True)
