//! Graded spacing of an axis from wanted cell sizes.
//!
//! The wanted size is the lower envelope
//!
//! h(x) = min( h_max, minᵢ (sizeᵢ + slopeᵢ |x − xᵢ|), min_c (size_c + growth · dist(x, \[from_c, to_c\])) ),
//!
//! which is piecewise linear and continuous. Between snapped points the faces lie at equal steps of
//!
//! t(x) = ∫ dx/h = ln(1 + m (x − x₀)/h₀)/m on a piece h = h₀ + m (x − x₀),
//!
//! inverted exactly by x = x₀ + h₀ (exp(m t) − 1)/m. A segment gets N₁ = 2 max(1, ⌈½∫dx/h⌉) cells
//! at refinement 1 and max(1, round(s N₁)) at refinement s; N₁ is even, so s = 3/2 is exact as well. The
//! mapping does not depend on s, so grids of rising s form one family on which a discretisation's error expands in powers of 1/s
//! (Thompson, Warsi & Mastin, Numerical Grid Generation, 1985, ch. V: the mapping, not the ratio of
//! neighbours, decides the order on a stretched grid).
//!
//! A segment's own length counts as a cap on it, so a thin layer grades its surroundings: neighbouring
//! cells differ by at most the factor exp(m q) inside a segment and 2 exp(m) across a snapped point,
//! where m is the largest slope given and q ≤ 1/s (up to rounding of s N₁) the step in t.

use crate::{Axis, MeshError};

/// Growth of cell sizes away from caps and short segments unless set: h gains 0.3 m per m.
const DEFAULT_GROWTH: f64 = 0.3;
/// Snapped points closer than this fraction of the extent are one point.
const MERGE: f64 = 1e-12;
/// An axis of more cells than this is a mistake in its sizes.
const MAX_CELLS: f64 = 4.0e6;

/// Wanted cell sizes along one coordinate (metres) and points where a face must lie.
///
/// ```
/// use cpo_meshes::Spacing;
/// // cells of at most 100 nm, 5 nm at the walls of a 450 nm core, growing by 0.2 nm per nm
/// let spacing = Spacing::new(-2e-6, 2e-6, 100e-9)
///     .snap(-225e-9)
///     .snap(225e-9)
///     .grade(-225e-9, 5e-9, 0.2)
///     .grade(225e-9, 5e-9, 0.2);
/// let coarse = spacing.axis(1.0)?;
/// let fine = spacing.axis(2.0)?;
/// assert!(coarse.faces().contains(&225e-9));
/// assert_eq!(fine.len(), 2 * coarse.len());
/// # Ok::<(), cpo_meshes::MeshError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Spacing {
    lower: f64,
    upper: f64,
    maximum: f64,
    snaps: Vec<f64>,
    grades: Vec<Limit>,
    caps: Vec<Cap>,
    growth: f64,
}

/// h ≤ size on \[from, to\].
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cap {
    from: f64,
    to: f64,
    size: f64,
}

/// h ≤ size + slope · dist(x, \[from, to\]); a grading cone has from = to.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Limit {
    from: f64,
    to: f64,
    size: f64,
    slope: f64,
}

impl Limit {
    fn value(&self, x: f64) -> f64 {
        self.size + self.slope * (self.from - x).max(x - self.to).max(0.0)
    }

    /// Slope just to the right of `x`.
    fn slope_right_of(&self, x: f64) -> f64 {
        if x < self.from {
            -self.slope
        } else if x >= self.to {
            self.slope
        } else {
            0.0
        }
    }
}

/// One linear piece of h, from `x` on, and t at its start.
#[derive(Clone, Copy, Debug)]
struct Piece {
    x: f64,
    h: f64,
    slope: f64,
    t: f64,
}

impl Spacing {
    /// Cells of at most `maximum` between `lower` and `upper` (metres). What is wrong with any
    /// value is reported by [`axis`](Self::axis).
    pub fn new(lower: f64, upper: f64, maximum: f64) -> Self {
        Self {
            lower,
            upper,
            maximum,
            snaps: Vec::new(),
            grades: Vec::new(),
            caps: Vec::new(),
            growth: DEFAULT_GROWTH,
        }
    }

