"""One run: a method with one seed learns all six environments, and is evaluated as it goes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from environments import all_environments
from methods import METHODS, Agent, HyperParameters, Transition, epsilon_greedy, greedy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from environments import Environment

SEEDS = (0, 1, 2, 3, 4)
ROUNDS = 24
STEPS_PER_ROUND = 800
EPISODES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Means over the evaluation episodes of one environment, of the greedy policy."""

    episode_return: float
    episode_length: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a run knows at one evaluation.

    Parameters
    ----------
    global_step
        Environment steps of the whole run so far, over all environments.
    td_error
        Mean absolute temporal-difference error since the row before; None in the first row, before any learning.
    evaluations
        Environment name to evaluation.
    """

    global_step: int
    td_error: float | None
    evaluations: dict[str, Evaluation]


def _uniform(rng: np.random.Generator) -> Iterator[float]:
    """Yield the generator's uniform draws on [0, 1); drawn in blocks, because single calls are slow."""
    while True:
        yield from rng.random(4096).tolist()


class Learner:
    """An agent on one environment, together with where its current episode stands."""

    def __init__(self, environment: Environment, agent: Agent, epsilon: float, draws: Iterator[float]) -> None:
        self.environment = environment
        self._agent = agent
        self._epsilon = epsilon
        self._draws = draws
        self._begin()

    def train(self, steps: int) -> float:
        """Take `steps` environment steps and return the sum of the absolute temporal-difference errors."""
        return sum(self._step() for _ in range(steps))

    def evaluate(self, episodes: int, draws: Iterator[float]) -> Evaluation:
        """Play whole episodes with the greedy policy; neither the agent nor its current episode is touched."""
        played = [self._play(draws) for _ in range(episodes)]
        returns, lengths = zip(*played, strict=True)
        return Evaluation(episode_return=sum(returns) / episodes, episode_length=sum(lengths) / episodes)

    def _begin(self) -> None:
        self._state, self._elapsed = self.environment.start, 0
        self._action = self._choose(self._state)

    def _choose(self, state: int) -> int:
        return epsilon_greedy(self._agent.preferences(state), self._epsilon, self._draws)

    def _step(self) -> float:
        outcome = self.environment.step(self._state, self._action, self._draws)
        following = self._choose(outcome.state)
        error = self._agent.learn(
            Transition(
                state=self._state,
                action=self._action,
                reward=outcome.reward,
                next_state=outcome.state,
                next_action=following,
                ends=outcome.ends,
            )
        )
        self._state, self._action, self._elapsed = outcome.state, following, self._elapsed + 1
        if outcome.ends or self._elapsed == self.environment.limit:
            self._begin()
        return abs(error)

    def _play(self, draws: Iterator[float]) -> tuple[float, int]:
        state, total = self.environment.start, 0.0
        for elapsed in count(1):
            outcome = self.environment.step(state, greedy(self._agent.preferences(state), draws), draws)
            state, total = outcome.state, total + outcome.reward
            if outcome.ends or elapsed == self.environment.limit:
                break
        return total, elapsed


def train(method: str, seed: int, parameters: HyperParameters) -> Iterator[Row]:
    """Train `method` on all environments and yield a row before the first and after every round.

    Learning and evaluation have a stream of random numbers each, both from `seed`, so that evaluating more or less
    often changes nothing in what is learned.
    """
    learning, evaluating = (
        _uniform(np.random.Generator(np.random.PCG64(child))) for child in np.random.SeedSequence(seed).spawn(2)
    )
    learners = [
        Learner(environment, METHODS[method](environment, parameters, learning), parameters.epsilon, learning)
        for environment in all_environments()
    ]
    steps_per_round = STEPS_PER_ROUND * len(learners)

    def evaluate() -> dict[str, Evaluation]:
        return {learner.environment.name: learner.evaluate(EPISODES, evaluating) for learner in learners}

    yield Row(global_step=0, td_error=None, evaluations=evaluate())
    for finished in range(1, ROUNDS + 1):
        error = sum(learner.train(STEPS_PER_ROUND) for learner in learners) / steps_per_round
        yield Row(global_step=finished * steps_per_round, td_error=error, evaluations=evaluate())
