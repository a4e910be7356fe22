//! Reduced models: what a body does between its heat sources, without the body.
//!
//! C dT/dt + A T = B P, rises y = Bᵀ T, transfer function Z(s) = Bᵀ (A + s C)⁻¹ B, in K/W. The columns of (A + s_k C)⁻¹ B at a few
//! rates s_k span a space on which C and A are projected. The projections need no vectors, only Z_k = Z(s_k) and Z'_k:
//!
//! ```text
//! Ĉ_kl = (Z_k − Z_l)/(s_l − s_k)          Ĉ_kk = −Z'_k
//! Â_kl = (s_l Z_l − s_k Z_k)/(s_l − s_k)  Â_kk = Z_k + s_k Z'_k     B̂_k = Z_k
//! ```
//!
//! The model has the body's Z and Z' at every s_k (A. J. Mayo, A. C. Antoulas, Linear Algebra Appl. 425, 634 (2007),
//! 10.1016/j.laa.2007.03.008). Ĉ and Â are Gram matrices, hence positive: it is passive and its poles are real. Diagonalised it is a
//! Foster network of as many ports as sources, Z_ij(s) = ∑_m g_mi g_mj/(s + λ_m), of which each Z_ii is a [ladder](super::cauer) too. Rates in geometric progression converge
//! exponentially in their number, and independently of the grid, since a step's answer at time t lives on rates near 1/t.

use std::fmt::Write;

use num_complex::Complex64;

use crate::linalg::symmetric_eigen;

/// What a new direction must add, relative to its own size, to be more than round-off of the others.
const PIVOT: f64 = 1e-9;
/// Share of a source's steady resistance below which a mode is left out of a circuit.
const NEGLIGIBLE: f64 = 1e-9;

/// Z and −Z' at one rate, row-major over the sources.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    /// s, 1/s.
    pub rate: f64,
    /// Z(s), K/W.
    pub impedance: Vec<f64>,
    /// −Z'(s), K s/W.
    pub slope: Vec<f64>,
}

/// The rises of sources that heat each other, as a sum of modes that decay each at a rate of its own:
/// Z_ij(s) = ∑_m g_mi g_mj/(s + λ_m).
///
/// ```
/// # use cpo_materials::{Density, HeatTransferCoefficient, Duration, Material, SpecificHeat, Temperature, ThermalConductivity};
/// # use cpo_meshes::{Floorplan, Footprint};
/// # use cpo_solver::heat::{Boundaries, Boundary, HeatProblem, HeatSolver};
/// # let silicon = Material::builder("silicon").conductivity(ThermalConductivity::w_per_m_k(130.0))
/// #     .density(Density::kg_per_m3(2330.0)).heat_capacity(SpecificHeat::j_per_kg_k(700.0)).build()?;
/// # let plan = Floorplan::new([1e-3, 1e-3])?.layer("chip", silicon.clone(), 200e-6)?.layer("top", silicon, 5e-6)?
/// #     .source("laser", Footprint::centred([20e-6, 300e-6], [0.0, 0.0]), "top", 0.05)?;
/// # let ambient = Temperature::celsius(25.0);
/// # let bottom = Boundary::Convection { coefficient: HeatTransferCoefficient::w_per_m2_k(1e4), ambient };
/// # let problem = HeatProblem::new(plan, ambient, Boundaries { bottom, ..Boundaries::insulated() })?;
/// let step = HeatSolver::default().error(1e-2).step_response(&problem, &["laser"], &[Duration::us(10.0), Duration::ms(10.0)])?;
/// let network = step.network();
/// // 1 W for 10 us, then none: the rise at 10 us and at 20 us
/// let rises = network.rises(&[(0.0, vec![1.0]), (10e-6, vec![0.0])], &[10e-6, 20e-6]);
/// assert!(rises[1][0] < rises[0][0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ThermalNetwork {
    names: Vec<String>,
    /// λ_m, rising, 1/s.
    rates: Vec<f64>,
    /// g_mi by modes, √(K/(W s)).
    gains: Vec<Vec<f64>>,
}

