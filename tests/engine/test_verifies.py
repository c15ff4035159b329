"""A property bound to its claim: budgets, seeds, shrinking, and what it publishes."""

import json
import re

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import ClaimFailed, Explanation, Quantity, check, verifies
from lcnn_verify.evidence.draws import discard
from lcnn_verify.evidence.subject import misbehaved
from lcnn_verify.processes import MAX_LOST
from lcnn_verify.profiles import PROFILES, RunContext, running


def exactly(value):
    return Quantity.of(float(value), "x")


class Coin:
    text = "x uniform on 0..9"

    def draw(self, rng: np.random.Generator):
        return {"x": int(rng.integers(10))}


def property_of(claim="lab.fifth", limit=10, **options):
    @verifies(claim, **options)
    @given(x=st.integers(0, 1000))
    def test_x_is_small(x):
        check.at_most(exactly(x), float(limit))

    return test_x_is_small


def test_a_true_statement_is_supported_and_its_budget_kept():
    run = property_of(limit=2000, examples=40)
    recorder = run.lcnn_property.run()
    assert recorder.examples == 40
    assert recorder.counterexample is None
    run()


def test_the_profile_and_the_shard_scale_the_budget():
    run = property_of(limit=2000, examples=40).lcnn_property
    with running(RunContext(PROFILES["standard"], seed=3, shard=1, shards=4)):
        assert run.run().examples == 80


def test_a_dear_property_has_ten_thousand_examples_in_deep():
    run = property_of(limit=2000, examples=12, draws=12, law=Coin()).lcnn_property
    with running(RunContext(PROFILES["deep"], shard=1, shards=16)):
        recorder = run.run()
    assert recorder.sampling.draws == 45  # 12 × 60 / 16
    assert recorder.examples + recorder.sampling.draws == 625 >= 10_000 / 16
    search = property_of(limit=2000, examples=1, points=100).lcnn_property
    with running(RunContext(PROFILES["deep"], shard=1, shards=16)):
        assert search.run().examples == 7  # of which each looks at 100 points


def test_a_false_statement_shrinks_to_its_edge():
    recorder = property_of(limit=17).lcnn_property.run()
    assert recorder.counterexample.arguments == {"x": 18}


def test_without_shrinking_the_first_counterexample_stays():
    recorder = property_of(limit=17, shrink=False).lcnn_property.run()
    assert recorder.counterexample.arguments["x"] > 17


def test_a_fallen_claim_fails_with_its_replay():
    with pytest.raises(ClaimFailed, match=r"lab\.fifth is REFUTED") as caught:
        property_of(limit=17)()
    assert '"arguments": {"x": 18}' in str(caught.value)


def test_a_false_statement_that_nothing_proves_is_inconclusive():
    @verifies("lab.control.first", examples=20)
    @given(x=st.integers(0, 1000))
    def test_small(x):
        check.at_most(Quantity("x", float(x), 0.0, lambda _: mpmath.mpf(x)), 10.0)

    assert test_small.lcnn_property.run().counterexample is None
    with pytest.raises(ClaimFailed, match=r"INCONCLUSIVE: test_small: .*no enclosure to prove it"):
        test_small()


def test_a_control_passes_when_refuted_and_fails_when_it_stands():
    property_of("lab.control.first", limit=17)()
    with pytest.raises(ClaimFailed, match=r"lab\.control\.first is SUPPORTED"):
        property_of("lab.control.first", limit=2000)()


def test_the_same_seed_gives_the_same_record_and_another_does_not():
    @verifies("lab.sixth", examples=8)
    @given(x=st.integers(0, 1000))
    def test_x_exists(x):
        check.witness_at_most(exactly(x), 2000.0)

    run = test_x_exists.lcnn_property

    def seen(recorder):
        return [observation.got for observation in recorder.witnesses]

    with running(RunContext(seed=1)):
        first, second = run.run(), run.run()
    with running(RunContext(seed=2)):
        third = run.run()
    assert seen(first) == seen(second)
    assert seen(first) != seen(third)


def test_the_sampling_stream_counts_for_itself():
    run = property_of(limit=2000, examples=10, draws=25, law=Coin()).lcnn_property
    recorder = run.run()
    assert recorder.examples == 10
    assert (recorder.sampling.draws, recorder.sampling.violations) == (25, 0)
    assert recorder.sampling.law == Coin.text


