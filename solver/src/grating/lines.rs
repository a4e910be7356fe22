//! Mesh lines along one axis, with absorbing layers at both ends.

use num_complex::Complex64;

/// Nepers of the field that a layer takes there and back of a wave that crosses it at [`GRAZING`] of its wavenumber.
const NEPERS: f64 = 18.0;
/// See [`NEPERS`].
const GRAZING: f64 = 0.7;
/// Length of an element in wavelengths of its medium.
const LENGTH: f64 = 0.5;
/// The same in an absorbing layer, along which fields fall as well.
const LAYER_LENGTH: f64 = 0.2;

/// Lines in units of 1/k₀ and the stretch between them.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    /// Where they are.
    pub(super) at: Vec<f64>,
    /// s of every interval; 1 but in the layers.
    pub(super) stretch: Vec<Complex64>,
    /// Intervals of the layer at the low end and of the rest: `inner.0..inner.1` is the window.
    pub(super) inner: (usize, usize),
}

impl Lines {
    /// Through all `faces` (rising, in units of 1/k₀), with layers beyond the outermost; `index[i]` is the highest
    /// refractive index between faces i and i + 1, `ends` that of the waves that leave at the ends. `span` are the
    /// shortest and the longest wavelength that the lines are for, as shares of 2π/k₀.
    pub(super) fn new(
        faces: &[f64],
        index: &[f64],
        ends: [f64; 2],
        [shortest, longest]: [f64; 2],
    ) -> Self {
        let wavelength = |n: f64| shortest * std::f64::consts::TAU / n;
        let layer = |n: f64| {
            let thickness = longest * std::f64::consts::TAU / n;
            let imaginary = NEPERS * longest / (2.0 * GRAZING * n * thickness);
            (thickness, Complex64::new(1.0, imaginary))
        };
        let sides = (longest / shortest / LAYER_LENGTH).ceil() as usize;
        let (thickness, stretch) = layer(ends[0]);
        let mut lines = Self {
            at: vec![faces[0] - thickness],
            stretch: Vec::new(),
            inner: (0, 0),
        };
        lines.extend(faces[0], sides, stretch);
        for (pair, &n) in faces.windows(2).zip(index) {
            let count = ((pair[1] - pair[0]) / (LENGTH * wavelength(n)))
                .ceil()
                .max(1.0);
            lines.extend(pair[1], count as usize, Complex64::ONE);
        }
        let (thickness, stretch) = layer(ends[1]);
        lines.extend(faces[faces.len() - 1] + thickness, sides, stretch);
        lines.inner = (sides, lines.intervals() - sides);
        lines
    }

    fn extend(&mut self, end: f64, count: usize, stretch: Complex64) {
        let begin = self.at[self.at.len() - 1];
        for k in 1..=count {
            self.at
                .push(begin + (end - begin) * k as f64 / count as f64);
            self.stretch.push(stretch);
        }
    }

    pub(super) fn intervals(&self) -> usize {
        self.stretch.len()
    }

    pub(super) fn length(&self, interval: usize) -> f64 {
        self.at[interval + 1] - self.at[interval]
    }

    pub(super) fn middle(&self, interval: usize) -> f64 {
        0.5 * (self.at[interval] + self.at[interval + 1])
    }

    /// The line at a face.
    pub(super) fn nearest(&self, at: f64) -> usize {
        let distance = |k: &usize| (self.at[*k] - at).abs();
        (0..self.at.len())
            .min_by(|p, q| distance(p).total_cmp(&distance(q)))
            .unwrap_or(0)
    }
}
