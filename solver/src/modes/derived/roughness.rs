//! Scattering at rough side walls by the volume-current method.
//!
//! A wall displaced by f(z), the same over its height as etched striations are, with
//! ⟨f(z) f(z + u)⟩ = σ² exp(−|u|/L_c), carries the excess polarisation ε₀ p f(z) exp(iβz) with
//!
//! ```text
//! p = Δε (E_∥ + D_⊥/(ε₀ε_in)),   Δε = ε_in − ε_out,
//! α = n k₀⁴/(32π²Z₀P) ∫ dΩ S̃(β − n k₀ cos ϑ) |r̂ × ∫ p exp(−ik·r) dl|²,   S̃(q) = 2σ²L_c/(1 + q²L_c²)
//! ```
//!
//! in nepers of power per metre, n² = ε_out; E_∥ and D_⊥, continuous at the wall, make the polarisation
//! right for either sign of f (Johnson et al. 2005, DOI 10.1007/s00340-005-1951-4). The walls of a region
//! are uncorrelated. For a wall high against the wavelength the integral is Payne & Lacey's (1994,
//! DOI 10.1007/BF00708339), whose closed form for a symmetric slab tests it.
//!
//! Valid to first order in σ² (σ ≪ λ/n and ≪ decay length), for radiation into the medium outside the walls
//! as if it filled all space: good where contrast is low, within a factor of about 2 for a wire of high contrast.
//! No back-scattering into guided modes, no roughness of top or bottom.

use super::super::{Mode, ModeError, ModeProblem};
use super::absorption::DB;
use crate::convergence::GridStudy;
use cpo_materials::constants::VACUUM_IMPEDANCE;
use cpo_materials::{Length, Quantity};
use cpo_meshes::{Shape, Window};
use num_complex::Complex64;
use std::f64::consts::PI;

/// Roughness of a wall along the guide, exponentially correlated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Roughness {
    rms: f64,
    correlation_length: f64,
}

impl Roughness {
    /// From the rms displacement σ of a wall along its normal and the correlation length L_c.
    ///
    /// # Errors
    /// [`ModeError::Option`] unless both are positive.
    pub fn new(rms: Length, correlation_length: Length) -> Result<Self, ModeError> {
        let (rms, correlation_length) = (rms.si(), correlation_length.si());
        let lengths = [
            ("rms roughness in m", rms),
            ("correlation length in m", correlation_length),
        ];
        for (option, value) in lengths {
            if !(value.is_finite() && value > 0.0) {
                return Err(ModeError::Option {
                    option,
                    value,
                    allowed: "positive and finite, such as 2e-9 and 50e-9",
                });
            }
        }
        Ok(Self {
            rms,
            correlation_length,
        })
    }

    /// S̃(q) in m³.
    fn spectrum(&self, q: f64) -> f64 {
        let length = self.correlation_length;
        2.0 * self.rms * self.rms * length / (1.0 + (q * length).powi(2))
    }
}

/// A point of a wall with its share of the length and the outward normal.
#[derive(Clone, Copy, Debug)]
struct WallPoint {
    position: [f64; 2],
    length: f64,
    normal: [f64; 2],
}

/// p of a point of a wall with its share of the length.
#[derive(Clone, Copy, Debug)]
struct Source {
    position: [f64; 2],
    length: f64,
    p: [Complex64; 3],
}

/// Distance from the wall at which its fields are taken, relative to the wall's height.
const BESIDE: f64 = 1e-6;
/// Points along a wall; the transform that gathers them at its ends takes care of corner fields.
const WALL_POINTS: usize = 48;

