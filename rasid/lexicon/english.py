"""The forms of an English word: plural, simple verb endings, -ise and -ize; the possessive is the reader's.

The rules are those of regular inflection (Quirk et al., A Comprehensive Grammar of the English Language,
§§ 3.2 to 3.10, 5.79 to 5.82); nouns and verbs that go their own way stand in a table.
"""

import re
from collections.abc import Iterator

from rasid.lexicon.form import Form, Lexical, Proper, Rule
from rasid.lexicon.word import Word

_VOWELS = "aeiou"
_IRREGULAR = """
man men/woman women/child children/person people/foot feet/tooth teeth/goose geese/mouse mice/ox oxen/wife wives
life lives/knife knives/leaf leaves/wolf wolves/half halves/thief thieves/shelf shelves/calf calves/loaf loaves
scarf scarves/crisis crises/analysis analyses/basis bases/thesis theses/hypothesis hypotheses/diagnosis diagnoses
oasis oases/medium media/datum data/criterion criteria/phenomenon phenomena/bacterium bacteria/memorandum memoranda
referendum referenda/curriculum curricula/stadium stadia/nucleus nuclei/fungus fungi/stimulus stimuli/alumnus alumni
cactus cacti/index indices/spokesman spokesmen/spokeswoman spokeswomen/policeman policemen/policewoman policewomen
gunman gunmen/fireman firemen/fisherman fishermen/businessman businessmen/businesswoman businesswomen
congressman congressmen/chairman chairmen/serviceman servicemen/lawman lawmen/militiaman militiamen
gas gases/bus buses/minibus minibuses/virus viruses/bonus bonuses/census censuses/campus campuses/caucus caucuses
surplus surpluses/status statuses/lens lenses/circus circuses/consensus consensuses/genius geniuses/syllabus syllabuses
coronavirus coronaviruses/bias biases/canvas canvases/chorus choruses/octopus octopuses/iris irises/plus pluses
grandchild grandchildren/schoolchild schoolchildren/say said/meet met/hold held/win won/lead led
strike struck/fight fought/send sent/buy bought/sell sold/steal stole stolen/write wrote written/shoot shot
freeze froze frozen/begin began begun/fall fell fallen/rise rose risen/take took taken/give gave given
break broke broken/speak spoke spoken/flee fled/seek sought/bring brought/sink sank sunk/die died dying
arise arose arisen/awake awoke awoken/bear bore borne/beat beaten/become became/bend bent/bind bound/bite bit bitten
bleed bled/blow blew blown/breed bred/build built/burn burnt/catch caught/choose chose chosen/cling clung/come came
creep crept/deal dealt/dig dug/do did done/draw drew drawn/dream dreamt/drink drank drunk/drive drove driven
eat ate eaten/feed fed/feel felt/find found/fly flew flown/forbid forbade forbidden/forecast forecast
foresee foresaw foreseen/forget forgot forgotten/forgive forgave forgiven/get got gotten/go went gone/grind ground
grow grew grown/hang hung/hear heard/hide hid hidden/keep kept/kneel knelt/know knew known/lay laid/lean leant
leap leapt/learn learnt/leave left/lend lent/light lit/lose lost/make made/mean meant/mislead misled
mistake mistook mistaken/outgrow outgrew outgrown/overcome overcame/overhear overheard/override overrode overridden
overrun overran/oversee oversaw overseen/overtake overtook overtaken/overthrow overthrew overthrown/pay paid
prove proven/rebuild rebuilt/repay repaid/resell resold/rethink rethought/retell retold/rewrite rewrote rewritten
ride rode ridden/ring rang rung/run ran/see saw seen/sew sewn/shake shook shaken/shine shone/show shown
shrink shrank shrunk/sing sang sung/sit sat/sleep slept/slide slid/smell smelt/sow sown/speed sped/spend spent
spill spilt/spin spun/spit spat/spoil spoilt/spring sprang sprung/stand stood/stick stuck/sting stung/stink stank
strive strove striven/swear swore sworn/sweep swept/swell swollen/swim swam swum/swing swung/teach taught
tear tore torn/tell told/think thought/throw threw thrown/undergo underwent undergone/understand understood
undertake undertook undertaken/undo undid undone/uphold upheld/wake woke woken/wear wore worn/weave wove woven
weep wept/wind wound/withdraw withdrew withdrawn/withhold withheld/withstand withstood/wring wrung
"""  # a family each: the dictionary form first
# Forms that are rather words of their own: a watch for "rose" is no watch for "rise", but that one meets "rose".
_OF_THEIR_OWN = {"rose", "saw", "found", "left", "felt", "wound", "ground", "bore", "bound", "lay", "bit", "shot"}
_FAMILIES = {form: family for family in map(str.split, re.split(r"[/\n]", _IRREGULAR.strip())) for form in family
             if form == family[0] or form not in _OF_THEIR_OWN}  # fmt: skip
