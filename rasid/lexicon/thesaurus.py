"""What a term is called in the other language, and which other names the same person or place has.

Concepts (seeds/lexicon) and names (seeds/gazetteer) are entries alike. A term that is an entry takes the entry's forms;
one that is not is composed of its parts: "trilateral talks" is talks + trilateral, turned round as Arabic has it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, product
from typing import Final

from rasid.lexicon import english, freedict, knowledge, named, seeds
from rasid.lexicon.compounds import compounds
from rasid.lexicon.entry import Entry, Language, Phrase, Rendering, language_of, phrases_of
from rasid.lexicon.form import Lexical, Proper, folded
from rasid.lexicon.knowledge import Knowledge, bare
from rasid.lexicon.lemmas import guess, lemmas, spelled_alike, without_article
from rasid.lexicon.transliteration import looks_foreign
from rasid.text.reading import word_key

Key = tuple[str, ...]
MAX_COMPOSED: Final = 200  # phrases a term may be composed to; beyond it the entries' first forms serve
_PARTICIPLE: Final = "ed"  # jailed: of the verb, and an adjective of its own
_VERB_ENDINGS: Final = (_PARTICIPLE, "ing")
_PREFIXES: Final = {"by", "co", "re", "e"}  # shorter parts of compounds: by-election, re-election
_SPELLED_OUT: Final = 3  # letters of an acronym that is written with full stops too
_MARKS: Final = frozenset("أإآ")  # of which no two match
_PART: Final = 3  # letters of each part of an English compound
_AS_ADJECTIVE: Final = {"US": "American", "USA": "American", "UK": "British", "EU": "European"}  # US troops
_ACRONYM_OF: Final = {"American": "US", "British": "UK", "European": "EU"}
# What a watched word is not with its clitics: لقمة العيش, a bite, beside استعدادا لقمة عربية.
_IDIOMS: Final[dict[str, tuple[Phrase, ...]]] = dict.fromkeys(
    ("قمة", "القمة"),
    phrases_of(("لقمة العيش", "لقمة عيش", "لقمة عيشه", "لقمة سائغة", "لقمة خبز", "لقمة واحدة", "أكل لقمة")),
)
_LINKS: Final = {"of", "for", "in", "on", "with", "by", "to", "from", "the", "a", "an", "and", "against"}


@dataclass(slots=True, repr=False)
class Thesaurus:
    """Entries, found by the dictionary forms of their words in either language."""

    known: Knowledge
    with_freedict: bool = False
    _index: dict[Key, list[Entry]] = field(default_factory=dict)
    _listed: set[str] = field(default_factory=set)  # the words of its keys: most that are asked for are none of them
    _longest: int = 1
    _known_forms: dict[str, list[str]] = field(default_factory=dict)  # of the words of its phrases
    _asked: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of others, those in `_listed`
    _last: tuple[Phrase, list[Entry]] = ((), [])  # the words asked for last, which several ask for in turn
    _concepts: dict[str, Entry] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Files an entry under every phrase it has, and a concept by its id."""
        self._asked.clear()
        self._last = ((), [])
        if entry.id and ":" not in entry.id:
            self._concepts[entry.id] = entry
        for phrase in entry.under or chain.from_iterable(entry.phrases.values()):
            for key in self._filed_under(entry, phrase):
                found = self._index.setdefault(key, [])
                self._listed.update(key)
                if entry not in found:
                    found.append(entry)
            self._longest = max(self._longest, len(phrase))

    def _filed_under(self, entry: Entry, phrase: Phrase) -> Iterator[Key]:
        """The keys of a phrase. An Arabic name of one word is no inflected word: سيول is no سيل, الجزائر no جزيرة."""
        if entry.kind == "name" and len(phrase) == 1 and language_of(*phrase) == "ar":
            return iter([(self._name_key(phrase[0]),)])
        return product(*map(self._canonical, phrase))

    def _name_key(self, word: str) -> str:
        """The key of a name: with its article where the word without it is another one."""
        stem = without_article(bare(word), self.known)
        if stem == bare(word) or not self.known.is_name(word):
            return folded(stem)
        noun = word_key(word) not in self.known.with_article and self.known.is_noun(stem)
        return folded(bare(word)) if noun or self._dictionary_forms(stem) != {folded(stem)} else folded(stem)

    def entries(self, words: Phrase) -> list[Entry]:
        """The entries that `words` name as a whole."""
        last = self._last
        if words != last[0]:
            last = self._last = words, self._entries(words)
        return last[1]

    def _entries(self, words: Phrase) -> list[Entry]:
        found: list[Entry] = []
        for key in self._keys(words):
            found.extend(entry for entry in self._index.get(key, []) if entry not in found)
        if found and any(not _MARKS.isdisjoint(word) for word in words):
            found = [entry for entry in found if _is_marked_alike(words, entry, self.known)]
        if len(words) == 1 and language_of(*words) == "en" and (not found or words[0].endswith(_PARTICIPLE)):
            return [*found, *(entry for entry in self._of_verb(words[0].lower()) if entry not in found)]
        if found or len(words) != 2 or language_of(*words) == "ar" or min(map(len, words)) < _PART:  # noqa: PLR2004
            return found
        return self.entries(("".join(words).lower(),))  # rain forest

    def has_other(self, surname: str) -> bool:
        """Whether a surname is a word, with or without its article, or an entry that is no other spelling of it.

        One with an article of its own (الحريري) is none, nor is a foreign one that other people bear too.
        """
        if word_key(surname) not in self.known.with_article and self.known.is_word(
            without_article(surname, self.known)
        ):
            return True
        foreign = looks_foreign(surname) or language_of(surname) == "en"
        return any(not (entry.spelling or (foreign and entry.of_person)) for entry in self.entries((surname,)))

    def _of_verb(self, word: str) -> list[Entry]:
        """The verbs of which an English word that is no entry is a form: detained, withdrawing."""
        bases = (base for end in _VERB_ENDINGS if word.endswith(end) for base in english.behind(word, end))
        return [entry for base in bases for entry in self._index.get((base,), []) if entry.kind == "verb"]

    def _keys(self, words: Phrase) -> Iterable[Key]:
        """The keys that `words` may be, of those there may be."""
        found: list[tuple[str, ...]] = []
        for word in words:
            known = self._known(word)
            if not known:
                return ()
            found.append(known)
        return product(*found)

    def _known(self, word: str) -> tuple[str, ...]:
        """The dictionary forms that a word may belong to, of those that stand in a key."""
        found = self._asked.get(word)
        if found is None:
            forms = self._known_forms.get(word) or self._work_out(word)
            found = self._asked[word] = tuple([each for each in forms if each in self._listed])
        return found

    def _canonical(self, word: str) -> list[str]:
        """The dictionary forms that a word may belong to."""
        if word not in self._known_forms:
            self._known_forms[word] = self._work_out(word)
        return self._known_forms[word]

    def _work_out(self, word: str) -> list[str]:
        if language_of(word) == "en":
            return [word] if word.isupper() and len(word) > 1 else english.bases(word.lower())
        key, stem = self._name_key(word), without_article(bare(word), self.known)
        if key != folded(stem) and word_key(word) in self.known.with_article:
            return [key]
        found = self._dictionary_forms(stem)
        return sorted(found | {key} if self.known.is_name(word) else found)

    def _dictionary_forms(self, stem: str) -> set[str]:
        return {folded(noun.lemma) for noun in lemmas(stem, self.known) or [guess(stem)]}

    def render(self, words: Phrase) -> list[Rendering]:
        """What `words` are called in the other language. Empty where a part has no entry."""
        source = language_of(*words)
        target: Language = "en" if source == "ar" else "ar"
        entries = [entry for entry in self.entries(words) if entry.phrases.get(target)]
        if entries:
            return [*_phrases(entries, target)]
        return list(self._composed(words, target)) if len(words) > 1 else self._from_dictionary(words)

    def _from_dictionary(self, words: Phrase) -> list[Rendering]:
        """FreeDict's translations of an English word that is in no entry: the lower-ranked source."""
        if not self.with_freedict or self.entries(words) or language_of(*words) == "ar" or words[0][:1].isupper():
            return []
        return [Rendering((Lexical(each),)) for each in freedict.translations(words[0])]

    @property
    def concepts(self) -> Iterable[str]:
        """The ids of the concepts."""
        return self._concepts

    def itself(self, words: Phrase) -> Rendering:
        """`words` as they are: the name of a state counts in no other state's (السودان in جنوب السودان)."""
        names = [entry for entry in self.entries(words) if entry.kind == "name"]
        stops = names[0].stops.get(language_of(*words), ()) if len(names) == 1 else ()
        return Rendering(words, stops or _IDIOMS.get(words[0] if len(words) == 1 else "", ()))

    def concept(self, name: str) -> list[Rendering]:
        """What a concept is called in both languages; `name` is its id or one of its phrases. Empty where unknown."""
        entry = self._concepts.get(name)
        entries = [entry] if entry else [each for each in self.entries(tuple(name.split())) if each.kind != "name"]
        return [*_phrases(entries, "ar"), *_phrases(entries, "en")]

    def other_names(self, words: Phrase) -> list[Rendering]:
        """The names in the same language of what `words` name; of concepts, only what a hyphen makes of them."""
        source = language_of(*words)
        entries = self.entries(words)
        names = [entry for entry in entries if entry.kind == "name"]
        if source == "en":
            return [*self._named(names, words, source), *_hyphenated(words, entries), *_with_stops(words, names)]
        otherwise = (Rendering(tuple(map(Proper, each.split())), (), name=True) for each in compounds(" ".join(words)))
        return [*self._named(names, words, source), *otherwise]

    @staticmethod
    def _named(names: list[Entry], words: Phrase, source: Language) -> list[Rendering]:
        return [each for each in _phrases(names, source) if tuple(map(str, each.words)) != words]

    def _composed(self, words: Phrase, target: Language) -> Iterator[Rendering]:
        parts = None if self._leaves_out(words) else self._parts(words, target)
        if parts is None:
            return
        ordered = _in_order(parts)
        choices = [list(_phrases(entries, target)) for entries in ordered]
        while _count(choices) > MAX_COMPOSED and any(len(choice) > 1 for choice in choices):
            longest = max(choices, key=len)
            longest.pop()
        for chosen in product(*choices):
            words_chosen = tuple(word for each in chosen for word in each.words)
            stops = tuple(stop for each in chosen for stop in each.stops)
            yield Rendering(words_chosen, stops)
            if not _ACRONYM_OF.keys().isdisjoint(map(str, words_chosen)):  # American forces, US forces
                yield Rendering(tuple(_ACRONYM_OF.get(str(word), word) for word in words_chosen), stops)

    def _leaves_out(self, words: Phrase) -> bool:
        """Whether an Arabic word is in no entry, so that `words` have no parts: mostly so, and quickly seen."""
        return _AS_ADJECTIVE.keys().isdisjoint(words) and any(
            not self._known(word) and not self._known(without_article(word, self.known)) and language_of(word) == "ar"
            for word in words
        )

    def _parts(self, words: Phrase, target: Language, *, head: bool = True) -> list[list[Entry] | str] | None:
        """`words` as entries, longest first from the right, where the head stands; linking words stay as they are."""
        if not words:
            return []
        for length in range(min(self._longest, len(words)), 0, -1):
            tail = words[-length:]
            found = [entry for entry in self._part(tail) if entry.phrases.get(target)]
            if tail[0] in _AS_ADJECTIVE and not head:
                found += self.entries((_AS_ADJECTIVE[tail[0]],))
            part: list[Entry] | str = found or _link(tail)
            if part:
                before = self._parts(words[:-length], target, head=False)
                if before is not None:
                    return [*before, part]
        return None

    def _part(self, words: Phrase) -> list[Entry]:
        """The entries that a part of a term may be: السعودية is the country, after a noun also Saudi."""
        stems = tuple(without_article(word, self.known) for word in words)
        return [*self.entries(words), *(self.entries(stems) if len(words) == 1 and stems != words else ())]


