//! What moves a thermal resistance: p ∂R_ij/∂p for every conductivity, thickness, contact and coefficient, by the adjoint.
//!
//! A t_j = u_j and R_ij = u_iᵀ t_j with A symmetric, so that t_i is its own adjoint solution: for any p that leaves the mean over a source and the spread of its
//! watt alone,
//!
//! ∂R_ij/∂p = −t_iᵀ (∂A/∂p) t_j = Σ_p′ (∂ρ_p′/∂p) q_i q_j
//!
//! over the parts ρ of the faces' resistances ([`dissipation`](super::dissipation)). Every part is a power of its parameters: 1/k of a conductivity, 1/h of a
//! coefficient, r of a contact, and of a thickness d along z, 1/d along the plane. So p ∂R/∂p is a sum of parts with signs, exact
//! on its grid, where a layer that grows thicker takes its cells along. No further solves. By R = Σ_p ρ_p q_i q_j, Euler's identity holds
//! on every grid: conductivities, coefficients and contacts, these with the other sign, add up to −R.
//! M. B. Giles, N. A. Pierce, Flow Turbul. Combust. 65, 393 (2000), 10.1023/A:1011430410075.
//!
//! Limits: first order, at the values of the problem; A symmetric, hence no coolant that warms up; one grid for the whole plan. Where k follows the temperature, k is scaled as it is in the
//! state with all sources on, which is held.

use std::fmt;

use cpo_materials::Quantity;
use rayon::prelude::*;

use super::boundary::FACE_NAMES;
use super::composite::Composite;
use super::discretisation::{Discretisation, Lane};
use super::dissipation::{CellParts, Parts};
use super::extrapolation::doubted;
use super::solver::{Family, LANES, unit_loads};
use super::{Boundary, CrosstalkMatrix, HeatError, HeatProblem, HeatSolver};
use crate::convergence::{GridStudy, Verdict};

/// Most sources of which all R_ij are derived; their solutions are kept side by side, 8 bytes a cell each. Of more the R_ii alone.
const MOST_PAIRED: usize = 16;
/// Error wanted over that of R: so far off, a change of a parameter by a tenth still foretells R to the error wanted of it.
const LEVERAGE: f64 = 10.0;

/// What of a problem a thermal resistance depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HeatParameterKind {
    /// k of an isotropic material, W/(m K).
    Conductivity,
    /// k of a material along the plane, W/(m K), that through it held.
    ConductivityInPlane,
    /// k of a material through the plane, W/(m K), that along it held.
    ConductivityThrough,
    /// Of a layer, m; what lies above moves up.
    Thickness,
    /// Between a layer and the one below, m² K/W.
    Contact,
    /// Heat transfer coefficient of a face, W/(m² K); of one that radiates, with its radiation in the same proportion.
    Coefficient,
}

/// Something that a thermal resistance depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatParameter {
    /// What it is.
    pub kind: HeatParameterKind,
    /// Name of the material, layer or face; of several materials of one name all but the first are numbered.
    pub name: String,
    /// Its value in the problem, SI; of a material whose k follows the temperature, at that of
    /// [`conductivity_at`](HeatProblem::conductivity_at).
    pub value: f64,
    /// Parts whose resistance grows with it, and parts whose falls.
    parts: [Vec<usize>; 2],
}

impl HeatParameter {
    /// Unit of its value: "W/(m K)", "m", "m2 K/W", "W/(m2 K)".
    pub fn unit(&self) -> &'static str {
        match self.kind {
            HeatParameterKind::Conductivity
            | HeatParameterKind::ConductivityInPlane
            | HeatParameterKind::ConductivityThrough => "W/(m K)",
            HeatParameterKind::Thickness => "m",
            HeatParameterKind::Contact => "m2 K/W",
            HeatParameterKind::Coefficient => "W/(m2 K)",
        }
    }
}

/// "thickness of box", "conductivity of organic, through", "contact below die", "convection at bottom".
impl fmt::Display for HeatParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match self.kind {
            HeatParameterKind::Conductivity => write!(f, "conductivity of {name}"),
            HeatParameterKind::ConductivityInPlane => write!(f, "conductivity of {name}, in plane"),
            HeatParameterKind::ConductivityThrough => write!(f, "conductivity of {name}, through"),
            HeatParameterKind::Thickness => write!(f, "thickness of {name}"),
            HeatParameterKind::Contact => write!(f, "contact below {name}"),
            HeatParameterKind::Coefficient => write!(f, "convection at {name}"),
        }
    }
}

