"""A form: one written shape of a word, and the clitics that may stand on it."""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from rasid.text.letters import MARK, fold_char
from rasid.text.reading import word_key


class Rule(StrEnum):
    """What joins a surface form to the watched word; `explain` and evidence show it."""

    SAME = "same word"
    SPELLING = "spelling"
    CLITIC = "clitic"
    INFLECTION = "inflection"
    PLURAL = "broken plural"
    VERB = "verb form"
    NAME = "name variant"
    TRANSLATION = "translation"
    PREFIX = "prefix"
    RAW = "surface"

    __hash__ = str.__hash__  # as all three below: Enum's own is a call of Python's, and forms are hashed by the million


class Host(StrEnum):
    """Which clitics may stand before a form."""

    NOTHING = "nothing"
    NOUN = "noun"  # و ف, ب ك ل, ال
    NAME = "name"  # و ف, ب ك ل; its own ال is part of it
    VERB = "verb"  # و ف, س ل
    PAST = "past"  # و ف, ل: سعاد is no س + عاد

    __hash__ = str.__hash__


class Tail(StrEnum):
    """Whether a pronoun may, must or cannot follow a form."""

    NEVER = "never"
    MAY = "may"
    MUST = "must"

    __hash__ = str.__hash__


class Dots(StrEnum):
    """When the dots of a form's last letter tell it from another word: عملة from عمله, كره from كرة, رأي from رأى."""

    FORGIVEN = "forgiven"
    WITHOUT_ARTICLE = "without the article"  # the other word bears none: a verb, or a word with a pronoun
    ALWAYS = "always"


class Lexical(str):
    """A word of a concept's phrase, which means what the lexicon wrote: another word than the same letters typed.

    Typed, عقوبات is met by its singular; standing for "sanctions", it is not.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__  # the same letters typed share it, and are few; as of the enums above, for speed


class Verbal(Lexical):
    """A word of a concept that is a verb: عين is "appoint", not an eye."""

    __slots__ = ()


class Proper(Lexical):
    """A word of a name: it has a plural at most (Trump is not "trumped")."""

    __slots__ = ()


class Barred(NamedTuple):
    """Whole words (keys) that look like a form with clitics and are words of their own: والد for لد.

    `unmarked` are those that a first hamza tells apart: لازمة is a word, لأزمة is ل + أزمة.
    """

    blocked: frozenset[bytes]
    unmarked: frozenset[bytes]


class Form(NamedTuple):
    """`spelled` is the form with its marks; `article` says whether ال may precede it.

    `blocked` are whole words (keys) that are not this form with clitics, besides those that its word's guard knows.
    `dots` says when its last letter has to be dotted as it is: عملة is currency, عمله his work.
    """

    spelled: str
    rule: Rule
    host: Host = Host.NOTHING
    article: bool = False
    tail: Tail = Tail.NEVER
    blocked: frozenset[bytes] = frozenset()
    dots: Dots = Dots.FORGIVEN

    @property
    def key(self) -> bytes:
        """The folded letters under which the form is looked up."""
        return word_key(self.spelled)


@lru_cache(maxsize=200_000)
def folded(word: str) -> str:
    """One word folded, marks and separators dropped."""
    return "".join(fold_char(char) for char in word).replace(MARK, "").replace(" ", "")
