"""Runs the SAX models of an export and compares them with what scikit-rf reads of the Touchstone and SAX of the INTERCONNECT files."""

import importlib.util
import sys
import warnings
from pathlib import Path

import jax
import numpy as np
import sax
import skrf

module_path, touchstone, interconnect = map(Path, sys.argv[1:])
spec = importlib.util.spec_from_file_location("engine", module_path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)

C_UM = 299792458e6
PORTS = ("o1", "o2")


def matrix(model, **settings):
    """S[wavelength, to, from]; SAX's keys are (from, to), and all here are reciprocal."""
    entries = sax.sdict(model(**settings))
    wl = np.atleast_1d(settings["wl"])
    s = [[np.broadcast_to(entries.get((p, q), 0.0), wl.shape) for p in PORTS] for q in PORTS]
    return np.moveaxis(np.array(s), 2, 0)


def settings_of(name):
    """Model and settings of a file: NAME_AXIS_2.s2p is at the third value of AXIS."""
    model = max((m for m in module.MODELS if name.startswith(m)), key=len)
    axes, rest = getattr(module, f"_{model}")["axes"], name[len(model) :]
    settings = {}
    for axis, values in axes.items():
        place = rest.find(f"_{axis}_")
        if place >= 0:
            digits = rest[place + len(axis) + 2 :].split("_")[0]
            settings[axis] = values[int(digits)]
    return model, settings


# Fields go as exp(i(beta z - omega t)) in SAX's own guide: its phase grows along it.
own = sax.sdict(sax.models.straight(wl=1.31, neff=2.5, ng=2.5, length=0.1, wl0=1.31))
(key,) = [k for k in own if k[0] < k[1]]
assert np.isclose(np.angle(own[key]), 2 * np.pi * 2.5 * 0.1 / 1.31)

points = 0
files = sorted(touchstone.glob("*.s2p"))
assert files
for file in files:
    network = skrf.Network(str(file))
    assert np.all(np.diff(network.f) > 0) and np.all(network.z0 == 50)
    name, settings = settings_of(file.stem)
    if "length of the guide" in file.read_text():
        line = next(l for l in file.read_text().splitlines() if "length of the guide" in l)
        settings["length"] = float(line.split(" = ")[1].split()[0]) * 1e6
    s = matrix(module.MODELS[name], wl=C_UM / network.f, **settings)
    # electrical engineers' time: conjugate. A frequency has round-off, in a phase of 1e4 rad.
    assert np.allclose(s, np.conj(network.s), rtol=0, atol=1e-10), file
    assert np.all(np.linalg.svd(s, compute_uv=False) <= 1 + 1e-12), file
    points += len(network.f)

with warnings.catch_warnings():
    warnings.simplefilter("ignore", sax.ExperimentalWarning)
    frames = {f.stem: sax.parse_lumerical_dat(f) for f in sorted(interconnect.glob("*.dat"))}
for stem, frame in frames.items():
    for (mode, to, origin), rows in frame.groupby(["mode_in", "port_out", "port_in"]):
        candidates = [m for m in module.MODELS if stem.startswith(m.split("_mode_")[0])]
        model = next(m for m in candidates if m.endswith(f"_mode_{mode - 1}") or "_mode_" not in m)
        plain = model.split("_mode_")[0]
        _, settings = settings_of(model + stem[len(plain) :])
        name = model + stem[len(plain) :]
        text = (touchstone / f"{name}.s2p").read_text()
        if "length of the guide" in text:
            settings["length"] = float(text.split("length of the guide = ")[1].split()[0]) * 1e6
        s = matrix(module.MODELS[model], wl=C_UM / rows["f"].to_numpy(), **settings)
        found = rows["amp"].to_numpy() * np.exp(1j * rows["phi"].to_numpy())
        k, l = (int(port[-1]) - 1 for port in (to, origin))
        assert np.allclose(s[:, k, l], found, rtol=0, atol=1e-10), (stem, mode, to, origin)

# Outside the table nothing is made up, between its wavelengths no light.
for name, model in module.MODELS.items():
    nodes = np.array(getattr(module, f"_{name}")["wavelength"])
    between = matrix(model, wl=np.linspace(nodes[0], nodes[-1], 50))
    between = between[np.all(np.isfinite(between), axis=(1, 2))]
    assert np.all(np.linalg.svd(between, compute_uv=False) <= 1 + 1e-12), name
    for wl in (nodes[0] * (1 - 1e-6), nodes[-1] * (1 + 1e-6)):
        assert np.all(np.isnan(matrix(model, wl=wl)[0, 1, 0])), name

# Fibre, facet, guide, facet, fibre, against the closed form of a resonator.
facets = [m for m in module.MODELS if m.startswith("fibre_chip_") and m.endswith("_mode_0")]
guides = [m for m in module.MODELS if m.startswith("waveguide_") and m.endswith("_mode_0")]
if facets and guides:
    facet, guide = module.MODELS[facets[0]], module.MODELS[guides[0]]
    circuit, _ = sax.circuit(
        netlist={
            "instances": {"left": "facet", "guide": "guide", "right": "facet"},
            "connections": {"left,o2": "guide,o1", "guide,o2": "right,o2"},
            "ports": {"in": "left,o1", "out": "right,o1"},
        },
        models={"facet": facet, "guide": guide},
    )
    nodes = np.array(getattr(module, f"_{guides[0]}")["wavelength"])
    wl = np.linspace(nodes[0], nodes[-1], 4001)
    length = 300.0
    s = sax.sdict(circuit(wl=wl, guide={"length": length}))
    f, g = matrix(facet, wl=wl), matrix(guide, wl=wl, length=length)
    t, r1, r2, p = f[:, 1, 0], f[:, 0, 0], f[:, 1, 1], g[:, 1, 0]
    out = t**2 * p / (1 - (r2 * p) ** 2)
    back = r1 + t**2 * r2 * p**2 / (1 - (r2 * p) ** 2)
    assert np.allclose(s[("in", "out")], out, rtol=0, atol=1e-12)
    assert np.allclose(s[("in", "in")], back, rtol=0, atol=1e-12)
    power = np.abs(s[("in", "out")]) ** 2 + np.abs(s[("in", "in")]) ** 2
    assert np.all(power <= 1 + 1e-12)
    # Fringes lie as far apart as the group index says, although the table has a handful of wavelengths.
    middle = 0.5 * (nodes[0] + nodes[1])
    table = getattr(module, f"_{guides[0]}")
    flat = lambda name: np.array(table[name]).reshape(-1, len(nodes))[0]
    index = lambda at: np.asarray(
        module._index_over(nodes, flat("effective_index"), flat("group_index"), at)
    )
    step = 1e-5
    group = index(middle) - middle * (index(middle + step) - index(middle - step)) / (2 * step)
    linear = np.interp(middle, nodes, flat("group_index"))
    assert abs(group / linear - 1) < 1e-3, (group, linear)
    # The models are traced and differentiated by JAX.
    slope = jax.grad(lambda x: abs(guide(wl=x, length=1.0)[("o1", "o2")]) ** 2)(middle)
    assert np.isfinite(slope)

print(f"{points} points of {len(files)} two-ports agree: sax {sax.__version__}, scikit-rf {skrf.__version__}, jax {jax.__version__}")
