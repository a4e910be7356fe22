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
        let mut levels: Vec<Level> = Vec::new();
        for order in ORDERS {
            let offset = levels.last().map(|level| level.offset).or(self.offset);
            let level = Solved::new(&layout, order, problem)?.level(problem, self.offset, offset);
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
        let rows = mesh.up.intervals();
        let permittivity: Vec<Complex64> = (0..rows).map(|b| mesh.permittivity(port, b)).collect();
        let lost = || GratingError::NoGuidedMode {
            core: problem.grating.core().to_owned(),
        };
        let mode =
            guided(&system.basis, &mesh.up, &permittivity, layout.core.clone()).ok_or_else(lost)?;
        let cladding = layout.outer[1];
        if mode.index.re <= cladding {
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
    fn line(&self, row: usize) -> Vec<(LinePoint, [usize; 2])> {
        let lines = &self.layout.mesh.along;
        let (points, weights) = gauss_legendre(self.system.basis.order + 2);
        let mut line = Vec::new();
        for column in lines.inner.0..lines.inner.1 {
            for (&x, &w) in points.iter().zip(&weights) {
                let point = LinePoint {
                    at: [x, 0.5],
                    z: lines.at[column] + x * lines.length(column),
                    weight: w * lines.length(column),
                };
                line.push((point, [column, row]));
            }
        }
        line
    }

    /// ½ ∫ Im(u* ∂y u) dZ along a row.
    fn flux_up(&self, row: usize) -> f64 {
        let density = |(point, element): &(LinePoint, [usize; 2])| {
            let [u, _, slope] = self.system.at(&self.field, *element, point.at);
            0.5 * point.weight * (u.conj() * slope).im
        };
        self.line(row).iter().map(density).sum()
    }

    fn level(&self, problem: &GratingProblem, held: Option<f64>, guess: Option<f64>) -> Level {
        let layout = self.layout;
        let lines = &layout.mesh.along;
        // The guided mode's own power, its tails in the layers being nothing.
        let norm: f64 = {
            let pairs = self.mode.values.iter().zip(&self.mode.weighted);
            pairs.map(|(v, m)| (v.conj() * m).re).sum()
        };
        let incident = 0.5 * self.mode.index.re * norm;
        let at_port = self.system.along_line(&self.field, self.port);
        let scattered: Vec<Complex64> = at_port
            .iter()
            .zip(&self.mode.values)
            .map(|(u, g)| u - g)
            .collect();
        let reflection = self.mode.amplitude(&scattered);
        let transmission = self
            .mode
            .amplitude(&self.system.along_line(&self.field, lines.inner.1 - 1));
        let up = self.flux_up(layout.top) / incident;
        let down = -self.flux_up(layout.bottom) / incident;
        let line = self.line(layout.top);
        let row_height = layout.mesh.up.middle(layout.top);
        let waves = problem
            .beam
            .waves(layout.k0, layout.outer[1], layout.face - row_height);
        let sources: Vec<(f64, Complex64)> = line
            .iter()
            .map(|(point, element)| {
                let [u, ..] = self.system.at(&self.field, *element, point.at);
                (point.z, point.weight * u)
            })
            .collect();
        // ∫ u exp(−iqZ) dZ.
        let transform = |wave: &Wave| -> Complex64 {
            let term = |&(z, u): &(f64, Complex64)| u * Complex64::cis(-wave.along * z);
            sources.iter().map(term).sum()
        };
        let spectrum: Vec<Complex64> = waves.iter().map(transform).collect();
        let beam_power = power(&waves);
        let amplitude = |z: f64| -> Complex64 {
            let term = |(wave, u): (&Wave, &Complex64)| {
                let beam = wave.amplitude.conj() * Complex64::cis(wave.along * layout.k0 * z);
                0.5 * wave.step * wave.up * u * beam
            };
            waves.iter().zip(&spectrum).map(term).sum()
        };
        let efficiency = |z: f64| amplitude(z).norm_sqr() / (incident * beam_power);
        let offset = held.unwrap_or_else(|| {
            let ends = [lines.at[lines.inner.0], lines.at[lines.inner.1]].map(|v| v / layout.k0);
            best(efficiency, ends, guess)
        });
        let own = amplitude(offset);
        let beam = |z: f64| -> Complex64 {
            let away = z - layout.k0 * offset;
            let term = |wave: &Wave| wave.step * wave.amplitude * Complex64::cis(wave.along * away);
            waves.iter().map(term).sum()
        };
        let inside: f64 = line
            .iter()
            .map(|(point, _)| point.weight * beam(point.z).norm_sqr())
            .sum();
        let gradient = self.gradient(problem, &line, &waves, offset, own, incident * beam_power);
        Level {
            order: self.system.basis.order,
            unknowns: self.system.unknowns(),
            index: self.mode.index,
            reflection,
            transmission,
            up,
            down,
            offset,
            amplitude: own / (incident * beam_power).sqrt(),
            gradient,
            clipped: 1.0 - inside / square(&waves),
        }
    }

    /// dη/dz of both edges of every trench, 1/m, the beam following: with A λ = c, a = cᵀu, moving an edge by dZ
    /// changes a by (ε_left − ε_right) ∫ λ u dY dZ along the edge.
    fn gradient(
        &self,
        problem: &GratingProblem,
        line: &[(LinePoint, [usize; 2])],
        waves: &[Wave],
        offset: f64,
        amplitude: Complex64,
        scale: f64,
    ) -> Vec<[f64; 2]> {
        let layout = self.layout;
        let mut right_side = vec![Complex64::ZERO; self.system.unknowns()];
        for (point, element) in line {
            let term = |wave: &Wave| {
                let away = layout.k0 * offset - point.z;
                0.5 * wave.step
                    * wave.up
                    * wave.amplitude.conj()
                    * Complex64::cis(wave.along * away)
            };
            let weight: Complex64 = waves.iter().map(term).sum();
            let functional = [point.weight * weight, Complex64::ZERO];
            self.system
                .add_functional(&mut right_side, *element, point.at, functional);
        }
        let adjoint = self.system.solve(right_side);
        let (points, weights) = gauss_legendre(self.system.basis.order + 1);
        let slope = |edge: f64| -> f64 {
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
            2.0 * (amplitude.conj() * sum).re / scale * layout.k0
        };
        let edges = problem.grating.edges().iter();
        edges.map(|trench| trench.map(slope)).collect()
    }
}

/// Where a smooth function of z is largest: the best of a scan, then by thirds between its neighbours.
fn best(f: impl Fn(f64) -> f64, [low, high]: [f64; 2], guess: Option<f64>) -> f64 {
    const SCAN: usize = 120;
    let step = (high - low) / SCAN as f64;
    let centre = guess.unwrap_or_else(|| {
        let places = (0..=SCAN).map(|k| low + step * k as f64);
        let best = places.map(|z| (f(z), z)).max_by(|p, q| p.0.total_cmp(&q.0));
        best.map_or(low, |(_, z)| z)
    });
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
