//! S of a taper with what its phases are counted from.
//!
//! *Sign of a mode.* Modes that are normalised without a conjugate are fixed but for a sign. At the start each has its
//! electric field positive on the first lobe that reaches nine tenths of the largest; at the end each is the one that continues
//! the field of the mode at the start that becomes it. So the phase from a mode to the one that it becomes depends on no
//! sign, and is that of a straight guide where the taper is one. Between others it does: two odd modes have it by which
//! of their lobes comes first.
//!
//! *Branch.* Phases are not cut at ±π: that of an entry is the one nearest to the optical path
//!
//! ```text
//! k₀ Σ ∫ Re n dz
//! ```
//!
//! of the followed mode; between modes that do not become one another to the mean of both paths. A reflection has no
//! path that is known beforehand: its phase is the one nearest to 0.

use super::matching::Label;
use super::scattering::{Port, Scattering};
use num_complex::Complex64;

/// S of one set of slices and lengths, and the paths of its modes.
#[derive(Clone, Debug)]
pub(super) struct Passage {
    pub(super) scattering: Scattering,
    /// Path in rad by mode of the start, and by mode of the end that it becomes.
    paths: [Vec<f64>; 2],
    /// By mode of the end: whether it continues the field of the mode at the start or its opposite.
    signs: Vec<f64>,
}

impl Passage {
    /// `paths` by mode of the start; `followed` are the modes that these become.
    pub(super) fn new(scattering: Scattering, paths: Vec<f64>, followed: &[Label]) -> Self {
        let mut ends = paths.clone();
        let mut signs = vec![1.0; paths.len()];
        for (label, &path) in followed.iter().zip(&paths) {
            ends[label.mode] = path;
            signs[label.mode] = label.sign;
        }
        Self {
            scattering,
            paths: [paths, ends],
            signs,
        }
    }

    /// From one port to another, between modes of the signs above.
    pub(super) fn amplitude(&self, output: Port, input: Port) -> Complex64 {
        let sign = |port: Port| match port {
            Port::Start(_) => 1.0,
            Port::End(mode) => self.signs[mode],
        };
        self.scattering.entry(output, input) * (sign(output) * sign(input))
    }

    /// What the phase is counted from, rad.
    pub(super) fn path(&self, output: Port, input: Port) -> f64 {
        match (output, input) {
            (Port::End(end), Port::Start(start)) | (Port::Start(start), Port::End(end)) => {
                0.5 * (self.paths[0][start] + self.paths[1][end])
            }
            _ => 0.0,
        }
    }

    /// The phase without the path, within ±π.
    pub(super) fn turn(&self, output: Port, input: Port) -> f64 {
        let path = Complex64::cis(-self.path(output, input));
        (self.amplitude(output, input) * path).arg()
    }
}
