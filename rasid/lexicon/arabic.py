"""The Arabic word that a watch means: its lemmas as far as they are known, in all their forms.

inflection.py and conjugation.py give the forms, transliteration.py other spellings; here is decided which lemmas a
term may be, and which of the forms are words of their own and so are not it. guards.py does so for clitics.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

import msgspec

from rasid.lexicon import dictionary
from rasid.lexicon.clitics import decorations
from rasid.lexicon.conjugation import verb_forms
from rasid.lexicon.form import Form, Host, Lexical, Proper, Rule, Tail, Verbal, folded
from rasid.lexicon.guards import BARE, Guard, only_with, settled
from rasid.lexicon.inflection import ADJECTIVES, alone, dual, noun_forms
from rasid.lexicon.knowledge import Knowledge, Noun, Verb, bare, feminine_of, written_plural
from rasid.lexicon.lemmas import guess, lemmas, listed, own_lemmas_as_spelled, spelled_alike, without_article
from rasid.lexicon.packed import Packed, packed, unpacked
from rasid.lexicon.transliteration import spelled_otherwise, spellings, variants
from rasid.lexicon.word import MAX_WORD, Word
from rasid.text.letters import SHADDA, SHORT_VOWELS
from rasid.text.reading import key_of, word_key, word_keys

_SHORT_VERB = 3  # letters of a past that is as often a noun of another sense
_PARADIGMS = 50_000  # nouns, verbs and unlisted words whose forms are remembered: those of 100,000 watches
_OURS = key_of("نا")
_SAID = "قال"  # whose يقال is its own and not the passive of أقال
_SOUND = frozenset({"ات", "ون"})
_ARTICLE = key_of("ال")

Forms = dict[tuple[str, Host, bool, Tail], Form]


def word(term: str, known: Knowledge, *, alone: bool = True) -> Word:
    """The word a watch means by `term`: its lemmas as far as they are known, in all their forms.

    `alone` says that it is the whole term: alone السعودية is the country, in a phrase it may be the adjective, and بعيد
    is a word of its own, but in بعيد ميلاده it is ب + عيد.

    A `Lexical` term is a concept's form, and where it is a plural it keeps to itself (عقوبات: not a single عقوبة).
    """
    written = bare(term)
    parts = kept(term, known, alone=alone)
    if not is_word(written):
        return Word(str(term), tuple(unpacked(parts)))
    made = tuple(as_met(unpacked(parts), term, known, alone=alone))
    return Word(str(term), made, guard=Guard(made, known, alone), marked=is_listed(written, known))


def kept(term: str, known: Knowledge, *, alone: bool) -> tuple[Packed, ...]:
    """The forms of that word, not yet as `as_met` has them."""
    written = bare(term)
    if not is_word(written):
        return (packed([Form(written, Rule.SAME)]),)
    parts = _parts(_forms(term, written, known, alone=alone))
    if any(spelled_otherwise(part.spelled) for part in parts):
        return (packed([*_respelled(unpacked(parts), written)]),)
    return parts


def as_met(forms: Iterable[Form], term: str, known: Knowledge, *, alone: bool) -> list[Form]:
    """The forms, each once, as they are met beside other words, and with the tashkeel that was typed."""
    once: Forms = {}
    for form in forms:
        once.setdefault((form.spelled, form.host, form.article, form.tail), form)
    written = bare(term)
    deed = alone and type(term) is Lexical and _is_rather_a_deed(written, known)
    met = [_as_thing(form) if deed and form.spelled == written else form for form in once.values()]
    return [_marked_as(term, written, settled(form, known, alone=alone)) for form in met]


def _parts(forms: Iterable[Form | Packed]) -> tuple[Packed, ...]:
    """The forms as they come, those between two nouns or verbs together."""
    found: list[Packed] = []
    own: list[Form] = []
    for each in forms:
        if isinstance(each, Form):
            own.append(each)
            continue
        if own:
            found.append(packed(own))
            own = []
        found.append(each)
    return (*found, packed(own)) if own else tuple(found)


def is_word(written: str) -> bool:
    """Whether this may be an Arabic word: there is more than marks, and it is not too long."""
    return 0 < len(written) <= MAX_WORD


def _is_rather_a_deed(written: str, known: Knowledge) -> bool:
    """Whether a noun without its article is mostly a verb of the same letters: دافع عن is "defended", no motive."""
    return any("verb-first" in noun.flags for noun in known.nouns.get(folded(written), ()))


def _as_thing(form: Form) -> Form:
    """The form where an article or a preposition says that it is a noun."""
    wrong = (each for each in decorations(form) if each.before in BARE)
    return form._replace(blocked=form.blocked | {each.before_key + form.key + each.after_key for each in wrong})


def _marked_as(term: str, written: str, form: Form) -> Form:
    """The form with the tashkeel that was typed, where it is the word as typed: عِلم is not عَلَم."""
    return form if term == written or form.spelled != written else form._replace(spelled=str(term))


def is_listed(term: str, known: Knowledge) -> bool:
    """Whether a term has the letters and marks of a listed word, so that a mark it lacks is not left out."""
    stem = without_article(term, known)
    letters = folded(stem)
    return any(noun.lemma == stem for noun in known.nouns.get(letters, ())) or any(
        verb.past == term for verb in known.verbs.get(letters, ()))  # fmt: skip


def _respelled(forms: Iterable[Form], term: str) -> Iterator[Form]:
    """The forms, and their other customary spellings."""
    for form in forms:
        yield form
        rule = Rule.SPELLING if form.spelled == term else form.rule
        yield from (form._replace(spelled=other, rule=rule) for other in spellings(form.spelled))


def _forms(typed: str, term: str, known: Knowledge, *, alone: bool) -> Iterator[Form | Packed]:
    """Every form, those of a noun or verb together."""
    stem = without_article(term, known)
    named = isinstance(typed, Proper) or not isinstance(typed, Lexical)
    if alone and named and any("name-first" in noun.flags for noun in listed(term, known)):
        yield Form(term, Rule.SAME, Host.NAME)
        return
    if alone and stem != term and key_of(folded(term)) in known.with_article:
        yield Form(term, Rule.SAME, Host.NAME)
        yield only_with(("ال", "لل"), Form(stem, Rule.SAME, Host.NOUN, article=True))
        return
    if alone and isinstance(typed, Proper) and stem == term and known.is_name(term):
        yield Form(term, Rule.SAME, Host.NAME)  # سيول is Seoul, السيول are floods
        yield from _other_spellings(term, known)
        return
    if isinstance(typed, Lexical) and (plural := _plural_alone(stem, known)):
        yield from _as_written(term, stem, with_article=stem == term)
        yield from plural
        return
    nouns, verbs = ([], _doubled(term, known)) if _is_doubled(typed) else _readings(typed, term, stem, known)
    if alone and isinstance(typed, Lexical):
        nouns = [_as_noun(noun, stem) for noun in nouns]
    if verbs and not nouns:
        past = any(verb.past == term for verb in verbs)
        yield Form(term, Rule.SAME, Host.PAST if past else Host.VERB, tail=Tail.MAY)
    else:
        yield from _as_written(term, stem, with_article=stem == term or not nouns, name=_only_name(term, known))
    for noun in nouns:
        own_feminine = alone and "feminine-own" in noun.flags and stem != feminine_of(noun)
        yield _of_masculine(noun, known) if own_feminine else _of_noun(noun, known)
    for verb in verbs:
        yield _of_verb(verb, known)
    if not nouns and not verbs:
        yield from _unlisted(term, stem, known)


@lru_cache(maxsize=_PARADIGMS)
def _of_noun(noun: Noun, known: Knowledge) -> Packed:
    """The forms of a noun that are no other words: the same for all the terms that lead to it."""
    return packed(list(_without_others(noun_forms(noun), noun, known)))


@lru_cache(maxsize=_PARADIGMS)
def _of_verb(verb: Verb, known: Knowledge) -> Packed:
    past_only = verb.past[0] == "و" and verb.present[1] != "و" and _shares_present(verb, known)
    common = frozenset(word_keys([*verb.commonest]))
    forms = [form for form in verb_forms(verb) if not (past_only and form.host is Host.VERB)]
    return packed([form for form in forms if not _is_another(form, verb, common, known)])


def _shares_present(verb: Verb, known: Knowledge) -> bool:
    """Whether another verb has the same present, as those without their و mostly do: يعد is rather عد than وعد."""
    return any(other.past != verb.past for other in known.by_present.get(folded(verb.present), ()))


def _of_masculine(noun: Noun, known: Knowledge) -> Packed:
    """The same without its feminine, which is a word of its own, as its plural is: محافظات is of محافظة."""
    masculine = msgspec.structs.replace(
        noun, feminine="", plurals=tuple([each for each in noun.plurals if each != "ات"])
    )
    return packed(list(_without_others(noun_forms(masculine), noun, known)))


def _as_noun(noun: Noun, stem: str) -> Noun:
    """An adjective whose feminine the lexicon has as a noun keeps to that: بحرية is the navy, not بحري.

    Nor are قوات, which are forces, the power of قوة: its own plural is قوى.
    """
    if noun.pos in ADJECTIVES and stem == feminine_of(noun):
        return Noun(stem, "noun", "f", ("ات",))
    broken = tuple([each for each in noun.plurals if not each.endswith("ات")])
    return msgspec.structs.replace(noun, plurals=broken) if "plural-own" in noun.flags and broken else noun


def _only_name(term: str, known: Knowledge) -> bool:
    key = key_of(folded(term))
    return key in known.names and key not in known.words


def _readings(typed: str, term: str, stem: str, known: Knowledge) -> tuple[list[Noun], list[Verb]]:
    """The nouns and verbs a term may be. A short noun is no verb as well (أمن: not يؤمن) unless it names the deed
    (قتل) or a shadda was typed.
    """
    verbs, listed = _verbs(term, known), own_lemmas_as_spelled(stem, known)
    if isinstance(typed, Lexical):
        verbs, listed = _of_concept(typed, verbs, listed)
    if any(verb.past == term for verb in verbs):  # بنى is no بني without dots
        listed = [noun for noun in listed if folded(noun.lemma) != folded(stem) or noun.lemma == stem]
    elif any(noun.lemma == stem for noun in listed):  # nor قاضي a قاضى with them
        verbs = [verb for verb in verbs if verb.present == term]
    if verbs and (isinstance(typed, Verbal) or not listed):
        deed = any(stem in verb.masdars for verb in verbs)  # الحج, of حج
        return (listed or [Noun(stem, "noun", "m")]) if deed else [], verbs
    if any(verb.past == stem for verb in verbs):  # نام is rather "slept" than a نامي without its ending
        listed = [noun for noun in listed if noun.lemma[:-1] != stem or "defective" not in noun.flags]
    adjectives = all(noun.pos in ADJECTIVES and noun.lemma != stem for noun in listed)  # جدد, of جديد; or "renewed"
    if len(stem) <= _SHORT_VERB and SHADDA not in typed and not adjectives and not (verbs and stem.endswith("ى")):
        doubled = len(stem) < _SHORT_VERB  # مر is rather "passed" than bitter; of سد the list gives no deed
        return listed, [verb for verb in verbs if stem in verb.masdars or (doubled and verb.masdars)]
    if verbs or (listed and not _names_deed(stem)):
        return listed, verbs
    nouns = listed or lemmas(stem, known)
    if not nouns and (inflected := _of_verbs(term, known)):
        return [], inflected
    if known.with_dictionary and (not nouns or _names_deed(stem)) and not known.is_name(stem):
        return nouns, [Verb(*found) for found in dictionary.verbs(term)]
    return nouns, []


def _is_doubled(typed: str) -> bool:
    """Whether a shadda is typed on the middle one of three letters, as in a verb of form II: قدّم is no foot."""
    marks = [len(each) for each in "".join(char for char in typed if char not in SHORT_VOWELS).split(SHADDA)]
    return marks == [2, 1] and typed[-1] not in "ةء"


def _doubled(past: str, known: Knowledge) -> list[Verb]:
    """The verb of form II with this past: all are regular, so it need not be listed."""
    return _verbs(past, known) or [Verb(past, "ي" + past[:-1] + {"ى": "ي", "أ": "ئ"}.get(past[-1], past[-1]))]


def _of_concept(typed: Lexical, verbs: list[Verb], listed: list[Noun]) -> tuple[list[Verb], list[Noun]]:
    """The readings that a concept's word has: of حكم the verdict, and neither the referee nor تحكم."""
    listed = [noun for noun in listed if "aside" not in noun.flags] or listed
    thing = not isinstance(typed, Verbal) and any(set(noun.plurals) - _SOUND for noun in listed)
    return [] if thing else verbs, listed