/// p ∂R_ij/∂p, K/W: what a small relative change of a parameter adds to R_ij, over that change. Of up to 16 sources every R_ij, of more the R_ii.
///
/// Each is extrapolated on the grids of the crosstalk matrix and has its error bar; no grid is added for it. Wanted are ten times the error of R_ij, which is
/// relative to √(R_ii R_jj): what a change by a tenth foretells is then as good as R_ij.
#[derive(Clone, Debug)]
pub struct HeatSensitivities {
    names: Vec<String>,
    parameters: Vec<HeatParameter>,
    /// i ≤ j.
    pairs: Vec<[usize; 2]>,
    /// `[pair][parameter]`, flat.
    studies: Vec<GridStudy>,
}

impl HeatSensitivities {
    /// Names of the sources, in the order of rows and columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What is varied: conductivities, thicknesses, contacts, coefficients.
    pub fn parameters(&self) -> &[HeatParameter] {
        &self.parameters
    }

    /// The R_ij that are derived, as (i, j) with i ≤ j: R_ji is the same.
    pub fn pairs(&self) -> &[[usize; 2]] {
        &self.pairs
    }

    /// p ∂R_ij/∂p for the parameter of that number, K/W; none for an R_ij that is not derived.
    pub fn study(&self, i: usize, j: usize, parameter: usize) -> Option<&GridStudy> {
        let pair = [i.min(j), i.max(j)];
        let at = self.pairs.binary_search(&pair).ok()?;
        let own = &self.studies[at * self.parameters.len()..][..self.parameters.len()];
        own.get(parameter)
    }

    /// Whether every error bar is within the error wanted.
    pub fn verdict(&self) -> Verdict {
        if self.studies.iter().all(|s| s.verdict == Verdict::Converged) {
            Verdict::Converged
        } else {
            Verdict::Unconverged
        }
    }
}

impl HeatSolver {
    /// How the thermal resistances of the named sources depend on what the body is made of.
    ///
    /// # Errors
    /// As [`crosstalk`](Self::crosstalk); [`HeatError::NoSensitivities`] where fine sources have windows of their own.
    pub fn sensitivities(
        &self,
        problem: &HeatProblem,
        sources: &[&str],
    ) -> Result<HeatSensitivities, HeatError> {
        Ok(self.crosstalk_with_sensitivities(problem, sources)?.1)
    }

    /// The [`crosstalk`](Self::crosstalk) matrix and, from the same solutions, its sensitivities. The matrix is that of `crosstalk` to
    /// the last bit.
    ///
    /// # Errors
    /// As [`sensitivities`](Self::sensitivities).
    pub fn crosstalk_with_sensitivities(
        &self,
        problem: &HeatProblem,
        sources: &[&str],
    ) -> Result<(CrosstalkMatrix, HeatSensitivities), HeatError> {
        let rows = problem.find_sources(sources)?;
        if problem.is_one_way() {
            let what = "a sensitivity";
            return Err(HeatError::OneWay { what });
        }
        if Composite::of(self, problem)?.is_some() {
            return Err(HeatError::NoSensitivities {
                cause: "sources far finer than the plan have grids of their own",
                remedy: "ask for the thermal resistances alone, or for a smaller part of the plan",
            });
        }
        let mut levels = Levels::new(problem, rows.len());
        let loads = unit_loads(problem, &rows);
        let loads = |_: &Discretisation| loads.clone();
        let units = (&rows[..], rows.len());
        let family = if rows.len() <= MOST_PAIRED {
            // all solutions of a grid kept until every pair is read
            let kept = |_: &Discretisation, t: Lane<'_>| t.values().collect();
            self.family(problem, loads, units, kept, |body, solutions| {
                levels.add(match solutions.len() {
                    1 => pairs::<1>(problem, body, solutions),
                    2 => pairs::<2>(problem, body, solutions),
                    _ => pairs::<LANES>(problem, body, solutions),
                });
            })?
        } else {
            // of every solution only its own resistance
            let kept = |body: &Discretisation, t: Lane<'_>| own(problem, body, t);
            self.family(problem, loads, units, kept, |_, shares| levels.add(shares))?
        };
        let studies = levels.studies(self, problem, &family);
        let crosstalk = CrosstalkMatrix::of(sources, family);
        let sensitivities = HeatSensitivities {
            names: crosstalk.names().to_vec(),
            parameters: levels.parameters,
            pairs: levels.pairs,
            studies,
        };
        Ok((crosstalk, sensitivities))
    }
}