def _is_marked_alike(words: Phrase, entry: Entry, known: Knowledge) -> bool:
    """Whether an entry has a phrase that differs from these words in no mark that both have: آمن is no أمن."""
    own = tuple(without_article(bare(word), known) for word in words)
    phrases = entry.under or entry.phrases.get("ar", ())
    return any(
        all(_may_be(*pair, known) for pair in zip(own, phrase, strict=True))
        for phrase in phrases
        if len(phrase) == len(words)
    )


def _may_be(word: str, other: str, known: Knowledge) -> bool:
    """Whether two words have not the same letters, as inflected ones, or no mark tells them apart."""
    stem = without_article(other, known)
    return folded(word) != folded(stem) or spelled_alike(word, stem)


def _with_stops(words: Phrase, names: list[Entry]) -> Iterator[Rendering]:
    """An acronym of a name with full stops: U.N. for UN."""
    if names and len(words) == 1 and words[0].isupper() and 1 < len(words[0]) <= _SPELLED_OUT:
        yield Rendering(tuple(words[0]), (), name=True)


def _hyphenated(words: Phrase, entries: list[Entry]) -> Iterator[Rendering]:
    """The same letters with and without a space: cyber-attack, cyberattack; ceasefire, cease-fire."""
    if len(words) == 2 and all(w.isalpha() and (len(w) >= _PART or w in _PREFIXES) for w in words):  # noqa: PLR2004
        yield Rendering(("".join(words),))
    letters = "".join(words).lower()
    for phrase in dict.fromkeys(phrase for entry in entries for phrase in entry.phrases.get("en", ())):
        if len(phrase) > len(words) and "".join(phrase).lower() == letters:
            yield Rendering(phrase)


