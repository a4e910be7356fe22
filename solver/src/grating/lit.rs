//! A grating lit by its guide: the equation's right side, and what a field means for the beam and the powers.

use super::beam::{Wave, power, square};
use super::error::GratingError;
use super::geometry::Layout;
use super::slab::{Slab, SlabMode};
use super::solution::Level;
use super::solver::GratingProblem;
use super::system::{Discretisation, Field, Medium, System};
use crate::quadrature::gauss_legendre;
use cpo_materials::Wavelength;
use num_complex::Complex64;

/// A discretised grating lit by its guide at a wavelength.
pub(super) struct Lit<'a> {
    on: &'a Discretisation<'a>,
    layout: &'a Layout,
    pub(super) medium: Medium,
    pub(super) mode: SlabMode,
    /// Line of the port.
    port: usize,
    /// Where the last trench ends.
    last: f64,
    beam: Beam,
}

impl<'a> Lit<'a> {
    /// With the guide's mode, which is near the one at another wavelength.
    pub(super) fn new(
        on: &'a Discretisation<'a>,
        layout: &'a Layout,
        problem: &GratingProblem,
        wavelength: Wavelength,
        near: Option<&SlabMode>,
    ) -> Result<Self, GratingError> {
        let mesh = &layout.mesh;
        let medium = layout.medium(wavelength)?;
        let port = mesh.along.inner.0 + 1;
        let slab = Slab::new(&on.basis, &mesh.up, &layout.column(&medium, port));
        let mode = near
            .and_then(|near| slab.follow(near))
            .or_else(|| slab.guided(layout.core.clone()));
        let wavenumber = medium.scale * medium.outer[1];
        let is_guided = |mode: &SlabMode| mode.wavenumber.re > wavenumber;
        let mode = mode
            .filter(is_guided)
            .ok_or_else(|| problem.grating.lost())?;
        let (along, up) = (&mesh.along, &mesh.up);
        let below = layout.face - up.at[up.inner.1];
        let length = along.at[along.inner.1] - along.at[along.inner.0];
        let trenches = problem.grating.edges().last();
        let last = trenches.map_or(0.0, |trench| layout.unit * trench[1]);
        let waves = problem.beam.waves(layout.unit, wavenumber, below, length);
        Ok(Self {
            on,
            layout,
            medium,
            mode,
            port,
            last,
            beam: Beam { waves },
        })
    }

    pub(super) fn right_side(&self) -> Vec<Complex64> {
        self.on.incident(&self.medium, &self.mode, self.port)
    }

    /// Columns between the port and the absorbing layer behind.
    fn columns(&self) -> std::ops::Range<usize> {
        self.port..self.layout.mesh.along.inner.1
    }

    /// Power of the guided mode that comes in, its tails in the absorbing layers being nothing.
    fn incident_power(&self) -> f64 {
        let pairs = self.mode.values.iter().zip(&self.mode.weighted);
        let norm: f64 = pairs.map(|(v, m)| (v.conj() * m).re).sum();
        0.5 * self.mode.wavenumber.re * norm
    }

    /// The field where it leaves the window upwards.
    fn leaving(&self, field: &Field) -> Line {
        let lines = &self.layout.mesh.along;
        let basis = &self.on.basis;
        let (points, weights) = gauss_legendre(basis.order + 2);
        let shapes: Vec<Vec<f64>> = points.iter().map(|&x| basis.at(x).0).collect();
        let top = self.layout.mesh.up.inner.1;
        let mut line = Line { points: Vec::new() };
        for column in self.columns() {
            let value = |u: Option<usize>| u.map_or(Complex64::ZERO, |u| field.values[u]);
            let nodes: Vec<Complex64> = self.on.on_level(top, column).map(value).collect();
            for ((&x, &w), shape) in points.iter().zip(&weights).zip(&shapes) {
                line.points.push(LinePoint {
                    z: lines.at[column] + x * lines.length(column),
                    weight: w * lines.length(column),
                    value: nodes.iter().zip(shape).map(|(u, s)| u * s).sum(),
                });
            }
        }
        line
    }

