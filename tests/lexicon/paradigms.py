"""Nouns of the news with their plurals, and every form in which Arabic grammar lets each stand.

Written independently of the engine's own lists: tests/lexicon/test_generated_forms.py asks whether it meets them all.
"""

from collections.abc import Iterator

NOUNS = """محادثة=محادثات اتفاق=اتفاقات اتفاقية=اتفاقيات هدنة=هدن ضمانة=ضمانات عقوبة=عقوبات أزمة=أزمات قمة=قمم
جلسة=جلسات زيارة=زيارات مبادرة=مبادرات حكومة=حكومات وزارة=وزارات محكمة=محاكم انتخاب=انتخابات هجمة=هجمات غارة=غارات
ضربة=ضربات عملية=عمليات معركة=معارك حرب=حروب صاروخ=صواريخ قذيفة=قذائف قنبلة=قنابل لغم=ألغام دبابة=دبابات طائرة=طائرات
سفينة=سفن ميناء=موانئ مطار=مطارات قاعدة=قواعد معسكر=معسكرات جيش=جيوش جندي=جنود ضابط=ضباط قائد=قادة أسير=أسرى
رهينة=رهائن سجين=سجناء قتيل=قتلى جريح=جرحى شهيد=شهداء ضحية=ضحايا لاجئ=لاجئون نازح=نازحون مهاجر=مهاجرون
مسؤول=مسؤولون مفاوض=مفاوضون مراقب=مراقبون متظاهر=متظاهرون مهندس=مهندسون معلم=معلمون مستشار=مستشارون
مبعوث=مبعوثون مندوب=مندوبون رئيس=رؤساء زعيم=زعماء وزير=وزراء سفير=سفراء أمير=أمراء ملك=ملوك نائب=نواب عضو=أعضاء
صديق=أصدقاء طبيب=أطباء مريض=مرضى قاض=قضاة قرار=قرارات قانون=قوانين دستور=دساتير بند=بنود ملف=ملفات وثيقة=وثائق
تقرير=تقارير بيان=بيانات خبر=أخبار صحيفة=صحف مقال=مقالات كتاب=كتب جامعة=جامعات مدرسة=مدارس طالب=طلاب مدينة=مدن
قرية=قرى دولة=دول عاصمة=عواصم منطقة=مناطق جزيرة=جزر نهر=أنهار بحر=بحار جبل=جبال طريق=طرق جسر=جسور سد=سدود
مبنى=مبان مستشفى=مستشفيات مصنع=مصانع شركة=شركات مصرف=مصارف بنك=بنوك سوق=أسواق سعر=أسعار سهم=أسهم عملة=عملات
قرض=قروض صفقة=صفقات مشروع=مشاريع برنامج=برامج حقل=حقول زلزال=زلازل فيضان=فيضانات إعصار=أعاصير حريق=حرائق
لقاح=لقاحات فيروس=فيروسات مباراة=مباريات لاعب=لاعبون مدرب=مدربون هدف=أهداف بطولة=بطولات كأس=كؤوس منظمة=منظمات
لجنة=لجان مجلس=مجالس حزب=أحزاب حركة=حركات جبهة=جبهات تحالف=تحالفات فصيل=فصائل حدث=أحداث خطة=خطط"""

BEFORE = ("", "و", "ف", "ب", "ك", "ل", "وب", "ول", "وك", "فب", "فل")
ARTICLES = ("ال", "وال", "فال", "بال", "كال", "وبال", "فبال", "لل", "ولل", "فلل")
PRONOUNS = ("ه", "ها", "هم", "هما", "هن", "كم", "نا")


def nouns() -> Iterator[tuple[str, str]]:
    """Singular and plural."""
    for each in NOUNS.split():
        singular, plural = each.split("=")
        yield singular, plural


def forms(singular: str, plural: str) -> set[str]:
    """Everything that number, case, state and clitics make of a noun."""
    found = {*_one(singular), *_two(singular)}
    if plural == singular + "ون":
        return found | set(_sound_masculine(singular))
    return found | set(_one(plural))


def _decorated(bare: str) -> Iterator[str]:
    for before in BEFORE:
        yield before + bare
    for article in ARTICLES:
        yield article + bare


def _one(word: str) -> Iterator[str]:
    if word == "قاض":
        yield from (before + "قاض" for before in BEFORE)
        word = "قاضي"
    if word == "مبان":
        yield from (before + "مبان" for before in BEFORE)
        word = "مباني"
    yield from _decorated(word)
    feminine_plural = word.endswith("ات")
    if not word.endswith(("ة", "ى", "اء", "ئ")) and not feminine_plural:
        yield from (before + word + "ا" for before in ("", "و", "ف"))
    for stem in _before_pronoun(word):
        yield from (before + stem + pronoun for before in BEFORE for pronoun in PRONOUNS)


def _before_pronoun(word: str) -> tuple[str, ...]:
    if word.endswith("ة"):
        return (word[:-1] + "ت",)
    if word.endswith("ى"):
        return (word[:-1] + "ا",)
    if word.endswith("اء"):
        return tuple(word[:-1] + seat for seat in "ءؤئ")
    return (word,)


def _two(word: str) -> Iterator[str]:
    word = "قاضي" if word == "قاض" else word
    stem = word[:-1] + {"ة": "ت", "ى": "ي"}[word[-1]] if word[-1] in "ةى" else word
    for ending in ("ان", "ين"):
        yield from _decorated(stem + ending)
    yield from (before + stem + "ا" for before in ("", "و", "ف"))
    yield from (before + stem + case + pronoun for before in BEFORE for case in "اي" for pronoun in ("ه", "ها", "هما"))


def _sound_masculine(word: str) -> Iterator[str]:
    for ending in ("ون", "ين"):
        yield from _decorated(word + ending)
    for ending in "وي":
        yield from (before + word + ending for before in BEFORE)
        yield from (before + word + ending + pronoun for before in BEFORE for pronoun in PRONOUNS)
