"""The mathematics: scores with named tasks and runs in, small frozen results out; numpy and scipy only."""

from reportgen.stats.analysis import Analysis, analyse, curve, difference
from reportgen.stats.classical import run_means
from reportgen.stats.contest import Contest, contest
from reportgen.stats.corrections import adjusted
from reportgen.stats.design import design
from reportgen.stats.effects import Effects
from reportgen.stats.estimates import even_thresholds
from reportgen.stats.families import Claim, Judgement, judged
from reportgen.stats.intervals import Band, Interval, turned
from reportgen.stats.outliers import outlying
from reportgen.stats.own import own_interval
from reportgen.stats.permutation import Tested
from reportgen.stats.planning import RUNS, Outlook, outlooks, present_outlook
from reportgen.stats.proportions import wilson
from reportgen.stats.ranks import anova, average_rank_replicates, friedman, shares_of_ranks
from reportgen.stats.reaching import first_reached, restricted
from reportgen.stats.scores import Scores, Settings
from reportgen.stats.screen import screened
from reportgen.stats.summary import Summary, summarize
from reportgen.stats.variations import Case, other_aggregates, other_weighting, varied, without_each_task
from reportgen.stats.verdicts import Verdict, best_set, turned_verdict, verdict

__all__ = [
    "RUNS",
    "Analysis",
    "Band",
    "Case",
    "Claim",
    "Contest",
    "Effects",
    "Interval",
    "Judgement",
    "Outlook",
    "Scores",
    "Settings",
    "Summary",
    "Tested",
    "Verdict",
    "adjusted",
    "analyse",
    "anova",
    "average_rank_replicates",
    "best_set",
    "contest",
    "curve",
    "design",
    "difference",
    "even_thresholds",
    "first_reached",
    "friedman",
    "judged",
    "other_aggregates",
    "other_weighting",
    "outlooks",
    "outlying",
    "own_interval",
    "present_outlook",
    "restricted",
    "run_means",
    "screened",
    "shares_of_ranks",
    "summarize",
    "turned",
    "turned_verdict",
    "varied",
    "verdict",
    "wilson",
    "without_each_task",
]
