//! One order of elements at all wavelengths.
//!
//! A grating of length L delays light by n_g L/c, so that some n_g L Δ(1/λ) fields are independent over a band. A
//! factorisation at one wavelength gives several of them: the field's series about it, A being K − Σ k_m² M_m,
//! A u_n = f_n + Σ_m (k_m²)₁ M_m u_{n−1} + Σ_m (k_m²)₂ M_m u_{n−2}, the coefficients of k_m² and f being those of
//! parabolas through three wavelengths (that they are not exact makes the span no less a span).

use super::error::GratingError;
use super::geometry::Layout;
use super::lit::Lit;
use super::solution::Level;
use super::solver::{GratingProblem, GratingSolver};
use super::span::Span;
use super::system::{Discretisation, Field, System};
use cpo_materials::{Quantity, Wavelength};
use num_complex::Complex64;

/// Largest share of the beam that may pass the mesh.
const CLIPPED: f64 = 0.01;
/// Terms of the field's series that a factorisation gives.
const TERMS: usize = 4;
/// Fewest wavelengths for which a span is cheaper than their own solves.
const WORTHWHILE: usize = 4;
/// Share of the error asked for that a span may be wrong by.
const SHARE: f64 = 0.02;
/// Times that error which is counted where only the span was asked.
const CAUTION: f64 = 3.0;

/// A grating with elements of an order.
pub(super) struct Stage<'a> {
    solver: &'a GratingSolver,
    problem: &'a GratingProblem,
    layout: &'a Layout,
    on: Discretisation<'a>,
    wavelengths: &'a [Wavelength],
}

impl<'a> Stage<'a> {
    pub(super) fn new(
        solver: &'a GratingSolver,
        problem: &'a GratingProblem,
        layout: &'a Layout,
        order: usize,
        wavelengths: &'a [Wavelength],
    ) -> Self {
        let on = Discretisation::new(&layout.mesh, order);
        Self {
            solver,
            problem,
            layout,
            on,
            wavelengths,
        }
    }

    /// The level of every wavelength.
    pub(super) fn levels(&self) -> Result<Vec<Level>, GratingError> {
        // The problem's own wavelength says where the beam is.
        let own = self.problem.wavelength;
        let first = Lit::new(&self.on, self.layout, self.problem, own, None)?;
        let mut lit = Vec::with_capacity(self.wavelengths.len());
        for &wavelength in self.wavelengths {
            let near = Some(&first.mode);
            lit.push(Lit::new(
                &self.on,
                self.layout,
                self.problem,
                wavelength,
                near,
            )?);
        }
        let system = self.on.factorise(&first.medium);
        let field = system.solve(first.right_side());
        let (at, clipped) = first.place(&field, self.solver.offset);
        if clipped > CLIPPED {
            return Err(GratingError::Clipped {
                lost: 100.0 * clipped,
            });
        }
        let mut level = first.level(&field, at);
        if self.solver.gradient {
            let trenches = self.problem.grating.edges();
            level.gradient = Some(first.gradient(&system, &field, trenches, at));
        }
        let mut levels: Vec<Option<Level>> = vec![None; lit.len()];
        let is_own = |w: &Wavelength| w.si() == own.si();
        if let Some(own) = self.wavelengths.iter().position(is_own) {
            levels[own] = Some(level);
        }
        let mut span = Span::new(&self.on, first.medium.squares.len());
        let open = levels.iter().filter(|level| level.is_none()).count();
        if open >= WORTHWHILE {
            self.extend(&mut span, &system, &first, field, &lit);
        }
        drop(system);
        let mut solved = vec![own];
        let mut doubt = [0.0; 2];
        while let Some(next) = self.farthest(&levels, &solved) {
            let lit_next = &lit[next];
            let right_side = lit_next.right_side();
            let foretold = (open >= WORTHWHILE)
                .then(|| lit_next.level(&span.field(&lit_next.medium, &right_side), at));
            let system = self.on.factorise(&lit_next.medium);
            let field = system.solve(right_side);
            let level = lit_next.level(&field, at);
            let wrong = foretold.map(|foretold| foretold.farthest(&level));
            levels[next] = Some(level);
            solved.push(self.wavelengths[next]);
            if let Some(wrong) = wrong {
                if wrong[0] <= SHARE * self.solver.error {
                    doubt = wrong.map(|wrong| CAUTION * wrong);
                    break;
                }
                self.extend(&mut span, &system, lit_next, field, &lit);
            }
        }
        let rest = |(level, lit): (Option<Level>, &Lit<'_>)| {
            level.unwrap_or_else(|| {
                let field = span.field(&lit.medium, &lit.right_side());
                Level {
                    doubt: doubt[0],
                    amplitude_doubt: doubt[1],
                    ..lit.level(&field, at)
                }
            })
        };
        Ok(levels.into_iter().zip(&lit).map(rest).collect())
    }

