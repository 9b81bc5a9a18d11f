"""Six small environments as exact tables, and what a random and an optimal player get in each."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

GRID_MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))


class Outcome(NamedTuple):
    """What an action may lead to; `ends` says that the episode is over, not merely cut."""

    probability: float
    state: int
    reward: float
    ends: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A finite Markov decision process with episodes of at most `limit` steps.

    Parameters
    ----------
    name
        ``suite/task``.
    start
        The state every episode starts in.
    limit
        Steps after which an episode is cut.
    moves
        For each state, for each action, its outcomes, whose probabilities sum to 1.
    """

    name: str
    start: int
    limit: int
    moves: tuple[tuple[tuple[Outcome, ...], ...], ...]

    @property
    def n_actions(self) -> int:
        """Number of actions, the same in every state."""
        return len(self.moves[0])

    def step(self, state: int, action: int, draws: Iterator[float]) -> Outcome:
        """Play `action` in `state`; a draw is taken only where there is something to decide."""
        outcomes = self.moves[state][action]
        if len(outcomes) == 1:
            return outcomes[0]
        left = next(draws)
        for outcome in outcomes:
            left -= outcome.probability
            if left < 0:
                return outcome
        return outcomes[-1]


def exact_bounds(environment: Environment) -> tuple[float, float]:
    """Return the expected episode returns of the uniformly random and of the best possible player.

    Both are exact: dynamic programming backwards over the steps of an episode, undiscounted. The best player may
    know how many steps are left, so no learned policy can exceed it in expectation.
    """
    n_states = len(environment.moves)
    goes_on = np.zeros((n_states, environment.n_actions, n_states))
    reward = np.zeros((n_states, environment.n_actions))
    for state, actions in enumerate(environment.moves):
        for action, outcomes in enumerate(actions):
            for outcome in outcomes:
                reward[state, action] += outcome.probability * outcome.reward
                goes_on[state, action, outcome.state] += outcome.probability * (not outcome.ends)
    of_random, of_best = np.zeros(n_states), np.zeros(n_states)
    for _ in range(environment.limit):
        of_random = (reward + goes_on @ of_random).mean(axis=1)
        of_best = (reward + goes_on @ of_best).max(axis=1)
    return float(of_random[environment.start]), float(of_best[environment.start])


def _grid_world(
    name: str, plan: tuple[str, ...], *, limit: int, slip: float = 0.0, wind: tuple[int, ...] = ()
) -> Environment:
    """Build a grid from its plan: ``S`` start, ``G`` goal (+1), ``C`` cliff (-1), ``#`` wall; a step costs 0.01.

    With probability `slip` the move goes in a random direction; `wind` pushes up by so many rows a column.
    """
    width = len(plan[0])
    text = "".join(plan)

    def land(state: int, direction: tuple[int, int]) -> Outcome:
        row, column = divmod(state, width)
        lift = wind[column] if wind else 0
        row = min(max(row + direction[0] - lift, 0), len(plan) - 1)
        column = min(max(column + direction[1], 0), width - 1)
        cell = plan[row][column]
        target = state if cell == "#" else row * width + column
        return Outcome(1.0, target, {"G": 1.0, "C": -1.0}.get(cell, 0.0) - 0.01, cell in "GC")

    def outcomes(state: int, direction: tuple[int, int]) -> tuple[Outcome, ...]:
        meant = land(state, direction)
        if not slip:
            return (meant,)
        slipped = tuple(land(state, other)._replace(probability=slip / 4) for other in GRID_MOVES)
        return (meant._replace(probability=1 - slip), *slipped)

    moves = tuple(tuple(outcomes(state, direction) for direction in GRID_MOVES) for state in range(len(text)))
    return Environment(name=name, start=text.index("S"), limit=limit, moves=moves)


def cliff_walk() -> Environment:
    """Walk along a cliff on slippery ground: the short way is the dangerous one."""
    plan = ("............", "............", "............", "SCCCCCCCCCCG")
    return _grid_world("grid/cliff_walk", plan, limit=100, slip=0.1)


