//! The plane waves of a beam that an overlap needs, for placements within a reach.
//!
//! A sum over the waves of a plane of width W is right where the periodic images of the beam, W apart, miss the mode. Nearer
//! placements make do with a narrower plane, which is every m-th wave with m² of its amplitude; and of those the mode takes up
//! next to nothing of most.

use std::f64::consts::PI;

use ndarray::Array2;
use num_complex::Complex64;

use super::Placement;
use super::expansion::TakenUp;
use super::plane::Plane;
use super::plane_waves::Waves;
use super::receiver::Receiver;

/// One plane wave of the beam, its phase that at the centre of the fibre's end.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlaneWave {
    pub k: [f64; 3],
    pub e: [Complex64; 3],
    /// F·E without a turn.
    pub upright: Complex64,
}

/// Waves, and how far a placement may be for them.
#[derive(Clone, Debug)]
pub(super) struct WaveSet {
    pub waves: Vec<PlaneWave>,
    pub reach: [f64; 6],
}

/// A beam on a plane, its waist being the origin.
pub(super) struct Departed<'a> {
    pub waves: &'a Waves,
    pub taken: &'a [TakenUp],
    /// F of all waves of the plane.
    pub weights: &'a [Array2<Complex64>; 2],
    pub plane: Plane,
    /// From the fibre's end to the waist.
    pub to_waist: [f64; 3],
    /// k in the gap.
    pub wavenumber: f64,
}

pub(super) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

impl WaveSet {
    /// Every `every`-th wave along both axes, for placements within `reach`; without those that together can make up `left_out`
    /// of |a| at most, were they all in phase.
    pub fn new(beam: &Departed<'_>, every: usize, reach: [f64; 6], left_out: f64) -> Self {
        let to_end = |(k, [ex, ey]): ([f64; 3], [Complex64; 2])| {
            let turn = Complex64::cis(-dot(k, beam.to_waist)) * (every * every) as f64;
            let ez = -(ex * k[0] + ey * k[1]) / k[2];
            PlaneWave {
                k,
                e: [ex, ey, ez].map(|e| e * turn),
                upright: Complex64::ZERO,
            }
        };
        let waves = beam.noticed(every, reach, left_out).into_iter().map(to_end);
        Self {
            waves: waves.collect(),
            reach,
        }
    }

    /// The largest transverse wavenumber of any wave, turned as far as the reach goes.
    pub fn steepest(&self, wavenumber: f64) -> f64 {
        let waves = self.waves.iter();
        let angles = waves.map(|w| (w.k[0].hypot(w.k[1]) / wavenumber).min(1.0).asin());
        let steepest = angles.fold(0.0, f64::max) + self.reach[3].hypot(self.reach[4]);
        wavenumber * steepest.min(0.5 * PI).sin()
    }

    /// With what `receiver` takes up of each wave.
    pub fn taken_up_by(mut self, receiver: &Receiver) -> Self {
        for wave in &mut self.waves {
            let [fx, fy] = receiver.at(wave.k[0], wave.k[1]);
            wave.upright = fx * wave.e[0] + fy * wave.e[1];
        }
        self
    }

    /// Whether a placement is near enough.
    pub fn holds(&self, placement: &Placement) -> bool {
        let values = placement.values().into_iter().zip(self.reach);
        values.take(5).all(|(value, reach)| value.abs() <= reach)
    }
}

impl Departed<'_> {
    /// The waves that count in a: all but those that the mode, however turned within the reach, takes up least of.
    fn noticed(
        &self,
        every: usize,
        reach: [f64; 6],
        left_out: f64,
    ) -> Vec<([f64; 3], [Complex64; 2])> {
        // a tilt about y moves the spectrum along x
        let steps: [usize; 2] = [(0, reach[4]), (1, reach[3])].map(|(axis, tilt): (usize, f64)| {
            let spacing = 2.0 * PI / self.plane.width(axis);
            let moved = self.wavenumber * tilt.min(0.5 * PI).sin();
            ((moved / spacing).round() as usize).min(self.plane.count[axis] / 2)
        });
        let size = |at: [usize; 2]| {
            let [x, y] = self.weights;
            (x[at].norm_sqr() + y[at].norm_sqr()).sqrt()
        };
        let [nx, ny] = self.plane.count;
        let share = |wave: &TakenUp| -> f64 {
            let [i, j] = wave.at;
            let turned = [
                [i, j],
                [(i + steps[0]) % nx, j],
                [(i + nx - steps[0]) % nx, j],
                [i, (j + steps[1]) % ny],
                [i, (j + ny - steps[1]) % ny],
            ];
            let [ex, ey] = self.waves.electric(wave.at);
            let largest = turned.into_iter().map(size).fold(0.0, f64::max);
            (ex.norm_sqr() + ey.norm_sqr()).sqrt() * largest
        };
        // 0, 1, …, N/2 − 1, −N/2, …, −1: the order of the FFT
        let is_kept = |wave: &&TakenUp| {
            let multiple = |m: usize, n: usize| m.min(n - m).is_multiple_of(every);
            multiple(wave.at[0], nx) && multiple(wave.at[1], ny)
        };
        let kept: Vec<&TakenUp> = self.taken.iter().filter(is_kept).collect();
        let shares: Vec<f64> = kept.iter().map(|wave| share(wave)).collect();
        let amplitude: Complex64 = kept.iter().map(|wave| wave.of(self.waves)).sum();
        let mut rising = shares.clone();
        rising.sort_by(f64::total_cmp);
        let allowed = left_out * amplitude.norm();
        let mut sum = 0.0;
        let least = rising.into_iter().find(|share| {
            sum += share;
            sum > allowed
        });
        let least = least.unwrap_or(0.0);
        let strong = kept.iter().zip(shares).filter(|(_, share)| *share >= least);
        strong
            .map(|(wave, _)| (wave.k, self.waves.electric(wave.at)))
            .collect()
    }
}
