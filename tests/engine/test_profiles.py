"""Budgets, seeds and the active run."""

import pytest

from lcnn_verify.errors import InputError
from lcnn_verify.profiles import PROFILES, RunContext, active, profile_named, running


def test_profiles_grow():
    quick, standard, deep = (PROFILES[name] for name in ("quick", "standard", "deep"))
    assert quick.examples < standard.examples < deep.examples
    assert profile_named("deep") is deep


def test_unknown_profiles_get_a_suggestion():
    with pytest.raises(InputError, match=r"'quick' or 'standard' or 'deep', did you mean 'quick'"):
        profile_named("quik")
    with pytest.raises(InputError, match=r"wanted 'quick' or 'standard' or 'deep'$"):
        profile_named("zzz")


def test_seeds_differ_by_everything_that_names_a_stream():
    seeds = {
        RunContext(seed=seed, shard=shard, shards=2).derive_seed(name)
        for seed in (0, 1)
        for shard in (0, 1)
        for name in ("a", "b")
    }
    assert len(seeds) == 8


def test_the_active_run_is_restored():
    assert active() == RunContext()
    with running(RunContext(seed=7)):
        assert active().seed == 7
    assert active().seed == 0


def test_a_share_is_never_nothing():
    assert RunContext(PROFILES["quick"], shards=16).share(3) == 1
    deep = RunContext(PROFILES["deep"], shards=7)
    assert deep.share(3) == 26
    assert 7 * deep.share(3, deep.profile.least) >= deep.profile.least == 10_000
    assert deep.share(7000, deep.profile.least) == 60_000


def test_a_context_survives_json_and_nonsense_does_not():
    context = RunContext(PROFILES["deep"], seed=3, shard=1, shards=4)
    assert RunContext.from_json(context.to_json()) == context
    assert "subject" not in context.to_json()
    judging = RunContext(subject={"target": "package.module:object", "seconds": 1.5})
    assert RunContext.from_json(judging.to_json()) == judging
    for change in (
        {"seed": -1},
        {"shard": 4},
        {"seed": "3"},
        {"profile": "deepest"},
        {"seed": True},
        {"subject": 3},
    ):
        with pytest.raises(InputError):
            RunContext.from_json({**context.to_json(), **change})
    with pytest.raises(InputError, match="run: got None"):
        RunContext.from_json(None)
