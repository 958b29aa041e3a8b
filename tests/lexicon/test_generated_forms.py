"""Every form that grammar makes of a noun or verb of the news is met by a watch for it."""

import pytest
from libqutrub.classverb import VerbClass

from rasid.lexicon import arabic, knowledge
from rasid.lexicon.knowledge import bare
from rasid.lexicon.lexis import Lexis
from rasid.text.letters import SHORT_VOWELS
from rasid.text.reading import Reading
from tests.lexicon import paradigms

LEAST_RECALL = 0.99
LEAST_NOUNS, LEAST_VERBS = 400, 100
# Past, vocalised as dictionaries do, and the middle vowel of a form I present. libqutrub conjugates them.
VERBS = (
    ("أَعْلَنَ", ""), ("أَكَّدَ", ""), ("قَالَ", "ضمة"), ("صَرَّحَ", ""), ("أَضَافَ", ""), ("أَفَادَ", ""), ("أَشَارَ", ""), ("كَشَفَ", "كسرة"),
    ("نَفَى", "كسرة"), ("هَدَّدَ", ""), ("دَعَا", "ضمة"), ("طَالَبَ", ""), ("أَدَانَ", ""), ("رَفَضَ", "ضمة"), ("وَافَقَ", ""), ("اِنْتَقَدَ", ""),
    ("اِتَّهَمَ", ""), ("أَقَرَّ", ""), ("زَارَ", "ضمة"), ("اِسْتَقْبَلَ", ""), ("غَادَرَ", ""), ("اِسْتَقَالَ", ""), ("هَاجَمَ", ""), ("قَصَفَ", "كسرة"),
    ("اِسْتَهْدَفَ", ""), ("أَطْلَقَ", ""), ("اِحْتَلَّ", ""), ("حَاصَرَ", ""), ("قَتَلَ", "ضمة"), ("اِغْتَالَ", ""), ("اِعْتَقَلَ", ""), ("اِشْتَرَى", ""),
    ("بَاعَ", "كسرة"), ("أَلْغَى", ""), ("أَنْشَأَ", ""), ("اِنْهَارَ", ""), ("أَوْضَحَ", ""), ("حَذَّرَ", ""), ("شَدَّدَ", ""), ("رَحَّبَ", ""),
    ("اِعْتَبَرَ", ""), ("تَعَهَّدَ", ""), ("تَسَلَّمَ", ""), ("نَدَّدَ", ""), ("تَجَاهَلَ", ""), ("اِعْتَرَفَ", ""), ("أَنْكَرَ", ""), ("طَلَبَ", "ضمة"),
    ("مَنَعَ", "فتحة"), ("سَمَحَ", "فتحة"), ("فَرَضَ", "كسرة"), ("رَفَعَ", "فتحة"), ("خَفَّضَ", ""), ("أَجَّلَ", ""), ("عَلَّقَ", ""), ("اِنْسَحَبَ", ""),
    ("اِنْضَمَّ", ""), ("اِنْتَخَبَ", ""), ("تَرَشَّحَ", ""), ("شَكَّلَ", ""), ("حَلَّ", "ضمة"), ("أَقَالَ", ""), ("تَسَبَّبَ", ""), ("عَيَّنَ", ""),
    ("خَطَفَ", "كسرة"), ("أَفْرَجَ", ""), ("حَرَّرَ", ""), ("اِقْتَحَمَ", ""), ("أَخْلَى", ""), ("اِنْفَجَرَ", ""), ("فَجَّرَ", ""), ("أَصَابَ", ""),
    ("دَمَّرَ", ""), ("أَسْقَطَ", ""), ("اِعْتَرَضَ", ""), ("تَسَلَّلَ", ""), ("نَزَحَ", "فتحة"), ("هَرَبَ", "ضمة"), ("لَجَأَ", "فتحة"), ("اِسْتَعَادَ", ""),
    ("اِنْتَقَلَ", ""), ("سَافَرَ", ""), ("اِلْتَقَى", ""), ("تَفَاوَضَ", ""), ("نَسَّقَ", ""), ("اِسْتَأْنَفَ", ""), ("أَنْهَى", ""), ("بَدَأَ", "فتحة"),
    ("فَازَ", "ضمة"), ("خَسِرَ", "فتحة"), ("تَعَادَلَ", ""), ("سَجَّلَ", ""), ("تَأَهَّلَ", ""), ("اِكْتَشَفَ", ""), ("اِخْتَرَعَ", ""), ("بَنَى", "كسرة"),
    ("أَجْرَى", ""), ("نَشَرَ", "ضمة"), ("اِسْتَثْمَرَ", ""), ("اِسْتَوْرَدَ", ""), ("صَدَّرَ", ""), ("اِرْتَفَعَ", ""), ("تَرَاجَعَ", ""), ("اِنْخَفَضَ", ""),
)  # fmt: skip
TENSES = (
    "الماضي المعلوم",
    "المضارع المعلوم",
    "المضارع المجزوم",
    "المضارع المنصوب",
    "الماضي المجهول",
    "المضارع المجهول",
)
# Forms with the letters of a commoner word (نقل: transport, وزير: minister): a watch for the verb leaves them alone.
OTHER_WORDS = set(
    """نقل أقل أقال نشر أنف أدعى يدعى لندن فيدان توافق يقرر يقرا وزير ليزر نبع بيع تدعى ندعى تقرر نقرر تقرا
نصيب نصب نحل أصل أوصل توصل تشدد أجر نزار سندان سنهر أنهر بيعا أوسع أسجل أشكل أستقل تستقل نستقل يستقل استقلت استقلنا استقلن
تستقلا تستقلان يستقلا يستقلان يستقلن نفد نفاد أصدر تصب يصب تبع سندان أستعد تستعد نستعد يستعد استعدت استعدنا أخل تخل نخل يخل""".split()
)
AS_OTHERS = ("ووفق",)  # and what begins like it: و + وفق
PERSONS = ("أنا", "نحن", "هو", "هي", "هما", "هما مؤ", "هم", "هن")


