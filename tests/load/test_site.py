"""A service between stages: one that went away is no reason to stop telling what was found."""

from decision_service.load.plan import Pool
from decision_service.load.site import Site
from decision_service.load.stages import Stage, built_in


def test_a_service_that_went_away_is_not_waited_for(pool: Pool) -> None:
    site = Site("http://127.0.0.1:1", "")
    assert site.settle(pool), "nothing had failed"
    site._failed = "deaths"
    assert not site.settle(pool)
    assert site.settle(pool), "asked once"
    assert site.fetch("/v1/decisions/x") is None


def test_without_a_sandbox_no_register_is_made_to_fail(pool: Pool) -> None:
    down = next(one for one in built_in(list(pool.policies.values())) if one.fault)
    site = Site("http://127.0.0.1:1", "")
    site.failing(down)
    site.failing(Stage("", down.title))
    assert site.settle(pool)