    /// Where the beam is held or couples best, and the share of it that is beside the mesh there.
    pub(super) fn place(&self, field: &Field, held: Option<f64>) -> (f64, f64) {
        let line = self.leaving(field);
        let lines = &self.layout.mesh.along;
        let columns = self.columns();
        let ends = [lines.at[columns.start], lines.at[columns.end]];
        let at = match held {
            Some(z) => self.layout.unit * z,
            None => {
                let spectrum = self.beam.spectrum(&line);
                best(|z| self.beam.amplitude(&spectrum, z).norm_sqr(), ends)
            }
        };
        (at, self.beam.clipped(&line, at))
    }

    /// All numbers, the beam being at a place.
    pub(super) fn level(&self, field: &Field, at: f64) -> Level {
        let (layout, on) = (self.layout, self.on);
        let incident = self.incident_power();
        let mut scattered = on.on_line(field, self.port);
        for (u, g) in scattered.iter_mut().zip(&self.mode.values) {
            *u -= g;
        }
        let behind = on.on_line(field, self.columns().end);
        let spectrum = self.beam.spectrum(&self.leaving(field));
        let scale = incident * power(&self.beam.waves);
        let reflection = self.mode.amplitude(&scattered);
        let transmission = self.mode.amplitude(&behind);
        let [up, down] = self.radiated(field, reflection, transmission);
        // Along the guide: from the port to z = 0, and from the last trench to the line behind it.
        let lines = &layout.mesh.along.at;
        let (before, behind) = (-lines[self.port], lines[self.columns().end] - self.last);
        let index = self.mode.wavenumber.re;
        Level {
            order: on.basis.order,
            unknowns: on.unknowns(),
            index: self.mode.wavenumber / self.medium.scale,
            reflection,
            transmission,
            up: up / incident,
            down: down / incident,
            offset: at / layout.unit,
            amplitude: self.beam.amplitude(&spectrum, at) / scale.sqrt(),
            gradient: None,
            before: [2.0 * before, before, before + behind].map(|way| way * index),
            paths: [at, at, self.last].map(|way| way * index),
            doubt: 0.0,
            amplitude_doubt: 0.0,
        }
    }

    /// ½ Im ∮ u* ∂ₙu above and below the middle of the guide, without the guided mode: through the top or bottom of the
    /// window and, at shallow angles, through its sides. Over the whole window guided and other fields carry power
    /// apart, as they are orthogonal.
    fn radiated(&self, field: &Field, reflection: Complex64, transmission: Complex64) -> [f64; 2] {
        let (on, layout) = (self.on, self.layout);
        let up = &layout.mesh.up;
        let columns = self.columns();
        let slopes = on.outward_slopes(&self.medium, field, columns.clone());
        let power = |u: usize| 0.5 * (field.values[u].conj() * slopes[u]).im;
        let level = |line: usize| -> f64 {
            let mut sum = 0.0;
            for column in columns.clone() {
                // The last node is the next column's first.
                let last = usize::from(column + 1 == columns.end);
                let nodes = on.on_level(line, column).take(on.basis.order + last);
                sum += nodes.flatten().map(power).sum::<f64>();
            }
            sum
        };
        let slope = Complex64::I * self.mode.wavenumber;
        // Line, and value and outward slope of the guided mode there.
        let sides = [
            (columns.start, 1.0 + reflection, slope * (reflection - 1.0)),
            (columns.end, transmission, slope * transmission),
        ];
        let side = |nodes: std::ops::Range<usize>| -> f64 {
            let mut sum = 0.0;
            for (line, value, slope) in sides {
                for node in nodes.clone() {
                    let Some(u) = on.on_upright(line, node) else {
                        continue;
                    };
                    let rest = field.values[u] - value * self.mode.values[node];
                    let rest_slope = slopes[u] - slope * self.mode.weighted[node];
                    sum += 0.5 * (rest.conj() * rest_slope).im;
                }
            }
            sum
        };
        let middle = layout.core.start.midpoint(layout.core.end);
        let [below, above] = [(up.inner.0, middle), (middle, up.inner.1)].map(|(low, high)| {
            let nodes = on.nodes_between(low, high);
            // The middle belongs to what is above.
            nodes.start - usize::from(low == middle)..nodes.end
        });
        [
            level(up.inner.1) + side(above),
            level(up.inner.0) + side(below),
        ]
    }