impl ThermalNetwork {
    /// The model that has `samples`, rates rising; `None` if there is no such (samples that are not those of a body).
    pub(super) fn new(names: &[String], samples: &[Sample]) -> Option<Self> {
        let n = names.len();
        let basis: Vec<(usize, usize)> = (0..samples.len())
            .flat_map(|k| (0..n).map(move |i| (k, i)))
            .collect();
        let scale: Vec<f64> = basis
            .iter()
            .map(|&(k, i)| samples[k].slope[i * n + i].sqrt().recip())
            .collect();
        let projected = |a: usize, b: usize| -> [f64; 2] {
            let ((k, i), (l, j)) = (basis[a], basis[b]);
            let (left, right) = (&samples[k], &samples[l]);
            let (z, w) = (left.impedance[i * n + j], right.impedance[i * n + j]);
            let pair = if k == l {
                let slope = left.slope[i * n + j];
                [slope, z - left.rate * slope]
            } else {
                let apart = right.rate - left.rate;
                [(z - w) / apart, (right.rate * w - left.rate * z) / apart]
            };
            pair.map(|v| v * scale[a] * scale[b])
        };
        let (kept, factor) = pivoted_cholesky(basis.len(), |a, b| projected(a, b)[0]);
        let m = kept.len();
        let solve = |column: &mut [f64]| {
            for a in 0..m {
                let known: f64 = (0..a).map(|b| factor[a][b] * column[b]).sum();
                column[a] = (column[a] - known) / factor[a][a];
            }
        };
        // L⁻¹ Â L⁻ᵀ
        let mut matrix: Vec<f64> = (0..m * m)
            .map(|c| projected(kept[c / m], kept[c % m])[1])
            .collect();
        for _ in 0..2 {
            for row in matrix.chunks_mut(m) {
                solve(row);
            }
            matrix = (0..m * m).map(|c| matrix[c % m * m + c / m]).collect();
        }
        let symmetric: Vec<f64> = (0..m * m)
            .map(|c| 0.5 * (matrix[c] + matrix[c % m * m + c / m]))
            .collect();
        let (values, vectors) = symmetric_eigen(&symmetric, m)?;
        let ports: Vec<Vec<f64>> = (0..n)
            .map(|j| {
                let entry = |&a: &usize| {
                    let (k, i) = basis[a];
                    samples[k].impedance[i * n + j] * scale[a]
                };
                let mut column: Vec<f64> = kept.iter().map(entry).collect();
                solve(&mut column);
                column
            })
            .collect();
        let (mut rates, mut gains) = (Vec::with_capacity(m), Vec::with_capacity(m));
        for (rate, vector) in values.into_iter().zip(vectors.chunks(m)) {
            // a body loses heat: what grows is round-off
            if rate > 0.0 {
                let gain = |port: &Vec<f64>| port.iter().zip(vector).map(|(p, v)| p * v).sum();
                rates.push(rate);
                gains.push(ports.iter().map(gain).collect());
            }
        }
        (!rates.is_empty()).then(|| Self {
            names: names.to_vec(),
            rates,
            gains,
        })
    }

    /// The network of stated modes: 1/λ_m in seconds and, for each source, the g_mi of all modes in √(K/(W s)).
    ///
    /// # Panics
    /// If there is not one list of gains for each name and one gain for each mode.
    pub fn from_modes(names: &[String], time_constants: &[f64], gains: &[Vec<f64>]) -> Self {
        assert_eq!(gains.len(), names.len(), "gains for every source");
        let modes = 0..time_constants.len();
        for list in gains {
            assert_eq!(list.len(), modes.len(), "a gain for every mode");
        }
        let mut order: Vec<usize> = modes.collect();
        order.sort_by(|&a, &b| time_constants[b].total_cmp(&time_constants[a]));
        Self {
            names: names.to_vec(),
            rates: order.iter().map(|&m| time_constants[m].recip()).collect(),
            gains: order
                .iter()
                .map(|&m| gains.iter().map(|list| list[m]).collect())
                .collect(),
        }
    }