def missed(term: str, forms: set[str]) -> set[str]:
    lexis = Lexis()
    number = lexis.add(arabic.word(term, knowledge.own()))
    reading = Reading(" ".join(sorted(forms)))
    met = {reading.surface(index) for index, ids in lexis.occurrences(reading.keys) if number in ids
           and lexis.judge(number, reading, index)}  # fmt: skip
    return forms - met


def test_the_tables_are_long_enough():
    assert len(list(paradigms.nouns())) >= LEAST_NOUNS
    assert len(VERBS) >= LEAST_VERBS


def test_every_form_of_a_noun_is_met():
    asked, lost = 0, {}
    for singular, plural in paradigms.nouns():
        forms = paradigms.forms(singular, plural)
        asked += len(forms)
        if found := missed(singular, forms):
            lost[singular] = sorted(found)
    assert sum(map(len, lost.values())) <= (1 - LEAST_RECALL) * asked, lost


def test_a_watch_for_the_plural_meets_the_singular():
    lost = [(singular, plural) for singular, plural in paradigms.nouns() if missed(plural, {singular})]
    assert len(lost) <= len(list(paradigms.nouns())) // 10, lost


def conjugated(vocalised: str, vowel: str) -> set[str]:
    verb = VerbClass(vocalised, True, vowel)  # noqa: FBT003 -- libqutrub's own signature: transitive
    past = {bare(verb.conjugate_tense_for_pronoun(tense, person)) for tense in TENSES if "الماضي" in tense
            for person in PERSONS}  # fmt: skip
    present = {bare(verb.conjugate_tense_for_pronoun(tense, person)) for tense in TENSES if "المضارع" in tense
               for person in PERSONS}  # fmt: skip
    past = {each for each in past - {""} - OTHER_WORDS if not each.startswith(AS_OTHERS)}
    present = present - {""} - OTHER_WORDS
    return {before + each for before in ("", "و", "ف") for each in past} | {
        before + each for before in ("", "و", "ف", "س", "وس", "فس", "ل") for each in present} - OTHER_WORDS  # fmt: skip


def typed(vocalised: str) -> str:
    """A verb as a watch has it: a shadda tells سجّل from the noun سجل."""
    return "".join(char for char in vocalised if char not in SHORT_VOWELS)


@pytest.mark.filterwarnings("ignore")
def test_every_form_of_a_verb_is_met():
    asked, lost = 0, {}
    for vocalised, vowel in VERBS:
        forms = conjugated(vocalised, vowel)
        asked += len(forms)
        if found := missed(typed(vocalised), forms):
            lost[bare(vocalised)] = sorted(found)
    assert sum(map(len, lost.values())) <= (1 - LEAST_RECALL) * asked, lost
