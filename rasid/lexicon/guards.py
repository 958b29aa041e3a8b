"""Which clitics a form may not bear, because the whole would be another word: والد is not و + الد.

arabic.py says what the forms are; here they are held against the words and names that the lists know.
"""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from rasid.lexicon.clitics import ASKS, PRONOUNS, allowed, decorations
from rasid.lexicon.form import Barred, Dots, Form, Host, Rule, Tail, folded
from rasid.lexicon.knowledge import Knowledge, Verb, bare
from rasid.lexicon.shadda import belies
from rasid.text.reading import key_of

_CONJUNCTIONS = {key_of("و"), key_of("ف")}
_MY = key_of("ي")
_SHORT = 2  # letters; proclitics of three and more are hardly ever part of a word (وال, بال, ولل)
_SHORT_NOUN = 4  # letters
_STEM = 4  # letters of a noun that a shadda may belie
_UNDOTTED = {"ي": "ى", "ى": "ي"}
_LIKE_PARTICLES = {"علي", "لدي", "متي", "سوي", "منى"}  # with other dots a preposition or the like: على
_RATHER_ALEF = {"ذكرى", "مرضى", "جرحى", "فتى", "منفى"}  # written with dots they are hardly ever the other word
_ARTICLE = key_of("ال")
_N = key_of("ن")
_ASKING = key_of(folded(ASKS))
_VERBAL = (Host.VERB, Host.PAST)
_TO = {"ل", "ب", "ول", "وب", "فل"}  # and before which it is more likely its verbal noun: لمنح
BARE = {"", "و", "ف"}  # before which a plural spelled like a verb is more likely the verb: كتب
# Words so common before a pronoun that a ه after them is "his", not the ة of another word typed without its dots.
_HIS = frozenset("عمل طلب سن دور حكم خط عين فكر مكتب كتب قدر حد بيت حق رأي وقت سر وحد جد بلد".split())  # noqa: SIM905 -- a list of words

_PREPOSITIONS = frozenset({"أمام"})
_ARTICLES = ("ال", "لل")
_HERS = frozenset("عادة حكمة جنة سمعة لعبة قبضة".split())  # noqa: SIM905 -- and a ت before one is the ة of these: عادته is his habit


def settled(form: Form, known: Knowledge, *, alone: bool = False) -> Form:
    """`form` as it is met beside other words that lack a dot or that a pronoun makes of it.

    `alone` says that no other word of a phrase tells which it is: على is no علي, but in على خامنئي.
    """
    if form.host is Host.NOTHING:
        return form
    dots = _dots(form, known, alone=alone)
    if dots is not Dots.FORGIVEN:
        form = form._replace(dots=dots)
    if form.host is Host.PAST and form.spelled[:-1] + "ة" in _HERS and form.spelled.endswith("ت"):
        return form._replace(tail=Tail.NEVER)
    if form.tail is Tail.MAY and form.rule is not Rule.SAME and form.key in known.before_pronouns:
        return form._replace(tail=Tail.NEVER)  # دعواه is rather his lawsuit
    return form


