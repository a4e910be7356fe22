//! Mode field diameters by integrals; all three definitions give 2w for a Gaussian of field exp(−x²/w²).
//!
//! ```text
//! D4σ            4 [∫(x − x̄)² S_z dA / ∫S_z dA]^½
//! Petermann II   2 [∫|ψ|² dA / ∫|∂ψ/∂x|² dA]^½
//! ```
//!
//! and likewise along y. ψ is the transverse component of H that carries most of ∫|H_t|²: unlike E it has
//! no jumps, whose derivative has no finite square; in a weakly guiding fibre the two are proportional.
//! Petermann's diameter (1983, DOI 10.1049/el:19830487) is the reciprocal rms width of the far field, and
//! governs the loss of a small offset of two equal modes; per axis its factor is 2, and for a round mode
//! with (∂ψ/∂r)² in both axes together the customary 2√2.
//! The third, at 1/e² of the power density, is [`Mode::mode_field_diameter`].

use super::super::Mode;
use super::super::mode::DERIVED_FACTOR;
use super::super::sample::Sample;
use super::power;
use crate::convergence::GridStudy;

/// Mode field diameters along x and y, in metres; within the window, so with a wall on a plane of symmetry
/// of the part computed.
#[derive(Clone, Debug)]
pub struct ModeFieldDiameter {
    /// Four times the standard deviation of the power density.
    pub d4_sigma: [GridStudy; 2],
    /// Petermann's second definition.
    pub petermann: [GridStudy; 2],
}

/// Times the window's effect on a shape: a second moment weighs the tail by its distance squared.
const TAIL: f64 = 8.0;

impl Mode {
    /// Mode field diameters by second moments of the near and of the far field.
    pub fn mode_field_diameter_by_moments(&self) -> ModeFieldDiameter {
        let numbers = |level: usize| {
            let samples = self.family.samples(level, self.member);
            let slopes = self.family.magnetic_slopes(level, self.member);
            let [x, y] = d4_sigma(&samples);
            let [u, v] = petermann(&samples, slopes);
            vec![x, y, u, v]
        };
        let studies = self.studies(0.0, numbers);
        let far_tail = |study: &GridStudy| {
            let wanted = DERIVED_FACTOR * self.wanted * study.value.abs();
            let window = (TAIL - 1.0) * self.shape_window_effect * study.value.abs();
            study.clone().with_further_error(window, wanted)
        };
        ModeFieldDiameter {
            d4_sigma: [far_tail(&studies[0]), far_tail(&studies[1])],
            petermann: [studies[2].clone(), studies[3].clone()],
        }
    }
}

fn d4_sigma(samples: &[Sample]) -> [f64; 2] {
    let total = power(samples);
    [0, 1].map(|d| {
        let mean = |f: &dyn Fn(f64) -> f64| -> f64 {
            let term = |s: &Sample| s.area * s.power_density() * f(s.position[d]);
            samples.iter().map(term).sum::<f64>() / total
        };
        let centre = mean(&|x| x);
        4.0 * mean(&|x| (x - centre).powi(2)).sqrt()
    })
}

/// From samples and ∫|∂H_c/∂x_d|² dA.
fn petermann(samples: &[Sample], slopes: [[f64; 2]; 2]) -> [f64; 2] {
    let squares = [0, 1].map(|c| {
        samples
            .iter()
            .map(|s| s.area * s.magnetic[c].norm_sqr())
            .sum::<f64>()
    });
    let dominant = usize::from(squares[1] > squares[0]);
    slopes[dominant].map(|slope| 2.0 * (squares[dominant] / slope).sqrt())
}