    /// A face must lie at `x`, to the last bit. Points outside the axis are ignored; points closer
    /// than 10⁻¹² of the extent to another, or to an end, merge with it.
    #[must_use]
    pub fn snap(mut self, x: f64) -> Self {
        self.snaps.push(x);
        self
    }

    /// h ≤ `size` + `slope` |x − `at`|; `at` may lie outside the axis.
    #[must_use]
    pub fn grade(mut self, at: f64, size: f64, slope: f64) -> Self {
        self.grades.push(Limit {
            from: at,
            to: at,
            size,
            slope,
        });
        self
    }

    /// h ≤ `size` for x in \[`from`, `to`\], growing outside it at the slope set by [`growth`](Self::growth).
    #[must_use]
    pub fn cap(mut self, from: f64, to: f64, size: f64) -> Self {
        self.caps.push(Cap { from, to, size });
        self
    }

    /// Slope |dh/dx| away from caps and from segments shorter than h; 0.3 unless set.
    #[must_use]
    pub fn growth(mut self, slope: f64) -> Self {
        self.growth = slope;
        self
    }

    /// The axis at `refinement` s: s = 1 has the wanted sizes, s = 2 twice as many cells, and so on.
    ///
    /// # Errors
    /// [`MeshError::Spacing`] for a value that is not finite or out of range, and for an axis of
    /// more than four million cells.
    pub fn axis(&self, refinement: f64) -> Result<Axis, MeshError> {
        self.check(refinement)?;
        let snaps = self.segment_ends();
        let limits = self.limits(&snaps);
        let mut kinks: Vec<f64> = limits
            .iter()
            .flat_map(|limit| [limit.from, limit.to])
            .collect();
        kinks.sort_by(f64::total_cmp);
        kinks.dedup();

        let mut faces = vec![self.lower];
        for ends in snaps.windows(2) {
            let (pieces, total) = pieces(&limits, &kinks, ends[0], ends[1]);
            // 1e-9 forgives round-off where ∫dx/h is meant to be an integer, as for equal cells. An
            // even number keeps refinements by 3/2 exact too, so that a family's error is smooth.
            let coarsest = 2.0 * ((total - 1e-9) / 2.0).ceil().max(1.0);
            let wanted = (refinement * coarsest).round().max(1.0);
            if wanted + faces.len() as f64 > MAX_CELLS {
                return Err(MeshError::Spacing {
                    quantity: "number of cells",
                    value: wanted,
                    unit: "",
                    allowed: "at most 4e6 on an axis; raise the smallest cell size or lower the refinement",
                });
            }
            let cells = wanted as usize;
            let mut piece = 0;
            for face in 1..cells {
                let t = total * face as f64 / wanted;
                while piece + 1 < pieces.len() && pieces[piece + 1].t <= t {
                    piece += 1;
                }
                let Piece { x, h, slope, t: t0 } = pieces[piece];
                faces.push(x + h * (t - t0) * exp_quotient(slope * (t - t0)));
            }
            faces.push(ends[1]);
        }
        Axis::from_faces(faces)
    }

    /// The wanted size h(x) at refinement 1, caps of short segments included (metres).
    ///
    /// # Errors
    /// As [`axis`](Self::axis).
    pub fn size_at(&self, x: f64) -> Result<f64, MeshError> {
        self.check(1.0)?;
        let limits = self.limits(&self.segment_ends());
        Ok(limits
            .iter()
            .map(|limit| limit.value(x))
            .fold(self.maximum, f64::min))
    }

