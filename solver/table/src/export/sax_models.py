import jax
import jax.numpy as jnp
import sax

# A phase of 1e4 rad needs 64 bits.
jax.config.update("jax_enable_x64", True)

nan, inf = float("nan"), float("inf")
# A coordinate as near as this to a node, relative to the interval, is the node: units are converted with round-off.
_SNAP = 1e-9


def _place(nodes, at):
    """Interval of `at` among ascending nodes and its place there, 0 to 1; NaN outside: nothing is extrapolated."""
    nodes = jnp.asarray(nodes, dtype=float)
    at = jnp.asarray(at, dtype=float)
    if len(nodes) == 1:
        far = jnp.abs(at - nodes[0]) > _SNAP * jnp.abs(nodes[0])
        return jnp.zeros(at.shape, dtype=int), jnp.where(far, jnp.nan, 0.0)
    low = jnp.clip(jnp.searchsorted(nodes, at, side="right") - 1, 0, len(nodes) - 2)
    t = (at - nodes[low]) / (nodes[low + 1] - nodes[low])
    t = jnp.where(jnp.abs(t) < _SNAP, 0.0, t)
    t = jnp.where(jnp.abs(t - 1.0) < _SNAP, 1.0, t)
    return low, jnp.where((t < 0.0) | (t > 1.0), jnp.nan, t)


def _between(a, b, t):
    """Linear; at a node the node's own value, whether or not its neighbour has one."""
    return jnp.where(t == 0.0, a, jnp.where(t == 1.0, b, (1.0 - t) * a + t * b))


def _at(values, conditions):
    """Values over wavelength under conditions, a list of (nodes, at), the slowest axis first."""
    values = jnp.asarray(values, dtype=float)
    for nodes, at in conditions:
        low, t = _place(nodes, at)
        high = jnp.minimum(low + 1, len(nodes) - 1)
        values = _between(values[low], values[high], t)
    return values


def _over(nodes, values, at):
    """Values at wavelengths between those of the table: linear."""
    low, t = _place(nodes, at)
    return _between(values[low], values[jnp.minimum(low + 1, len(nodes) - 1)], t)


def _index_over(nodes, index, group_index, at):
    """Effective index between wavelengths: the cubic that has n and dn/dlambda = (n - n_g)/lambda of both nodes; linear where n_g
    is unknown."""
    nodes = jnp.asarray(nodes, dtype=float)
    return _cubic_over(nodes, index, (index - group_index) / nodes, at)


def _cubic_over(nodes, values, slope, at):
    """The cubic that has value and slope of both nodes; linear where a slope is unknown."""
    low, t = _place(nodes, at)
    high = jnp.minimum(low + 1, len(nodes) - 1)
    step = nodes[high] - nodes[low]
    a, b = values[low], values[high]
    cubic = (
        (1.0 + 2.0 * t) * (1.0 - t) ** 2 * a
        + t * (1.0 - t) ** 2 * step * slope[low]
        + t**2 * (3.0 - 2.0 * t) * b
        + t**2 * (t - 1.0) * step * slope[high]
    )
    linear = _between(a, b, t)
    return jnp.where(jnp.isnan(cubic) | (t == 0.0) | (t == 1.0), linear, cubic)


def _phase_over(nodes, phase, at):
    """Phase between wavelengths: the optical path, phase times wavelength, is the cubic that has at both nodes the slope of the
    parabola through the nodes beside them."""
    nodes = jnp.asarray(nodes, dtype=float)
    path = phase * nodes
    if len(nodes) == 1:
        slope = jnp.zeros(1)
    elif len(nodes) == 2:
        slope = jnp.full(2, (path[1] - path[0]) / (nodes[1] - nodes[0]))
    else:
        step = jnp.diff(nodes)
        chord = jnp.diff(path) / step
        bend = jnp.diff(chord) / (step[1:] + step[:-1])
        inner = chord[:-1] + bend * step[:-1]
        ends = chord[0] - bend[0] * step[0], chord[-1] + bend[-1] * step[-1]
        slope = jnp.concatenate([ends[0][None], inner, ends[1][None]])
    return _cubic_over(nodes, path, slope, at) / jnp.asarray(at, dtype=float)


def _guide(table, conditions, wl, length):
    wavelengths = table["wavelength"]
    index, group_index, loss = (
        _at(table[name], conditions) for name in ("effective_index", "group_index", "loss")
    )
    index = _index_over(wavelengths, index, group_index, wl)
    amplitude = 10.0 ** (-_over(wavelengths, loss, wl) * length * 1e-6 / 20.0)
    through = amplitude * jnp.exp(2j * jnp.pi * index * length / wl)
    return sax.reciprocal({("o1", "o2"): through})


def _phased(table, conditions, wl):
    def over(name):
        magnitude = _over(table["wavelength"], _at(table[name], conditions), wl)
        phase = _phase_over(table["wavelength"], _at(table[f"{name}_phase"], conditions), wl)
        return magnitude * jnp.exp(1j * phase)

    reflected, through = over("reflected"), over("through")
    if "behind" in table:
        behind = over("behind")
        power = _square(reflected) + 2.0 * _square(through) + _square(behind)
        across = jnp.conj(reflected) * through + jnp.conj(through) * behind
        rest = (_square(reflected) - _square(behind)) ** 2 + 4.0 * _square(across)
        largest = 0.5 * (power + jnp.where(rest > 0.0, jnp.sqrt(jnp.where(rest > 0.0, rest, 1.0)), 0.0))
        reflected, through, behind = (s * _within(largest) for s in (reflected, through, behind))
    else:
        most = _within(_square(reflected) + _square(through))
        reflected, through = reflected * most, through * most
        rest = jnp.maximum(1.0 - _square(reflected), _square(through))
        central = -jnp.conj(reflected) * through**2 / jnp.where(rest > 0.0, rest, 1.0)
        behind = jnp.where(_square(through) == 0.0, 0.0, central)
    return sax.reciprocal({("o1", "o1"): reflected, ("o1", "o2"): through, ("o2", "o2"): behind})


def _square(s):
    return jnp.real(s) ** 2 + jnp.imag(s) ** 2


def _within(square):
    """What brings a matrix whose largest singular value has that square down to 1."""
    return jnp.where(square > 1.0, 1.0 / jnp.sqrt(jnp.maximum(square, 1.0)), 1.0 + 0.0 * square)


def _joint(table, conditions, wl):
    wavelengths = table["wavelength"]
    through = 10.0 ** (-_over(wavelengths, _at(table["loss"], conditions), wl) / 20.0)
    share = _over(wavelengths, _at(table["reflection"], conditions), wl)
    reflected = jnp.sqrt(share)
    behind = jnp.where(
        through > 0.0, -reflected * through**2 / jnp.maximum(1.0 - share, through**2), 0.0 * through
    )
    return sax.reciprocal(
        {
            ("o1", "o1"): reflected + 0j,
            ("o1", "o2"): through + 0j,
            ("o2", "o2"): behind + 0j,
        }
    )


