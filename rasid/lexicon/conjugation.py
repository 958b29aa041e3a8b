"""The forms of an Arabic verb, from its past and present: sound, hollow, defective and doubled; active and passive.

Patterns follow Ryding, A Reference Grammar of Modern Standard Arabic (2005), §§ 21 to 33. Persons are those of reports:
first and third, and the second where it has the letters of another.
"""

from collections.abc import Iterator

from rasid.lexicon.form import Form, Host, Rule, Tail
from rasid.lexicon.knowledge import Verb

_WEAK = "اى"
_LONG = "اوي"
_PAST_CONSONANT = ("ت", "نا", "ن", "تم", "تما")  # endings before which a long vowel is cut and a double letter opens


def verb_forms(verb: Verb) -> Iterator[Form]:
    """Every form of `verb`, each once; what may follow it is in the form's tail."""
    present = dict.fromkeys(_present(verb.present, doubled=_may_be_doubled(verb.past)))
    past = (each for each in dict.fromkeys(_past(verb.past)) if each not in present)
    for host, forms in ((Host.PAST, past), (Host.VERB, present)):
        yield from (Form(spelled, Rule.VERB, host, tail=tail) for spelled, tail in forms if len(spelled) > 1)


def _past(past: str) -> Iterator[tuple[str, Tail]]:
    yield from _past_of(past)
    for stem in _passive_past(past):
        hollow = len(stem) == 3 and stem[1] in "يئ"  # noqa: PLR2004
        yield from (
            form for form in _past_of(stem) if not (hollow and form[0] in {stem + "ا", stem + "تا"})
        )  # قيلا looks like nouns


def _past_of(past: str) -> Iterator[tuple[str, Tail]]:
    if past[-1] in _WEAK:
        yield from _defective_past(past)
        return
    yield past, Tail.MAY
    for ending in ("ت", "تا"):
        yield past + ending, Tail.MAY
    yield from _plural(past[:-1] if past[-1] == "ي" else past, ("وا",))  # لقوا, نسوا, توفوا
    yield _dual(past), Tail.MAY
    for stem in _before_consonant(past):
        for ending in _PAST_CONSONANT:
            yield _closed(stem, ending), Tail.MAY


def _defective_past(past: str) -> Iterator[tuple[str, Tail]]:
    """دعا: دعت, دعوا, دعوت; نفى: نفت, نفوا, نفيت."""
    body = past[:-1]
    weak = "و" if past[-1] == "ا" else "ي"
    yield past, Tail.NEVER if past[-1] == "ى" else Tail.MAY
    yield body + "ا", Tail.MUST
    yield from ((body + "ت", Tail.MAY), (body + "تا", Tail.MAY), (body + "وا", Tail.NEVER), (body + "و", Tail.MUST))
    yield body + weak + "ا", Tail.MAY
    for ending in _PAST_CONSONANT:
        yield body + weak + ending, Tail.MAY


def _before_consonant(past: str) -> list[str]:
    """The stem before ت and نا: قال gives قل, رد gives ردد, علم stays."""
    if len(past) > 2 and past[-2] == "ا":  # noqa: PLR2004 -- hollow; a doubled form III (شاقّ) is no word of news
        return [past[:-2] + ("ئ" if past[-1] == "ء" else past[-1])]
    if _may_be_doubled(past):
        return [past + past[-1]] if len(past) == 2 else [past, past + past[-1]]  # noqa: PLR2004
    return [past]


def _may_be_doubled(past: str) -> bool:
    """رد, أقر, احتل, انضم, استمر: shorter by a letter than a sound verb of their form."""
    return len(past) == 2 or (past[0] == "أ" and len(past) == 3) or (past[0] == "ا" and len(past) in {4, 5})  # noqa: PLR2004


def _passive_past(past: str) -> Iterator[str]:
    """Where the passive has other letters: قيل, أصيب, شوهد, دعي, توفي; a sound past is spelled alike."""
    if len(past) > 2 and past[-2] == "ا":  # noqa: PLR2004
        yield past[:-2] + "ي" + past[-1]
    if len(past) == 4 and past[1] == "ا" and past[-1] not in _WEAK and past[0] != "و":  # noqa: PLR2004 -- form III; ووفق is و + وفق
        yield past[0] + "و" + past[2:]
    if len(past) == 5 and past[0] == "ت" and past[2] == "ا" and past[-1] not in _WEAK:  # noqa: PLR2004 -- form VI
        yield past[:2] + "و" + past[3:]
    if "أ" in past[1:-1]:  # سئل, استؤنف
        yield past[0] + past[1:-1].replace("أ", "ئ" if len(past) == 3 else "ؤ") + past[-1]  # noqa: PLR2004
    if past[-1] in _WEAK:
        yield past[:-1] + "ي"
    if past[-1] == "أ":
        yield past[:-1] + "ئ"


