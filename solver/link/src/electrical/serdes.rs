//! Energy of a SerDes against the loss that it bears: E = e₀ + e₁ L, weighted least squares through published ones.
//!
//! Weights 1/σ². With W = Σw, L̄ = ΣwL/W: e₁ = Σw(L − L̄)E/Σw(L − L̄)², e₀ = Ē − e₁ L̄.
//! Scatter s² = Σw(E − fit)²/(n − 2), a new SerDes of mean weight deviates by s √(n/W).
//! W. H. Press et al., *Numerical Recipes*, 3rd ed. (2007), section 15.2. Limits: technologies from 7 to 5 nm are one population; a line where
//! equalisers really come in steps.

use cpo_materials::{Decibel, EnergyPerBit, Quantity};
use serde::{Deserialize, Serialize};

use crate::component::{Source, flag_source};
use crate::error::LinkError;

/// One published SerDes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SerdesPoint {
    /// What it is.
    pub name: String,
    /// Loss at the Nyquist frequency, dB.
    pub loss_db: f64,
    /// Transmitter and receiver, J/bit.
    pub energy: f64,
    /// Standard deviation given to it, J/bit.
    pub deviation: f64,
    /// Where it comes from.
    pub source: String,
}

/// The line through published points.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SerdesFit {
    /// e₀, J/bit.
    pub intercept: f64,
    /// e₁, J/bit and dB.
    pub slope: f64,
    /// Standard deviation of a new SerDes about the line, J/bit.
    pub scatter: f64,
    /// The points.
    pub points: Vec<SerdesPoint>,
}

#[derive(Deserialize)]
struct PointText {
    name: String,
    loss: String,
    energy: String,
    deviation: String,
    #[serde(flatten)]
    source: Source,
}

#[derive(Deserialize)]
struct PointsText {
    point: Vec<PointText>,
}

impl SerdesFit {
    /// The line through the embedded points.
    ///
    /// # Errors
    /// [`LinkError`] if the data are damaged, which a test excludes.
    pub fn embedded() -> Result<Self, LinkError> {
        let text: PointsText = toml::from_str(include_str!("../../data/serdes.toml"))
            .map_err(LinkError::data("the embedded SerDes"))?;
        let read = |p: PointText| {
            let wrong = |field| LinkError::quantity(&*p.name, field);
            Ok(SerdesPoint {
                loss_db: Decibel::parse(&p.loss).map_err(wrong("loss"))?.si(),
                energy: EnergyPerBit::parse(&p.energy)
                    .map_err(wrong("energy"))?
                    .si(),
                deviation: EnergyPerBit::parse(&p.deviation)
                    .map_err(wrong("deviation"))?
                    .si(),
                source: flag_source(&p.source),
                name: p.name,
            })
        };
        Ok(Self::through(
            text.point
                .into_iter()
                .map(read)
                .collect::<Result<_, LinkError>>()?,
        ))
    }

    /// The line through three or more points of at least two losses.
    pub fn through(points: Vec<SerdesPoint>) -> Self {
        let weight = |p: &SerdesPoint| p.deviation.powi(-2);
        let sum = |of: &dyn Fn(&SerdesPoint) -> f64| -> f64 {
            points.iter().map(|p| weight(p) * of(p)).sum()
        };
        let all = sum(&|_| 1.0);
        let [loss, energy] = [sum(&|p| p.loss_db) / all, sum(&|p| p.energy) / all];
        let slope = sum(&|p| (p.loss_db - loss) * p.energy) / sum(&|p| (p.loss_db - loss).powi(2));
        let intercept = energy - slope * loss;
        let squares = sum(&|p| (p.energy - intercept - slope * p.loss_db).powi(2));
        let n = points.len() as f64;
        let scatter = (squares / (n - 2.0) * n / all).sqrt();
        Self {
            intercept,
            slope,
            scatter,
            points,
        }
    }

    /// E at a loss, J/bit.
    pub fn energy(&self, loss_db: f64) -> f64 {
        self.intercept + self.slope * loss_db
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::{ComponentName, Components};

    fn points(of: &[[f64; 3]]) -> Vec<SerdesPoint> {
        of.iter()
            .map(|&[loss_db, energy, deviation]| SerdesPoint {
                name: String::new(),
                loss_db,
                energy,
                deviation,
                source: String::new(),
            })
            .collect()
    }

    /// Normal equations by hand: weights 1, 1, ¼ at L = 0, 1, 2 and E = 1, 2, 5: ΣW 9/4, ΣWL 3/2, ΣWL² 2, ΣWE 17/4,
    /// ΣWLE 9/2: e₁ = (9/4·9/2 − 3/2·17/4)/(9/4·2 − 9/4) = 5/3, e₀ = (17/4 − 5/3·3/2)/(9/4) = 7/9.
    #[test]
    fn normal_equations() {
        let fit = SerdesFit::through(points(&[[0.0, 1.0, 1.0], [1.0, 2.0, 1.0], [2.0, 5.0, 2.0]]));
        assert!((fit.slope - 5.0 / 3.0).abs() < 1e-14, "{}", fit.slope);
        assert!((fit.intercept - 7.0 / 9.0).abs() < 1e-14);
        // residuals 2/9, −4/9, 8/9: Σw r² = 4/81 + 16/81 + 16/81 = 36/81
        let scatter = (36.0_f64 / 81.0 * 3.0 / 2.25).sqrt();
        assert!((fit.scatter - scatter).abs() < 1e-14);
    }

    #[test]
    fn a_line_is_found_exactly() {
        let fit = SerdesFit::through(points(&[
            [0.0, 1.0, 0.1],
            [10.0, 3.0, 0.3],
            [20.0, 5.0, 0.2],
        ]));
        assert!((fit.energy(15.0) - 4.0).abs() < 1e-13 && fit.scatter < 1e-13);
    }

    /// The component's triangle has the relative scatter of the points in mid range as its standard deviation, to 10 %.
    #[test]
    fn scatter_of_the_component_is_that_of_the_fit() {
        let fit = SerdesFit::embedded().expect("embedded data");
        let components = Components::embedded().expect("embedded data");
        let stated = components
            .get(ComponentName::SerdesScatter)
            .systematic
            .variance()
            .sqrt();
        let found = fit.scatter / fit.energy(20.0);
        assert!(
            (stated / found - 1.0).abs() < 0.1,
            "{stated} {found} {fit:?}"
        );
    }
}