def test_a_violation_in_the_sampling_stream_refutes():
    @verifies("lab.fifth", examples=5, draws=200, law=Coin())
    @given(x=st.integers(0, 3))
    def test_small(x):
        check.at_most(exactly(x), 7.5)

    recorder = test_small.lcnn_property.run()
    assert recorder.violations == 0
    assert recorder.sampling.violations > 0
    with pytest.raises(ClaimFailed, match="REFUTED"):
        test_small()


def test_a_broken_property_is_inconclusive_with_its_cause():
    @verifies("lab.fifth")
    @given(x=st.integers())
    def test_broken(x):
        raise ZeroDivisionError("planted")

    recorder = test_broken.lcnn_property.run()
    line = test_broken.lcnn_property.body.__code__.co_firstlineno + 3
    place = f"(at engine/test_verifies.py:{line} on x = "
    assert recorder.error == f"ZeroDivisionError: planted {place}0)"
    with pytest.raises(ClaimFailed, match="INCONCLUSIVE: ZeroDivisionError") as caught:
        test_broken()
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert test_broken.lcnn_property.replay({"x": 1}).error.endswith(f"{place}1)")


def test_a_breakdown_is_placed_in_the_file_that_is_the_users():
    """json is what raises; the line of the property that called it is what helps."""

    @verifies("lab.fifth", draws=5, law=Coin())
    @given(x=st.just(7))
    def test_broken(x):
        check.at_most(exactly(x), 10.0)
        if x < 7:
            json.loads("{" * x)

    error = test_broken.lcnn_property.run().error
    assert re.search(r"\(at engine/test_verifies\.py:\d+ on x = [0-6]\)$", error)


def test_what_breaks_while_drawing_is_told_without_the_example_before():
    @verifies("lab.fifth", examples=20)
    @given(x=st.integers(0, 3).map(lambda n: 1 / (n - 3)))
    def test_broken(x):
        check.at_most(exactly(x), 10.0)

    error = test_broken.lcnn_property.run().error
    assert error.startswith("ZeroDivisionError: ")
    assert " on x = " not in error


def test_debugging_shows_the_traceback(monkeypatch, capsys):
    @verifies("lab.fifth")
    def test_broken():
        raise ZeroDivisionError("planted")

    test_broken.lcnn_property.run()
    assert "Traceback" not in capsys.readouterr().err
    monkeypatch.setenv("LCNN_DEBUG", "1")
    test_broken.lcnn_property.run()
    assert "Traceback" in capsys.readouterr().err


def test_examples_that_compare_nothing_are_said_to_have_run():
    @verifies("lab.fifth", examples=20)
    @given(x=st.integers())
    def test_idle(x):
        pass

    with pytest.raises(ClaimFailed, match="20 examples ran, and nothing was compared"):
        test_idle()


def test_unmet_preconditions_are_not_exercised():
    @verifies("lab.fifth", examples=5)
    @given(x=st.integers())
    def test_never(x):
        assume(False)

    with pytest.raises(ClaimFailed, match="NOT EXERCISED"):
        test_never()


def test_a_property_without_draws_runs_once_and_only_in_the_first_shard():
    @verifies("lab.fifth")
    def test_plain():
        check.at_most(exactly(1), 2.0)

    assert test_plain.lcnn_property.run().examples == 1
    with running(RunContext(shard=1, shards=2)):
        assert test_plain.lcnn_property.run().examples == 0


def test_enumerated_cases_are_shared_out_among_shards():
    @verifies("lab.fourth", cases=lambda profile: [{"x": k} for k in range(5)])
    def test_each(x):
        check.at_most(exactly(x), 10.0)

    assert test_each.lcnn_property.run().examples == 5
    with running(RunContext(shard=1, shards=2)):
        assert test_each.lcnn_property.run().examples == 2


def test_discarded_draws_are_counted_by_reason():
    @st.composite
    def odd_ones(draw):
        number = draw(st.integers(0, 1000))
        return number if number % 2 else discard("even")

    @verifies("lab.fifth", examples=10)
    @given(x=odd_ones())
    def test_odd(x):
        check.at_most(exactly(x), 2000.0)

    assert test_odd.lcnn_property.run().discarded["even"] > 0


def test_draws_discarded_outside_of_hypothesis_are_counted_too():
    @verifies("lab.fifth", examples=5, draws=50, law=Coin())
    @given(x=st.integers(0, 3))
    def test_small(x):
        if x > 4:
            discard("too large")
        check.at_most(exactly(x), 7.5)

    recorder = test_small.lcnn_property.run()
    assert recorder.error is None
    assert recorder.sampling.draws == 50  # as many as are wanted, whatever is given up
    assert recorder.discarded["too large"] > 10
    assert test_small.lcnn_property.replay({"x": 9}).error.startswith("Discarded")