    /// d|a|²/dZ of both edges of every trench, 1/m: with A λ = c, a = cᵀu, moving an edge by dZ changes a by
    /// (k²_left − k²_right) ∫ λ u dY dZ along the edge.
    pub(super) fn gradient(
        &self,
        system: &System,
        field: &Field,
        trenches: &[[f64; 2]],
        at: f64,
    ) -> Vec<[f64; 2]> {
        let (layout, on) = (self.layout, self.on);
        let line = self.leaving(field);
        let amplitude = self.beam.amplitude(&self.beam.spectrum(&line), at);
        let scale = self.incident_power() * power(&self.beam.waves);
        let mut right_side = vec![Complex64::ZERO; on.unknowns()];
        let (points, _) = gauss_legendre(on.basis.order + 2);
        let shapes: Vec<Vec<f64>> = points.iter().map(|&x| on.basis.at(x).0).collect();
        let top = layout.mesh.up.inner.1;
        for (column, points) in self.columns().zip(line.points.chunks_exact(shapes.len())) {
            for (point, shape) in points.iter().zip(&shapes) {
                let weight = point.weight * self.beam.weight(point.z, at);
                for (u, s) in on.on_level(top, column).zip(shape) {
                    if let Some(u) = u {
                        right_side[u] += weight * s;
                    }
                }
            }
        }
        let adjoint = system.solve(right_side);
        let slope = |edge: f64| -> f64 {
            let line = layout.mesh.along.nearest(layout.unit * edge);
            let mut sum = Complex64::ZERO;
            for row in layout.etched.clone() {
                let square = |column: usize| self.medium.squares[layout.mesh.kind(column, row)];
                let contrast = square(line - 1) - square(line);
                sum += contrast * on.product_on(field, &adjoint, line, row);
            }
            2.0 * (amplitude.conj() * sum).re / scale * layout.unit
        };
        trenches.iter().map(|trench| trench.map(slope)).collect()
    }
}

/// A field along a horizontal line.
struct Line {
    points: Vec<LinePoint>,
}

/// A point of quadrature.
struct LinePoint {
    z: f64,
    weight: f64,
    value: Complex64,
}

/// The waves of a beam on the line where they meet the grating's field u:
/// a(Z) = ½ ∫ k_y U(q) B*(q) exp(iqZ) dq, Z being where the beam's axis crosses.
struct Beam {
    waves: Vec<Wave>,
}

impl Beam {
    /// U(q) = ∫ u exp(−iqZ) dZ of every wave.
    fn spectrum(&self, line: &Line) -> Vec<Complex64> {
        let transform = |wave: &Wave| -> Complex64 {
            let term = |p: &LinePoint| p.weight * p.value * Complex64::cis(-wave.along * p.z);
            line.points.iter().map(term).sum()
        };
        self.waves.iter().map(transform).collect()
    }

    fn amplitude(&self, spectrum: &[Complex64], at: f64) -> Complex64 {
        let term =
            |(wave, u): (&Wave, &Complex64)| wave.share() * u * Complex64::cis(wave.along * at);
        self.waves.iter().zip(spectrum).map(term).sum()
    }

    /// What u at a point counts in the amplitude.
    fn weight(&self, z: f64, at: f64) -> Complex64 {
        let term = |wave: &Wave| wave.share() * Complex64::cis(wave.along * (at - z));
        self.waves.iter().map(term).sum()
    }

    /// Share of ∫|b|² dZ beyond the line.
    fn clipped(&self, line: &Line, at: f64) -> f64 {
        let field = |z: f64| -> Complex64 {
            let term =
                |wave: &Wave| wave.step * wave.amplitude * Complex64::cis(wave.along * (z - at));
            self.waves.iter().map(term).sum()
        };
        let points = line.points.iter();
        let inside: f64 = points.map(|p| p.weight * field(p.z).norm_sqr()).sum();
        1.0 - inside / square(&self.waves)
    }
}

/// Where a smooth function is largest: the best of a scan, then by thirds between its neighbours.
fn best(f: impl Fn(f64) -> f64, [low, high]: [f64; 2]) -> f64 {
    const SCAN: usize = 160;
    let step = (high - low) / SCAN as f64;
    let places = (0..=SCAN).map(|k| low + step * k as f64);
    let best = places.map(|z| (f(z), z)).max_by(|p, q| p.0.total_cmp(&q.0));
    let centre = best.map_or(low, |(_, z)| z);
    let (mut low, mut high) = (centre - step, centre + step);
    for _ in 0..60 {
        let third = (high - low) / 3.0;
        if f(low + third) < f(high - third) {
            low += third;
        } else {
            high -= third;
        }
    }
    0.5 * (low + high)
}
