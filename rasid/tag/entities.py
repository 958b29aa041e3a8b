"""Finding the gazetteer's names in an article: longest first, then leftmost, every mention with its span.

A surname that names a person alone counts for the person. Names no list holds are not found here.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from rasid.lexicon.form import Form, Host, Rule
from rasid.lexicon.gazetteer import Name
from rasid.lexicon.guards import Guard, settled
from rasid.lexicon.knowledge import Knowledge
from rasid.lexicon.lexis import CACHE_WORDS, Word
from rasid.lexicon.phrases import Found, Kind, PhraseIndex, Words, stands
from rasid.lexicon.scan import Scan
from rasid.lexicon.thesaurus import language_of
from rasid.text.reading import Reading, word_key
from schemas.tagged_article import Entity, Label

TAGGER: Final = "gazetteer"
MAX_MENTIONS: Final = 2_000  # of one article: a record has to fit a Kafka message
_NOT_IT: Final = -1
_CITY: Final = "مدينة"
_TEH: Final = word_key("ة")
_ARTICLE: Final = word_key("ال")
_SHORT: Final = 4  # letters up to which a name with a clitic is checked against ordinary words
# Words before a name that is also an ordinary word, which make it a name.
_BEFORE: Final = frozenset(word_key(word) for word in (
    "في", "إلى", "دولة", "جمهورية", "مدينة", "العاصمة", "سلطنة", "مملكة", "منطقة", "قرية", "محافظة", "ولاية", "حكومة",
    "رئيس", "سفير", "شركة", "حزب", "نادي", "فريق", "منظمة", "in", "to", "of", "from"))  # fmt: skip


class Filed(NamedTuple):
    """A name under one of the things it is called."""

    name: Name
    words: Words
    key: bytes  # of the first word, without clitics
    label: Label
    number: int  # of this name under this writing, in the index
    whose: int  # of this name
    title: int  # words before the name itself: الأمير in الأمير محمد بن سلمان
    doubtful: bool  # whether only its context makes it a name
    adjective: bool  # whether it is also a country's adjective


class Mention(NamedTuple):
    """A name that stands there: the places of its words, and its characters, the latter without clitics before it."""

    first: int
    last: int
    start: int
    end: int
    filed: Filed


@dataclass(slots=True)
class EntityTagger:
    """The gazetteer's names, as phrases of an index."""

    index: PhraseIndex  # which the names are added to
    known: Knowledge
    _words: dict[str, int] = field(default_factory=dict)
    _keys: dict[int, bytes] = field(default_factory=dict)
    _names: dict[Name, tuple[int, Label]] = field(default_factory=dict)
    _filed: list[Filed] = field(default_factory=list)
    _judged: dict[tuple[int, str], int] = field(default_factory=dict)

    def add(self, name: Name) -> None:
        """Files a name under everything it is called."""
        whose, label = self._names.setdefault(name, (len(self._names), Label(name.label_ar, name.label_en)))
        for written in (*name.ar, *name.en, *name.alone_ar, *name.alone_en):
            words = tuple(self._word(word) for word in written.replace("-", " ").replace(".", " ").split())
            if words:
                number = self.index.add(words, Kind.NAME)
                key = self._keys[words[0]]
                doubtful, adjective = key in map(word_key, name.doubtful), key in _adjectives(name)
                filed = Filed(name, words, key, label, number, whose, _title(written, name), doubtful, adjective)
                self._filed.append(filed)

    def _word(self, written: str) -> int:
        if written not in self._words:
            word = arabic_name(written, self.known) if language_of(written) == "ar" else latin_name(written)
            number = self._words[written] = self.index.lexis.add(word)
            self._keys[number] = word.forms[0].key
        return self._words[written]

    def tag(self, scan: Scan, found: Found | None = None) -> list[Entity]:
        """The entities of an article, by first mention; `found` are the names that the index finds in it."""
        entities: dict[int, Entity] = {}
        for each in self.mentions(scan, found)[:MAX_MENTIONS]:
            span, filed = scan.span_of(each.start, each.end), each.filed
            entity = entities.get(filed.whose)
            if entity:
                entity.mentions.append(span)
            else:
                name = filed.name
                entities[filed.whose] = Entity(name.type, filed.label, name.wikidata, TAGGER, [span])
        return list(entities.values())

    def mentions(self, scan: Scan, found: Found | None = None) -> list[Mention]:
        """Every mention, in order, none overlapping another."""
        found = self.index.find(scan.reading)[Kind.NAME] if found is None else found
        reading = scan.reading
        mentions: list[Mention] = []
        free = -1
        filed, text = self._filed, reading.text
        for number, first, last, start, end in found.tolist():
            if first > free:
                cut = self._cut(reading, filed[number], first, last, text[start:end])
                if cut != _NOT_IT:
                    free = last
                    mentions.append(Mention(first, last, start + cut, end, filed[number]))
        return mentions

    def _cut(self, reading: Reading, filed: Filed, first: int, last: int, written: str) -> int:
        """How many characters stand before a name; `_NOT_IT` where it is none, alone as it stands or by its marks."""
        if first == last and (
            (filed.doubtful and not _has_context(reading, first)) or (filed.adjective and _agrees(reading, first))
        ):
            return _NOT_IT
        asked = filed.number, written
        cut = self._judged.get(asked)
        if cut is None:
            if len(self._judged) >= CACHE_WORDS:
                self._judged.clear()
            it_is = stands(self.index.lexis, reading, filed.words, first)
            cut = self._judged[asked] = _before_name(reading, filed, first) if it_is else _NOT_IT
        return cut


