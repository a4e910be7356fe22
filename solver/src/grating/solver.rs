//! From a grating to its solution.

use super::beam::{GratingBeam, Wave, power, square};
use super::error::GratingError;
use super::geometry::{Grating, Layout};
use super::slab::{SlabMode, guided};
use super::solution::{GratingSolution, Level};
use super::system::{Field, System};
use crate::quadrature::gauss_legendre;
use cpo_materials::{Temperature, Wavelength};
use num_complex::Complex64;

/// Orders of the elements that are tried.
const ORDERS: std::ops::RangeInclusive<usize> = 3..=9;
/// Levels that show a rate.
const FEWEST: usize = 3;
/// Largest share of the beam that may pass the mesh.
const CLIPPED: f64 = 0.01;
/// Error that is enough to centre a grating.
const CENTRING: f64 = 1e-2;
/// Stretch along z that centring begins and ends with.
const FIRST_STRETCH: f64 = 0.01;
const LAST_STRETCH: f64 = 2e-4;

/// A grating at a wavelength, and the beam that it is to feed.
#[derive(Clone, Debug)]
pub struct GratingProblem {
    pub(super) grating: Grating,
    pub(super) wavelength: Wavelength,
    pub(super) temperature: Temperature,
    pub(super) beam: GratingBeam,
}

impl GratingProblem {
    /// At room temperature (25 °C).
    pub fn new(grating: Grating, wavelength: Wavelength, beam: GratingBeam) -> Self {
        Self {
            grating,
            wavelength,
            temperature: Temperature::celsius(25.0),
            beam,
        }
    }

    /// At another temperature.
    #[must_use]
    pub fn at_temperature(mut self, temperature: Temperature) -> Self {
        self.temperature = temperature;
        self
    }

    /// At another wavelength.
    #[must_use]
    pub fn at_wavelength(mut self, wavelength: Wavelength) -> Self {
        self.wavelength = wavelength;
        self
    }

    /// The grating.
    pub fn grating(&self) -> &Grating {
        &self.grating
    }
}

/// Solves gratings by high-order finite elements in two dimensions.
#[derive(Clone, Copy, Debug)]
pub struct GratingSolver {
    error: f64,
    offset: Option<f64>,
}

impl Default for GratingSolver {
    fn default() -> Self {
        Self {
            error: 1e-4,
            offset: None,
        }
    }
}

impl GratingSolver {
    /// Error bar wanted on every power, as a share of the incident one.
    #[must_use]
    pub fn error(mut self, error: f64) -> Self {
        self.error = error;
        self
    }

    /// Holds the beam where its axis crosses the highest face, m along z; else it is put where it couples best.
    #[must_use]
    pub fn beam_at(mut self, z: f64) -> Self {
        self.offset = Some(z);
        self
    }

    /// Solves the problem.
    ///
    /// # Errors
    /// Those of [`GratingError`].
    pub fn solve(&self, problem: &GratingProblem) -> Result<GratingSolution, GratingError> {
        if self.error.is_nan() || self.error <= 0.0 {
            return Err(GratingError::Option {
                what: "the error asked for",
                value: self.error.to_string(),
                allowed: "above zero, such as 1e-4".to_owned(),
            });
        }
        let layout = problem
            .grating
            .mesh(problem.wavelength, problem.temperature)?;
        layout.check_radiation(problem.grating.edges())?;
        let mut levels: Vec<Level> = Vec::new();
        for order in ORDERS {
            let level = Solved::new(&layout, order, problem)?.level(problem, self.offset);
            if level.clipped > CLIPPED {
                return Err(GratingError::Clipped {
                    lost: 100.0 * level.clipped,
                });
            }
            levels.push(level);
            if levels.len() >= FEWEST {
                let solution = GratingSolution::new(levels.clone(), self.error);
                if solution.is_converged() {
                    return Ok(solution);
                }
            }
        }
        Ok(GratingSolution::new(levels, self.error))
    }

