"""What is known of Arabic words: plurals, feminines, verbs, and which words are words of their own.

Rasid's own lists (seeds/lexicon) come first; the kept lexicon arramooz, where it is installed, is asked for what they
lack. Everything here is used when a watch is compiled, never when an article is read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, permutations
from typing import Final

import msgspec

from rasid.lexicon import dictionary, gazetteer, seeds
from rasid.lexicon.clitics import PROCLITICS, PRONOUNS, Split, splits
from rasid.lexicon.form import folded
from rasid.lexicon.transliteration import is_transliterated_alike
from rasid.text.letters import SHADDA, SHORT_VOWELS
from rasid.text.reading import word_key

FOLDER: Final = "lexicon"
_TASHKEEL: Final = SHORT_VOWELS | {SHADDA}


class Noun(msgspec.Struct, frozen=True):
    """A noun or adjective: `plurals` are written-out broken plurals, or the endings ات and ون."""

    lemma: str
    pos: str
    gender: str = ""
    plurals: tuple[str, ...] = ()
    feminine: str = ""
    flags: frozenset[str] = frozenset()


class Verb(msgspec.Struct, frozen=True):
    """Third person masculine singular of past and present, as dictionaries name a verb."""

    past: str
    present: str
    masdars: tuple[str, ...] = ()

    @property
    def commonest(self) -> Iterator[str]:
        """The third person, in which reports mostly have a verb."""
        body, stem = self.past[:-1] if self.past[-1] in "اى" else self.past, self.present[1:]
        yield from (self.past, body + "ت", body + "وا")
        yield from (person + stem for person in "يتن")
        yield self.present.removesuffix("ي").removesuffix("و").removesuffix("ى") + "ون"

    @property
    def ours(self) -> str:
        """What "we" did: أجرينا, عدنا, أعلنا."""
        if self.past[-1] in "اى":
            return self.past[:-1] + ("ونا" if self.past[-1] == "ا" else "ينا")
        body = self.past[:-2] + self.past[-1] if len(self.past) > 2 and self.past[-2] == "ا" else self.past  # noqa: PLR2004
        return body.removesuffix("ن") + "نا"


@dataclass(slots=True, eq=False, repr=False)
class Knowledge:
    """Nouns and verbs by folded lemma, and the inflected shapes that lead back to them.

    All is added before the first word is made of it: what is made is remembered.
    """

    nouns: dict[str, list[Noun]] = field(default_factory=dict)
    by_plural: dict[str, list[Noun]] = field(default_factory=dict)
    verbs: dict[str, list[Verb]] = field(default_factory=dict)
    by_present: dict[str, list[Verb]] = field(default_factory=dict)
    by_short: dict[str, list[Noun]] = field(default_factory=dict)  # قاض for قاضي
    words: set[bytes] = field(default_factory=set)
    names: set[bytes] = field(default_factory=set)  # of one word, and the words of longer ones
    one_name: dict[str, list[str]] = field(default_factory=dict)  # its other spellings in the gazetteer
    with_article: set[bytes] = field(default_factory=set)  # names whose ال is their own: السعودية, البحرين
    of_verbs: dict[bytes, set[str]] = field(default_factory=dict)  # their commonest forms, to the past
    of_us: dict[bytes, set[str]] = field(default_factory=dict)  # their first persons (أجرينا), to the past
    before_pronouns: set[bytes] = field(default_factory=set)  # دعوا, of دعوى; as the dual of a verb would be
    with_dictionary: bool = False
    _of_endings: dict[str, set[str]] = field(default_factory=dict)  # words in ى or ي, as spelled, to their lemmas
    _in_article: set[str] = field(default_factory=set)  # how words begin whose ال is their own: التزا
    _ends_heh: set[bytes] = field(default_factory=set)  # of `words`, those whose ه is no ة: وجه, مياه
    _inside: dict[bytes, list[tuple[bytes, Split]]] = field(default_factory=dict)

    def add_noun(self, noun: Noun) -> None:
        """Takes in a noun with the shapes that lead back to it."""
        self.nouns.setdefault(folded(noun.lemma), []).append(noun)
        plurals = [written_plural(noun, plural) for plural in noun.plurals]
        for plural in plurals:
            self.by_plural.setdefault(folded(plural), []).append(noun)
        if "defective" in noun.flags:
            self.by_short.setdefault(folded(noun.lemma[:-1]), []).append(noun)
        words = (noun.lemma, *plurals, feminine_of(noun))
        self.know(*words)
        for word in words:
            self.know_ending(word, noun.lemma)
            if (letters := folded(word)).startswith("ال"):
                self._in_article.add(letters[:_BEGINNING])
        for word in (noun.lemma, *noun.plurals):
            if word.endswith(("ن", "ه")) and word != "ون" and "آ" not in word:  # جنيها is no جني + ها
                key = word_key(word + "ا")
                self._inside.setdefault(key[:-2], []).append((key, Split(b"", key[:-2], key[-2:])))

    def add_verb(self, verb: Verb) -> None:
        """Takes in a verb."""
        self.verbs.setdefault(folded(verb.past), []).append(verb)
        self.by_present.setdefault(folded(verb.present), []).append(verb)
        self.know(verb.past, verb.present)
        for word in (verb.past, verb.present):
            if word.endswith("ي"):  # يحيي; of one in ى the noun in ي is mostly its own: تحدي
                self.know_ending(word, verb.past)
        self.of_us.setdefault(word_key(verb.ours), set()).add(verb.past)
        for form in verb.commonest:
            self.of_verbs.setdefault(word_key(form), set()).add(verb.past)

    def know(self, *words: str) -> None:
        """Takes note of words that stand for themselves, so that no clitic is seen in them."""
        for word in words:
            key = word_key(word)
            if word.endswith("ه"):
                self._ends_heh.add(key)
            if key and " " not in word and key not in self.words:
                self.words.add(key)
                if word.endswith("ى"):
                    self.before_pronouns.add(word_key(word[:-1] + "ا"))
                self._look_inside(key)

    def know_ending(self, word: str, lemma: str) -> None:
        """Takes note of a word in ى or ي, whose dots tell it from that of another lemma: أولى, of أول, from أولي."""
        if word.endswith(("ى", "ي")):
            self._of_endings.setdefault(word, set()).add(lemma)

    def may_begin_so(self, word: str) -> bool:
        """Whether a listed word begins with ال and the letters after it in `word`: cheaper to see than which."""
        return folded(word[:_BEGINNING]) in self._in_article

    def tells_apart(self, word: str, other: str) -> bool:
        """Whether two spellings in ى and ي are both listed, and as words of no one lemma (أسرى, أسري; not شكاوى)."""
        own, others = self._of_endings.get(word, _NOTHING), self._of_endings.get(other, _NOTHING)
        return bool(own and others) and own.isdisjoint(others)

    def ends_as_another(self, word: str, lemma: str) -> bool:
        """Whether a word in ى or ي is listed of other lemmas alone: أولي is no dual of أول."""
        found = self._of_endings.get(word, _NOTHING)
        return bool(found) and lemma not in found and word != lemma

    def know_name(self, name: str) -> None:
        """Takes note of a name of one word: it has no plural, and no clitic is seen in it."""
        key = word_key(name)
        if key and key not in self.names:
            self.names.add(key)
            if key not in self.words and not name.startswith("ال"):  # السلام, of عبد السلام, is سلام with its article
                self._look_inside(key)

    def know_spellings(self, names: Iterable[str]) -> None:
        """Takes note of the words that the names of one foreign person spell differently at one place."""
        alike: dict[int, list[list[str]]] = {}
        for words in map(str.split, names):
            alike.setdefault(len(words), []).append(words)
        for spelled in chain.from_iterable(zip(*same, strict=True) for same in alike.values()):
            for word, other in permutations(dict.fromkeys(spelled), 2):
                if is_transliterated_alike(word, other) and other not in self.one_name.setdefault(word, []):
                    self.one_name[word].append(other)

    def _look_inside(self, key: bytes) -> None:
        for split in splits(key):
            self._inside.setdefault(split.stem, []).append((key, split))

    def knows(self, key: bytes) -> bool:
        """Whether a folded word stands for itself."""
        return key in self.words or key in self.names or (self.with_dictionary and key in dictionary.words())

    def has_noun(self, spelled: str) -> bool:
        """Whether a listed noun or its broken plural is spelled so, marks compared; adjectives of relation are none."""
        letters = folded(spelled)
        nouns = self.nouns.get(letters, ())
        return any(noun.lemma == spelled and noun.pos != "nisba" for noun in nouns) or self.is_plural(spelled)

    def lists_verb(self, past: str) -> bool:
        """Whether a listed verb has this past, marks compared."""
        return any(verb.past == past for verb in self.verbs.get(folded(past), ()))

    def has_verb(self, past: str) -> bool:
        """Whether a listed verb or one of the dictionary has this past."""
        return self.lists_verb(past) or (self.with_dictionary and bool(dictionary.verbs(past)))

    def ends_heh(self, key: bytes) -> bool:
        """Whether a listed word ends in a ه that is no ة."""
        return key in self._ends_heh

    def is_word(self, spelled: str) -> bool:
        """Whether a spelling is a listed word."""
        return self.lists(word_key(spelled))

    def lists(self, key: bytes) -> bool:
        """Whether a folded word is a listed word."""
        return key in self.words or (self.with_dictionary and key in dictionary.words())

    def is_noun(self, spelled: str) -> bool:
        """Whether a spelling is a listed noun or its broken plural."""
        letters = folded(spelled)
        return letters in self.nouns or letters in self.by_plural

    def is_plural(self, spelled: str) -> bool:
        """Whether a listed noun's broken plural is spelled so."""
        return any(spelled in noun.plurals for noun in self.by_plural.get(folded(spelled), ()))

    def is_name(self, spelled: str) -> bool:
        """Whether a spelling is a listed name, or a word of one."""
        return word_key(spelled) in self.names

    def containing(self, stem: bytes, *, rare: bool = True) -> Iterator[tuple[bytes, Split]]:
        """The known words that `stem` with clitics would be taken for, and which clitics.

        A final ه that is the word's own ة is not among them: its dots tell it from the pronoun. `rare` asks for words
        that only the dictionary or a name has, beside which a word of the news is the likelier reading (لقمة: for a
        summit, بعقوبة: with a sentence).
        """
        for key, split in self._inside.get(stem, []):
            if not rare and key not in self.words and not split.pronoun:
                continue
            if (split.pronoun != _HEH or key in self._ends_heh) and not (self._is_article(split) and self.knows(stem)):
                yield key, split
        if rare and self.with_dictionary:
            yield from _in_dictionary(stem)

    @staticmethod
    def _is_article(split: Split) -> bool:
        return any(each.article for each in PROCLITICS.get(split.proclitic, ()))

    def openings(self, stem: bytes, *, rare: bool = True) -> set[bytes]:
        """The proclitics with which `stem` is another word before a pronoun: ب for طاقت, of بطاقته."""
        stems = (stem, stem[:-1] + _HEH) if stem.endswith(_TEH) else (stem,)
        return {split.proclitic for each in stems for _, split in self.containing(each, rare=rare)
                if split.proclitic and not split.pronoun}  # fmt: skip

    def nouns_of(self, word: str) -> list[Noun]:
        """The nouns with this lemma: Rasid's own, or else the dictionary's. A name is no rare noun (قطر: country)."""
        found = self.nouns.get(folded(word), [])
        if found or not self.with_dictionary or self.is_name(word):
            return found
        return [Noun(lemma, "adj" if adjective else "noun", gender, plurals, "ة" if feminine else "")
                for lemma, gender, plurals, feminine, adjective in dictionary.nouns(word)]  # fmt: skip


