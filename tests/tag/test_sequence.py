"""Names no list holds: what the sequence tagger adds, what it leaves to the gazetteer, and what holds for every text."""

import json
from pathlib import Path

import pytest

from rasid.lexicon.lexis import Lexis
from rasid.lexicon.scan import Scan
from rasid.tag import classes, names, sequence
from rasid.tag.classes import split
from schemas.article import ArticleEvent

CASES = Path(__file__).parents[1] / "cases" / "entities.jsonl"
TEXTS = [json.loads(line)["text"] for line in CASES.read_text("utf-8").splitlines()][::5]
OTHER_TOPIC = "\n\nأما الطقس غدا فغائم جزئيا مع رياح خفيفة."
UNLISTED = "قال المهندس خليل الزبيدي لصحيفة الفجر إن الأعمال بدأت. وأضاف الزبيدي أنها ستنتهي قريبا."


@pytest.fixture(scope="module")
def tagged(desk):
    def tag(body, title=""):
        scan = desk.scan(title, body)
        return desk.tagger.entities_with(scan, sequence.own(), desk.tagger.entities(scan))

    return tag


def found(entities):
    return {(each.type, span.text) for each in entities for span in each.mentions}


def test_a_person_on_no_list_is_found_and_the_surname_later_is_the_same_person(tagged):
    people = [entity for entity in tagged(UNLISTED) if entity.type == "PER"]
    assert [entity.name.ar for entity in people] == ["خليل الزبيدي"]
    assert [span.text for span in people[0].mentions] == ["خليل الزبيدي", "الزبيدي"]
    assert people[0].tagger == sequence.TAGGER
    assert people[0].wikidata is None


def test_who_the_gazetteer_knows_keeps_name_and_identity(tagged):
    entity = next(each for each in tagged("وقال الرئيس فلاديمير بوتين إن بلاده جاهزة.") if each.type == "PER")
    assert (entity.name.en, entity.wikidata, entity.tagger) == ("Vladimir Putin", "Q7747", "gazetteer")


def test_clitics_stay_outside_the_span(tagged):
    assert ("PER", "ويتكوف") in found(tagged("وسبق لويتكوف أن التقى بوتين."))


@pytest.mark.parametrize("text", ["قال الروس إنهم باقون.", "وصل الأميركيون أمس.", "عاد أردني من السفر."])
def test_a_people_is_no_name(tagged, text):
    assert found(tagged(text)) == set()


def test_spans_cut_their_text_and_never_overlap(tagged):
    for text in [*TEXTS, UNLISTED]:
        places = set()
        for entity in tagged(text, text):
            for span in entity.mentions:
                assert text[span.start : span.end] == span.text
                here = {(span.field, place) for place in range(span.start, span.end)}
                assert places.isdisjoint(here), text
                places |= here


def test_a_sentence_of_another_topic_removes_no_entity(tagged):
    for text in [*TEXTS, UNLISTED]:
        assert found(tagged(text)) <= found(tagged(text + OTHER_TOPIC)), text


@pytest.mark.parametrize("text", ["", "…", "abc " * 300, "ا" * 5000, "\u0000\u200f", "كلمة\n\n\n" * 50])
def test_odd_texts_do_no_harm(tagged, text):
    assert isinstance(tagged(text), list)


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("وبالكرملين", ("و", "ب", "الكرملين")),
        ("للكرملين", ("ل", "الكرملين")),
        ("الكرملين", ("الكرملين",)),
        ("بوتين", ("بوتين",)),
        ("وزير", ("وزير",)),
    ],
)
def test_proclitics_are_split_where_the_rest_is_the_commoner_word(word, parts):
    assert split(word, {"الكرملين": 9.0, "بالكرملين": 4.0, "بوتين": 8.0, "وزير": 12.0, "زير": 2.0}) == parts


def test_the_classes_that_ship_put_names_beside_names():
    kinds = {word: classes.own().of[word][3].upper() for word in ("محمد", "القاهره")}
    assert kinds == {"محمد": "BPER", "القاهره": "BLOC"}


def tokens_of(desk, text):
    return [token for some in sequence.sentences(desk.scan(text).reading, classes.own()) for token in some]


@pytest.mark.parametrize(
    ("text", "tags", "spelled"),
    [
        ("جامعة آستون ( أستون )", "B-ORG I-ORG I-ORG", ["جامعة آستون", "أستون"]),
        ("شركة «نوفا» للأدوية", "O B-ORG I-ORG", ["نوفا"]),
        ("قال سامي ، نادر", "O B-PER I-PER", ["سامي"]),
        ("وام: بدأت", "B-ORG I-ORG", ["وام"]),
        ("عاطف فتحي - صالح الحمصي", "B-PER I-PER I-PER I-PER", ["عاطف فتحي", "صالح الحمصي"]),
        ("صحيفة نيويورك-تايمز اليوم", "O B-ORG I-ORG O", ["نيويورك-تايمز"]),
        ("الفريق د. سامي", "O B-PER I-PER", ["د. سامي"]),
    ],
)
def test_a_name_ends_at_a_sign_that_no_name_spans(desk, text, tags, spelled):
    tokens = tokens_of(desk, text)
    given = sequence.named(tokens, tags.split())
    assert [names.span_of(desk.scan(text), each).text for each in given] == spelled


@pytest.mark.parametrize(
    ("text", "spelled"), [("للامم", "للامم"), ("بألمانيا", "ألمانيا"), ("وبوتين", "بوتين"), ("للبنان", "لبنان")]
)
def test_a_clitic_stays_where_the_article_has_lost_its_alef(desk, text, spelled):
    given = next(sequence.named(tokens_of(desk, text), ["B-LOC"]))
    assert names.span_of(desk.scan(text), given).text == spelled


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Talks in Geneva were led by Karim Benzema of Acme Holdings.", None),
        ("وزیر خارجه با احمد کریمی دیدار کرد", "fa"),
    ],
)
def test_nothing_is_found_in_languages_of_which_nothing_was_learned(text, language):
    scan = Scan(ArticleEvent("urn:x", "", text, language=language), Lexis())
    assert not list(sequence.own().names(scan, []))
