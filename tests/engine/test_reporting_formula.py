"""Formulas keep their meaning and their escaping, and are copied as they were written."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lcnn_verify.reporting.formula import formula

BOTH = re.compile(r"<math>(.*?)</math><span class=\"copy\" aria-hidden=\"true\">(.*?)</span>")


def split(text):
    """What stands around the formulas of ``text``, each as «what is copied of it»; the formulas."""
    page = str(formula(text))
    shown = [re.sub(r' [a-z]+="[^"]*"', "", math) for math, _ in BOTH.findall(page)]
    return BOTH.sub(r"«\2»", page).replace('<span class="f">', "").replace("</span>", ""), shown


def copied(page):
    """What a reader copies of the page: all but what stands for the eye alone."""
    tree = ElementTree.fromstring(f"<p>{page}</p>")
    for parent in tree.iter():
        for math in parent.findall("math"):
            for inner in list(math):
                math.remove(inner)
            math.text = None
        for script, sign in (("sub", "_"), ("sup", "^")):
            for part in parent.findall(script):
                part.text = f"{sign}{part.text or ''}"
    return "".join(tree.itertext())


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("below ‖∇L(W)‖_F ≥ κ, whenever m > r", "below «‖∇L(W)‖_F» ≥ «κ», whenever «m» &gt; «r»"),
        ("a search (at L(t) ≤ 1/(1/L₀ + κ²t)).", "a search (at «L(t)» ≤ «1/(1/L₀ + κ²t)»)."),
        ("k(cos θ) = (1/π)∫₀^{2π} dφ", "«k(cos θ)» = «(1/π)∫₀^{2π}» dφ"),
        ("x ~ N(0, I_d); |·| activation", "«x» ~ «N(0, I_d)»; |·| activation"),
        ("along (e₁ ± e₂)/√2", "along «(e₁ ± e₂)/√2»"),
        ("within rounding_floor(W, V) of it", "within rounding_floor(W, V) of it"),
        ("A PL inequality; I say: zgj.fact.moments", "A PL inequality; I say: zgj.fact.moments"),
        ("40-digit and/or 1,000 steps, 10⁶ of 95 %", "40-digit and/or 1,000 steps, 10⁶ of 95 %"),
        ("it took 5 s; m = 5", "it took 5 s; «m» = 5"),
        ("(tied; |·| or not)", "(tied; |·| or not)"),
        ("‖_F_F and x_ and y_{", "‖<sub>F</sub>_F and x_ and y_{"),
        ("a/_private.py &", "a/_private.py &amp;"),
        ("`x_1 < 2` is m > r; ` alone", "<code>x_1 &lt; 2</code> is «m» &gt; «r»; ` alone"),
        ("<b>_x & 1 < 2", "«&lt;b&gt;_x» &amp; 1 &lt; 2"),
    ],
)
def test_formulas_are_found_in_prose_and_nothing_else_is(text, parts):
    assert split(text)[0] == parts


@pytest.mark.parametrize(
    ("text", "math"),
    [
        ("x_i", "<msub><mi>x</mi><mi>i</mi></msub>"),
        ("v_min⁴", "<msubsup><mi>v</mi><mi>min</mi><mrow><mn>4</mn></mrow></msubsup>"),
        ("‖V‖_F", "<mo>‖</mo><mi>V</mi><msub><mo>‖</mo><mi>F</mi></msub>"),
        ("m^1.34", "<msup><mi>m</mi><mn>1.34</mn></msup>"),
        ("e^{−μt}", "<msup><mi>e</mi><mrow><mo>−</mo><mi>μ</mi><mi>t</mi></mrow></msup>"),
        ("10⁻³·L₀", "<msup><mn>10</mn><mrow><mo>−</mo><mn>3</mn></mrow></msup><mo>·</mo>"),
        ("√(2L)", "<msqrt><mrow><mn>2</mn><mi>L</mi></mrow></msqrt>"),
        ("f(0, cos θ)", "<mn>0</mn><mo>,</mo><mi>cos</mi><mspace/><mi>θ</mi>"),
        ("√p_1", "<msqrt><msub><mi>p</mi><mn>1</mn></msub></msqrt>"),
        ("a_{<i}", "<msub><mi>a</mi><mrow><mo>&lt;</mo><mi>i</mi></mrow></msub>"),
        (
            "2·sin(θ)",
            "<mn>2</mn><mo>·</mo><mi>sin</mi><mrow><mo>(</mo><mrow><mi>θ</mi></mrow><mo>)</mo></mrow>",
        ),
        ("∇_{w_i}L", "<mrow><msub><mi>w</mi><mi>i</mi></msub></mrow></msub><mi>L</mi>"),
    ],
)
def test_a_formula_is_mathml(text, math):
    told, (shown,) = split(text)
    assert math in shown
    assert told.startswith("«")


@settings(max_examples=150)
@given(st.text("xL(){}[]_^²₀√‖·/ab12 ,.;<&\"'−≤ΣE|*~", max_size=14))
@example("(a (b) √(x_{i}²")
def test_what_is_copied_is_what_was_written(text):
    page = str(formula(text))
    wanted = re.sub(r"[{}]", "", text) if "<su" in page else text
    assert (re.sub(r"[{}]", "", copied(page)) if "<su" in page else copied(page)) == wanted
