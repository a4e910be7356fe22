"""Circuits of taper, guide and the taper turned round in SAX, against the product of the S matrices that the table holds."""

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import sax

module_path, table_path = map(Path, sys.argv[1:])
spec = importlib.util.spec_from_file_location("exported", module_path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
groups = {group["path"]: group for group in json.loads(table_path.read_text())["groups"]}


def values(group, name):
    variable = next(v for v in group["variables"] if v["name"] == name)
    flat = [np.nan if value is None else value for value in variable["values"]]
    return variable["axes"], np.array(flat, dtype=float).reshape(variable["shape"])


def axis(group, name):
    own = next(a for a in group["axes"] if a["name"] == name)
    return own.get("values", own.get("names"))


def entry(name, out, into):
    """Wavelengths in um, ascending, and magnitude and phase of an entry there; the first of every other axis."""
    group = groups[f"s_parameters/{name}"]
    wavelengths = 1e6 * np.array(axis(group, "wavelength"))
    order = np.argsort(wavelengths)
    found = []
    for variable in ("magnitude", "phase"):
        axes, array = values(group, variable)
        place = [0] * len(axes)
        place[axes.index("port_out")] = axis(group, "port_out").index(out)
        place[axes.index("port_in")] = axis(group, "port_in").index(into)
        place[axes.index("wavelength")] = slice(None)
        found.append(array[tuple(place)][order])
    return wavelengths[order], *found


def product(taper, guide):
    """From the start of the taper to that of the one turned round, and back, by the star product."""
    (r1, t, r2), p = taper, guide
    loop = 1 / (1 - (r2 * p) ** 2)
    return t * p * loop * t, r1 + t * p * r2 * p * loop * t


checked = 0
for model in [m for m in module.MODELS if m.startswith("taper_")]:
    name, mode = model.rsplit("_mode_", 1)
    group = groups[name.replace("_", "/", 1)]
    axes, becomes = values(group, "becomes")
    others = tuple(0 if a not in ("wavelength", "mode_in") else slice(None) for a in axes)
    order = np.argsort(axis(group, "wavelength"))
    becomes = becomes[others][order, int(mode)]
    if np.any(np.isnan(becomes)):
        continue
    start = f"start_mode_{mode}"
    entries = []
    for ends in (lambda end: (start, start), lambda end: (end, start), lambda end: (end, end)):
        known = [entry(name, *ends(f"end_mode_{int(b)}")) for b in becomes]
        wl = known[0][0]
        entries.append([np.array([known[k][part][k] for k in range(len(wl))]) for part in (1, 2)])
    settings = {a: v[0] for a, v in getattr(module, f"_{model}")["axes"].items()}
    # The first in the table is not the first in ascending order.
    for a in settings:
        first = axis(groups[f"s_parameters/{name}"], a)[0]
        settings[a] = 1e6 * first if next(x for x in group["axes"] if x["name"] == a)["units"] == "m" else first
    guide = next(m for m in module.MODELS if m.startswith("waveguide_") and m.endswith("_mode_0"))
    guides = {a: v[0] for a, v in getattr(module, f"_{guide}")["axes"].items()}
    circuit, _ = sax.circuit(
        netlist={
            "instances": {"left": "taper", "guide": "guide", "right": "taper"},
            "connections": {"left,o2": "guide,o1", "guide,o2": "right,o2"},
            "ports": {"in": "left,o1", "out": "right,o1"},
        },
        models={"taper": module.MODELS[model], "guide": module.MODELS[guide]},
    )
    run = lambda at: sax.sdict(
        circuit(wl=at, left=settings, right=settings, guide={"length": 80.0, **guides})
    )
    through = lambda at: np.asarray(sax.sdict(module.MODELS[guide](wl=at, length=80.0, **guides))[("o1", "o2")])

    # At the table's wavelengths: the table's numbers, as far as they need not be made passive or have no phase.
    whole = [np.all(np.isfinite(part)) for pair in entries for part in pair]
    exact = [m * np.exp(1j * np.where(np.isnan(p), 0.0, p)) for m, p in entries]
    matrices = np.array([[exact[0], exact[1]], [exact[1], exact[2]]])
    good = np.isfinite(matrices).all(axis=(0, 1)) & np.all([np.isfinite(p) for _, p in entries], axis=0)
    good &= np.array([np.all(np.isfinite(m)) and np.linalg.norm(m, 2) <= 1 for m in np.moveaxis(matrices, 2, 0)])
    nodes = wl[good]
    nodes = nodes[[np.all(np.isfinite(through(w))) for w in nodes]]
    place = np.searchsorted(wl, nodes)
    out, back = product([s[place] for s in exact], through(nodes))
    s = run(nodes)
    assert np.allclose(s[("in", "out")], out, rtol=0, atol=1e-10), (model, s[("in", "out")], out)
    assert np.allclose(s[("in", "in")], back, rtol=0, atol=1e-10), model
    checked += len(nodes)

    # Between them: fringes of light that goes to and fro between the tapers' ends lie where phases bring it together.
    if np.min(entries[2][0]) > 0.1:
        fine = np.linspace(wl[0], wl[-1], 20001)
        power = np.abs(np.asarray(run(fine)[("in", "out")])) ** 2
        peaks = 1 + np.flatnonzero((power[1:-1] > power[:-2]) & (power[1:-1] > power[2:]))
        # The optical path through all wavelengths by a polynomial of our own.
        path = np.polynomial.Polynomial.fit(wl, entries[2][1] * wl, len(wl) - 1)
        turn = np.unwrap(np.angle(through(fine))) + path(fine) / fine
        distance = lambda angle: np.abs(angle / np.pi - np.round(angle / np.pi))
        assert len(peaks) > 5, model
        # Of the distance of two: magnitudes that are not constant, and the cubics.
        assert np.max(distance(turn[peaks])) < 0.01, (model, distance(turn[peaks]))
        # Without the phase they would lie elsewhere.
        assert np.mean(distance((turn - path(fine) / fine)[peaks])) > 0.1
        print(f"{model}: {len(peaks)} fringes, off by at most {np.max(distance(turn[peaks])):.1e} of their distance")

assert checked
print(f"{checked} circuits agree")
