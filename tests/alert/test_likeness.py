"""Copies are told from later news and from reports of one template, on pairs written for this project."""

from collections import defaultdict
from functools import cache
from itertools import pairwise

import pytest

from rasid.alert import likeness
from rasid.alert.sketch import PERMUTATIONS, sketch
from rasid.text.reading import keys_of
from tests.alert.labelled import pairs

PAIRS = pairs()


@cache
def sketched(text):
    return sketch(keys_of(text))


def said(pair):
    return likeness.copies(sketched(pair.left), sketched(pair.right))


def test_the_labelled_set_has_every_kind():
    kinds = defaultdict(int)
    for pair in PAIRS:
        kinds[pair.kind.split(":")[0]] += 1
    assert len(PAIRS) >= 300
    assert sum(pair.same for pair in PAIRS) >= 150
    assert min(kinds["follow-up"], kinds["template"], kinds["rewritten"], kinds["new_lead"], kinds["wire copy"]) >= 15


def test_precision_and_recall_on_the_labelled_set():
    right = sum(said(pair) and pair.same for pair in PAIRS)
    precision = right / sum(map(said, PAIRS))
    recall = right / sum(pair.same for pair in PAIRS)
    wrong = [f"{pair.kind}: {pair.left[:60]}" for pair in PAIRS if said(pair) != pair.same]
    assert precision >= 0.97, wrong
    assert recall >= 0.95, wrong


def test_order_does_not_matter():
    for pair in PAIRS[::5]:
        assert likeness.copies(sketched(pair.left), sketched(pair.right)) == likeness.copies(
            sketched(pair.right), sketched(pair.left)
        )


def test_a_text_is_its_own_copy_however_short():
    for text in ("عاجل", "زلزال يضرب الساحل", "", "خبر " * 500):
        assert likeness.copies(sketched(text), sketched(text))


def test_a_translation_is_no_copy():
    arabic = "انطلقت في أبوظبي جولة جديدة من المحادثات الثلاثية بين روسيا وأوكرانيا والولايات المتحدة"
    english = "A new round of trilateral talks between Russia, Ukraine and the United States opened in Abu Dhabi"
    assert not likeness.copies(sketched(arabic), sketched(english))


def test_the_estimate_is_near_the_true_share():
    """128 numbers estimate a resemblance to 0.044, a containment to some twice that."""
    for pair in PAIRS[::3]:
        runs = [set(pairwise(words)) for words in map(keys_of, (pair.left, pair.right))]
        true = len(runs[0] & runs[1]) / min(map(len, runs))
        left, right = sketched(pair.left), sketched(pair.right)
        row = likeness.numbers(left.minhash)[None, :]
        (share,) = likeness.shares(row, likeness.np.array([left.runs]), likeness.numbers(right.minhash), right.runs)
        assert abs(share - true) < 0.2


def test_a_sketch_of_another_size_is_refused():
    with pytest.raises(ValueError, match=f"of 64 numbers cannot be compared: {PERMUTATIONS} are wanted"):
        likeness.numbers(sketched("خبر جديد").minhash[:256])