/// Shares of R_ij in every part for all i ≤ j, rows first.
fn pairs<const L: usize>(
    problem: &HeatProblem,
    body: &Discretisation,
    solutions: Vec<Vec<f64>>,
) -> Vec<Vec<f64>> {
    let cells = CellParts::new(problem, &body.grid);
    let n = solutions.len();
    let mut groups: Vec<Vec<[f64; L]>> = Vec::with_capacity(n.div_ceil(L));
    let mut rest = solutions.into_iter();
    while rest.len() > 0 {
        let mut group = vec![[0.0; L]; body.operator.cells()];
        for (l, solution) in rest.by_ref().take(L).enumerate() {
            for (lanes, value) in group.iter_mut().zip(solution) {
                lanes[l] = value;
            }
        }
        groups.push(group);
    }
    let count = groups.len();
    let blocks: Vec<(usize, usize)> = (0..count)
        .flat_map(|a| (a..count).map(move |b| (a, b)))
        .collect();
    let sums: Vec<Vec<[[f64; L]; L]>> = blocks
        .par_iter()
        .map(|&(a, b)| cells.dissipation(body, &groups[a], &groups[b]))
        .collect();
    let block = |i: usize, j: usize| {
        let (a, b) = (i / L, j / L);
        &sums[a * count - a * a.saturating_sub(1) / 2 + b - a]
    };
    let shares = |i: usize, j: usize| block(i, j).iter().map(|s| s[i % L][j % L]).collect();
    (0..n)
        .flat_map(|i| (i..n).map(move |j| (i, j)))
        .map(|(i, j)| shares(i, j))
        .collect()
}

/// Shares of R_ii in every part.
fn own(problem: &HeatProblem, body: &Discretisation, t: Lane<'_>) -> Vec<f64> {
    let t: Vec<[f64; 1]> = t.values().map(|t| [t]).collect();
    let sums = CellParts::new(problem, &body.grid).dissipation(body, &t, &t);
    sums.into_iter().map(|[[sum]]| sum).collect()
}

/// What the grids gave so far.
struct Levels {
    parameters: Vec<HeatParameter>,
    pairs: Vec<[usize; 2]>,
    /// `[pair][parameter][grid]`, the first two flat.
    values: Vec<Vec<f64>>,
}

impl Levels {
    fn new(problem: &HeatProblem, sources: usize) -> Self {
        let last = |i: usize| {
            if sources <= MOST_PAIRED {
                sources
            } else {
                i + 1
            }
        };
        let pairs: Vec<[usize; 2]> = (0..sources)
            .flat_map(|i| (i..last(i)).map(move |j| [i, j]))
            .collect();
        let parameters = parameters(problem);
        Self {
            values: vec![Vec::new(); pairs.len() * parameters.len()],
            parameters,
            pairs,
        }
    }

    /// Of a grid the shares of every pair in every part.
    fn add(&mut self, shares: Vec<Vec<f64>>) {
        let count = self.parameters.len();
        for (values, shares) in self.values.chunks_mut(count).zip(shares) {
            for (values, parameter) in values.iter_mut().zip(&self.parameters) {
                let [up, down] = parameter
                    .parts
                    .each_ref()
                    .map(|parts| parts.iter().map(|&p| shares[p]).sum::<f64>());
                values.push(up - down);
            }
        }
    }

    fn studies(
        &self,
        solver: &HeatSolver,
        problem: &HeatProblem,
        family: &Family,
    ) -> Vec<GridStudy> {
        let refinements = solver.refinements(problem);
        let n = (family.mean.len() as f64).sqrt().round() as usize;
        let own = |i: usize| family.mean[i * n + i].value.abs();
        let count = self.parameters.len();
        let judged = |(at, values): (usize, &Vec<f64>)| {
            let [i, j] = self.pairs[at / count];
            let scale = (own(i) * own(j)).sqrt();
            let levels = refinements.iter().copied().zip(values.iter().copied()); // as many as were visited
            // algebraic error, as that of R
            let floor = 10.0 * solver.tolerance * scale;
            doubted(levels.collect(), floor, LEVERAGE * solver.error * scale)
        };
        self.values.iter().enumerate().map(judged).collect()
    }
}