_NOTHING: Final = frozenset[str]()
_BEGINNING: Final = 5  # letters
_TEH: Final = word_key("ت")
_HEH: Final = word_key("ه")
_ONE_LETTER: Final = tuple(each for each in PROCLITICS if len(each) == 1)
_OTHER_PRONOUNS: Final = tuple(each for each in PRONOUNS if each != _HEH)


def _in_dictionary(stem: bytes) -> Iterator[tuple[bytes, Split]]:
    listed = dictionary.words()
    if not listed:
        return
    for proclitic in _ONE_LETTER:
        if proclitic + stem in listed:
            yield proclitic + stem, Split(proclitic, stem, b"")
    for pronoun in _OTHER_PRONOUNS:
        if stem + pronoun in listed:
            yield stem + pronoun, Split(b"", stem, pronoun)


def bare(word: str) -> str:
    """A word without tashkeel: lists write some to tell words apart, newspapers do not."""
    if _TASHKEEL.isdisjoint(word):
        return str(word)
    return "".join([char for char in word if char not in _TASHKEEL])


def _before_at(lemma: str) -> str:
    """The stem before ات: without ة, and of a foreign word's own ا one is left (ميليشيات)."""
    return lemma[:-1] if lemma.endswith(("ة", "ا")) else lemma


