"""The closed forms of THEORY §2 as balls at the precision in force, over points and over boxes.

Each encloses the quantity over everything the rows may be. Over a box of width h a natural form is
too wide by O(h), so it is intersected with a mean-value or Taylor form about the midpoint, too wide
by O(h²). The loss is C² wherever no neuron vanishes, coincident lines included (THEORY §2), and
Lipschitz everywhere, so that Lebourg's mean-value theorem covers neurons that may vanish.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb

from lcnn_verify.numerics import balls
from lcnn_verify.packs.zgj.enclosure.boxes import Row, is_point, may_vanish, middle
from lcnn_verify.packs.zgj.enclosure.family import BallFamily, ball_family
from lcnn_verify.packs.zgj.model import Model

Block = list[list[arb]]


def family_loss(family: BallFamily) -> arb:
    """L = ½ Σ_ab c_a c_b q_a q_b K(ρ_ab) (THEORY §2)."""
    total = arb(0)
    present = family.present()
    for position, a in enumerate(present):
        charge = family.charges[a]
        own = balls.square(charge) * family.kernel(a, a) / 2
        others = (family.charges[b] * family.kernel(a, b) for b in present[:position])
        total += own + charge * sum(others, arb(0))
    return total


def family_gradient(family: BallFamily, rows: range) -> list[Row]:
    """∂L/∂a for the given rows a of the family, students or teachers.

    c_a·n^(p-1)·Σ_b c_b q_b [pK û + K' t], t = b̂ − ρû (THEORY §2). The row of a zero neuron is 0:
    exactly so if tied, by convention if unit.
    """
    present, p = family.present(), family.model.mass_power
    d = len(family.rows[0])
    gradient = []
    for a in rows:
        if a not in present:
            gradient.append([arb(0)] * d)
            continue
        field, pull = arb(0), [arb(0)] * d
        for b in present:
            field += family.charges[b] * family.kernel(a, b)
            if b != a:
                weight = family.charges[b] * family.slope(a, b)
                turn = family.turn(a, b)
                pull = [old + weight * entry for old, entry in zip(pull, turn, strict=True)]
        sign = 1 if a < family.students else -1
        # n·û is w itself, whose ends are known better.
        along = family.rows[a] if p == 2 else family.units[a]
        lever = family.norms[a] if p == 2 else arb(1)
        gradient.append(
            [sign * (p * field * x + lever * y) for x, y in zip(along, pull, strict=True)]
        )
    return gradient


def family_hessian(family: BallFamily, rows: list[int]) -> list[list[arb]]:
    """∂²L/∂a∂b for the given rows of the family, none of which may vanish, in row-major order.

    Shape (len(rows)·d,)². The blocks are those of THEORY §2, for any mass power p; see
    :func:`_diagonal` and :func:`_mixed`.
    """
    d = len(family.rows[0])
    size = len(rows) * d
    hessian = [[arb(0)] * size for _ in range(size)]
    for i, a in enumerate(rows):
        _place(hessian, i * d, i * d, _diagonal(family, a))
        for j, b in enumerate(rows[:i]):
            block = _mixed(family, a, b)
            _place(hessian, i * d, j * d, block)
            _place(hessian, j * d, i * d, [list(column) for column in zip(*block, strict=True)])
    return hessian


def _place(matrix: Block, row: int, column: int, block: Block) -> None:
    for j, entries in enumerate(block):
        matrix[row + j][column : column + len(entries)] = entries


def _diagonal(family: BallFamily, a: int) -> Block:
    """∂²L/∂a²: what the neuron adds itself, and what every other neuron b adds.

    Itself: pK(1)n^(2p-2)·[I + 2(p−1)uuᵀ], u = â. Another, with t = b̂ − ρu: c_a·c_b·q_b·n^(p-2)·
    [(pK − K'ρ)(I − uuᵀ) + (p−1)(pKuuᵀ + K'(tuᵀ + utᵀ)) + K''ttᵀ].
    """
    u, size, p = family.units[a], family.norms[a], family.model.mass_power
    d, sign = len(u), 1 if a < family.students else -1
    own = p * family.kernel(a, a) * (balls.square(size) if p == 2 else 1)
    aligned = [[balls.square(u[j]) if j == k else u[j] * u[k] for k in range(d)] for j in range(d)]
    block = [[own * ((j == k) + 2 * (p - 1) * aligned[j][k]) for k in range(d)] for j in range(d)]
    for b in family.present():
        if b == a:
            continue
        value, slope, t = family.kernel(a, b), family.slope(a, b), family.turn(a, b)
        bend = _bend(family, t, t)
        outer = sign * family.charges[b] / (1 if p == 2 else size)
        across = p * value - slope * family.cosines[a][b]
        for j in range(d):
            for k in range(d):
                entry = across * ((j == k) - aligned[j][k]) + bend[j][k]
                if p == 2:
                    entry += 2 * value * aligned[j][k] + slope * (t[j] * u[k] + u[j] * t[k])
                block[j][k] += outer * entry
    return block


def _mixed(family: BallFamily, a: int, b: int) -> Block:
    """∂²L/∂a∂b = c_a·c_b·(nN)^(p-1)·[p(pKu + K't)vᵀ + ((p−1)K'u + K''t)sᵀ + K'(I − vvᵀ)].

    With u = â, v = b̂, t = v − ρu, s = u − ρv and the norms n, N.
    """
    u, v, p, d = family.units[a], family.units[b], family.model.mass_power, len(family.units[a])
    value, slope = family.kernel(a, b), family.slope(a, b)
    t, s = family.turn(a, b), family.turn(b, a)
    bend = _bend(family, t, s)
    lever = family.norms[a] * family.norms[b] if p == 2 else arb(1)
    if (a < family.students) != (b < family.students):
        lever = -lever
    block = []
    for j in range(d):
        toward = p * (p * value * u[j] + slope * t[j])
        row = []
        for k in range(d):
            aligned = balls.square(v[k]) if j == k else v[j] * v[k]
            entry = toward * v[k] + bend[j][k] + slope * ((j == k) - aligned)
            row.append(lever * (entry + (p - 1) * slope * u[j] * s[k]))
        block.append(row)
    return block


def _bend(family: BallFamily, t: Row, s: Row) -> Block:
    """K''·t·sᵀ = (2α/π)·t·sᵀ/sin θ with ‖t‖ = ‖s‖ = sin θ: no entry exceeds |t_j| or |s_k|."""
    sine = balls.both(balls.norm(t), balls.norm(s))
    front = 2 * family.model.kernel_weights[0] / arb.pi()
    block = []
    for x in t:
        row = []
        for y in s:
            entry = balls.widened(arb(0), x.abs_upper().min(y.abs_upper()))
            if sine > 0:
                entry = balls.both(entry, x * y / sine)
            row.append(front * entry)
        block.append(row)
    return block


def loss_over(W: Sequence[Row], V: Sequence[Row], model: Model) -> arb:
    """The loss over a point or a box, at the precision in force."""
    if is_point([*W, *V]):
        return balls.clipped(family_loss(ball_family(W, V, model)), 0, None)
    box = ball_family(W, V, model, by_angle=True)
    center = ball_family(middle(W), middle(V), model)
    free = _free(box.rows)
    steps = [step for a in free for step in _steps(box.rows[a])]
    if any(may_vanish(box.rows[a]) for a in free):
        pulls = (pull for a in free for pull in family_gradient(box, range(a, a + 1))[0])
        correction = balls.dot(pulls, steps)
    else:
        pulls = (pull for a in free for pull in family_gradient(center, range(a, a + 1))[0])
        correction = balls.dot(pulls, steps) + _quadratic(family_hessian(box, free), steps) / 2
    value = balls.both(family_loss(box), family_loss(center) + correction)
    return balls.clipped(value, 0, None)


def gradient_over(W: Sequence[Row], V: Sequence[Row], model: Model) -> list[Row]:
    """∂L/∂W over a point or a box, at the precision in force."""
    students = range(len(W))
    if is_point([*W, *V]):
        return family_gradient(ball_family(W, V, model), students)
    box = ball_family(W, V, model, by_angle=True)
    natural = family_gradient(box, students)
    free = _free(box.rows)
    if any(may_vanish(box.rows[a]) for a in free):
        return natural
    center = family_gradient(ball_family(middle(W), middle(V), model), students)
    present = [a for a in students if a in box.present()]
    hessian = family_hessian(box, sorted({*present, *free}))
    order = {a: index for index, a in enumerate(sorted({*present, *free}))}
    d, steps = len(W[0]), {a: _steps(box.rows[a]) for a in free}
    rows = list(natural)
    for a in present:
        for j in range(d):
            line = hessian[order[a] * d + j]
            moved = sum(
                (balls.dot(line[order[b] * d : order[b] * d + d], steps[b]) for b in free), arb(0)
            )
            rows[a] = [
                *rows[a][:j],
                balls.both(rows[a][j], center[a][j] + moved),
                *rows[a][j + 1 :],
            ]
    return rows


def hessian_over(W: Sequence[Row], V: Sequence[Row], model: Model) -> list[list[arb]]:
    """∂²L/∂W² over a point or a box in which no student vanishes, at the precision in force."""
    return family_hessian(ball_family(W, V, model, by_angle=True), list(range(len(W))))


def _free(rows: Sequence[Row]) -> list[int]:
    """The rows that are not exact."""
    return [index for index, row in enumerate(rows) if not is_point([row])]


def _steps(row: Row) -> Row:
    """How far the row may be from its midpoint."""
    return [balls.widened(arb(0), entry.rad()) for entry in row]


def _quadratic(matrix: list[list[arb]], steps: Row) -> arb:
    """stepsᵀ·matrix·steps for a symmetric matrix."""
    total = arb(0)
    for j, line in enumerate(matrix):
        total += line[j] * balls.square(steps[j])
        total += 2 * steps[j] * balls.dot(line[:j], steps[:j])
    return total
