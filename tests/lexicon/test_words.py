"""Words, their clitics and their other spellings: splits undo decorations, words leave no trace, compiling is quick."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasid.lexicon import arabic, dictionary, knowledge, transliteration
from rasid.lexicon.clitics import allowed, decorations, splits, splits_to
from rasid.lexicon.form import Form, Host, Lexical, Rule, Tail
from rasid.lexicon.lexis import Lexis
from rasid.text.reading import Reading
from rasid.watch.watchbook import Watchbook
from schemas.watch import Watch

LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
STEMS = st.text(LETTERS, min_size=2, max_size=8)
FORMS = st.builds(Form, STEMS, st.just(Rule.SAME), st.sampled_from([Host.NOUN, Host.NAME, Host.VERB, Host.PAST]), st.booleans(),
                  st.sampled_from(list(Tail)))  # fmt: skip
TERMS = st.sampled_from(["عقوبات", "هدنة", "قال", "استقال", "ويتكوف", "القاضي", "أصدقاء", "نووي", "مستشفى", "طالبان"])
COMPILED_SECONDS = 10.0  # for a thousand watches, on a busy machine


@settings(max_examples=200, deadline=None)
@given(FORMS)
def test_splits_undo_decorations(form):
    for each in decorations(form):
        found = [split for split in splits(each.before_key + form.key + each.after_key)
                 if split.stem == form.key and allowed(form, split)]  # fmt: skip
        assert any(split.proclitic == each.before_key and split.pronoun == each.after_key for split in found)


@settings(max_examples=300, deadline=None)
@given(st.text(LETTERS, max_size=9).map(lambda word: word.encode("cp1256")), st.data())
def test_splits_to_known_stems_are_the_splits_that_leave_one(key, data):
    every = list(splits(key))
    stems = data.draw(st.sets(st.sampled_from(every), max_size=5).map(lambda some: {each.stem for each in some}))
    assert set(splits_to(key, stems)) == {each for each in every if each.stem in stems}


@settings(max_examples=100, deadline=None)
@given(TERMS)
def test_a_word_is_met_under_every_decoration_that_is_no_other_word(term):
    lexis = Lexis()
    word = arabic.word(term, knowledge.own())
    number = lexis.add(word)
    for form in word.forms:
        for each in decorations(form):
            key = each.before_key + form.key + each.after_key
            assert number in lexis.candidates(key) or word.bars(form, key)


@settings(max_examples=100, deadline=None)
@given(st.lists(TERMS, max_size=5), st.lists(TERMS, max_size=5))
def test_words_that_come_and_go_leave_no_trace(kept, gone):
    known, lexis, fresh = knowledge.own(), Lexis(), Lexis()
    reading = Reading("والعقوبات بهدنتهم وقال ويستقيل لويتكوف قضاة أصدقاؤه النووية مستشفاهم وطالبان")
    numbers = [lexis.add(arabic.word(term, known)) for term in kept]
    dropped = [lexis.add(arabic.word(term, known)) for term in gone]
    list(lexis.occurrences(reading.keys))
    for number in dropped:
        lexis.drop(number)
    for term in kept:
        fresh.add(arabic.word(term, known))
    met = {index: {lexis.word(each).term for each in ids} for index, ids in lexis.occurrences(reading.keys)}
    assert met == {index: {fresh.word(each).term for each in ids} for index, ids in fresh.occurrences(reading.keys)}
    for number in numbers:
        lexis.drop(number)
    assert not lexis._entries
    assert not lexis._by_key


@pytest.mark.parametrize("come", [1, 400])
def test_what_was_looked_up_before_words_came_and_went_is_looked_up_again(come):
    known, lexis, fresh = knowledge.own(), Lexis(), Lexis()
    nouns = [found[0].lemma for found in list(known.nouns.values())[:come]]
    spelled = [before + noun + after for noun in nouns for before in ("", "و", "بال") for after in ("", "ها")]
    keys = Reading(" ".join(spelled)).keys
    assert not list(lexis.occurrences(keys))
    gone = lexis.add(arabic.word(nouns[0], known))
    list(lexis.occurrences(keys))
    for noun in nouns:
        for each in (lexis, fresh):
            each.add(arabic.word(noun, known))
    lexis.drop(gone)
    met = [(index, {lexis.word(each).term for each in ids}) for index, ids in lexis.occurrences(keys)]
    assert met == [(index, {fresh.word(each).term for each in ids}) for index, ids in fresh.occurrences(keys)]
    assert len(met) > come


def test_a_plural_of_a_concept_keeps_to_itself_and_a_typed_one_does_not():
    known = knowledge.own()
    assert "عقوبة" in {form.spelled for form in arabic.word("عقوبات", known).forms}
    assert "عقوبة" not in {form.spelled for form in arabic.word(Lexical("عقوبات"), known).forms}
    assert Lexical("عقوبات") != "عقوبات"


@pytest.mark.parametrize(("left", "right"), [("غروسمانوف", "جروسمانوف"), ("كوفالنسكي", "كوفالينسكي"),
                                             ("برونشتاين", "برونشتين"), ("بايدن", "بيدن"), ("تولستوي", "طولستوي")])  # fmt: skip
def test_a_foreign_name_has_its_other_spellings(left, right):
    assert right in transliteration.variants(left, lambda _: False, lambda _: False)


@pytest.mark.parametrize("name", ["عمر", "حمد", "سلم", "سالم", "عبدالعزيز", "محمود", "هدى", "ناصر"])
def test_an_arabic_name_has_no_variants(name):
    assert transliteration.variants(name, lambda _: False, lambda _: False) == []


def test_a_variant_is_never_a_listed_name_a_vowel_away():
    known = knowledge.own()
    assert "سليمان" not in {form.spelled for form in arabic.word("سلمان", known).forms}


@settings(max_examples=200, deadline=None)
@given(st.text(LETTERS, min_size=5, max_size=40))
def test_variants_are_bounded_and_differ_from_the_name(name):
    found = transliteration.variants(name, lambda _: False, lambda _: False)
    assert len(found) == len(set(found)) <= transliteration.MAX_VARIANTS
    assert name not in found


def test_the_dictionary_gives_plurals_that_our_lists_lack():
    assert dictionary.installed()
    known = knowledge.Knowledge(with_dictionary=True)
    assert "بوارج" in {form.spelled for form in arabic.word("بارجة", known).forms}
    assert "بارجة" not in {form.spelled for form in arabic.word("بوارج", known).forms}


def test_the_engine_works_without_the_dictionary():
    word = arabic.word("بارجة", knowledge.Knowledge())
    assert {"بارجة", "بارجات"} <= {form.spelled for form in word.forms}


def test_a_thousand_watches_compile_quickly():
    known = knowledge.own()
    lemmas = [noun.lemma for nouns in list(known.nouns.values())[:1000] for noun in nouns][:1000]
    book, begun = Watchbook(), time.process_time()
    for number, lemma in enumerate(lemmas):
        assert book.add(Watch(id=f"w{number}", query=lemma))
    assert time.process_time() - begun < COMPILED_SECONDS
