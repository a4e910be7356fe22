//! The modes of a section followed from slice to slice, and light carried along them.
//!
//! *In steps*: straight pieces, one around each slice, and mode matching where they meet.
//!
//! *Smoothly*: local modes A± of fields that are normalised as in [`super::matching`] (Snyder & Love, "Optical Waveguide
//! Theory", ch. 28 and 31),
//!
//! ```text
//! ±dA±/dz = iβA± ± κ A± ± χ A∓,   κᵀ = −κ,   χᵀ = χ,
//! ```
//!
//! so that the steps' reflections and the resonances between them vanish. From slice to slice C/2 ≈ exp(∫κ dz) and
//! D/2 ≈ ∫χ dz: κ is arsinh of the antisymmetric part of C/2, χ the symmetric part of D/2, both by what lies between
//! the slices. Along the section κ and χ are straight between the middles of slices, β is a cubic through them. Within
//! a short piece h, with β constant,
//!
//! ```text
//! T = P exp(Ω − X²/2) P,   Ω_ij = h κ_ij sinc((β_i − β_j) h/2),   P = exp(iβh/2),
//! R₂ = −R₁ = P X P,        X_ij = h χ_ij sinc((β_i + β_j) h/2),
//! ```
//!
//! the first terms of Magnus's series in the picture in which β is taken out: pieces are short where κ turns much or
//! β_i − β_j changes, not where it is large, so that length costs little. Evanescent modes are left to themselves.
//!
//! All is of second order in the distance of slices.

use super::geometry::Section;
use super::matching::{Label, Overlaps, follow};
use super::scattering::Scattering;
use crate::quadrature::gauss_legendre;
use faer::Mat;
use num_complex::Complex64;

/// How far κ may turn within a piece, rad.
const TURN: f64 = 0.1;
/// How far the phase of a coupling may curve within a piece, rad.
const CURVE: f64 = 0.1;
/// Most pieces between two slices.
const PIECES: f64 = 1000.0;
/// Points of quadrature between two slices for the mean of n, which is a cubic there.
const POINTS: usize = 4;
/// Terms of the exponential, with which the remainder is below 1e-10 for turns up to [`TURN`].
const TERMS: usize = 6;
/// Coefficients of arsinh(x)/x in x².
const ARSINH: [f64; 6] = [
    1.0,
    -1.0 / 6.0,
    3.0 / 40.0,
    -15.0 / 336.0,
    105.0 / 3456.0,
    -945.0 / 42240.0,
];

/// Modes followed along a section.
#[derive(Clone, Debug)]
pub(super) struct Track {
    /// Shares s of the slices, from 0 to 1.
    shares: Vec<f64>,
    /// n by slice and label.
    indices: Vec<Vec<Complex64>>,
    /// dn/ds by slice and label.
    slopes: Vec<Vec<Complex64>>,
    /// Between slices.
    links: Vec<Link>,
    /// The modes of the last slice by label.
    pub(super) end: Vec<Label>,
}

/// What couples two neighbouring slices.
#[derive(Clone, Debug)]
struct Link {
    /// Middle of the slices' shares, and their distance.
    middle: f64,
    width: f64,
    /// dA⁺ = κ A⁺ ds.
    turn: Mat<Complex64>,
    /// dA⁺ = χ A⁻ ds.
    back: Mat<Complex64>,
    joint: Scattering,
}

impl Track {
    /// The first `count` modes of slices at `shares`, with n of each and the overlaps of neighbours; none if numbers
    /// are not finite.
    pub(super) fn new(
        shares: &[f64],
        indices: &[&[Complex64]],
        overlaps: &[&Overlaps],
        count: usize,
    ) -> Option<Self> {
        let mut labels = Label::own(count);
        let mut by_label: Vec<Vec<Complex64>> = vec![indices[0][..count].to_vec()];
        let mut links = Vec::with_capacity(overlaps.len());
        for (k, &overlaps) in overlaps.iter().enumerate() {
            let overlaps = overlaps.of_first(count);
            let next = follow(&labels, &overlaps);
            let overlaps = overlaps.relabelled([&labels, &next]);
            by_label.push(next.iter().map(|l| indices[k + 1][l.mode]).collect());
            let width = shares[k + 1] - shares[k];
            let evanescent: Vec<bool> = (0..count)
                .map(|l| by_label[k..k + 2].iter().any(|n| is_evanescent(n[l])))
                .collect();
            let (turn, back) = rates(&overlaps, width, &evanescent);
            links.push(Link {
                middle: 0.5 * (shares[k] + shares[k + 1]),
                width,
                turn,
                back,
                joint: overlaps.scattering()?,
            });
            labels = next;
        }
        let slopes = slopes(shares, &by_label);
        Some(Self {
            shares: shares.to_vec(),
            indices: by_label,
            slopes,
            links,
            end: labels,
        })
    }

