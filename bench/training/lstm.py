"""Training of rasid.tag.network's LSTMs with jax: what is learned, how far off it is, and the steps that mend it.

Sentences of a batch are padded to one length.
"""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from rasid.tag.network import TAGS

MEANING: Final = 64  # dimensions of an attribute
HIDDEN: Final = 128  # of a state, in each direction
DROPPED: Final = {"attributes": 0.15, "input": 0.4, "state": 0.5}
Weights = dict[str, Any]


class Batch(NamedTuple):
    """Numbers of attributes [sentence, word, attribute], places [sentence, word, dimension], which words are there, and
    the right answers, where -1 is none.
    """

    attributes: Any
    places: Any
    mask: Any
    answers: Any


class Plan(NamedTuple):
    """How it is learned: batches, the highest rate, and how much of the weights goes (`decay`) and stays (`smooth`)."""

    total: int
    rate: float
    seed: int
    decay: float = 0.0
    smooth: float = 0.0


def fresh(random: np.random.Generator, attributes: int, places: int, answers: int) -> Weights:
    """Weights that know nothing; row 0 of `meanings` says nothing and stays so."""

    def spread(*shape: int) -> Any:
        return random.normal(0, 1 / np.sqrt(shape[-2]), shape).astype(np.float32)

    gates = np.zeros((2, 4 * HIDDEN), np.float32)
    gates[:, HIDDEN : 2 * HIDDEN] = 1  # forget little at first
    meanings = random.normal(0, 0.1, (attributes + 1, MEANING)).astype(np.float32)
    meanings[0] = 0
    return {
        "meanings": meanings,
        "gates": gates,
        "input": spread(2, MEANING + places, 4 * HIDDEN),
        "state": spread(2, HIDDEN, 4 * HIDDEN),
        "out": spread(2 * HIDDEN, answers),
        "out_bias": np.zeros(answers, np.float32),
    }


def states(weights: Weights, batch: Batch, key: Any = None) -> tuple[Any, Any]:
    """The states of both directions, [sentence, word, hidden] each; with a key, some of what is seen is dropped."""
    attributes, places, mask, _ = batch
    if key is not None:
        attributes = attributes * jax.random.bernoulli(key, 1 - DROPPED["attributes"], attributes.shape)
    seen = jnp.concatenate([weights["meanings"].at[0].set(0.0)[attributes].sum(2), places], 2)
    if key is not None:
        seen = dropped(jax.random.fold_in(key, 1), seen, DROPPED["input"])
    forth = _read(weights, 0, seen, mask)
    back = _read(weights, 1, seen[:, ::-1], mask[:, ::-1])[:, ::-1]
    return forth, back


def _read(weights: Weights, way: int, seen: Any, mask: Any) -> Any:
    entering = (seen @ weights["input"][way] + weights["gates"][way]).transpose(1, 0, 2)

    def step(before: tuple[Any, Any], given: tuple[Any, Any]) -> tuple[tuple[Any, Any], Any]:
        state, memory = before
        into, forget, out, new = jnp.split(given[0] + state @ weights["state"][way], 4, 1)
        memory = jax.nn.sigmoid(forget) * memory + jax.nn.sigmoid(into) * jnp.tanh(new)
        state = jax.nn.sigmoid(out) * jnp.tanh(memory) * given[1]
        return (state, memory * given[1]), state

    nothing = jnp.zeros((seen.shape[0], HIDDEN))
    _, found = jax.lax.scan(step, (nothing, nothing), (entering, mask.T[:, :, None]))
    return found.transpose(1, 0, 2)


def dropped(key: Any, values: Any, share: float) -> Any:
    """The same values, a share of them nought and the others larger for it."""
    return values * jax.random.bernoulli(key, 1 - share, values.shape) / (1 - share)


def off(scores: Any, answers: Any, counted: Any) -> Any:
    """The mean surprise at the right answers, where they count."""
    surprise = -jnp.take_along_axis(jax.nn.log_softmax(scores), jnp.maximum(answers, 0)[:, :, None], 2)[:, :, 0]
    return (surprise * counted).sum() / counted.sum()


def off_names(weights: Weights, batch: Batch, key: Any) -> Any:
    """How far the tags of names are off."""
    both = jnp.concatenate(states(weights, batch, key), 2)
    both = dropped(jax.random.fold_in(key, 2), both, DROPPED["state"])
    return off(both @ weights["out"] + weights["out_bias"], batch.answers, batch.mask)


def off_classes(weights: Weights, batch: Batch, key: Any) -> Any:
    """How far the classes of words are off, told from the words before and after each alone."""
    del key
    forth, back = states(weights, batch)
    answers = batch.answers[:, 1:-1]
    around = jnp.concatenate([forth[:, :-2], back[:, 2:]], 2)
    return off(around @ weights["out"] + weights["out_bias"], answers, answers >= 0)


def learn(weights: Weights, batches: Iterable[Batch], measure: Any, plan: Plan) -> Weights:
    """Adam over batches, its rate falling to a tenth; the mean of late weights where the plan wants it smooth."""
    step = jax.jit(_stepper(measure, plan.decay))
    weights = mean = jax.tree.map(jnp.asarray, weights)
    learned = (weights, *(jax.tree.map(jnp.zeros_like, weights),) * 2)
    key = jax.random.key(plan.seed)
    for number, batch in enumerate(batches, 1):
        key, fresh_key = jax.random.split(key)
        now = plan.rate * min(1, number / 100) * (1 - 0.9 * number / plan.total)
        learned = step(learned, (float(number), now), batch, fresh_key)
        kept = min(plan.smooth, (1 + number) / (10 + number))
        mean = jax.tree.map(lambda old, new, kept=kept: kept * old + (1 - kept) * new, mean, learned[0])
    return {name: np.asarray(values) for name, values in mean.items()}


def _stepper(measure: Any, decay: float) -> Any:
    def step(learned: Any, pace: tuple[float, float], batch: Batch, key: Any) -> Any:
        (weights, first, second), (number, rate) = learned, pace
        slope = jax.grad(measure)(weights, batch, key)
        steep = jnp.sqrt(sum(jnp.sum(each * each) for each in jax.tree.leaves(slope)))
        slope = jax.tree.map(lambda each: each * jnp.minimum(1.0, 1 / (steep + 1e-6)), slope)
        first = jax.tree.map(lambda old, new: 0.9 * old + 0.1 * new, first, slope)
        second = jax.tree.map(lambda old, new: 0.999 * old + 0.001 * new * new, second, slope)

        def moved(weight: Any, mean: Any, square: Any) -> Any:
            size = mean / (1 - 0.9**number) / (jnp.sqrt(square / (1 - 0.999**number)) + 1e-8)
            return weight - rate * (size + decay * weight)

        return jax.tree.map(moved, weights, first, second), first, second

    return step


ANSWERS: Final = {tag: number for number, tag in enumerate(TAGS)}