    /// The network of sources whose heat follows their temperature: source i emits f_i watts more for each kelvin of its mean rise, so that
    /// Z' = (1 − Z F)⁻¹ Z. With the modes a of ȧ = −Λ a + G P that is ȧ = −(Λ − G F Gᵀ) a + G P, diagonalised anew. `None` if the heat runs away: a
    /// rise that feeds itself and does not end.
    ///
    /// # Panics
    /// If there is not one f_i for each source.
    pub fn with_feedback(&self, watts_per_kelvin: &[f64]) -> Option<Self> {
        let (n, m) = (self.names.len(), self.rates.len());
        assert_eq!(watts_per_kelvin.len(), n, "a slope for every source");
        let mut matrix = vec![0.0; m * m];
        for (k, row) in matrix.chunks_mut(m).enumerate() {
            for (l, entry) in row.iter_mut().enumerate() {
                let (a, b) = (&self.gains[k], &self.gains[l]);
                let fed: f64 = (0..n).map(|i| a[i] * watts_per_kelvin[i] * b[i]).sum();
                *entry = f64::from(u8::from(k == l)) * self.rates[k] - fed;
            }
        }
        let (rates, vectors) = symmetric_eigen(&matrix, m)?;
        let gain = |vector: &[f64], i: usize| -> f64 {
            vector.iter().zip(&self.gains).map(|(v, g)| v * g[i]).sum()
        };
        let gains = vectors
            .chunks(m)
            .map(|vector| (0..n).map(|i| gain(vector, i)).collect())
            .collect();
        rates.iter().all(|&rate| rate > 0.0).then_some(Self {
            names: self.names.clone(),
            rates,
            gains,
        })
    }

    /// Names of the sources.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// 1/λ_m, falling, in seconds.
    pub fn time_constants(&self) -> Vec<f64> {
        self.rates.iter().map(|rate| rate.recip()).collect()
    }

    /// g_mi of one source, √(K/(W s)), in the order of the [time constants](Self::time_constants).
    pub fn gains(&self, source: usize) -> Vec<f64> {
        self.gains.iter().map(|g| g[source]).collect()
    }

    fn sum(&self, i: usize, j: usize, weight: impl Fn(f64) -> f64) -> f64 {
        let modes = self.rates.iter().zip(&self.gains);
        modes.map(|(&rate, g)| g[i] * g[j] * weight(rate)).sum()
    }

    /// Mean rise of source `i` at `time` (s) after 1 W was switched on in source `j`, K/W: ∑ g g (1 − e^(−λt))/λ.
    pub fn step(&self, i: usize, j: usize, time: f64) -> f64 {
        self.sum(i, j, |rate| -(-rate * time).exp_m1() / rate)
    }

    /// The same after infinite time: R_ij.
    pub fn steady(&self, i: usize, j: usize) -> f64 {
        self.sum(i, j, f64::recip)
    }

    /// Z_ij(2πi f) at a frequency in Hz, K/W.
    pub fn impedance(&self, i: usize, j: usize, frequency: f64) -> Complex64 {
        let s = Complex64::new(0.0, 2.0 * std::f64::consts::PI * frequency);
        let modes = self.rates.iter().zip(&self.gains);
        modes.map(|(&rate, g)| g[i] * g[j] / (s + rate)).sum()
    }

    /// Resistance in K/W and time constant in s of every cell of the Foster chain of one source by itself; the resistances add up to R_ii.
    pub fn foster(&self, source: usize) -> Vec<[f64; 2]> {
        let all = self.steady(source, source);
        let modes = self.rates.iter().zip(&self.gains);
        modes
            .map(|(rate, g)| [g[source] * g[source] / rate, rate.recip()])
            .filter(|[resistance, _]| *resistance > NEGLIGIBLE * all)
            .collect()
    }