    /// Adds the series of a field about its wavelength.
    fn extend(
        &self,
        span: &mut Span<'_>,
        system: &System,
        own: &Lit<'_>,
        field: Field,
        all: &[Lit<'_>],
    ) {
        let [low, high] = neighbours(own, all);
        let scales = [own, low, high].map(|lit| lit.medium.scale);
        let squares = series(
            scales,
            [own, low, high].map(|lit| lit.medium.squares.as_slice()),
        );
        let sides = [own, low, high].map(Lit::right_side);
        let sides = series(scales, sides.each_ref().map(Vec::as_slice));
        let mut earlier = [field.clone(), field.clone()];
        span.add(field);
        for term in 1..TERMS {
            let [last, before] = &earlier;
            let mut right_side = vec![Complex64::ZERO; self.on.unknowns()];
            if let Some(side) = sides.get(term - 1) {
                right_side.copy_from_slice(side);
            }
            self.on.add_mass(&squares[0], last, &mut right_side);
            if term > 1 {
                self.on.add_mass(&squares[1], before, &mut right_side);
            }
            let next = system.solve(right_side);
            span.add(next.clone());
            let [last, _] = earlier;
            earlier = [next, last];
        }
    }

    /// The wavelength without a level that is farthest from those solved.
    fn farthest(&self, levels: &[Option<Level>], solved: &[Wavelength]) -> Option<usize> {
        let distance = |k: usize| {
            let own = self.wavelengths[k].si();
            let to = solved.iter().map(|s| (s.si() - own).abs());
            to.fold(f64::INFINITY, f64::min)
        };
        let open = (0..levels.len()).filter(|&k| levels[k].is_none());
        // The first of equals.
        open.rev()
            .max_by(|&a, &b| distance(a).total_cmp(&distance(b)))
    }
}

/// The shortest and the longest wavelength but for `own`.
fn neighbours<'b, 'c>(own: &Lit<'_>, all: &'b [Lit<'c>]) -> [&'b Lit<'c>; 2] {
    let others = || {
        all.iter()
            .filter(|lit| lit.medium.scale != own.medium.scale)
    };
    let by_scale = |a: &&Lit<'_>, b: &&Lit<'_>| a.medium.scale.total_cmp(&b.medium.scale);
    let ends = [others().min_by(by_scale), others().max_by(by_scale)];
    ends.map(|end| end.expect("a span is worthwhile for several wavelengths"))
}

/// First and second coefficient about x₀ of the parabolas through (x, y) at three places.
fn series(x: [f64; 3], y: [&[Complex64]; 3]) -> [Vec<Complex64>; 2] {
    let triples = y[0].iter().zip(y[1]).zip(y[2]);
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for ((&a, &b), &c) in triples {
        let slope = (b - a) / (x[1] - x[0]);
        let next = (c - b) / (x[2] - x[1]);
        let bend = (next - slope) / (x[2] - x[0]);
        first.push(slope + bend * (x[0] - x[1]));
        second.push(bend);
    }
    [first, second]
}
