"""The network of names computes what an LSTM is, whoever else is read beside a sentence, and spells names only."""

import numpy as np
import pytest

from rasid.tag import network
from rasid.tag.network import TAGS, Network, spelled

HIDDEN = 5


def lines(names):
    return np.frombuffer("\n".join(names).encode(), np.uint8)


@pytest.fixture(scope="module")
def small():
    random = np.random.default_rng(3)

    def some(*shape):
        return random.normal(0, 0.7, shape).astype(np.float16)

    places = random.integers(-127, 128, (4, 3)).astype(np.int8)
    meanings = random.integers(-127, 128, (6, 2)).astype(np.int8)
    places[0], meanings[0] = 0, 0
    return {
        "words": lines(["من", "إلى", "باريس"]), "attributes": lines(["a", "b", "c", "d", "e"]),
        "places": places, "places_step": np.float32(0.01), "meanings": meanings, "meanings_step": np.float32(0.02),
        "input": some(2, 5, 4 * HIDDEN), "state": some(2, HIDDEN, 4 * HIDDEN), "gates": some(2, 4 * HIDDEN),
        "out": some(2 * HIDDEN, len(TAGS)), "out_bias": some(len(TAGS)),
    }  # fmt: skip


def sigmoid(value):
    return 1 / (1 + np.exp(-value))


def read_plainly(arrays, words, attributes):
    """One word after the other, by the book."""
    seen = [
        np.concatenate(
            [
                sum(arrays["meanings"][each] * arrays["meanings_step"] for each in some),
                arrays["places"][word] * arrays["places_step"],
            ]
        )
        for word, some in zip(words, attributes, strict=True)
    ]
    both = []
    for way in (0, 1):
        state, memory, states = np.zeros(HIDDEN), np.zeros(HIDDEN), []
        for each in seen[:: -1 if way else 1]:
            gates = (
                each @ arrays["input"][way].astype(float)
                + arrays["gates"][way]
                + state @ arrays["state"][way].astype(float)
            )
            into, forget, out, new = np.split(gates, 4)
            memory = sigmoid(forget) * memory + sigmoid(into) * np.tanh(new)
            state = sigmoid(out) * np.tanh(memory)
            states.append(state)
        both.append(states[:: -1 if way else 1])
    scores = np.concatenate(both, axis=1) @ arrays["out"].astype(float) + arrays["out_bias"]
    raised = np.exp(scores)
    return raised / raised.sum(1, keepdims=True)


WORDS = [[1, 0, 3], [2], [3, 3, 1, 2, 0], [0, 1]]
ATTRIBUTES = [[[1, 2], [3, 0], [5, 5]], [[4, 1]], [[1, 1], [2, 2], [3, 3], [4, 4], [5, 0]], [[0, 0], [2, 5]]]


def test_it_is_an_lstm_in_each_direction(small):
    found = Network(small).shares(WORDS, ATTRIBUTES)
    for words, attributes, shares in zip(WORDS, ATTRIBUTES, found, strict=True):
        assert shares == pytest.approx(read_plainly(small, words, attributes), abs=1e-4)


def test_a_sentence_is_read_alike_alone_and_among_others(small):
    net = Network(small)
    for number, together in enumerate(net.shares(WORDS, ATTRIBUTES)):
        alone = net.shares([WORDS[number]], [ATTRIBUTES[number]])[0]
        assert together == pytest.approx(alone, abs=1e-6)


def test_names_are_numbered_from_one(small):
    assert Network(small).word == {"من": 1, "إلى": 2, "باريس": 3}


def sure(*tags):
    shares = np.full((len(tags), len(TAGS)), 0.01)
    for row, tag in zip(shares, tags, strict=True):
        for name, share in tag.items():
            row[TAGS.index(name)] = share
    return shares


@pytest.mark.parametrize(
    ("given", "tags"),
    [
        ([{"B-PER": 0.9}, {"I-PER": 0.8}, {"O": 0.9}], ["B-PER", "I-PER", "O"]),
        ([{"O": 0.9}, {"I-ORG": 0.6, "B-ORG": 0.3}], ["O", "B-ORG"]),
        ([{"O": 0.5, "B-LOC": 0.4}, {"I-LOC": 0.9}], ["B-LOC", "I-LOC"]),
        ([{"B-PER": 0.8}, {"I-ORG": 0.5, "I-PER": 0.4}], ["B-PER", "I-PER"]),
        ([{"I-PER": 0.9, "B-PER": 0.05}], ["B-PER"]),
    ],
)
def test_what_spells_no_name_gives_way_to_the_likeliest_that_does(given, tags):
    assert spelled(sure(*given)) == tags


def test_what_ships_is_plain_arrays_of_one_size():
    net = network.own()
    assert len(net.word) > 50_000
    assert max(net.word.values()) < len(net._places)
    assert max(net.attribute.values()) < len(net._meanings)