    /// Mean rises of all sources, `[time][source]` in K, at rising `times` in s. `schedule` holds from when on (s, rising) each source has
    /// which power (W); before its first entry all is at rest. Exact for the network: no time steps.
    ///
    /// # Panics
    /// If a list of powers is not as long as there are sources.
    pub fn rises(&self, schedule: &[(f64, Vec<f64>)], times: &[f64]) -> Vec<Vec<f64>> {
        let mut state = vec![0.0; self.rates.len()];
        self.follow(schedule, times, &mut state)
    }

    /// The same of the periodic state that repeating the schedule every `period` seconds (after its first entry) leads to; times count from the first
    /// entry too and lie within one period.
    ///
    /// # Panics
    /// As [`rises`](Self::rises).
    pub fn periodic_rises(
        &self,
        schedule: &[(f64, Vec<f64>)],
        period: f64,
        times: &[f64],
    ) -> Vec<Vec<f64>> {
        let Some(start) = schedule.first().map(|(from, _)| *from) else {
            return vec![vec![0.0; self.names.len()]; times.len()];
        };
        // after one period from rest the state is x; repeating it forever sums e^(−λ period)^k x
        let mut state = vec![0.0; self.rates.len()];
        self.follow(schedule, &[start + period], &mut state);
        for (a, rate) in state.iter_mut().zip(&self.rates) {
            *a /= -(-rate * period).exp_m1();
        }
        let shifted: Vec<f64> = times.iter().map(|t| start + t).collect();
        self.follow(schedule, &shifted, &mut state)
    }

    /// Rises at the times; `state` holds the modes at the first entry and is left at the last time.
    fn follow(
        &self,
        schedule: &[(f64, Vec<f64>)],
        times: &[f64],
        state: &mut [f64],
    ) -> Vec<Vec<f64>> {
        let advance = |state: &mut [f64], powers: &[f64], span: f64| {
            for (m, a) in state.iter_mut().enumerate() {
                let drive: f64 = self.gains[m].iter().zip(powers).map(|(g, p)| g * p).sum();
                let decay = (-self.rates[m] * span).exp_m1();
                *a += decay * (*a - drive / self.rates[m]);
            }
        };
        let mut next = schedule.iter().peekable();
        let mut powers: Option<&Vec<f64>> = None;
        let mut now = f64::NEG_INFINITY;
        let mut rises = Vec::with_capacity(times.len());
        for &time in times {
            while let Some((from, following)) = next.next_if(|(from, _)| *from <= time) {
                assert_eq!(
                    following.len(),
                    self.names.len(),
                    "a power for every source"
                );
                if let Some(powers) = powers {
                    advance(state, powers, from - now);
                }
                (now, powers) = (*from, Some(following));
            }
            if let Some(powers) = powers {
                advance(state, powers, time - now);
                now = time;
            }
            let rise = |i: usize| state.iter().zip(&self.gains).map(|(a, g)| a * g[i]).sum();
            rises.push((0..self.names.len()).map(rise).collect());
        }
        rises
    }