def _closed(stem: str, ending: str) -> str:
    """A last ن or ت is written once with the ending's: أعلن + نا is أعلنا, مات + ت is مت."""
    return stem[:-1] + ending if stem[-1] == ending[0] else stem + ending


def _dual(stem: str) -> str:
    return stem[:-1] + "آ" if stem[-1] == "أ" else stem + "ا"


def _plural(stem: str, endings: tuple[str, ...]) -> Iterator[tuple[str, Tail]]:
    """A plural's endings; a last أ takes its seat before them: بدأوا, بدؤوا."""
    bodies = (stem, stem[:-1] + "ؤ") if stem[-1] in "أء" else (stem,)
    for body in bodies:
        for ending in endings:
            yield body + ending, Tail.NEVER if ending == "وا" else Tail.MAY
        yield body + "و", Tail.MUST


def _present(present: str, *, doubled: bool) -> Iterator[tuple[str, Tail]]:
    for body in dict.fromkeys((present[1:], *_passive_present(present[1:]))):
        yield from _present_of(body, doubled=doubled)


def _present_of(body: str, *, doubled: bool) -> Iterator[tuple[str, Tail]]:
    persons = "يتنأ"
    if body[-1] in "يوى":
        yield from _defective_present(body)
        return
    for person in persons:
        yield _joined(person, body), Tail.MAY
        if body[-1] == "أ":
            yield from ((_joined(person, body[:-1] + seat), Tail.MUST) for seat in "ؤئ")
        for short in _jussive(body, doubled=doubled):
            yield _joined(person, short), Tail.MAY
    for ending in ("ي", "ين"):
        yield _joined("ت", body) + ending, Tail.NEVER
    for person in "يت":
        whole = _joined(person, body)
        yield from _plural(whole, ("ون", "وا"))
        yield from ((_dual(whole) + end, Tail.MAY) for end in ("ن", ""))
        yield from (
            (_closed(_joined(person, stem), "ن"), Tail.MAY) for stem in (*_jussive(body, doubled=doubled), body)
        )


def _joined(person: str, body: str) -> str:
    return "آ" + body[1:] if person == "أ" and body[0] in "أؤ" and person + body[0] == "أأ" else person + body


def _defective_present(body: str) -> Iterator[tuple[str, Tail]]:
    """يدعو: يدع, يدعون; يشتري: يشتر, يشترون; يلقى: يلق, يلقون, يلقاه."""
    stem = body[:-1]
    for person in "يتنأ":
        yield _joined(person, body), Tail.NEVER if body[-1] == "ى" else Tail.MAY
        yield _joined(person, stem), Tail.MAY
        if body[-1] == "ى":
            yield _joined(person, stem + "ا"), Tail.MUST
    weak = "و" if body[-1] == "و" else "ي"
    for person in "يت":
        whole = _joined(person, stem)
        yield from ((whole + end, Tail.MAY) for end in ("ون", "ين"))
        yield from ((whole + "وا", Tail.NEVER), (whole + "و", Tail.MUST))
        yield from ((whole + weak + end, Tail.MAY) for end in ("ان", "ا", "ن"))


def _jussive(body: str, *, doubled: bool) -> list[str]:
    """لم يقل, لم يستقل: a long vowel before the last letter is cut; a doubled letter may open: لم يردد."""
    if len(body) > 2 and body[-2] in _LONG:  # noqa: PLR2004
        return [body[:-2] + body[-1]]
    return [body + body[-1]] if doubled else []


def _passive_present(body: str) -> Iterator[str]:
    """يقال, يصاب, يستقال; يدعى, ينفى."""
    if len(body) > 2 and body[-2] in "وي":  # noqa: PLR2004
        yield body[:-2] + "ا" + body[-1]
    if body[-1] in "وي":
        yield body[:-1] + "ى"
    if body[-1] == "ئ":
        yield body[:-1] + "أ"
