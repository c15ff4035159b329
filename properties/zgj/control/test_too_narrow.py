"""Control: convergence with m = r − 1 students.

Setting: tied |·|; r ≥ 2 teachers, r − 1 students near the best there are: L₀ ≤ 1.01·F(V).
Statement (false): gradient descent reaches 10⁻³·L₀ within 20 000 steps.
Kind: control.
Constants: 20 000 steps; what the loss cannot pass is F(V) > 0.
How it is checked: runs from the floor point, its students scaled a little; the loss at the end must
    be above the target, in balls.
Source: THEORY §6, §3 fact 8.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zgj import strategies
from lcnn_verify.packs.zgj.descents import TARGET, descend
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.quantities import floor_found, loss
from lcnn_verify.packs.zgj.threshold import floor_level


@verifies("zgj.control.too-narrow", examples=6)
@given(
    teacher=strategies.teachers(min_separation=0.5, min_r=2, max_r=3, min_d=2, max_d=3),
    stretch=st.sampled_from([1.01, 0.99, 1.02]),
)
def test_fewer_students_converge(teacher, stretch):
    floor = floor_level(teacher.V, starts=4)
    x = Instance(
        stretch * floor.W, teacher.V, parameters={**teacher.parameters, "stretch": stretch}
    )
    check.sound(floor_found(teacher, floor))
    if loss(x).value > 1.01 * floor.value:
        strategies.discard("above 1.01·F(V)")
    end = x.with_students(descend(x, budget=20_000).weights)
    check.at_most(loss(end, "L at the end"), TARGET * loss(x, "L₀"), instance=x)