    /// How far light of any of `modes` (labels) is turned to others between slices k and k + 1, rad.
    pub(super) fn turn_of(&self, k: usize, modes: &[usize]) -> f64 {
        let link = &self.links[k];
        let turn = |&l: &usize| -> f64 {
            let row = (0..link.turn.ncols()).map(|j| link.turn[(l, j)].norm_sqr());
            row.sum::<f64>().sqrt() * link.width
        };
        modes.iter().map(turn).fold(0.0, f64::max)
    }

    /// n of a label at slice k.
    pub(super) fn index(&self, k: usize, label: usize) -> Complex64 {
        self.indices[k][label]
    }

    /// Mean of Re n over z of a section, of a label.
    pub(super) fn mean_index(&self, section: &Section, label: usize) -> f64 {
        if self.links.is_empty() {
            return self.indices[0][label].re;
        }
        let (points, weights) = gauss_legendre(POINTS);
        let mut mean = 0.0;
        for k in 0..self.links.len() {
            let [from, to] = [k, k + 1].map(|k| section.place(self.shares[k]));
            for (x, weight) in points.iter().zip(&weights) {
                let share = section.share(from + x * (to - from));
                mean += weight * (to - from) * self.index_at(k, label, share).re;
            }
        }
        mean
    }

    /// S of the smooth section of `length` (m).
    pub(super) fn smooth(&self, section: &Section, length: f64, k0: f64) -> Scattering {
        if self.links.is_empty() {
            return self.straight(length, k0);
        }
        let mut all: Option<Scattering> = None;
        for (k, link) in self.links.iter().enumerate() {
            let [from, to] = [k, k + 1].map(|k| section.place(self.shares[k]));
            let pieces = self.pieces(k, length * (to - from), k0);
            for piece in 0..pieces {
                let at = |edge: usize| from + (to - from) * edge as f64 / pieces as f64;
                let ends = [at(piece), at(piece + 1)];
                let shares = ends.map(|place| section.share(place));
                let step = Step {
                    middle: section.share(0.5 * (ends[0] + ends[1])),
                    width: shares[1] - shares[0],
                    length: length * (ends[1] - ends[0]),
                };
                let part = self.piece(k, link, step, k0);
                all = Some(match all {
                    None => part,
                    Some(before) => before.then(&part),
                });
            }
        }
        self.ranked(all.unwrap_or_else(|| self.straight(length, k0)))
    }

    /// S of the section cut into straight pieces.
    pub(super) fn stepped(&self, section: &Section, length: f64, k0: f64) -> Scattering {
        if self.links.is_empty() {
            return self.straight(length, k0);
        }
        let places: Vec<f64> = self.shares.iter().map(|&s| section.place(s)).collect();
        let last = places.len() - 1;
        let phases = |k: usize| -> Vec<Complex64> {
            let from = if k == 0 {
                places[0]
            } else {
                0.5 * (places[k - 1] + places[k])
            };
            let to = if k == last {
                places[k]
            } else {
                0.5 * (places[k] + places[k + 1])
            };
            let path = Complex64::I * k0 * length * (to - from);
            self.indices[k].iter().map(|n| (path * n).exp()).collect()
        };
        let mut all = Scattering::phases(&phases(0));
        for (k, link) in self.links.iter().enumerate() {
            all = all.then(&link.joint);
            all = all.then(&Scattering::phases(&phases(k + 1)));
        }
        self.ranked(all)
    }

    fn straight(&self, length: f64, k0: f64) -> Scattering {
        let path = Complex64::I * k0 * length;
        let phases: Vec<Complex64> = self.indices[0].iter().map(|n| (path * n).exp()).collect();
        Scattering::phases(&phases)
    }