def _dots(form: Form, known: Knowledge, *, alone: bool) -> Dots:
    """When a form's last letter with other dots, or none, makes another word."""
    spelled = form.spelled
    if spelled.endswith("ة"):
        his = spelled[:-1] in _HIS or _is_deed(spelled[:-1], known) or _is_person(spelled[:-1], known)
        return Dots.WITHOUT_ARTICLE if his else Dots.FORGIVEN
    if spelled.endswith("ه"):
        return Dots.ALWAYS if form.rule is Rule.VERB or known.ends_heh(form.key) else Dots.FORGIVEN
    if spelled.endswith("ئ") and form.tail is not Tail.MUST:
        return Dots.ALWAYS  # شئ is شيء, شي is Xi
    if spelled in _LIKE_PARTICLES and alone:
        return Dots.ALWAYS
    if not alone or spelled in _RATHER_ALEF:
        return Dots.FORGIVEN
    other = spelled[:-1] + _UNDOTTED.get(spelled[-1], "")
    if other != spelled[:-1] and form.host not in _VERBAL and known.tells_apart(spelled, other):
        met = spelled.endswith("ى") and len(spelled) > _SHORT_NOUN  # الموسيقي العربية is rather music without its dots
        return Dots.FORGIVEN if met else Dots.ALWAYS  # كلي, "whole", is no كلى
    if other == spelled[:-1] or len(spelled) > _SHORT_NOUN:  # longer ones are mostly one word in two spellings
        return Dots.FORGIVEN
    if known.has_noun(other):
        return Dots.ALWAYS
    if spelled.endswith("ى") and known.has_noun(spelled[:-1]):  # عدوي is my enemy, قتلي "killing me"
        return Dots.WITHOUT_ARTICLE if known.is_plural(spelled) else Dots.ALWAYS
    return Dots.WITHOUT_ARTICLE if _is_deed(other, known) else Dots.FORGIVEN


Keys = tuple[frozenset[bytes], frozenset[bytes]]  # of a word's forms that may stand without a pronoun, and of all


@dataclass(slots=True, eq=False)
class Guard:
    """Which decorations of a word's `forms` are words of their own: والد is not و + الد.

    Two are equal where all that they rest on is. `alone` is False where the other words of a phrase make it plain which
    word it is.
    """

    forms: tuple[Form, ...]
    known: Knowledge
    alone: bool
    keys: Callable[[], Keys] | None = None  # of forms that are kept elsewhere
    _barred: dict[Form, Barred] = field(default_factory=dict)  # of the forms that were asked for
    _keys: Keys | None = None  # of `forms`

    def barred(self, form: Form) -> Barred:
        """The words that are not this form."""
        found = self._barred.get(form)
        if found is None:
            found = self._barred[form] = self._work_out(form._replace(spelled=bare(form.spelled)))
        return found

    def belied(self, form: Form, doubled: list[int]) -> bool:
        """Whether a shadda on these of its letters is another word's: معرّض is no معرض."""
        return any(belies(doubled, self.known.nouns.get(folded(form.spelled[:cut]), ()))
                   for cut in range(_STEM, len(form.spelled) + 1))  # fmt: skip

    def is_verb(self, form: Form) -> bool:
        """Whether a form has the letters of a verb's past: جدد, of جديد."""
        return folded(bare(form.spelled)) in self.known.verbs

    def _work_out(self, form: Form) -> Barred:
        if form.host is Host.NOTHING or not form.key:
            return Barred(frozenset(), frozenset())
        own, stems = self.keys() if self.keys is not None else self._own_keys()
        return _barred(form, own, stems if self.alone else None, self.known)

    def _own_keys(self) -> Keys:
        if self._keys is None:
            own = frozenset([each.key for each in self.forms if each.tail is not Tail.MUST])
            self._keys = own, frozenset([each.key for each in self.forms])
        return self._keys

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Guard):
            return NotImplemented
        return self.known is other.known and self.alone == other.alone and self.forms == other.forms

    def __hash__(self) -> int:
        return hash(self.alone)


def _barred(form: Form, own: AbstractSet[bytes], stems: AbstractSet[bytes] | None, known: Knowledge) -> Barred:
    blocked, unmarked, others = set[bytes](), set[bytes](), set[bytes]()
    if stems is not None:
        blocked.update(_never(form, own, known))
        unmarked.update(_unless_marked(form, known))
        others.update(_other_words(form, own, stems or own, known))
    blocked.update(_never_asked(form, known))
    verbs = _verbs_like(form, known, alone=stems is not None)
    if verbs:
        before = BARE | _TO if any(form.spelled in verb.masdars for verb in verbs) else BARE
        others |= {each.before_key + form.key + each.after_key for each in decorations(form) if each.before in before}
    if form.spelled[0] in "أإآ" and all(verb.past != form.spelled for verb in verbs):
        unmarked |= others
    else:
        blocked |= others
    return Barred(frozenset(blocked), frozenset(unmarked))