def _names_deed(stem: str) -> bool:
    """Whether a word may be a past and its verbal noun alike: تجاهل, تشدد."""
    return stem.startswith("ت") and len(stem) > _SHORT_VERB and not stem.endswith(("ة", "ي"))


@lru_cache(maxsize=_PARADIGMS)
def _unlisted(term: str, stem: str, known: Knowledge) -> tuple[Packed, ...]:
    """A name has no plural, only spellings; any other word is inflected by its ending."""
    other = [*_other_spellings(term, known)]
    spelled = (packed(other),) if other else ()
    return spelled if known.is_name(term) else (*spelled, _of_noun(guess(stem), known))


def _other_spellings(term: str, known: Knowledge) -> Iterator[Form]:
    other = variants(term, known.lists, known.names.__contains__, listed=known.is_name(term))
    same = [each for each in known.one_name.get(term, ()) if not known.is_word(each)]
    yield from (Form(each, Rule.NAME, Host.NAME) for each in dict.fromkeys([*same, *other]))


def _verbs(stem: str, known: Knowledge) -> list[Verb]:
    """The verbs whose past or present is `stem`."""
    past = [verb for verb in known.verbs.get(folded(stem), []) if spelled_alike(verb.past, stem)]
    return past or [verb for verb in known.by_present.get(folded(stem), []) if spelled_alike(verb.present, stem)]