_UNCHANGING = {
    "news",
    "series",
    "species",
    "politics",
    "economics",
    "mathematics",
    "physics",
    "athletics",
    "this",
    "as",
}
_TWO_SPELLINGS = [
    pair.split()
    for pair in """
labour labor/colour color/centre center/defence defense/programme program/neighbour neighbor/harbour harbor
grey gray/aluminium aluminum/licence license/sceptic skeptic/sceptical skeptical/plough plow/catalogue catalog
dialogue dialog/jewellery jewelry/mould mold/moustache mustache/offence offense/pretence pretense/aeroplane airplane
anaesthetic anesthetic/paediatric pediatric/paediatrician pediatrician/haemorrhage hemorrhage/leukaemia leukemia
foetus fetus/diarrhoea diarrhea/manoeuvre maneuver/artefact artifact/sulphur sulfur/fulfil fulfill/enrol enroll
instalment installment/enrolment enrollment/councillor councilor/counsellor counselor/traveller traveler
judgement judgment/whisky whiskey/yoghurt yogurt/archaeology archeology/archaeologist archeologist/ageing aging
encyclopaedia encyclopedia/mediaeval medieval/practise practice/cosy cozy/doughnut donut/pyjamas pajamas
""".strip()
    .replace("\n", "/")
    .split("/")
]  # British and American, that no ending tells
_ACRONYM = re.compile(r"[A-Z][A-Z0-9]+")


def word(term: str) -> Word:
    """The word a watch means by a Latin `term`. All capitals (US, NATO) are compared with their case."""
    if _ACRONYM.fullmatch(term):
        return Word(str(term), (Form(str(term), Rule.SAME), Form(f"{term}s", Rule.INFLECTION)), case=True)
    lowered = term.lower()
    if isinstance(term, Proper):
        return Word(str(term), (Form(lowered, Rule.SAME), *(Form(each, Rule.INFLECTION) for each in _plurals(lowered))))
    noun = type(term) is Lexical  # of a concept, whose verb has a form of its own: a network is no "networking"
    inflected = _inflected_noun if noun else _inflected
    forms = dict.fromkeys((lowered, *(form for base in bases(lowered) for form in inflected(base))))
    return Word(term, tuple(Form(form, Rule.SAME if form == lowered else Rule.INFLECTION) for form in forms))


def bases(term: str) -> list[str]:
    """The dictionary form behind a plural; verb endings are not taken off, since a watched "meeting" is the noun."""
    if term in _FAMILIES:
        return [_FAMILIES[term][0]]
    if term in _UNCHANGING or not term.isalpha() or len(term) < 4 or term.endswith(("ss", "us", "is")):  # noqa: PLR2004
        return [term]
    if term.endswith("ies") and len(term) > 4:  # noqa: PLR2004
        return [term[:-3] + "y"]
    if term.endswith(("sses", "shes", "ches", "xes", "zes")):
        return [term[:-2]]
    return [term[:-1]] if term.endswith("s") else [term]


def behind(word: str, ending: str) -> Iterator[str]:
    """What an English word may be without a verb's ending: planned, plan; seized, seize; denied, deny."""
    stem = word.removesuffix(ending)
    yield from (stem, stem + "e")
    if len(stem) > 2 and stem[-1] == stem[-2]:  # noqa: PLR2004
        yield stem[:-1]
    if stem.endswith("i"):
        yield stem[:-1] + "y"


def _inflected(base: str) -> Iterator[str]:
    for spelled in (base, *_british_american(base)):
        yield from _FAMILIES.get(spelled, (spelled,))
        if spelled.isalpha() and len(spelled) > 2:  # noqa: PLR2004 -- of, to, at
            yield from _regular(spelled)


def _inflected_noun(base: str) -> Iterator[str]:
    yield from (each for each in _inflected(base) if not each.endswith(("ing", "ed")) or base.endswith(each))


def _plurals(name: str) -> Iterator[str]:
    if name.isalpha() and len(name) > 2:  # noqa: PLR2004 -- of, to, at
        yield name + ("es" if name.endswith(("s", "x", "z", "ch", "sh")) else "s")


def _regular(base: str) -> Iterator[str]:
    consonant_y = base.endswith("y") and base[-2] not in _VOWELS
    if consonant_y:
        yield from (base[:-1] + "ies", base[:-1] + "ied", base + "ing")
    elif base.endswith("e"):
        yield from (base + "s", base + "d", (base[:-2] + "y" if base.endswith("ie") else base[:-1]) + "ing")
    elif base.endswith("ic"):
        yield from (base + "s", base + "ked", base + "king")  # panicked
    else:
        yield base + ("es" if base.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")
        if base.endswith("o"):
            yield base + "s"
        yield from (base + "ed", base + "ing")
        if _doubles(base):
            yield from (base + base[-1] + "ed", base + base[-1] + "ing")


def _doubles(base: str) -> bool:
    """One vowel and one consonant at the end: plan, planned."""
    return len(base) > 2 and base[-1] not in _VOWELS + "wxy" and base[-2] in _VOWELS and base[-3] not in _VOWELS  # noqa: PLR2004


def _british_american(base: str) -> Iterator[str]:
    for british, american in (("ise", "ize"), ("isation", "ization"), ("yse", "yze")):
        if base.endswith(british) and len(base) > len(british) + 3:
            yield base.removesuffix(british) + american
        if base.endswith(american):
            yield base.removesuffix(american) + british
    for british, american in (("our", "or"), ("tre", "ter"), ("defence", "defense"), ("programme", "program")):
        if base.endswith(british) and len(base) > 4:  # noqa: PLR2004 -- hour, four
            yield base.removesuffix(british) + american
    yield from (other for pair in _TWO_SPELLINGS if base in pair for other in pair if other != base)
