"""Formulas keep their meaning and their escaping."""

import pytest

from lcnn_verify.reporting.formula import formula


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("v_min⁴·M(Δ)/(8r)", "v<sub>min</sub>⁴·M(Δ)/(8r)"),
        ("‖∇L(W)‖_F ≥ κ", "‖∇L(W)‖<sub>F</sub> ≥ κ"),
        ("Σ_{i→j} q_i", "Σ<sub>i→j</sub> q<sub>i</sub>"),
        ("‖∇_{w_i}L‖ ≤ 2‖w_i‖", "‖∇<sub>w<sub>i</sub></sub>L‖ ≤ 2‖w<sub>i</sub>‖"),
        ("L₀·e^{−μt}", "L₀·e<sup>−μt</sup>"),
        ("f_W(x) − f*", "f<sub>W</sub>(x) − f*"),
        ("½(2Σ_ij)", "½(2Σ<sub>ij</sub>)"),
        ("rounding_floor(W, V)", "rounding_floor(W, V)"),
        ("gradient_rounding_floor", "gradient_rounding_floor"),
        ("0.1/‖V‖_F²", "0.1/‖V‖<sub>F</sub>²"),
        ("‖∇L‖_F ≤ ‖W‖_F²L", "‖∇L‖<sub>F</sub> ≤ ‖W‖<sub>F</sub>²L"),
        ("Σ‖w‖^p", "Σ‖w‖<sup>p</sup>"),
        ("∫ f(x)_i |u|^p", "∫ f(x)<sub>i</sub> |u|<sup>p</sup>"),
        ("a/_private.py & x", "a/_private.py &amp; x"),
        ("<b>_x & 1 < 2", "&lt;b&gt;_x &amp; 1 &lt; 2"),
        ("a_{<i>}", "a<sub>&lt;i&gt;</sub>"),
    ],
)
def test_scripts_are_set_and_everything_is_escaped(text, html):
    assert str(formula(text)) == html