def windy_grid() -> Environment:
    """Cross a grid whose middle columns blow upwards."""
    plan = ("..........", "..........", "..........", "S......G..", "..........", "..........", "..........")
    return _grid_world("grid/windy", plan, limit=100, wind=(0, 0, 0, 1, 1, 1, 2, 2, 1, 0))


def four_rooms() -> Environment:
    """Find the way from one corner to the other through four rooms with narrow doors."""
    plan = (
        "S....#.....",
        ".....#.....",
        "...........",
        ".....#.....",
        ".....#.....",
        "#.####.....",
        ".....###.##",
        ".....#.....",
        ".....#.....",
        "...........",
        ".....#....G",
    )
    return _grid_world("grid/four_rooms", plan, limit=200, slip=0.1)


def river_swim() -> Environment:
    """Swim up a river for 1 a step at its end, or rest at its mouth for 0.005."""
    last = 5

    def against_the_current(state: int) -> tuple[Outcome, ...]:
        if state == 0:
            return (Outcome(0.6, 1, 0.0, ends=False), Outcome(0.4, 0, 0.0, ends=False))
        if state == last:
            return (Outcome(0.6, last, 1.0, ends=False), Outcome(0.4, last - 1, 0.0, ends=False))
        return (
            Outcome(0.35, state + 1, 0.0, ends=False),
            Outcome(0.6, state, 0.0, ends=False),
            Outcome(0.05, state - 1, 0.0, ends=False),
        )

    def with_the_current(state: int) -> tuple[Outcome, ...]:
        return (Outcome(1.0, max(state - 1, 0), 0.005 if state == 0 else 0.0, ends=False),)

    moves = tuple((with_the_current(state), against_the_current(state)) for state in range(last + 1))
    return Environment(name="chain/river_swim", start=0, limit=50, moves=moves)


def combination_lock() -> Environment:
    """Choose the right one of two actions nine times in a row; a mistake shows only at the end of the episode."""
    length = 9
    stuck = length

    def goes_to(state: int, step: int, *, right: bool) -> Outcome:
        opened = right and state < stuck and step == length - 1
        following = (step + 1) * (length + 1) + (step + 1 if right and state < stuck else stuck)
        return Outcome(1.0, following, float(opened), step == length - 1)

    moves = tuple(
        tuple((goes_to(state, step, right=action == step % 2),) for action in (0, 1))
        for step in range(length)
        for state in range(length + 1)
    )
    end = tuple(((Outcome(1.0, 0, 0.0, ends=True),),) * 2 for _ in range(length + 1))
    return Environment(name="chain/combination_lock", start=0, limit=length, moves=moves + end)


def inventory() -> Environment:
    """Order stock each day for an unknown demand: a unit sells for 1, costs 0.5 and 0.05 a night in store."""
    capacity, largest_order, customers, appetite = 8, 4, 6, 0.4
    chance = [comb(customers, k) * appetite**k * (1 - appetite) ** (customers - k) for k in range(customers + 1)]

    def outcomes(stock: int, order: int) -> tuple[Outcome, ...]:
        filled = min(stock + order, capacity)
        after = [(min(demand, filled), probability) for demand, probability in enumerate(chance)]
        return tuple(
            Outcome(p, filled - sold, sold - 0.5 * (filled - stock) - 0.05 * (filled - sold), ends=False)
            for sold, p in after
        )

    moves = tuple(tuple(outcomes(stock, order) for order in range(largest_order + 1)) for stock in range(capacity + 1))
    return Environment(name="chain/inventory", start=0, limit=50, moves=moves)


def all_environments() -> tuple[Environment, ...]:
    """Return the six environments: the suite `grid`, then the suite `chain`."""
    return (cliff_walk(), windy_grid(), four_rooms(), river_swim(), combination_lock(), inventory())