    fn check(&self, refinement: f64) -> Result<(), MeshError> {
        let require = |holds: bool, quantity, value, unit, allowed| {
            if holds {
                Ok(())
            } else {
                Err(MeshError::Spacing {
                    quantity,
                    value,
                    unit,
                    allowed,
                })
            }
        };
        let positive = |v: f64| v.is_finite() && v > 0.0;
        let slope = |v: f64| v.is_finite() && v >= 0.0;
        let (size, finite) = ("a finite size above 0 m", "a finite coordinate");
        let rate = "finite and not negative; 0.1 to 0.5 is usual";
        require(self.lower.is_finite(), "lower end", self.lower, "m", finite)?;
        require(
            self.upper.is_finite() && self.upper > self.lower,
            "upper end",
            self.upper,
            "m",
            "finite and above the lower end",
        )?;
        require(
            positive(self.maximum),
            "maximum cell size",
            self.maximum,
            "m",
            size,
        )?;
        require(slope(self.growth), "growth", self.growth, "", rate)?;
        require(
            positive(refinement),
            "refinement",
            refinement,
            "",
            "finite and above 0",
        )?;
        for &x in &self.snaps {
            require(x.is_finite(), "snapped point", x, "m", finite)?;
        }
        for grade in &self.grades {
            require(
                grade.from.is_finite(),
                "point graded to",
                grade.from,
                "m",
                finite,
            )?;
            require(
                positive(grade.size),
                "size at a graded point",
                grade.size,
                "m",
                size,
            )?;
            require(
                slope(grade.slope),
                "slope of a grade",
                grade.slope,
                "",
                rate,
            )?;
        }
        for cap in &self.caps {
            require(
                cap.from.is_finite(),
                "start of a cap",
                cap.from,
                "m",
                finite,
            )?;
            require(
                cap.to.is_finite() && cap.to >= cap.from,
                "end of a cap",
                cap.to,
                "m",
                "finite and not below the cap's start",
            )?;
            require(positive(cap.size), "size of a cap", cap.size, "m", size)?;
        }
        Ok(())
    }

    /// The ends and the snapped points between them, sorted and merged.
    fn segment_ends(&self) -> Vec<f64> {
        let tolerance = MERGE * (self.upper - self.lower);
        let mut inner = self.snaps.clone();
        inner.sort_by(f64::total_cmp);
        let mut ends = vec![self.lower];
        for x in inner {
            if x - ends[ends.len() - 1] > tolerance && self.upper - x > tolerance {
                ends.push(x);
            }
        }
        ends.push(self.upper);
        ends
    }

    /// Every bound on h but constant ones that cannot bind.
    fn limits(&self, ends: &[f64]) -> Vec<Limit> {
        let mut limits = vec![Limit {
            from: self.lower,
            to: self.upper,
            size: self.maximum,
            slope: 0.0,
        }];
        limits.extend(&self.grades);
        let cap = |from: f64, to: f64, size: f64| Limit {
            from,
            to,
            size,
            slope: self.growth,
        };
        limits.extend(self.caps.iter().map(|c| cap(c.from, c.to, c.size)));
        limits.extend(
            ends.windows(2)
                .map(|w| cap(w[0], w[1], w[1] - w[0]))
                .filter(|c| c.size < self.maximum),
        );
        limits
    }
}

/// (exp z − 1)/z, 1 at z = 0.
fn exp_quotient(z: f64) -> f64 {
    if z == 0.0 { 1.0 } else { z.exp_m1() / z }
}

/// ln(1 + z)/z, 1 at z = 0.
fn log_quotient(z: f64) -> f64 {
    if z == 0.0 { 1.0 } else { z.ln_1p() / z }
}