def _has_context(reading: Reading, place: int) -> bool:
    return place > 0 and reading.key_at(place - 1) in _BEFORE


def _agrees(reading: Reading, place: int) -> bool:
    """Whether a feminine noun as definite comes before: الخارجية السعودية, شركة سورية, وزارة الدفاع السعودية."""
    if not place:
        return False
    noun, own = reading.key_at(place - 1), reading.key_at(place)
    if noun.startswith(_ARTICLE) != own.startswith(_ARTICLE):
        return False
    has_head = noun.startswith(_ARTICLE) and place > 1
    return noun.endswith(_TEH) or (has_head and reading.key_at(place - 2).endswith(_TEH))


def _adjectives(name: Name) -> set[bytes]:
    return {word_key(prefix + each) for each in name.adjectives for prefix in ("", "ال")}


def _title(written: str, name: Name) -> int:
    """How many words of a name are a title: what follows is another of the person's names, or the city after مدينة."""
    words = written.split()
    for count in range(1, len(words) - (name.type == "PER")):
        if name.type == "PER" and " ".join(words[count:]) in {*name.ar, *name.en}:
            return count
    return int(name.type == "LOC" and len(words) > 1 and words[0] == _CITY)


def _before_name(reading: Reading, filed: Filed, place: int) -> int:
    """How many characters stand before the name itself: its title's, or its first word's clitics."""
    if not filed.title:
        return clitic_length(reading, filed.key, reading.at_place[place])
    return reading.place_starts[place + filed.title] - reading.place_starts[place]


def clitic_length(reading: Reading, own: bytes, index: int) -> int:
    """How many characters stand before `own` in a word; 0 where a lost alef of ال or a mark leaves no clean cut."""
    key = reading.keys[index]
    if key == own or not key.endswith(own):
        return 0
    cut = len(key) - len(own)
    return cut if word_key(reading.surface(index)[:cut]) == key[:cut] else 0


def arabic_name(written: str, known: Knowledge) -> Word:
    """A name's word: its clitics, no inflection. After ل an own ال loses its alef: للكرملين."""
    forms = [Form(written, Rule.SAME, Host.NAME)]
    if written.startswith("ال"):
        forms.append(Form("ل" + written[2:], Rule.SAME, Host.NAME))
    if len(written) > _SHORT:
        return Word(written, tuple(forms))
    return Word(written, tuple([settled(form, known) for form in forms]), guard=Guard((), known, alone=True))


def latin_name(written: str) -> Word:
    """A name in Latin letters, compared with its capitals; headlines may have it all in capitals."""
    spelled = dict.fromkeys((written, written.upper()))
    return Word(written, tuple(Form(each, Rule.SAME) for each in spelled), case=True)