def written_plural(noun: Noun, plural: str) -> str:
    """A plural as it is written: endings are put on the lemma, broken plurals stand as they are."""
    if plural == "ات":
        return _before_at(noun.lemma) + "ات"
    if plural == "ون":
        return noun.lemma.removesuffix("ي") + "ون" if "defective" in noun.flags else noun.lemma + "ون"
    return plural


def feminine_of(noun: Noun) -> str:
    """The feminine as it is written; empty where there is none."""
    return noun.lemma + "ة" if noun.feminine == "ة" else noun.feminine


# Common words that begin like a clitic before a word of the news, and that are no news themselves.
_LIKE_CLITICS: Final = (
    "وخيم", "وخيمة", "وسام", "وصف", "وهم", "وعي", "ورم", "ورق", "ورقة", "وطن", "وعد", "وحي", "وجه", "وجهة", "وزن",
    "فدية", "فهم", "فطور", "فرقة", "فقر", "فجر", "لبن", "لغم", "لهب", "لحم", "لقب", "لعب", "كفن", "كسر", "كمال", "كبير",
    "كبار", "كلام", "كلب", "كنز", "بشر", "بحر", "برد", "بطاقة", "بضائع", "بضاعة", "بسيط", "بصل", "بلد", "بطل", "برج",
    "كروس", "بروس", "فقط", "كلاهما", "كلانا", "كليهما", "لحية", "فصحى", "كسرى", "كهربا", "فاجر", "كاهل",
    "وصيف", "وصيفة", "لقطة", "فرعية", "فداء", "لوحي", "فسوق", "بسمة", "بدلاء", "فلين", "بورد", "بخيل", "فقيد",
    "فجار", "لعين", "فيوم", "كرمل", "فطائر", "لحمية", "بغلة", "بلاتيني",
)  # fmt: skip
_RATHER_PEOPLE: Final = ("الأسد", "الصدر", "البرهان", "المنفي")  # typed with their article, though nouns without it
# Names and adverbs that look like a dual or an accusative.
_LIKE_FORMS: Final = (
    "عدنان", "غسان", "رمضان", "نعمان", "سلمان", "مروان", "سفيان", "قحطان", "عثمان", "حمدان", "زيدان",
    "سرحان", "شيبان", "كنعان", "لقمان", "نبهان", "رضوان", "عمران", "برهان", "بدران", "جبران", "زهران", "سعدان", "سمعان",
    "شعلان", "عجلان", "فرحان", "قبلان", "يهودا", "تباعا",
)  # fmt: skip
# Names in ى whose letters with dots are a common word: سلمي is peaceful, يحيي "celebrates".
_NAMES_IN_ALEF: Final = ("سلمى", "منى", "ندى", "هدى", "نهى", "يسرى", "بشرى", "يحيى", "رضى", "لبنى", "بخارى")