def test_a_law_that_is_always_given_up_comes_to_an_end():
    @verifies("lab.fifth", examples=1, draws=3, law=Coin())
    @given(x=st.just(99))
    def test_small(x):
        if x < 99:
            discard("all of the law's")
        check.at_most(exactly(x), 100.0)

    recorder = test_small.lcnn_property.run()
    assert recorder.sampling.draws == 0
    assert recorder.discarded["all of the law's"] == 30


def test_replay_runs_the_body_once():
    run = property_of(limit=17).lcnn_property
    assert run.replay({"x": 18}).violations == 1
    assert run.replay({"x": 17}).violations == 0


def test_unknown_claims_are_refused_with_a_suggestion():
    with pytest.raises(InputError, match=r"did you mean 'lab.fifth'"):
        verifies("lab.fifht")


def test_a_search_that_loses_processes_keeps_the_smallest_example_it_saw():
    lost = []

    @verifies("lab.fifth")
    @given(x=st.integers(0, 1000))
    def test_crashes(x):
        if x > 17:
            lost.append(x)
            misbehaved("f(x)", "crashed its process", "SIGSEGV", cost=1)
        check.at_most(exactly(x), 2000.0)

    recorder = test_crashes.lcnn_property.run()
    assert recorder.error is None
    assert len(lost) <= MAX_LOST
    assert recorder.counterexample.arguments == {"x": min(lost)}


def test_what_failed_once_counts_though_it_does_not_always_fail():
    seen = []

    @verifies("lab.fifth")
    @given(x=st.integers(0, 1000))
    def test_flickers(x):
        seen.append(x)
        check.at_most(exactly(2 if len(seen) == 5 else 0), 1.0)

    recorder = test_flickers.lcnn_property.run()
    assert recorder.error is None
    assert recorder.counterexample.got == 2.0


def test_shrinking_can_be_left_out_of_one_run():
    run = property_of(limit=17).lcnn_property
    assert run.run(shrink=False).counterexample.arguments["x"] > 18
    assert run.run().counterexample.arguments == {"x": 18}


def test_what_is_drawn_once_is_what_a_run_draws_and_can_be_run_on_again():
    @verifies("lab.sixth", examples=8)
    @given(x=st.integers(0, 1000))
    def test_x_exists(x):
        check.witness_at_most(exactly(x), 2000.0)

    run = test_x_exists.lcnn_property
    with running(RunContext(seed=1)):
        drawn = run.draw()
        assert [given["x"] for given in drawn] == [seen.got for seen in run.run().witnesses]
        assert run.run(drawn=drawn[3:5]).examples == 2


def test_drawn_examples_are_run_in_order_until_one_fails():
    run = property_of(limit=17, examples=10).lcnn_property
    recorder = run.run(drawn=[{"x": 3}, {"x": 400}, {"x": 18}])
    assert recorder.counterexample.arguments == {"x": 400}
    assert recorder.examples == 2


def test_drawn_examples_may_be_discarded():
    @verifies("lab.fifth", examples=10)
    @given(x=st.integers(0, 1000))
    def test_small(x):
        if x > 9:
            discard("not small")
        check.at_most(exactly(x), 10.0)

    recorder = test_small.lcnn_property.run(drawn=[{"x": 3}, {"x": 400}, {"x": 4}])
    assert recorder.examples == 2
    assert recorder.discarded == {"not small": 1}


def test_nothing_is_drawn_for_cases_nor_where_no_example_exists():
    @verifies("lab.fifth", cases=lambda _: [{"x": 1}])
    def test_case(x):
        check.at_most(exactly(x), 10.0)

    @verifies("lab.fifth", examples=10)
    @given(x=st.integers(0, 1000).filter(lambda _: False))
    def test_nothing(x):
        raise AssertionError

    assert test_case.lcnn_property.draw() == test_nothing.lcnn_property.draw() == ()
    assert test_case.lcnn_property.run(drawn=()).examples == 1


def test_a_failure_shows_its_snippet():
    @verifies("lab.fifth", examples=1)
    @given(x=st.just(5))
    def test_explained(x):
        check.at_most(exactly(x), 1.0, explain=lambda: Explanation("too large", "print(5)"))

    with pytest.raises(ClaimFailed, match=r"or, without lcnn-verify:\nprint\(5\)"):
        test_explained()