/// Everything that `problem`'s resistances depend on.
fn parameters(problem: &HeatProblem) -> Vec<HeatParameter> {
    let parts = Parts::of(problem);
    let mut all = conductivities(problem, parts);
    let layers = problem.floorplan().layers().iter().enumerate();
    all.extend(layers.clone().map(|(l, layer)| {
        let materials = 0..parts.materials;
        let sides = (0..4).map(|side| parts.film(side, l));
        HeatParameter {
            kind: HeatParameterKind::Thickness,
            name: layer.name.clone(),
            value: layer.z[1] - layer.z[0],
            parts: [
                materials.clone().map(|m| parts.through(l, m)).collect(),
                materials
                    .map(|m| parts.in_plane(l, m))
                    .chain(sides)
                    .collect(),
            ],
        }
    }));
    let contacts = layers.filter(|(_, layer)| layer.contact > 0.0);
    all.extend(contacts.map(|(l, layer)| HeatParameter {
        kind: HeatParameterKind::Contact,
        name: layer.name.clone(),
        value: layer.contact,
        parts: [vec![parts.contact(l)], Vec::new()],
    }));
    let faces = problem.boundaries().faces().into_iter().enumerate();
    all.extend(faces.filter_map(|(side, boundary)| {
        let cools = matches!(
            boundary,
            Boundary::Convection { .. } | Boundary::Radiation { .. }
        );
        if !cools {
            return None;
        }
        let films = (0..parts.layers).map(|l| parts.film(side, l));
        Some(HeatParameter {
            kind: HeatParameterKind::Coefficient,
            name: FACE_NAMES[side].to_owned(),
            value: boundary.film(problem.ambient().si()),
            parts: [Vec::new(), films.collect()],
        })
    }));
    all
}

