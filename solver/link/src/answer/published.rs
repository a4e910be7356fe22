//! Published totals beside the model: those of modules are where some components come from, the others are used for nothing else.

use cpo_materials::{BitRate, Power, Quantity};
use serde::{Deserialize, Serialize};

use super::architectures::energies;
use crate::architecture::Boundary;
use crate::component::{Source, flag_source};
use crate::error::LinkError;
use crate::model::{LinkModel, Port};
use crate::number::{Number, Unit};

/// A published total and what the model has for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PublishedTotal {
    /// What it is.
    pub name: String,
    /// The architecture.
    pub architecture: String,
    /// What is counted.
    pub boundary: Boundary,
    /// J/bit as published.
    pub energy: Number,
    /// J/bit by the model, p05 to p95.
    pub model: Number,
    /// Whether the model's range holds it.
    pub is_within: bool,
    /// Whether some component's value comes from it, so that agreement is no test.
    pub is_input: bool,
}

#[derive(Deserialize)]
struct TotalText {
    name: String,
    architecture: String,
    boundary: Boundary,
    power: String,
    bandwidth: String,
    standard: String,
    is_input: bool,
    #[serde(flatten)]
    source: Source,
}

#[derive(Deserialize)]
struct PairText {
    name: String,
    boundary: Boundary,
    pluggable: String,
    co_packaged: String,
    #[serde(flatten)]
    source: Source,
}

#[derive(Deserialize)]
struct ShareText {
    name: String,
    dsp: String,
    module: String,
    #[serde(flatten)]
    source: Source,
}

#[derive(Deserialize)]
struct PublishedText {
    total: Vec<TotalText>,
    pair: Vec<PairText>,
    dsp_share: Vec<ShareText>,
}

fn published() -> Result<PublishedText, LinkError> {
    toml::from_str(include_str!("../../data/published.toml"))
        .map_err(LinkError::data("the embedded publications"))
}

/// Reads a quantity of a publication.
fn value<Q: Quantity>(name: &str, text: &str) -> Result<f64, LinkError> {
    let value = Q::parse(text).map(Quantity::si);
    value.map_err(LinkError::quantity(name, "published"))
}

pub(super) fn totals(model: &LinkModel) -> Result<Vec<PublishedTotal>, LinkError> {
    let mut all = Vec::new();
    for total in published()?.total {
        let bandwidth = value::<BitRate>(&total.name, &total.bandwidth)?;
        let found = value::<Power>(&total.name, &total.power)? / bandwidth;
        let architecture =
            model.architecture(&total.architecture, |a| a.name == total.architecture)?;
        let standard = model.standard(&Port {
            bandwidth,
            standard: total.standard,
        })?;
        let setting = model.setting(architecture, standard);
        let within = energies(model, architecture, &setting, bandwidth).answers;
        let own = within[total.boundary as usize].energy.clone();
        all.push(PublishedTotal {
            is_within: own.covers(found),
            is_input: total.is_input,
            energy: Number::exact(found, Unit::JoulePerBit, flag_source(&total.source)),
            model: own,
            name: total.name,
            architecture: total.architecture,
            boundary: total.boundary,
        });
    }
    Ok(all)
}

/// Published powers of pluggable and co-packaged optics: (name, boundary, pluggable over co-packaged less 1, source).
pub(super) fn excesses() -> Result<Vec<(String, Boundary, f64, String)>, LinkError> {
    let pairs = published()?.pair.into_iter().map(|pair| {
        let [more, less] = [
            value::<Power>(&pair.name, &pair.pluggable)?,
            value::<Power>(&pair.name, &pair.co_packaged)?,
        ];
        Ok((
            pair.name,
            pair.boundary,
            more / less - 1.0,
            flag_source(&pair.source),
        ))
    });
    pairs.collect()
}

/// Published shares of the DSP in a module's power: (name, share, source).
pub(super) fn dsp_shares() -> Result<Vec<(String, f64, String)>, LinkError> {
    let shares = published()?.dsp_share.into_iter().map(|share| {
        let dsp = value::<Power>(&share.name, &share.dsp)?;
        let module = value::<Power>(&share.name, &share.module)?;
        Ok((share.name, dsp / module, flag_source(&share.source)))
    });
    shares.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 15 against 5.5 W, 30 against 9 W, 65 % less and 1760 against 1152 W, to whole percent.
    #[test]
    fn excess_depends_on_the_boundary() {
        let all = excesses().expect("embedded data");
        let expected = [1.73, 2.33, 1.86, 0.53];
        for ((name, _, found, _), expected) in all.iter().zip(expected) {
            assert!((found - expected).abs() < 0.005, "{name}: {found}");
        }
        let watts = |port: f64| 500.0 + 64.0 * port + 300.0;
        assert_eq!((watts(15.0), watts(5.5)), (1760.0, 1152.0));
    }

    #[test]
    fn dsp_takes_43_to_58_percent() {
        let shares = dsp_shares().expect("embedded data");
        assert!(
            shares
                .iter()
                .all(|&(_, share, _)| (0.43..=0.59).contains(&share))
        );
    }
}