def _link(words: Phrase) -> str:
    """A linking word, or nothing."""
    return words[0].lower() if len(words) == 1 and words[0].lower() in _LINKS else ""


def _in_order(parts: list[list[Entry] | str]) -> list[list[Entry]]:
    """The parts in the other language's order: what modifies turns round its head; "A of B" keeps its order."""
    groups: list[list[list[Entry]]] = [[]]
    for part in parts:
        if isinstance(part, str):
            if part not in {"the", "a", "an"}:
                groups.append([])
        else:
            groups[-1].append(part)
    return [part for group in groups for part in reversed(group)]


def _count(choices: list[list[Rendering]]) -> int:
    total = 1
    for choice in choices:
        total *= len(choice)
    return total


def _phrases(entries: Sequence[Entry], language: Language) -> Iterable[Rendering]:
    """The phrases of all entries, each once."""
    if len(entries) == 1:
        return entries[0].renderings(language).values()
    found: dict[Phrase, Rendering] = {}
    for entry in entries:
        for phrase, rendering in entry.renderings(language).items():
            found.setdefault(phrase, rendering)
    return found.values()


@lru_cache(maxsize=1)
def own() -> Thesaurus:
    """Every concept and name that ships."""
    thesaurus = Thesaurus(knowledge.own(), with_freedict=True)
    for name in seeds.names(knowledge.FOLDER, "concepts_"):
        for row in seeds.table(knowledge.FOLDER, name):
            thesaurus.add(_concept(row))
    for entry in named.entries():
        thesaurus.add(entry)
    for entry in named.surnames(thesaurus.has_other):
        thesaurus.add(entry)
    return thesaurus


def _concept(row: seeds.Row) -> Entry:
    return Entry(row["id"], {"en": _split(row["en"]), "ar": _split(row["ar"])},
                 {"en": _split(row["not_en"]), "ar": _split(row["not_ar"])}, row["kind"])  # fmt: skip


def _split(cell: str) -> tuple[Phrase, ...]:
    return phrases_of(seeds.values(bare(cell)))


__all__ = ["Entry", "Rendering", "Thesaurus", "language_of", "own"]
