"""camel-tools' recogniser as it really is, on a model of two small layers that is made here: loading and labelling.

Needs the `neural` extra (torch, transformers), which `make install` leaves out.
"""

import json

import pytest

from rasid.tag import classes, neural
from rasid.tag.neural import NeuralTagger

for module in neural.MODULES:
    pytest.importorskip(
        module, reason=f"{module} is not installed: pip install '.[neural]' brings camel-tools' recogniser"
    )

LABELS = ["B-LOC", "B-ORG", "B-PERS", "B-MISC", "I-LOC", "I-ORG", "I-PERS", "I-MISC", "O"]  # camel_tools.ner's
LETTERS = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي"
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *LETTERS, *("##" + letter for letter in LETTERS), *".:«»"]
TEXT = "قال خليل الزبيدي: «الأعمال بدأت»"


def model(folder, says):
    """Random weights that yet label every word as `says`."""
    import torch
    from transformers import BertConfig, BertForTokenClassification

    torch.manual_seed(1)
    made = BertForTokenClassification(
        BertConfig(
            vocab_size=len(PIECES), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
            max_position_embeddings=256, id2label=dict(enumerate(LABELS)),
            label2id={label: number for number, label in enumerate(LABELS)},
        )
    )  # fmt: skip
    with torch.no_grad():
        made.classifier.bias[LABELS.index(says)] += 100
    made.save_pretrained(folder)


@pytest.fixture(scope="module")
def labeller(tmp_path_factory):
    """The recogniser, where camel_data would have put its catalogue and model; nothing is fetched."""
    data = tmp_path_factory.mktemp("camel_tools")
    (data / neural.MODEL).mkdir(parents=True)
    (data / neural.CATALOGUE).write_text(json.dumps({"version": "1.6", "packages": {}, "components": {}}))
    (data / neural.MODEL / "vocab.txt").write_text("\n".join(PIECES) + "\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAMELTOOLS_DATA", str(data))
        patch.setenv("HOME", str(data))  # camel_tools makes a folder there in any case
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        model(data / neural.MODEL, "B-PERS")
        assert neural.lacking(data) == []
        yield neural.loaded(data)


def entities(desk, labeller, text):
    scan = desk.scan("", text)
    return desk.tagger.entities_with(scan, NeuralTagger(labeller, classes.own()), desk.tagger.entities(scan))


def test_its_labels_become_people_whose_spans_cut_the_text(desk, labeller):
    mentions = [span for each in entities(desk, labeller, TEXT) for span in each.mentions if each.type == "PER"]
    assert "خليل" in {span.text for span in mentions}
    assert all(TEXT[span.start : span.end] == span.text for span in mentions)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "السعر ١٢٫٥ % في Abu Dhabi 🙂 أَحْمَد مـحـمـد ﻣﺤﻤﺪ",
        "قال \u200f\u200e خليل \u200f الزبيدي",
        "كتب " + "خليل الزبيدي " * 200,
    ],
)
def test_every_word_of_a_sentence_has_its_label(desk, labeller, text):
    sentences = neural.asked(desk.scan("", text), classes.own())
    labels = labeller.predict([each.words for each in sentences])
    assert [len(each.words) for each in sentences] == [len(each) for each in labels]


def test_an_article_without_words_is_labelled_too(desk, labeller):
    assert entities(desk, labeller, "…") == []