def _of_verbs(term: str, known: Knowledge) -> list[Verb]:
    """The verbs of which `term` is a common form (استقالت) or a passive (أصيب)."""
    key, hollow = key_of(folded(term)), term[:-2] + "ا" + term[-1] if term[-2:-1] == "ي" else ""
    pasts = {*known.of_verbs.get(key, ()), *(verb.past for verb in known.verbs.get(folded(hollow), []))}
    return [verb for past in sorted(pasts) for verb in known.verbs[folded(past)] if verb.past == past]


def _plural_alone(stem: str, known: Knowledge) -> list[Form]:
    """The forms of a plural that is no lemma as well; none where `stem` is not one."""
    if listed(stem, known):
        return []
    for noun in known.by_plural.get(folded(stem), []):
        for plural in noun.plurals:
            written = written_plural(noun, plural)
            if spelled_alike(written, stem):
                return list(alone(written, plural))
    if stem.endswith("ين") and (direct := _plural_alone(stem[:-2] + "ون", known)):
        return direct
    return _dual_alone(stem, known)


def _dual_alone(stem: str, known: Knowledge) -> list[Form]:
    """The forms of a dual, which means two: the solution of دولتين is that of no single دولة."""
    if not stem.endswith(("ان", "ين")) or key_of(folded(stem)) in known.names:
        return []
    lemma = stem[:-3] + "ة" if stem[-3:-2] == "ت" else stem[:-2]
    return [form for noun in known.nouns.get(folded(lemma), ()) if noun.lemma == lemma for form in dual(lemma, noun)]