fn conductivities(problem: &HeatProblem, parts: Parts) -> Vec<HeatParameter> {
    use HeatParameterKind::{Conductivity, ConductivityInPlane, ConductivityThrough};
    let materials = problem.floorplan().materials();
    let mut all = Vec::new();
    for (m, (material, k)) in materials.iter().zip(problem.conductivities()).enumerate() {
        let before = materials[..m]
            .iter()
            .filter(|o| o.name() == material.name());
        let name = match before.count() {
            0 => material.name().to_owned(),
            n => format!("{} ({})", material.name(), n + 1),
        };
        let in_plane = (0..parts.layers).map(|l| parts.in_plane(l, m));
        let through = (0..parts.layers).map(|l| parts.through(l, m));
        let mut push = |kind, value, parts: Vec<usize>| {
            all.push(HeatParameter {
                kind,
                name: name.clone(),
                value,
                parts: [Vec::new(), parts],
            });
        };
        let [x, y, z] = *k;
        if x == z && y == z {
            push(Conductivity, x, in_plane.chain(through).collect());
        } else {
            push(ConductivityInPlane, x, in_plane.collect());
            push(ConductivityThrough, z, through.collect());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use cpo_materials::{HeatTransferCoefficient, Material, Temperature, ThermalConductivity};
    use cpo_meshes::{Axis, Direction, Floorplan, Footprint, RectilinearGrid};

    use super::super::discretisation::Load;
    use super::super::{Boundaries, grid};
    use super::*;

    const THICKNESSES: [f64; 4] = [300e-6, 40e-6, 5e-6, 20e-6];
    const NAMES: [&str; 4] = ["base", "die", "active", "cap"];

    /// Anisotropic base, a block through two layers, a contact, cooled at the bottom, the top and a side, another side held.
    fn problem(thicknesses: [f64; 4]) -> HeatProblem {
        let k = ThermalConductivity::w_per_m_k;
        let of = |k| Material::with_conductivity(ThermalConductivity::w_per_m_k(k));
        let organic = Material::builder("organic").anisotropic_conductivity(k(15.0), k(0.5));
        let layers = [organic.build().unwrap(), of(130.0), of(68.0), of(1.4)];
        let mut plan = Floorplan::new([1.2e-3, 0.9e-3]).unwrap();
        for ((name, material), thickness) in NAMES.into_iter().zip(layers).zip(thicknesses) {
            plan = plan.layer(name, material, thickness).unwrap();
        }
        let trench = Footprint::centred([60e-6, 500e-6], [250e-6, 0.0]);
        let stripe = Footprint::centred([20e-6, 200e-6], [0.0, 50e-6]);
        let plan = plan
            .contact("die", 3e-6)
            .and_then(|p| p.block("trench", trench, &["active", "cap"], of(0.2)))
            .and_then(|p| p.source_array("laser", stripe, (2, 300e-6, Direction::X), "active", 1.0))
            .unwrap();
        let ambient = Temperature::celsius(25.0);
        let cooled = |h| Boundary::Convection {
            coefficient: HeatTransferCoefficient::w_per_m2_k(h),
            ambient,
        };
        let faces = Boundaries {
            bottom: cooled(2e4),
            top: cooled(300.0),
            left: cooled(5e3),
            back: Boundary::Temperature(ambient),
            ..Boundaries::insulated()
        };
        HeatProblem::new(plan, ambient, faces).unwrap()
    }

    /// The grid whose cells have grown with their layers.
    fn stretched(
        grid: &RectilinearGrid<3>,
        from: &HeatProblem,
        to: &HeatProblem,
    ) -> RectilinearGrid<3> {
        let [x, y, z] = grid.axes().clone();
        let layers = from.floorplan().layers().iter();
        let pairs: Vec<_> = layers.zip(to.floorplan().layers()).collect();
        let moved = |&face: &f64| {
            let inside = pairs.iter().find(|(l, _)| face <= l.z[1]);
            let (old, new) = inside.copied().unwrap_or(pairs[pairs.len() - 1]);
            new.z[0] + (face - old.z[0]) / (old.z[1] - old.z[0]) * (new.z[1] - new.z[0])
        };
        let z = Axis::from_faces(z.faces().iter().map(moved).collect()).unwrap();
        RectilinearGrid::new([x, y, z])
    }

    /// R_11, R_12, R_22 on a grid, and the shares of each.
    fn resistances(problem: &HeatProblem, grid: RectilinearGrid<3>) -> ([f64; 3], Vec<Vec<f64>>) {
        let body = Discretisation::on(problem, grid);
        let loads = [0, 1].map(|s| Load::of_source(s, 2, 1.0));
        let solver = HeatSolver::default().tolerance(1e-13);
        let (t, _) = body.solve::<2>(&loads, solver.stop()).unwrap();
        let mean = |i, j| body.mean_of_source(Lane::new(&t, j), i);
        let lanes = [0, 1].map(|l| t.iter().map(|t| t[l]).collect()).to_vec();
        (
            [mean(0, 0), mean(0, 1), mean(1, 1)],
            pairs::<2>(problem, &body, lanes),
        )
    }

    /// Differences of fourth order on the very grids that the derivative is exact on.
    #[test]
    fn a_thickness_moves_what_differences_say() {
        let base = problem(THICKNESSES);
        let grid = grid::grid(&base, 1.0, 1_000_000).unwrap();
        let (own, shares) = resistances(&base, grid.clone());
        let mut levels = Levels::new(&base, 2);
        levels.add(shares.clone());
        for (r, shares) in own.iter().zip(&shares) {
            // what resists makes up the resistance: round-off of a sum, and the iteration's residual
            assert!((shares.iter().sum::<f64>() / r - 1.0).abs() < 1e-10);
        }
        let step = 2e-3;
        for layer in 0..4 {
            let at = |steps: f64| {
                let mut thicknesses = THICKNESSES;
                thicknesses[layer] *= 1.0 + steps * step;
                let other = problem(thicknesses);
                let grid = stretched(&grid, &base, &other);
                resistances(&other, grid).0
            };
            let [a, b, c, d] = [-2.0, -1.0, 1.0, 2.0].map(at);
            let thickness = |p: &HeatParameter| {
                p.kind == HeatParameterKind::Thickness && p.name == NAMES[layer]
            };
            let p = levels.parameters.iter().position(thickness).unwrap();
            for pair in 0..3 {
                let difference = (8.0 * (c[pair] - b[pair]) - (d[pair] - a[pair])) / (12.0 * step);
                let adjoint = levels.values[pair * levels.parameters.len() + p][0];
                println!(
                    "{} {pair}: {adjoint} {difference} of {}",
                    NAMES[layer], own[pair]
                );
                // 4 step⁴ from the fifth derivative of 1/d, 6e-11, and a residual of 1e-13 over the step, 5e-11
                assert!(
                    (adjoint - difference).abs() < 1e-9 * own[0],
                    "{}",
                    NAMES[layer]
                );
            }
        }
    }
}
