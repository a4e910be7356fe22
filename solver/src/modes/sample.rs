//! A mode's fields where they are integrated.

use num_complex::Complex64;

/// Fields at a point with its share of the area: ∫ f dA = Σ f area.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// x and y in metres.
    pub position: [f64; 2],
    /// Weight in m².
    pub area: f64,
    /// Number of the material in the cross-section.
    pub material: usize,
    /// Number of the topmost painted region; none for the background.
    pub region: Option<usize>,
    /// Electric field x, y, z in V/m, for a mode of 1 W.
    pub electric: [Complex64; 3],
    /// Magnetic field x, y, z in A/m.
    pub magnetic: [Complex64; 3],
}

/// Fields at a point of a wall with its share of the length.
#[derive(Clone, Copy, Debug)]
pub(super) struct WallSample {
    /// Left, right, bottom, top.
    pub(super) side: usize,
    /// Weight in metres.
    pub(super) length: f64,
    /// Real part of the relative permittivity normal to the wall.
    pub(super) permittivity: f64,
    /// Electric field in V/m.
    pub(super) electric: [Complex64; 3],
    /// Magnetic field in A/m.
    pub(super) magnetic: [Complex64; 3],
}

impl Sample {
    /// Power density ½ Re (E × H*)·z in W/m².
    pub fn power_density(&self) -> f64 {
        let ([ex, ey, _], [hx, hy, _]) = (self.electric, self.magnetic);
        0.5 * (ex * hy.conj() - ey * hx.conj()).re
    }

    /// |E|² in V²/m².
    pub fn electric_squared(&self) -> f64 {
        self.electric.iter().map(|e| e.norm_sqr()).sum()
    }

    /// No field, in the background.
    pub(super) fn dark(position: [f64; 2]) -> Self {
        Self {
            position,
            area: 0.0,
            material: 0,
            region: None,
            electric: [Complex64::ZERO; 3],
            magnetic: [Complex64::ZERO; 3],
        }
    }

    /// Multiplies the fields by a constant.
    pub(super) fn turn(&mut self, factor: Complex64) {
        for component in self.electric.iter_mut().chain(&mut self.magnetic) {
            *component *= factor;
        }
    }

    /// Fields mirrored in the line `at` across axis `d` (0 for x), of which the plane is an electric
    /// (or else a magnetic) wall.
    #[must_use]
    pub(super) fn mirrored(mut self, d: usize, at: f64, electric: bool) -> Self {
        self.position[d] = 2.0 * at - self.position[d];
        for k in 0..3 {
            // An electric wall lets the normal E and the tangential H through with their sign.
            if (k == d) != electric {
                self.electric[k] = -self.electric[k];
            } else {
                self.magnetic[k] = -self.magnetic[k];
            }
        }
        self
    }
}

/// |∫ (E₁ × H₂ + E₂ × H₁)·z|² / (4 |∫ E₁ × H₁·z| |∫ E₂ × H₂·z|) of two modes sampled at the same points: 1
/// for the same mode up to a factor. Unconjugated, so that modes of one lossy guide are orthogonal.
pub(super) fn likeness(one: &[Sample], two: &[Sample]) -> f64 {
    let cross =
        |e: &Sample, h: &Sample| e.electric[0] * h.magnetic[1] - e.electric[1] * h.magnetic[0];
    let (mut mixed, mut first, mut second) = (Complex64::ZERO, Complex64::ZERO, Complex64::ZERO);
    for (a, b) in one.iter().zip(two) {
        mixed += a.area * (cross(a, b) + cross(b, a));
        first += a.area * cross(a, a);
        second += a.area * cross(b, b);
    }
    mixed.norm_sqr() / (4.0 * first.norm() * second.norm())
}