def _without_others(forms: Iterable[Form], noun: Noun, known: Knowledge) -> Iterator[Form]:
    """The forms without those that are other words (لبنان is no dual of لبن); a name may still bear the article."""
    licensed = frozenset(word_keys([*_said(noun)]))
    listed, nisba = word_key(noun.lemma) in known.words, noun.lemma + "ي"
    rare = dictionary.words() if known.with_dictionary else frozenset()
    forms = list(forms)
    for form, key in zip(forms, word_keys([form.spelled for form in forms]), strict=True):
        relative = form.spelled == nisba
        another = form.spelled[-1] in "يى" and known.ends_as_another(form.spelled, noun.lemma)
        if another and not relative and form.tail is not Tail.MUST:
            continue
        other = key in known.words or key in known.names or ((relative or not listed) and key in rare)
        if form.rule is Rule.INFLECTION and form.article and key not in licensed and _ARTICLE + key in known.names:
            continue  # البحرين is no two seas
        if (key in licensed and not another) or form.tail is Tail.MUST or not (other or another):
            yield form
        elif key not in known.words and key in known.names and form.article:
            yield only_with(("ال", "لل"), form)
        elif form.tail is Tail.MAY and relative:
            yield _of_two(form._replace(tail=Tail.MUST))  # her two, where two of is an adjective: صاروخيها


