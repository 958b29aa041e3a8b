"""Terms in the other language: entries as a whole, and composed of their parts in the other order."""

import gzip

import pytest

from rasid.lexicon import freedict
from rasid.lexicon.knowledge import Knowledge
from rasid.lexicon.thesaurus import Entry, Thesaurus, own


def small():
    thesaurus = Thesaurus(Knowledge())
    for name, en, ar in (
        ("talks", (("talks",),), (("محادثات",), ("مباحثات",))),
        ("trilateral", (("trilateral",),), (("ثلاثي",),)),
        ("minister", (("minister",),), (("وزير",),)),
        ("foreign-minister", (("foreign", "minister"),), (("وزير", "الخارجية"),)),
        ("energy", (("energy",),), (("طاقة",),)),
    ):
        thesaurus.add(Entry(name, {"en": en, "ar": ar}, {}, "noun"))
    return thesaurus


def said(thesaurus, *words):
    return {" ".join(each.words) for each in thesaurus.render(words)}


def test_an_adjective_follows_its_noun_in_arabic():
    assert said(small(), "trilateral", "talks") == {"محادثات ثلاثي", "مباحثات ثلاثي"}


def test_and_goes_before_it_in_english():
    assert said(small(), "محادثات", "ثلاثية") == {"trilateral talks"}


def test_of_keeps_its_order():
    assert said(small(), "minister", "of", "energy") == {"وزير طاقة"}


def test_an_entry_of_the_whole_phrase_comes_before_its_parts():
    assert said(small(), "foreign", "minister") == {"وزير الخارجية"}


def test_a_term_with_a_part_that_has_no_entry_has_no_rendering():
    assert said(small(), "trilateral", "zeppelin") == set()


@pytest.mark.parametrize(("term", "other"), [("ceasefire", "cease fire"), ("cyber attack", "cyberattack")])
def test_a_hyphen_makes_no_other_word(term, other):
    assert other in {" ".join(each.words) for each in own().other_names(tuple(term.split()))}


def test_freedict_speaks_only_where_no_concept_does():
    thesaurus = Thesaurus(Knowledge(), with_freedict=True)
    assert said(thesaurus, "zeppelin") == {"منطاد"}
    thesaurus.add(Entry("zeppelin", {"en": (("zeppelin",),), "ar": (("سفينة", "هوائية"),)}, {}, "noun"))
    assert said(thesaurus, "zeppelin") == {"سفينة هوائية"}


def test_without_freedict_there_is_nothing_to_say(tmp_path):
    assert freedict.translations("zeppelin", tmp_path / "absent.dict.dz") == ()


def test_a_dictionary_file_is_read(tmp_path):
    file = tmp_path / "small.dict.dz"
    file.write_bytes(
        gzip.compress("head\nLighthouse /l/\nالمَنارة\nالفنار البحريّ\nLighthouses /l/\nالمنارات\n".encode())
    )
    assert freedict.translations("lighthouse", file) == ("منارة",)
