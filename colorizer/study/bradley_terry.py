"""How strong each model is among those it was compared with (Bradley & Terry 1952).

P(i is preferred to j) = 1 / (1 + exp(θ_j − θ_i)). A weak ridge on θ keeps the estimate finite when
a model has won or lost everything. Answers of one participant are not independent, so intervals
come from leaving out one participant after the other (jackknife; Efron & Stein 1981).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from colorizer.study.exclusions import MIN_MEDIAN_RESPONSE_MS
from colorizer.study.preferences import Preference
from colorizer.study.statistics import CONFIDENCE, MIN_PARTICIPANTS

_RIDGE = 0.1
_STEPS = 25  # Newton's; the objective is strictly concave

_Wins = NDArray[np.float64]


@dataclass(frozen=True)
class ModelStrength:
    """A model's strength in log odds against the mean of all, with a 95 % interval.

    low, high: None with fewer than two participants, and for a model that has won or lost
    everything, of which nothing is known but that. won, comparisons: as counted. provisional: fewer
    than ten participants.
    """

    name: str
    strength: float
    low: float | None
    high: float | None
    won: int
    comparisons: int
    participants: int
    provisional: bool


def model_strengths(votes: Iterable[Preference]) -> tuple[ModelStrength, ...]:
    """The strongest first. Participants whose median answer came within 0.3 s are left out."""
    by_participant: dict[str, list[Preference]] = defaultdict(list)
    for vote in votes:
        by_participant[vote.participant_id].append(vote)
    kept = [
        by_participant[participant]
        for participant in sorted(by_participant)
        if median(v.response_ms for v in by_participant[participant]) >= MIN_MEDIAN_RESPONSE_MS
    ]
    names = sorted({name for own in kept for vote in own for name in (vote.winner, vote.loser)})
    if not names:
        return ()
    place = {name: number for number, name in enumerate(names)}
    wins = np.zeros((len(kept), len(names), len(names)))
    for number, own in enumerate(kept):
        for vote in own:
            wins[number, place[vote.winner], place[vote.loser]] += 1
    total = wins.sum(axis=0)
    strength = _fitted(total[None])[0]
    known = (total.sum(axis=1) > 0) & (total.sum(axis=0) > 0) & (len(kept) > 1)
    half = _half_widths(wins) if known.any() else np.zeros(len(names))
    models = [
        ModelStrength(
            name=name,
            strength=float(strength[at]),
            low=float(strength[at] - half[at]) if known[at] else None,
            high=float(strength[at] + half[at]) if known[at] else None,
            won=int(total[at].sum()),
            comparisons=int(total[at].sum() + total[:, at].sum()),
            participants=int(((wins[:, at].sum(axis=1) + wins[:, :, at].sum(axis=1)) > 0).sum()),
            provisional=len(kept) < MIN_PARTICIPANTS,
        )
        for name, at in place.items()
    ]
    return tuple(sorted(models, key=lambda model: -model.strength))


def _fitted(wins: _Wins) -> NDArray[np.float64]:
    """θ float64 (R, K), each row with mean 0, of R tables float64 (R, K, K) "row beat column"."""
    games = wins + wins.transpose(0, 2, 1)
    theta = np.zeros(wins.shape[:2])
    ridge = _RIDGE * np.eye(wins.shape[1])
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(theta[:, None, :] - theta[:, :, None]))  # row beats column
        gradient = (wins - games * chance).sum(axis=2) - _RIDGE * theta
        weight = games * chance * (1.0 - chance)
        hessian = ridge - weight
        diagonal = np.arange(wins.shape[1])
        hessian[:, diagonal, diagonal] += weight.sum(axis=2)
        theta += np.linalg.solve(hessian, gradient[..., None])[..., 0].clip(-2.0, 2.0)
    return np.asarray(theta - theta.mean(axis=1, keepdims=True))


def _half_widths(wins: _Wins) -> NDArray[np.float64]:
    """Half of each model's interval: Student's t × the jackknife's error over participants."""
    from scipy.special import stdtrit  # scipy: not before the first page

    participants = len(wins)
    without = _fitted(wins.sum(axis=0)[None] - wins)  # each participant left out in turn
    variance = ((without - without.mean(axis=0)) ** 2).sum(axis=0) * (1 - 1 / participants)
    t = -float(stdtrit(participants - 1, 0.5 - CONFIDENCE / 2))
    return np.asarray(t * np.sqrt(variance))