impl Mode {
    /// Scattering loss in dB/m at the side walls of region number `region`: those of its outline that are
    /// steeper than 45°.
    ///
    /// # Errors
    /// [`ModeError::Option`] if there is no such region, or it is round;
    /// [`ModeError::Material`] outside a material's data, which the solve has excluded.
    pub fn roughness_loss(
        &self,
        region: usize,
        roughness: Roughness,
    ) -> Result<GridStudy, ModeError> {
        let problem = self.problem();
        let walls = side_walls(problem, region)?;
        let permittivity: Vec<f64> = problem
            .permittivity_tensors()?
            .iter()
            .map(|e| (e[0][0] + e[1][1] + e[2][2]).re / 3.0)
            .collect();
        let k0 = problem.wavelength().vacuum_wavenumber();
        let loss = |level: usize| {
            let beta = k0 * self.family.effective_index(level, self.member).re;
            let of_wall = |wall: &Vec<WallPoint>| {
                let (sources, index) = self.sources(level, wall, &permittivity);
                scattered(&sources, index, k0, beta, roughness)
            };
            vec![DB * walls.iter().map(of_wall).sum::<f64>()]
        };
        Ok(self.studies(0.0, loss).remove(0))
    }

    /// The sources of a wall for 1 W and the index that they radiate into.
    fn sources(
        &self,
        level: usize,
        wall: &[WallPoint],
        permittivity: &[f64],
    ) -> (Vec<Source>, f64) {
        let height: f64 = wall.iter().map(|point| point.length).sum();
        let beside = |sign: f64| -> Vec<[f64; 2]> {
            let shift = sign * BESIDE * height;
            wall.iter()
                .map(|w| [0, 1].map(|d| w.position[d] + shift * w.normal[d]))
                .collect()
        };
        let inside = self.family.at(level, self.member, &beside(-1.0));
        let outside = self.family.at(level, self.member, &beside(1.0));
        let mut square = 0.0;
        let sources = wall
            .iter()
            .zip(inside.iter().zip(&outside))
            .map(|(point, (a, b))| {
                let [ea, eb] = [a, b].map(|sample| permittivity[sample.material]);
                square += eb * point.length / height;
                let normal = [point.normal[0], point.normal[1], 0.0];
                let across = |e: &[Complex64; 3]| e[0] * normal[0] + e[1] * normal[1];
                let (na, nb) = (across(&a.electric), across(&b.electric));
                // Both sides give D_⊥ and E_∥; their means halve the elements' jump.
                let displacement = 0.5 * (ea * na + eb * nb);
                let p = std::array::from_fn(|i| {
                    let along = a.electric[i] - normal[i] * na + b.electric[i] - normal[i] * nb;
                    (ea - eb) * (0.5 * along + normal[i] * displacement / ea)
                });
                Source {
                    position: point.position,
                    length: point.length,
                    p,
                }
            });
        let sources = sources.collect();
        (sources, square.max(0.0).sqrt())
    }
}

/// The side walls of a region within the window: runs of steep edges of its outline.
fn side_walls(problem: &ModeProblem, region: usize) -> Result<Vec<Vec<WallPoint>>, ModeError> {
    let refuse = |allowed| ModeError::Option {
        option: "region with rough walls",
        value: region as f64,
        allowed,
    };
    let section = problem.cross_section();
    let shape = section.regions().get(region).map(|region| &region.shape);
    let shape = shape.ok_or_else(|| refuse("the number of a painted region, from 0"))?;
    if matches!(shape, Shape::Circle { .. }) {
        return Err(refuse("a region with straight side walls, not a circle"));
    }
    let polygon = shape.polygon();
    let edges = || polygon.iter().zip(polygon.iter().cycle().skip(1));
    let area: f64 = edges().map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum();
    let turn = area.signum();
    let mut walls: Vec<Vec<WallPoint>> = Vec::new();
    let mut before = None;
    for (a, b) in edges() {
        let [dx, dy] = [b[0] - a[0], b[1] - a[1]];
        let direction = (dy.abs() > dx.abs()).then_some(dy > 0.0);
        if direction.is_some() {
            let length = dx.hypot(dy);
            let normal = [turn * dy / length, -turn * dx / length];
            let points = edge_points(*a, *b, normal, section.window());
            match walls.last_mut() {
                Some(wall) if before == direction => wall.extend(points),
                _ => walls.push(points),
            }
        }
        before = direction;
    }
    // An outline may begin in the middle of a wall.
    let first = edges()
        .next()
        .map(|(a, b)| (b[1] - a[1]).abs() > (b[0] - a[0]).abs());
    if let (Some(true), true, Some(run)) = (first, walls.len() > 2, before) {
        let rises = polygon[1][1] > polygon[0][1];
        if rises == run {
            let last = walls.pop().unwrap_or_default();
            walls[0].extend(last);
        }
    }
    walls.retain(|wall| !wall.is_empty());
    Ok(walls)
}