    /// The modes at the end by their own numbers.
    fn ranked(&self, scattering: Scattering) -> Scattering {
        let n = self.end.len();
        let mut label_of = vec![0; n];
        for (l, label) in self.end.iter().enumerate() {
            label_of[label.mode] = l;
        }
        let sign = |mode: usize| self.end[label_of[mode]].sign;
        let Scattering {
            forward,
            reflection,
            backward,
            back_reflection,
        } = scattering;
        Scattering {
            forward: Mat::from_fn(n, n, |i, j| forward[(label_of[i], j)] * sign(i)),
            reflection,
            backward: Mat::from_fn(n, n, |i, j| backward[(i, label_of[j])] * sign(j)),
            back_reflection: Mat::from_fn(n, n, |i, j| {
                back_reflection[(label_of[i], label_of[j])] * (sign(i) * sign(j))
            }),
        }
    }

    /// Into how many pieces the way between two slices, `distance` apart along z, is cut.
    fn pieces(&self, k: usize, distance: f64, k0: f64) -> usize {
        let link = &self.links[k];
        let turn = norm(&link.turn) * link.width;
        let change = |l: usize| (self.indices[k + 1][l] - self.indices[k][l]).re;
        let goes_on = |l: usize| (k..k + 2).all(|k| !is_evanescent(self.indices[k][l]));
        let moving = (0..self.end.len()).filter(|&l| goes_on(l));
        let (low, high) = moving.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), l| {
            (low.min(change(l)), high.max(change(l)))
        });
        // The phase of a coupling whose β_i − β_j changes by δ over h curves by δ h/8.
        let curve = (high - low).max(0.0) * k0 * distance / 8.0;
        let pieces = (turn / TURN).max((curve / CURVE).sqrt());
        pieces.ceil().clamp(1.0, PIECES) as usize
    }

    fn piece(&self, k: usize, link: &Link, step: Step, k0: f64) -> Scattering {
        let n = self.end.len();
        let indices: Vec<Complex64> = (0..n).map(|l| self.index_at(k, l, step.middle)).collect();
        // Towards the nearer neighbour; at the ends of the section on along the last slope.
        let neighbour = if step.middle < link.middle {
            k.checked_sub(1)
        } else {
            (k + 1 < self.links.len()).then_some(k + 1)
        };
        let other = neighbour
            .or_else(|| (k > 0).then(|| k - 1))
            .or_else(|| (k + 1 < self.links.len()).then_some(k + 1))
            .map_or(link, |other| &self.links[other]);
        let distance = other.middle - link.middle;
        let share = if distance == 0.0 {
            0.0
        } else {
            (step.middle - link.middle) / distance
        };
        let rate = |own: &Mat<Complex64>, other: &Mat<Complex64>, i: usize, j: usize| {
            step.width * (own[(i, j)] + share * (other[(i, j)] - own[(i, j)]))
        };
        let half = Complex64::I * (0.5 * k0 * step.length);
        let angles: Vec<Complex64> = indices.iter().map(|index| half * index).collect();
        let turn = Mat::from_fn(n, n, |i, j| {
            let rate = rate(&link.turn, &other.turn, i, j);
            if rate == Complex64::ZERO {
                rate
            } else {
                rate * sinh_quotient(angles[i] - angles[j])
            }
        });
        let back = Mat::from_fn(n, n, |i, j| {
            let rate = rate(&link.back, &other.back, i, j);
            if rate == Complex64::ZERO {
                rate
            } else {
                rate * sinh_quotient(angles[i] + angles[j])
            }
        });
        let forward = exponential(&(turn - &back * &back * faer::Scale(Complex64::from(0.5))));
        let phases: Vec<Complex64> = angles.iter().map(|angle| angle.exp()).collect();
        let part = Scattering {
            backward: forward.transpose().to_owned(),
            forward,
            reflection: -&back,
            back_reflection: back,
        };
        part.between(&phases, &phases)
    }

    /// The cubic through n and its slopes at slices k and k + 1.
    fn index_at(&self, k: usize, label: usize, share: f64) -> Complex64 {
        let width = self.shares[k + 1] - self.shares[k];
        let t = (share - self.shares[k]) / width;
        let value = |k: usize| self.indices[k][label];
        let slope = |k: usize| self.slopes[k][label] * width;
        let (a, b) = (value(k), value(k + 1));
        let rest = 1.0 - t;
        let straight = a * rest + b * t;
        straight + t * rest * (rest * (slope(k) - (b - a)) - t * (slope(k + 1) - (b - a)))
    }
}

