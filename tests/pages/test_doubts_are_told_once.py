"""Notices of one kind stand together, each with its own words, their mend once."""

from reportgen.data.scores import Notice
from reportgen.pages.render import alike


def notice(code, text, mend=""):
    return Notice(code=code, text=text, mend=mend)


def test_notices_of_one_kind_and_mend_stand_together_in_the_order_of_the_first():
    seeds = [notice("incomplete_seeds", name, "runs: {incomplete_seeds: drop}") for name in "abc"]
    early, dropped = notice("ended_early", "d"), notice("incomplete_seeds", "e")
    assert alike([seeds[0], early, seeds[1], dropped, seeds[2]]) == [seeds, [early], [dropped]]


def test_every_notice_is_shown_whatever_its_kind():
    told = [notice(code, str(place)) for place, code in enumerate(["x", "y", "x", "z", "y"])]
    assert sorted(one.text for group in alike(told) for one in group) == ["0", "1", "2", "3", "4"]