def only_with(endings: tuple[str, ...], form: Form) -> Form:
    """`form` where its proclitics end so."""
    wrong = (each for each in decorations(form) if not each.before.endswith(endings))
    return form._replace(blocked=form.blocked | {each.before_key + form.key + each.after_key for each in wrong})


def _unless_marked(form: Form, known: Knowledge) -> Iterator[bytes]:
    """What is another word where a first hamza is not written: الام is الأم, not آلام; اعلام is إعلام, not أعلام."""
    if form.spelled[0] not in "أإآ":
        return
    key, plural = form.key, form.rule is Rule.PLURAL
    plural = plural or known.is_plural(form.spelled)
    yields, article = plural and _is_lemma("إ" + form.spelled[1:], known), key[:2] == _ARTICLE
    ahead = "أ" + form.spelled[1:] in _PREPOSITIONS  # امام is أمام, and الامام the imam
    if yields or article or ahead:
        for each in decorations(form):
            rest = key[2:] + each.after_key
            before = ahead and not each.before.endswith(_ARTICLES)
            word = rest in known.words or (len(rest) > _SHORT and known.knows(rest))
            if yields or before or (article and word):
                yield each.before_key + key + each.after_key


def _is_lemma(word: str, known: Knowledge) -> bool:
    return any(noun.lemma == word for noun in known.nouns.get(folded(word), []))


def _is_deed(stem: str, known: Knowledge) -> bool:
    """Whether `stem` is a verb: ضربه without dots is rather "hit him" than ضربة."""
    return known.lists_verb(stem)


def _is_person(stem: str, known: Knowledge) -> bool:
    """Whether `stem` is a participle for a person: مساعده without dots is rather "his assistant" than مساعدة."""
    return stem.startswith("م") and len(stem) > _SHORT_NOUN and any(
        "ون" in noun.plurals and noun.pos == "noun" and noun.lemma == stem
        for noun in known.nouns.get(folded(stem), []))  # fmt: skip


def _never(form: Form, own: AbstractSet[bytes], known: Knowledge) -> Iterator[bytes]:
    """The form with a "my" that it cannot bear, or that makes an adjective of it (إلكتروني), or a verb (أجراها).

    ني is for verbs, ي for nouns that do not end in one, and ؤ before it becomes ئ.
    """
    key = form.key
    mine = "ي" if form.host in _VERBAL or form.spelled.endswith("ؤ") else "ني" if form.host is Host.NOUN else ""
    wrong = {"ي", mine} if (_may_be_relative(form) or known.knows(key + _MY)) and key + _MY not in own else {mine}
    if form.host is Host.NOUN and form.spelled.endswith("ي"):
        wrong.add("ي")
    if form.rule is not Rule.SAME and form.host is not Host.NAME:
        dual = form.rule is Rule.VERB or form.spelled.endswith("ي")  # أجرينا is no two wages of ours
        wrong |= {spelled for pronoun, spelled in PRONOUNS.items()
                  if key + pronoun not in own and (
                      key + pronoun in known.of_verbs or (dual and key + pronoun in known.of_us))}  # fmt: skip
    if form.host in _VERBAL and key + _N in known.words:
        wrong |= {"نا", "ني"}  # جنوني is no جنو + ني
    wrong -= {""}
    verbal = form.rule is Rule.VERB and key not in known.of_verbs  # ودعت is rather و + دعت
    for each in decorations(form) if wrong or verbal else ():
        whole = each.before_key + key + each.after_key
        if each.after in wrong or (verbal and len(each.before_key) == 1 and _is_of_verb(whole, own, known)):
            yield whole