    /// The network as a SPICE subcircuit of one terminal per source: current into a terminal is power (1 A = 1 W), its voltage
    /// against ground the mean rise over the ambient (1 V = 1 K). Resistors, capacitors of 1 F and controlled sources, nothing else.
    pub fn spice(&self, name: &str) -> String {
        let n = self.names.len();
        let counts = |m: &usize| {
            let part = |i: usize| self.gains[*m][i] * self.gains[*m][i] / self.rates[*m];
            (0..n).any(|i| part(i) > NEGLIGIBLE * self.steady(i, i))
        };
        let modes: Vec<usize> = (0..self.rates.len()).filter(counts).collect();
        let mut text = String::new();
        let mut line = |content: std::fmt::Arguments<'_>| {
            // writing to a string does not fail
            let _ = text.write_fmt(content);
            text.push('\n');
        };
        line(format_args!(
            "* thermal network of {n} sources and {} modes; 1 A = 1 W, 1 V = 1 K over the ambient",
            modes.len()
        ));
        let ports: Vec<String> = self.names.iter().map(|name| label(name)).collect();
        line(format_args!(".subckt {} {}", label(name), ports.join(" ")));
        for (m, &mode) in modes.iter().enumerate() {
            line(format_args!("C{m} x{m} 0 1"));
            line(format_args!(
                "R{m} x{m} 0 {:.12e}",
                self.rates[mode].recip()
            ));
        }
        for (i, port) in ports.iter().enumerate() {
            // the terminal's voltage is the sum of the modes', its current drives them all
            line(format_args!("V{i} {port} y{i}_0 0"));
            for (m, &mode) in modes.iter().enumerate() {
                let below = if m + 1 == modes.len() {
                    "0".to_owned()
                } else {
                    format!("y{i}_{}", m + 1)
                };
                let gain = self.gains[mode][i];
                line(format_args!("E{i}_{m} y{i}_{m} {below} x{m} 0 {gain:.12e}"));
                line(format_args!("F{i}_{m} 0 x{m} V{i} {gain:.12e}"));
            }
        }
        line(format_args!(".ends"));
        text
    }
}

/// A name that SPICE accepts.
pub(super) fn label(text: &str) -> String {
    let plain = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
    plain.collect()
}