_PROCLITICS: Final = frozenset("وفبكل")


@lru_cache(maxsize=1)
def own() -> Knowledge:
    """Rasid's own lists, the names of the gazetteer, and the dictionary behind them."""
    known = Knowledge(with_dictionary=True)
    for row in _rows("words.tsv"):
        known.add_noun(_noun(row))
    for row in _rows("verbs.tsv"):
        masdars = tuple(map(bare, seeds.values(row["masdar"])))
        known.add_verb(Verb(bare(row["past"]), bare(row["present"]), masdars))
        known.know(*map(bare, seeds.values(row["masdar"])), *map(bare, seeds.values(row["active_participle"])))
    known.know(*_LIKE_CLITICS, *_LIKE_FORMS)
    for each in _NAMES_IN_ALEF:
        known.know_ending(each, each)
    for name in gazetteer.own():
        _take_in(known, name)
    return known


def _take_in(known: Knowledge, name: gazetteer.Name) -> None:
    """What a name of the gazetteer tells of words."""
    for each in (*name.ar, *name.alone_ar):
        if " " not in each or name.type == "PER":
            for word in each.split():
                known.know_name(bare(word))
        if name.state and " " in each and (first := bare(each.split()[0])).endswith("يا"):
            known.know_name(first)  # كوريا is no كوري in the accusative
        if each.startswith("ال") and " " not in each and _keeps_article(name, each, known):
            known.with_article.add(word_key(each))
    adjective = bare(name.adjectives[0].split()[0]) if name.adjectives else ""
    if adjective and folded(adjective) not in known.nouns and adjective[0] not in _PROCLITICS:
        known.know(adjective)  # الغيني is no verb
    known.with_article.update(map(word_key, _surname(name, known)))
    if name.type == "PER":
        known.know_spellings(name.ar)


def _surname(name: gazetteer.Name, known: Knowledge) -> Iterator[str]:
    """The surname of a person that has ال and is no noun of the news without it: البشير."""
    for each in name.ar if name.type == "PER" else ():
        last = each.split()[-1]
        noun = folded(last[2:]) in known.nouns and last not in _RATHER_PEOPLE
        if " " in each and last.startswith("ال") and not noun:
            yield last


def _keeps_article(name: gazetteer.Name, spelled: str, known: Knowledge) -> bool:
    """Whether a name is never without its ال: a country's or a surname, and a city's that is no noun of the news."""
    return name.state or (name.type in {"LOC", "PER"} and folded(spelled[2:]) not in known.nouns)


def _rows(name: str) -> Iterable[seeds.Row]:
    return seeds.table(FOLDER, name) if name in seeds.names(FOLDER) else ()


def _noun(row: seeds.Row) -> Noun:
    return Noun(bare(row["lemma"]), row["pos"], row["gender"], tuple(map(bare, seeds.values(row["plurals"]))),
                bare(row["feminine"]), frozenset(seeds.values(row["flags"])))  # fmt: skip