def _never_asked(form: Form, known: Knowledge) -> Iterator[bytes]:
    """The noun with an interrogative أ, where that may be another word: only participles, verbal nouns and sound
    plurals of some length have one (أمحادثات, أتصعيد), since أفعال, أفعالا and أفعلة are patterns of their own. And a
    name, where that is a word in the accusative: أفغانا are Afghans.
    """
    if form.host is Host.NAME and form.spelled[-1] == "ا":
        wholes = (each.before_key + form.key for each in decorations(form) if each.before.startswith(ASKS))
        yield from (each for each in wholes if known.knows(each[:-1]))
    if form.host is not Host.NOUN:
        return
    key, whole = form.key, _ASKING + form.key
    long = len(key) > _SHORT_NOUN and form.spelled[0] in "مت" and form.spelled[-1] != "ا"
    asked = (long or (len(key) > _SHORT_NOUN + 1 and form.spelled.endswith("ات"))) and not (
        known.knows(whole) or known.has_verb(form.spelled) or known.has_verb(form.spelled[:-1] + "ى"))  # fmt: skip
    for each in decorations(form):
        if each.before == ASKS and (each.after or not asked):
            yield whole + each.after_key


def _is_of_verb(whole: bytes, own: AbstractSet[bytes], known: Knowledge) -> bool:
    """Whether a verb's form with a letter before it is another verb's: وعدنا is "he promised us", or "we promised"."""
    return whole not in own and (whole in known.of_verbs or whole in known.of_us)


def _verbs_like(form: Form, known: Knowledge, *, alone: bool) -> list[Verb]:
    """The verbs that a broken plural looks like: كتب, before a pronoun كتبته; not so جدد after its noun."""
    if form.rule is not Rule.PLURAL:
        return []
    of = known.by_plural.get(folded(form.spelled), ())
    if any("plural-first" in noun.flags or (noun.pos == "adj" and not alone) for noun in of):
        return []
    if form.tail is not Tail.MUST:
        return known.verbs.get(folded(form.spelled), [])
    sound = form.spelled.endswith("ت") and "ا" not in form.spelled  # قادته is rather his leaders than "she led him"
    return known.verbs.get(folded(form.spelled[:-1]), []) if sound else []


def _other_words(form: Form, own: AbstractSet[bytes], stems: AbstractSet[bytes], known: Knowledge) -> Iterator[bytes]:
    """The decorated forms that are another word: as a whole (بطاقة, وبطاقة), or before a pronoun (بطاقته)."""
    stem, rare = form.key, known.words.isdisjoint(own) or form.rule is Rule.VERB or form.spelled.endswith(("ؤ", "ئ"))
    whole = {
        (split.proclitic, split.pronoun)
        for key, split in known.containing(stem, rare=rare)
        if key != stem and key not in own and len(split.proclitic) <= _SHORT and allowed(form, split)
    }
    openings = {each for each in known.openings(stem, rare=rare) if len(each) <= _SHORT and each + stem not in own}
    bases = [each for each in stems if len(each) < len(stem) and stem.startswith(each)]
    inflected = rare and form.host is Host.NOUN  # فيصل has no يفيصلون
    openings |= {before for base in bases for before in known.openings(base, rare=inflected) if len(before) <= _SHORT}
    if whole or openings:
        for each in decorations(form):
            whole_word = (b"",) if each.after_key else ()  # ل + مايك is no more ل + ماء + ك than مايك is
            for before in (*_without_conjunction(each.before_key), *whole_word):
                if (before, each.after_key) in whole or (before in openings and (each.after_key or bases)):
                    yield each.before_key + stem + each.after_key


def _may_be_relative(form: Form) -> bool:
    """Whether ي after a form makes an adjective of it (بنكي) rather than "my": so it is with short nouns."""
    short = len(form.key) <= _SHORT_NOUN and not form.spelled.endswith("ت")
    return form.host is Host.NOUN and form.tail is Tail.MAY and short


def _without_conjunction(before: bytes) -> tuple[bytes, ...]:
    """Proclitics as they stand, and without a conjunction that comes first."""
    return (before, before[1:]) if before[:1] in _CONJUNCTIONS else (before,)