    /// The problem with its grating stretched along z so that it couples best at the problem's own wavelength and angle:
    /// a rule's phase matching is that of weak gratings.
    ///
    /// # Errors
    /// As [`solve`](Self::solve).
    pub fn centred(&self, problem: &GratingProblem) -> Result<GratingProblem, GratingError> {
        let at = |factor: f64| GratingProblem {
            grating: problem.grating.clone().scaled(factor),
            ..problem.clone()
        };
        let coarse = Self {
            error: self.error.max(CENTRING),
            ..*self
        };
        let efficiency = |factor: f64| -> Result<f64, GratingError> {
            Ok(coarse.solve(&at(factor))?.efficiency().value)
        };
        let mut best = (efficiency(1.0)?, 1.0);
        let mut step = FIRST_STRETCH;
        while step > LAST_STRETCH {
            let centre = best.1;
            for factor in [centre - step, centre + step] {
                let value = efficiency(factor)?;
                if value > best.0 {
                    best = (value, factor);
                }
            }
            if best.1 == centre {
                step *= 0.5;
            }
        }
        Ok(at(best.1))
    }
}

/// A factorised system with the field of the guided mode that comes in.
struct Solved<'a> {
    layout: &'a Layout,
    system: System<'a>,
    mode: SlabMode,
    field: Field,
    /// Line of the port.
    port: usize,
}

/// A point of a horizontal line, with its weight.
struct LinePoint {
    element: [usize; 2],
    at: [f64; 2],
    z: f64,
    weight: f64,
}

impl<'a> Solved<'a> {
    fn new(
        layout: &'a Layout,
        order: usize,
        problem: &GratingProblem,
    ) -> Result<Self, GratingError> {
        let mesh = &layout.mesh;
        let system = System::new(mesh, order);
        let port = mesh.along.inner.0 + 1;
        let lost = || problem.grating.lost();
        let column = layout.column(port);
        let mode =
            guided(&system.basis, &mesh.up, &column, layout.core.clone()).ok_or_else(lost)?;
        if mode.index.re <= layout.outer[1] {
            return Err(lost());
        }
        let field = system.incident(&mode, port);
        Ok(Self {
            layout,
            system,
            mode,
            field,
            port,
        })
    }

    /// Points along the middle of a row, the absorbing layers left out.
    fn line(&self, row: usize) -> Vec<LinePoint> {
        let lines = &self.layout.mesh.along;
        let (points, weights) = gauss_legendre(self.system.basis.order + 2);
        let mut line = Vec::new();
        for column in lines.inner.0..lines.inner.1 {
            for (&x, &w) in points.iter().zip(&weights) {
                line.push(LinePoint {
                    element: [column, row],
                    at: [x, 0.5],
                    z: lines.at[column] + x * lines.length(column),
                    weight: w * lines.length(column),
                });
            }
        }
        line
    }

    /// ½ ∫ Im(u* ∂y u) dZ along a row.
    fn flux_up(&self, row: usize) -> f64 {
        let density = |point: &LinePoint| {
            let [u, _, slope] = self.system.at(&self.field, point.element, point.at);
            0.5 * point.weight * (u.conj() * slope).im
        };
        self.line(row).iter().map(density).sum()
    }

    /// Power of the guided mode that comes in, its tails in the absorbing layers being nothing.
    fn incident_power(&self) -> f64 {
        let pairs = self.mode.values.iter().zip(&self.mode.weighted);
        let norm: f64 = pairs.map(|(v, m)| (v.conj() * m).re).sum();
        0.5 * self.mode.index.re * norm
    }