/// Cholesky's factor of a Gram matrix of unit diagonal, by rows, of the directions that it names: always the one next that is farthest from those
/// before it, until what is left of any is round-off. In the order given, a near copy of an earlier direction would pass its
/// round-off on to all that follow.
fn pivoted_cholesky(n: usize, gram: impl Fn(usize, usize) -> f64) -> (Vec<usize>, Vec<Vec<f64>>) {
    let mut order: Vec<usize> = (0..n).collect();
    let mut rows: Vec<Vec<f64>> = vec![Vec::with_capacity(n); n];
    let mut left: Vec<f64> = vec![1.0; n];
    for step in 0..n {
        let Some(best) = (step..n).max_by(|&a, &b| left[order[a]].total_cmp(&left[order[b]]))
        else {
            break;
        };
        order.swap(step, best);
        let pivot = left[order[step]];
        if pivot <= PIVOT {
            order.truncate(step);
            break;
        }
        let own = order[step];
        let root = pivot.sqrt();
        for &other in &order[step + 1..] {
            let known: f64 = rows[other].iter().zip(&rows[own]).map(|(x, y)| x * y).sum();
            let entry = (gram(other, own) - known) / root;
            rows[other].push(entry);
            left[other] -= entry * entry;
        }
        rows[own].push(root);
    }
    let factor = order
        .iter()
        .map(|&a| std::mem::take(&mut rows[a]))
        .collect();
    (order, factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two sources on a chain of masses, its Z in closed form by the modes λ and g.
    fn truth() -> ThermalNetwork {
        let rates: Vec<f64> = (0..12).map(|m| 3.0_f64.powi(m)).collect();
        let gain = |m: usize| vec![1.0 + (m as f64).sin(), 0.5 + 0.4 * (1.7 * m as f64).cos()];
        ThermalNetwork {
            names: vec!["a".into(), "b".into()],
            gains: (0..12)
                .map(|m| {
                    gain(m)
                        .iter()
                        .map(|g| g * 3.0_f64.powi(m as i32).sqrt())
                        .collect()
                })
                .collect(),
            rates,
        }
    }

    fn samples(of: &ThermalNetwork, rates: &[f64]) -> Vec<Sample> {
        let table =
            |weight: &dyn Fn(f64) -> f64| (0..4).map(|c| of.sum(c / 2, c % 2, weight)).collect();
        rates
            .iter()
            .map(|&s| Sample {
                rate: s,
                impedance: table(&|rate| (rate + s).recip()),
                slope: table(&|rate| (rate + s).powi(-2)),
            })
            .collect()
    }

    /// What would prove the projection wrong: as many directions as modes give the body itself back.
    #[test]
    fn a_body_of_few_modes_is_found_again() {
        let truth = truth();
        let rates: Vec<f64> = (0..6).map(|k| 9.0_f64.powi(k)).collect();
        let found = ThermalNetwork::new(&truth.names, &samples(&truth, &rates)).unwrap();
        assert_eq!(found.rates.len(), 12);
        for time in [1e-6, 1e-3, 0.1, 10.0] {
            for (i, j) in [(0, 0), (0, 1), (1, 1)] {
                let (a, b) = (found.step(i, j, time), truth.step(i, j, time));
                // round-off times the condition of the Gram matrix
                assert!((a / b - 1.0).abs() < 1e-6, "{time} {i} {j}: {a} {b}");
            }
        }
    }

    #[test]
    fn few_rates_are_near_and_more_are_nearer() {
        let truth = truth();
        let error = |ratio: f64, count: i32| {
            let rates: Vec<f64> = std::iter::once(0.0)
                .chain((0..count).map(|k| ratio.powi(k)))
                .collect();
            let found = ThermalNetwork::new(&truth.names, &samples(&truth, &rates)).unwrap();
            // Z(0) is among the samples
            assert!((found.steady(0, 1) / truth.steady(0, 1) - 1.0).abs() < 1e-8);
            let at = |time: f64| (found.step(0, 0, time) / truth.step(0, 0, time) - 1.0).abs();
            [1e-5, 1e-3, 1e-1, 1.0]
                .map(at)
                .into_iter()
                .fold(0.0, f64::max)
        };
        let (coarse, fine) = (error(1000.0, 2), error(100.0, 3));
        assert!(fine < 0.3 * coarse && fine > 0.0, "{coarse} {fine}");
    }

    #[test]
    fn pulses_add_and_periods_repeat() {
        let network = truth();
        let pulse = [(0.0, vec![1.0, 0.0]), (0.3, vec![0.0, 0.0])];
        let rises = network.rises(&pulse, &[-1.0, 0.2, 0.5]);
        assert_eq!(rises[0], [0.0, 0.0]);
        let shifted = network.step(1, 0, 0.5) - network.step(1, 0, 0.2);
        assert!((rises[1][1] / network.step(1, 0, 0.2) - 1.0).abs() < 1e-12);
        assert!((rises[2][1] / shifted - 1.0).abs() < 1e-10);
        // forty repetitions from rest against the periodic state: e^(−λ 40) is left of the slowest mode
        let many: Vec<(f64, Vec<f64>)> = (0..40)
            .flat_map(|k| pulse.clone().map(|(t, p)| (t + f64::from(k), p)))
            .collect();
        let late = network.rises(&many, &[39.2, 39.9]);
        let periodic = network.periodic_rises(&pulse, 1.0, &[0.2, 0.9]);
        for (a, b) in late.iter().flatten().zip(periodic.iter().flatten()) {
            assert!((a / b - 1.0).abs() < 1e-11, "{a} {b}");
        }
    }

    #[test]
    fn foster_and_impedance_agree_with_the_step() {
        let network = truth();
        let chain = network.foster(0);
        let step: f64 = chain
            .iter()
            .map(|[r, tau]| r * -(-0.02 / tau).exp_m1())
            .sum();
        assert!((step / network.step(0, 0, 0.02) - 1.0).abs() < 1e-9);
        let z = network.impedance(0, 1, 0.0);
        assert!((z.re / network.steady(0, 1) - 1.0).abs() < 1e-14 && z.im == 0.0);
    }

    #[test]
    fn a_circuit_has_a_terminal_for_every_source() {
        let text = truth().spice("my array");
        assert!(text.contains(".subckt my_array a b\n") && text.ends_with(".ends\n"));
        let count = |first: char| text.lines().filter(|l| l.starts_with(first)).count();
        assert_eq!(['C', 'R', 'V', 'E', 'F'].map(count), [12, 12, 2, 24, 24]);
    }
}