/// Points of the part of an edge that the window shows.
fn edge_points(a: [f64; 2], b: [f64; 2], normal: [f64; 2], window: Window) -> Vec<WallPoint> {
    let [mut low, mut high] = [0.0_f64, 1.0_f64];
    for (d, ends) in [window.x, window.y].into_iter().enumerate() {
        let run = b[d] - a[d];
        if run == 0.0 {
            if a[d] <= ends[0] || a[d] >= ends[1] {
                return Vec::new();
            }
            continue;
        }
        let [s, t] = ends.map(|end| (end - a[d]) / run);
        low = low.max(s.min(t));
        high = high.min(s.max(t));
    }
    if high <= low {
        return Vec::new();
    }
    let length = (high - low) * (b[0] - a[0]).hypot(b[1] - a[1]);
    let points = gathered(WALL_POINTS).into_iter();
    let point = |(u, weight): (f64, f64)| WallPoint {
        position: [0, 1].map(|d| a[d] + (low + u * (high - low)) * (b[d] - a[d])),
        length: weight * length,
        normal,
    };
    points.map(point).collect()
}

/// Points and weights of ∫₀¹ by the midpoint rule in t, u = t³(10 − 15t + 6t²): the integrand's derivatives
/// vanish at the ends, so that the rule is of high order whatever happens there.
fn gathered(count: usize) -> Vec<(f64, f64)> {
    let point = |i: usize| {
        let t = (i as f64 + 0.5) / count as f64;
        let u = t.powi(3) * (10.0 + t * (6.0 * t - 15.0));
        (u, 30.0 * (t * (1.0 - t)).powi(2) / count as f64)
    };
    (0..count).map(point).collect()
}

/// Directions per radian of k × extent, and at least.
const DIRECTIONS: (f64, usize) = (1.0, 48);

/// α of a wall in nepers per metre, 1 W in the mode.
fn scattered(sources: &[Source], index: f64, k0: f64, beta: f64, roughness: Roughness) -> f64 {
    let k = index * k0;
    let extent = |d: usize| {
        let ends = sources
            .iter()
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], s| {
                [low.min(s.position[d]), high.max(s.position[d])]
            });
        (ends[1] - ends[0]).max(0.0)
    };
    let phase = k * extent(0).hypot(extent(1));
    let count = DIRECTIONS.1 + (DIRECTIONS.0 * phase).ceil() as usize;
    // The field of any orientation of p on the sphere, by angles: ϑ from z, ψ about it from x.
    let radiated = |theta: f64, psi: f64| {
        let (sin, cos) = theta.sin_cos();
        let r = [sin * psi.cos(), sin * psi.sin(), cos];
        let mut sum = [Complex64::ZERO; 3];
        for source in sources {
            let path = r[0] * source.position[0] + r[1] * source.position[1];
            let factor = Complex64::from_polar(source.length, -k * path);
            for (sum, p) in sum.iter_mut().zip(source.p) {
                *sum += factor * p;
            }
        }
        let along = sum[0] * r[0] + sum[1] * r[1] + sum[2] * r[2];
        sum.iter().map(|p| p.norm_sqr()).sum::<f64>() - along.norm_sqr()
    };
    let mut total = 0.0;
    for (u, weight) in gathered(count) {
        let theta = PI * u;
        let around: f64 = (0..count)
            .map(|j| radiated(theta, 2.0 * PI * j as f64 / count as f64))
            .sum();
        let share = PI * weight * theta.sin() * 2.0 * PI / count as f64;
        total += share * roughness.spectrum(beta - k * theta.cos()) * around;
    }
    index * k0.powi(4) / (32.0 * PI * PI * VACUUM_IMPEDANCE) * total
}

#[cfg(test)]
mod tests;