    /// The numbers of this order, the beam held at a place or where it couples best.
    fn level(&self, problem: &GratingProblem, held: Option<f64>) -> Level {
        let layout = self.layout;
        let lines = &layout.mesh.along;
        let incident = self.incident_power();
        let mut scattered = self.system.along_line(&self.field, self.port);
        for (u, g) in scattered.iter_mut().zip(&self.mode.values) {
            *u -= g;
        }
        let behind = self.system.along_line(&self.field, lines.inner.1 - 1);
        let line = self.line(layout.top);
        let row = layout.mesh.up.middle(layout.top);
        let beam = Beam {
            waves: problem
                .beam
                .waves(layout.k0, layout.outer[1], layout.face - row),
        };
        let values: Vec<Complex64> = line
            .iter()
            .map(|point| self.system.at(&self.field, point.element, point.at)[0])
            .collect();
        let spectrum = beam.spectrum(&line, &values);
        let scale = incident * power(&beam.waves);
        let ends = [lines.at[lines.inner.0], lines.at[lines.inner.1]];
        let at = held.map_or_else(
            || best(|z| beam.amplitude(&spectrum, z).norm_sqr(), ends),
            |z| layout.k0 * z,
        );
        let amplitude = beam.amplitude(&spectrum, at);
        Level {
            order: self.system.basis.order,
            unknowns: self.system.unknowns(),
            index: self.mode.index,
            reflection: self.mode.amplitude(&scattered),
            transmission: self.mode.amplitude(&behind),
            up: self.flux_up(layout.top) / incident,
            down: -self.flux_up(layout.bottom) / incident,
            offset: at / layout.k0,
            amplitude: amplitude / scale.sqrt(),
            gradient: self
                .slopes(problem.grating.edges(), &line, &beam, at)
                .into_iter()
                .map(|trench| {
                    trench.map(|slope| 2.0 * (amplitude.conj() * slope).re / scale * layout.k0)
                })
                .collect(),
            clipped: beam.clipped(&line, at),
        }
    }

    /// da/dZ of both edges of every trench: with A λ = c, a = cᵀu, moving an edge by dZ changes a by
    /// (ε_left − ε_right) ∫ λ u dY dZ along the edge.
    fn slopes(
        &self,
        trenches: &[[f64; 2]],
        line: &[LinePoint],
        beam: &Beam,
        at: f64,
    ) -> Vec<[Complex64; 2]> {
        let layout = self.layout;
        let mut right_side = vec![Complex64::ZERO; self.system.unknowns()];
        for point in line {
            let weight = point.weight * beam.weight(point.z, at);
            self.system
                .add_value(&mut right_side, point.element, point.at, weight);
        }
        let adjoint = self.system.solve(right_side);
        let (points, weights) = gauss_legendre(self.system.basis.order + 1);
        let slope = |edge: f64| -> Complex64 {
            let line = layout.mesh.along.nearest(layout.k0 * edge);
            let mut sum = Complex64::ZERO;
            for row in layout.etched.clone() {
                let contrast =
                    layout.mesh.permittivity(line - 1, row) - layout.mesh.permittivity(line, row);
                for (&y, &w) in points.iter().zip(&weights) {
                    let [own, ..] = self.system.at(&self.field, [line, row], [0.0, y]);
                    let [other, ..] = self.system.at(&adjoint, [line, row], [0.0, y]);
                    sum += w * layout.mesh.up.length(row) * contrast * own * other;
                }
            }
            sum
        };
        trenches.iter().map(|trench| trench.map(slope)).collect()
    }
}

/// The waves of a beam on the line where they meet the grating's field u:
/// a(Z) = ½ ∫ k_y U(q) B*(q) exp(iqZ) dq, Z being where the beam's axis crosses.
struct Beam {
    waves: Vec<Wave>,
}

impl Beam {
    /// U(q) = ∫ u exp(−iqZ) dZ of every wave.
    fn spectrum(&self, line: &[LinePoint], values: &[Complex64]) -> Vec<Complex64> {
        let transform = |wave: &Wave| -> Complex64 {
            let term = |(point, u): (&LinePoint, &Complex64)| {
                point.weight * u * Complex64::cis(-wave.along * point.z)
            };
            line.iter().zip(values).map(term).sum()
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
    fn clipped(&self, line: &[LinePoint], at: f64) -> f64 {
        let field = |z: f64| -> Complex64 {
            let term =
                |wave: &Wave| wave.step * wave.amplitude * Complex64::cis(wave.along * (z - at));
            self.waves.iter().map(term).sum()
        };
        let inside = line
            .iter()
            .map(|point| point.weight * field(point.z).norm_sqr());
        1.0 - inside.sum::<f64>() / square(&self.waves)
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
