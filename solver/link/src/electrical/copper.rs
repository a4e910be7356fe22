//! Loss of copper: skin effect as √f, dielectric as f.
//!
//! L(f) = (a √(f/f₀) + b f/f₀) length + packages f/f₀ + connector √(f/f₀), f₀ = 26.5625 GHz, f the Nyquist frequency of the lane.
//! S. H. Hall, H. L. Heck, *Advanced Signal Integrity for High-Speed Digital Designs* (2009), chapters 5 and 6.
//! Limits: no reflections or crosstalk, smooth foil.

use serde::{Deserialize, Serialize};

use crate::component::{ComponentName as C, Values};

/// f₀, where components state their loss, Hz.
const REFERENCE_FREQUENCY: f64 = 26.5625e9;

/// The way from die to optics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CopperPath {
    /// Package, board, connector, module.
    Board,
    /// Substrate of one package.
    Substrate,
}

/// Loss in dB at `frequency` Hz.
pub fn copper_loss(path: CopperPath, values: &Values, frequency: f64) -> f64 {
    let linear = frequency / REFERENCE_FREQUENCY;
    let root = linear.sqrt();
    match path {
        CopperPath::Board => {
            let trace = values[C::TraceSkinLoss] * root + values[C::TraceDielectricLoss] * linear;
            trace * values[C::TraceLength]
                + (values[C::PackageLoss] + values[C::ModuleBoardLoss]) * linear
                + values[C::ModuleConnectorLoss] * root
        }
        CopperPath::Substrate => values[C::EngineSubstrateLoss] * linear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::Components;

    /// By hand at 53.125 GHz: 150 mm × (18.3 √2 + 22.9 × 2) dB/m + 2 × (3.34 + 1.5) dB + 1.2 √2 dB = 22.1 dB, which the data state beside
    /// the published 22 dB; the substrate's 4 dB are published. The sum at f₀ is that of the components.
    #[test]
    fn board_and_substrate_at_200_gbit_per_s() {
        let components = Components::embedded().expect("embedded data");
        let values = components.typical();
        let loss = |path, f| copper_loss(path, &values, f);
        let board = loss(CopperPath::Board, 53.125e9);
        let source = &components.get(C::TraceLength).source;
        assert!(
            source.contains(&format!("{board:.1} dB")),
            "{board}: {source}"
        );
        assert!(source.contains(&format!("{:.1} dB more than the 22 dB", board - 22.0)));
        assert!((loss(CopperPath::Substrate, 53.125e9) - 4.0).abs() < 1e-12);
        let sum = 41.2 * 0.15 + 3.34 + 1.5 + 1.2;
        assert!((loss(CopperPath::Board, REFERENCE_FREQUENCY) - sum).abs() < 1e-12);
        // skin effect alone doubles with four times the frequency
        let skin = values
            .with(C::TraceDielectricLoss, 0.0)
            .with(C::PackageLoss, 0.0);
        let skin = skin.with(C::ModuleBoardLoss, 0.0);
        let [one, four] = [1e10, 4e10].map(|f| copper_loss(CopperPath::Board, &skin, f));
        assert!((four / one - 2.0).abs() < 1e-14);
    }
}