/// The linear pieces of h on \[from, to\] and ∫dx/h over it. Between kinks of the limits h is the
/// lower envelope of lines: follow the lowest, and at each crossing leave for the one of lesser slope.
fn pieces(limits: &[Limit], kinks: &[f64], from: f64, to: f64) -> (Vec<Piece>, f64) {
    let mut pieces = Vec::new();
    let mut t = 0.0;
    let mut x = from;
    while x < to {
        let end = kinks[kinks.partition_point(|&kink| kink <= x)..]
            .first()
            .map_or(to, |&kink| kink.min(to));
        let lines = || limits.iter().map(|l| (l.value(x), l.slope_right_of(x)));
        let h = lines().map(|line| line.0).fold(f64::INFINITY, f64::min);
        // of the lines that meet h at x, to the last bit of x, the envelope follows the least slope
        let slope = lines()
            .filter(|line| line.0 == h)
            .map(|line| line.1)
            .fold(f64::INFINITY, f64::min);
        let crossing = |line: (f64, f64), slope: f64| x + (line.0 - h) / (slope - line.1);
        let slope = lines()
            .filter(|line| line.1 < slope && crossing(*line, slope) <= x)
            .map(|line| line.1)
            .fold(slope, f64::min);
        let next = lines()
            .filter(|line| line.1 < slope)
            .map(|line| crossing(line, slope))
            .filter(|&at| at > x)
            .fold(end, f64::min);
        pieces.push(Piece { x, h, slope, t });
        let width = next - x;
        t += width / h * log_quotient(slope * width / h);
        x = next;
    }
    (pieces, t)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_cells_without_limits() {
        let axis = Spacing::new(0.0, 1.0, 0.1).axis(1.0).unwrap();
        assert_eq!(axis.len(), 10);
        for width in axis.widths() {
            assert!(
                (width - 0.1).abs() < 1e-15,
                "round-off of coordinates of size 1"
            );
        }
    }

    #[test]
    fn cone_is_a_geometric_sequence() {
        // h = 0.01 + 0.2 x: faces at equal steps of ln(1 + 20 x)/0.2 have exactly constant ratio
        let axis = Spacing::new(0.0, 1.0, 10.0)
            .grade(0.0, 0.01, 0.2)
            .axis(1.0)
            .unwrap();
        assert_eq!(axis.len(), (21.0_f64.ln() / 0.2).ceil() as usize);
        let widths = axis.widths();
        let ratio = 21.0_f64.powf(1.0 / axis.len() as f64);
        for pair in widths.windows(2) {
            // round-off 1e-16 of coordinate 1 over the smallest width 0.01
            assert!((pair[1] / pair[0] - ratio).abs() < 1e-13);
        }
    }

    #[test]
    fn thin_layer_grades_its_surroundings() {
        let axis = Spacing::new(-1.0, 1.0, 0.5)
            .snap(0.0)
            .snap(1e-3)
            .axis(1.0)
            .unwrap();
        let widths = axis.widths();
        for pair in widths.windows(2) {
            let ratio = (pair[1] / pair[0]).max(pair[0] / pair[1]);
            assert!(ratio < 2.0 * 0.3_f64.exp());
        }
    }

    #[test]
    fn close_and_outer_snaps_merge() {
        let axis = Spacing::new(0.0, 1.0, 1.0)
            .snap(0.5)
            .snap(0.5 + 1e-14)
            .snap(1.0 - 1e-14)
            .snap(7.0)
            .growth(10.0)
            .axis(1.0)
            .unwrap();
        assert_eq!(axis.faces(), [0.0, 0.25, 0.5, 0.75, 1.0]); // two cells a segment
    }

    #[test]
    fn bad_values_are_named() {
        let text = |spacing: Spacing| spacing.axis(1.0).unwrap_err().to_string();
        assert!(text(Spacing::new(0.0, 1.0, 0.0)).contains("maximum cell size"));
        assert!(text(Spacing::new(1.0, 0.0, 0.1)).contains("upper end"));
        assert!(text(Spacing::new(0.0, 1.0, 0.1).snap(f64::NAN)).contains("snapped point"));
        assert!(text(Spacing::new(0.0, 1.0, 0.1).grade(0.0, -1.0, 0.1)).contains("graded point"));
        assert!(text(Spacing::new(0.0, 1.0, 0.1).cap(0.2, 0.1, 1.0)).contains("end of a cap"));
        assert!(text(Spacing::new(0.0, 1.0, 1e-9)).contains("number of cells"));
        assert!(Spacing::new(0.0, 1.0, 0.1).axis(0.0).is_err());
    }

    prop_compose! {
        fn spacings()(
            maximum in 0.02..0.5_f64,
            growth in 0.05..0.6_f64,
            snaps in prop::collection::vec(-1.2..1.2_f64, 0..6),
            grades in prop::collection::vec((-1.5..1.5_f64, 1e-3..0.3_f64, 0.05..0.6_f64), 0..5),
            caps in prop::collection::vec((-1.0..1.0_f64, 0.0..0.5_f64, 5e-3..0.3_f64), 0..4),
        ) -> (Spacing, f64) {
            let slope = grades.iter().map(|g| g.2).fold(growth, f64::max);
            let mut spacing = Spacing::new(-1.0, 1.0, maximum).growth(growth);
            for x in snaps { spacing = spacing.snap(x); }
            for (at, size, slope) in grades { spacing = spacing.grade(at, size, slope); }
            for (from, width, size) in caps { spacing = spacing.cap(from, from + width, size); }
            (spacing, slope)
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn neighbours_are_bounded((spacing, slope) in spacings(), s in 1..4_u32) {
            let s = f64::from(s);
            let axis = spacing.axis(s).unwrap();
            let widths = axis.widths();
            for i in 1..widths.len() {
                let ratio = (widths[i] / widths[i - 1]).max(widths[i - 1] / widths[i]);
                let snapped = spacing.snaps.contains(&axis.faces()[i]);
                // inside: the step in t is at most 1/s; across a snap it is in [1/(2s), 1/s] on both sides
                let bound = (slope / s).exp() * if snapped { 2.0 } else { 1.0 };
                // 1e-9: round-off of coordinates of size 1 over widths above 1e-7
                prop_assert!(ratio < bound * (1.0 + 1e-9), "ratio {ratio} bound {bound} at {i}");
            }
        }

        #[test]
        fn cells_obey_the_wanted_size((spacing, slope) in spacings(), s in 1.0..3.0_f64) {
            let axis = spacing.axis(s).unwrap();
            for i in 0..axis.len() {
                let h = spacing.size_at(axis.centre(i)).unwrap();
                // a cell spans at most 1 in t at s >= 1, over which h changes by at most exp(slope/2) from its middle
                prop_assert!(axis.width(i) <= h * slope.exp() * (1.0 + 1e-9));
            }
        }

        #[test]
        fn snaps_are_faces_and_families_nest((spacing, _) in spacings()) {
            let coarse = spacing.axis(1.0).unwrap();
            let fine = spacing.axis(2.0).unwrap();
            prop_assert_eq!(fine.len(), 2 * coarse.len());
            prop_assert_eq!(2 * spacing.axis(1.5).unwrap().len(), 3 * coarse.len());
            for x in spacing.segment_ends() {
                prop_assert!(coarse.faces().contains(&x) && fine.faces().contains(&x));
            }
            for i in 0..=coarse.len() {
                // round-off: exp and log of arguments below 10 at coordinates of size 1
                prop_assert!((fine.faces()[2 * i] - coarse.faces()[i]).abs() < 1e-13);
            }
        }

        #[test]
        fn mirrored_wishes_give_mirrored_faces((spacing, _) in spacings()) {
            let mut mirror = Spacing::new(-1.0, 1.0, spacing.maximum).growth(spacing.growth);
            for &x in &spacing.snaps { mirror = mirror.snap(-x); }
            for g in &spacing.grades { mirror = mirror.grade(-g.from, g.size, g.slope); }
            for c in &spacing.caps { mirror = mirror.cap(-c.to, -c.from, c.size); }
            let (a, b) = (spacing.axis(1.0).unwrap(), mirror.axis(1.0).unwrap());
            prop_assert_eq!(a.len(), b.len());
            for (p, q) in a.faces().iter().zip(b.faces().iter().rev()) {
                prop_assert!((p + q).abs() < 1e-13); // round-off, as above
            }
        }
    }
}