/// A short piece: the share in its middle, by how much it changes, and how long it is (m).
#[derive(Clone, Copy)]
struct Step {
    middle: f64,
    width: f64,
    length: f64,
}

/// Whether a mode dies out rather than going on.
pub(super) fn is_evanescent(index: Complex64) -> bool {
    index.im.abs() > index.re.abs()
}

/// κ and χ per ds from the overlaps of neighbours.
fn rates(overlaps: &Overlaps, width: f64, evanescent: &[bool]) -> (Mat<Complex64>, Mat<Complex64>) {
    let [sum, difference] = overlaps.sum_and_difference();
    let n = sum.nrows();
    let kept = |i: usize, j: usize, value: Complex64| {
        if evanescent[i] || evanescent[j] {
            Complex64::ZERO
        } else {
            value
        }
    };
    let sine = Mat::from_fn(n, n, |i, j| kept(i, j, 0.25 * (sum[(i, j)] - sum[(j, i)])));
    let back = Mat::from_fn(n, n, |i, j| {
        kept(
            i,
            j,
            0.25 * (difference[(i, j)] + difference[(j, i)]) / width,
        )
    });
    let square = &sine * &sine;
    let mut series = Mat::<Complex64>::zeros(n, n);
    for &coefficient in ARSINH.iter().rev() {
        series = &series * &square;
        for k in 0..n {
            series[(k, k)] += coefficient;
        }
    }
    let turn = &sine * &series * faer::Scale(Complex64::from(1.0 / width));
    (turn, back)
}

/// dn/ds by three slices, from one side at the ends.
fn slopes(shares: &[f64], values: &[Vec<Complex64>]) -> Vec<Vec<Complex64>> {
    let last = shares.len() - 1;
    let chord =
        |k: usize, l: usize| (values[k + 1][l] - values[k][l]) / (shares[k + 1] - shares[k]);
    let slope = |k: usize, l: usize| match (last, k) {
        (0, _) => Complex64::ZERO,
        (1, _) => chord(0, l),
        (_, 0) => {
            let (a, b) = (shares[1] - shares[0], shares[2] - shares[1]);
            chord(0, l) + (chord(0, l) - chord(1, l)) * (a / (a + b))
        }
        (_, k) if k == last => {
            let (a, b) = (shares[k - 1] - shares[k - 2], shares[k] - shares[k - 1]);
            chord(k - 1, l) + (chord(k - 1, l) - chord(k - 2, l)) * (b / (a + b))
        }
        (_, k) => {
            let (a, b) = (shares[k] - shares[k - 1], shares[k + 1] - shares[k]);
            (chord(k - 1, l) * b + chord(k, l) * a) / (a + b)
        }
    };
    (0..=last)
        .map(|k| (0..values[k].len()).map(|l| slope(k, l)).collect())
        .collect()
}

/// sinh(x)/x.
fn sinh_quotient(x: Complex64) -> Complex64 {
    if x.norm() < 1e-3 {
        let square = x * x;
        return 1.0 + square / 6.0 * (1.0 + square / 20.0);
    }
    x.sinh() / x
}

/// exp of a small matrix.
fn exponential(matrix: &Mat<Complex64>) -> Mat<Complex64> {
    let n = matrix.nrows();
    let identity = Mat::<Complex64>::identity(n, n);
    let mut sum = identity.clone();
    for term in (1..=TERMS).rev() {
        let scale = faer::Scale(Complex64::from(1.0 / term as f64));
        sum = &identity + matrix * &sum * scale;
    }
    sum
}

/// Frobenius's norm.
fn norm(matrix: &Mat<Complex64>) -> f64 {
    let columns = (0..matrix.ncols()).flat_map(|j| (0..matrix.nrows()).map(move |i| (i, j)));
    columns.map(|at| matrix[at].norm_sqr()).sum::<f64>().sqrt()
}
