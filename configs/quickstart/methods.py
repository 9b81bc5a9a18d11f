"""Four tabular methods that share everything but their update: step size, discount, exploration, start values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from environments import Environment

Table = list[list[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HyperParameters:
    """What all methods share; nothing is tuned for a method or an environment."""

    step_size: float = 0.1
    discount: float = 0.99
    epsilon: float = 0.1
    planning_steps: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step as an agent sees it; `next_action` is what it will do, if the episode goes on."""

    state: int
    action: int
    reward: float
    next_state: int
    next_action: int
    ends: bool


class Agent(Protocol):
    """A learner on one environment."""

    def preferences(self, state: int) -> list[float]:
        """Return the values by which actions are chosen in `state`."""

    def learn(self, seen: Transition) -> float:
        """Learn from one transition and return its temporal-difference error."""


def greedy(preferences: list[float], draws: Iterator[float]) -> int:
    """Return the best action; ties are broken at random."""
    best = max(preferences)
    ties = [action for action, value in enumerate(preferences) if value == best]
    return ties[0] if len(ties) == 1 else ties[int(next(draws) * len(ties))]


def epsilon_greedy(preferences: list[float], epsilon: float, draws: Iterator[float]) -> int:
    """Return a uniformly random action with probability `epsilon`, else the best."""
    if next(draws) < epsilon:
        return int(next(draws) * len(preferences))
    return greedy(preferences, draws)


def _zeros(environment: Environment) -> Table:
    return [[0.0] * environment.n_actions for _ in environment.moves]


class QLearning:
    """Off-policy control (Watkins, 1989): the target is the best next value."""

    def __init__(self, environment: Environment, parameters: HyperParameters, draws: Iterator[float]) -> None:
        self._values = _zeros(environment)
        self._parameters = parameters
        self._draws = draws

    def preferences(self, state: int) -> list[float]:
        """Return the action values of `state`."""
        return self._values[state]

    def learn(self, seen: Transition) -> float:
        """Move the value of what was done towards reward plus the discounted next value."""
        following = 0.0 if seen.ends else self._parameters.discount * self._next_value(seen)
        error = seen.reward + following - self._values[seen.state][seen.action]
        self._values[seen.state][seen.action] += self._parameters.step_size * error
        return error

    def _next_value(self, seen: Transition) -> float:
        return max(self._values[seen.next_state])


class Sarsa(QLearning):
    """On-policy control (Rummery and Niranjan, 1994): the target is the value of the action really taken next."""

    def _next_value(self, seen: Transition) -> float:
        return self._values[seen.next_state][seen.next_action]


class DoubleQLearning:
    """Two tables, one choosing and the other judging the best next action (van Hasselt, 2010)."""

    def __init__(self, environment: Environment, parameters: HyperParameters, draws: Iterator[float]) -> None:
        self._tables = (_zeros(environment), _zeros(environment))
        self._parameters = parameters
        self._draws = draws

    def preferences(self, state: int) -> list[float]:
        """Return the sum of both tables' action values of `state`."""
        first, second = self._tables
        return [a + b for a, b in zip(first[state], second[state], strict=True)]

    def learn(self, seen: Transition) -> float:
        """Update one of the two tables, chosen by a fair coin."""
        first = int(next(self._draws) * 2)
        learning, judging = self._tables[first], self._tables[1 - first]
        following = 0.0
        if not seen.ends:
            best = greedy(learning[seen.next_state], self._draws)
            following = self._parameters.discount * judging[seen.next_state][best]
        error = seen.reward + following - learning[seen.state][seen.action]
        learning[seen.state][seen.action] += self._parameters.step_size * error
        return error


class DynaQ(QLearning):
    """Q-learning that replays remembered transitions after every real one (Sutton, 1990).

    Its model keeps the last outcome of each state and action, which is exact where the environment is
    deterministic and only a sample where it is not.
    """

    def __init__(self, environment: Environment, parameters: HyperParameters, draws: Iterator[float]) -> None:
        super().__init__(environment, parameters, draws)
        self._model: dict[tuple[int, int], Transition] = {}
        self._known: list[tuple[int, int]] = []

    def learn(self, seen: Transition) -> float:
        """Learn from the real transition, remember it, then learn from `planning_steps` remembered ones."""
        error = super().learn(seen)
        key = (seen.state, seen.action)
        if key not in self._model:
            self._known.append(key)
        self._model[key] = seen
        for _ in range(self._parameters.planning_steps):
            super().learn(self._model[self._known[int(next(self._draws) * len(self._known))]])
        return error


METHODS: dict[str, Callable[[Environment, HyperParameters, Iterator[float]], Agent]] = {
    "q_learning": QLearning,
    "sarsa": Sarsa,
    "double_q_learning": DoubleQLearning,
    "dyna_q": DynaQ,
}