def _of_two(form: Form) -> Form:
    """The form without ي, and without ه, which is the adjective's ة without its dots."""
    wrong = (each for each in decorations(form) if each.after in {"ه", "ي"})
    return form._replace(blocked=form.blocked | {each.before_key + form.key + each.after_key for each in wrong})


def _said(noun: Noun) -> Iterator[str]:
    """What the lists themselves say of a noun, whatever else has the same letters."""
    yield noun.lemma
    yield from (written_plural(noun, plural) for plural in noun.plurals)
    if "defective" in noun.flags:
        yield noun.lemma[:-1]
    feminine = feminine_of(noun)
    if feminine:
        yield from (feminine, feminine.removesuffix("ة") + "ات")


def _is_another(form: Form, verb: Verb, common: frozenset[bytes], known: Knowledge) -> bool:
    """Whether a form of a verb has the letters of a listed word or of another verb's commoner form.

    `common` are the keys of this one's.
    """
    if form.key in {key_of(folded(verb.past)), key_of(folded(verb.present))}:
        return False
    if form.spelled[1:] == verb.past and verb.past != _SAID and verb.past[1] == "ا" and "أ" + verb.past in _pasts(
        "أ" + verb.past, known):  # fmt: skip
        return True  # يعاد is a passive of أعاد
    ours = form.key.endswith(_OURS) and known.is_noun(form.spelled[:-2]) and not form.spelled.startswith(verb.past)
    woman = form.spelled.endswith("ي") and form.key[:-1] in known.words  # توافقي: an adjective of توافق
    listed = form.key in known.words and (known.has_noun(form.spelled) or not _bears_seat(form))  # سئل is no سيل
    if ours or woman or (listed and (form.key not in common or known.is_noun(form.spelled))):
        return all(noun.lemma != verb.past for noun in known.by_plural.get(folded(form.spelled), ()))  # أعين, of عيّن
    others = known.of_verbs.get(form.key, set()) - {verb.past}
    return form.key not in common and (_is_name(form, known) or bool(others))


def _bears_seat(form: Form) -> bool:
    """Whether a hamza inside, which a verb's form is never met without, has a seat that is a letter by itself."""
    return not {"ئ", "ؤ"}.isdisjoint(form.spelled[1:-1])


def _pasts(past: str, known: Knowledge) -> set[str]:
    return {verb.past for verb in known.verbs.get(folded(past), ())}


def _is_name(form: Form, known: Knowledge) -> bool:
    """Whether a form of a verb is rather a name (نزار); one with the ي of the third person hardly is (يشار)."""
    return form.key in known.names and form.spelled[0] != "ي"


def _as_written(term: str, stem: str, *, with_article: bool, name: bool = False) -> Iterator[Form]:
    """The term itself, which without its article is `stem`, with clitics: enough for a word no list holds.

    `with_article` takes its ال for letters of the word, as in المانيا; before a known noun it is the article. A `name`
    bears none (الحماس is no movement).
    """
    if name:
        yield Form(term, Rule.SAME, Host.NAME)
    elif with_article:
        yield Form(term, Rule.SAME, Host.NAME if stem != term else Host.NOUN, article=stem == term)
    if stem != term:
        yield Form(stem, Rule.SAME, Host.NOUN, article=True)
