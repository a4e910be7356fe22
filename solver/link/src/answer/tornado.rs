//! One input at a time from its low to its high end.

use serde::Serialize;

use super::launch::by_design;
use crate::architecture::{Boundary, Energy};
use crate::budget::margins;
use crate::component::Values;
use crate::error::LinkError;
use crate::model::LinkModel;
use crate::number::Unit;

/// What one input does.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TornadoBar {
    /// The component.
    pub component: &'static str,
    /// Its low and high end as written.
    pub ends: [String; 2],
    /// The output there; NaN where a laser does not bring the light.
    pub outputs: [f64; 2],
}

/// All inputs that matter to one output, the strongest first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tornado {
    /// Name of the architecture.
    pub architecture: String,
    /// "energy, optics", "margin, launch by design".
    pub output: String,
    /// Unit of the output.
    pub unit: Unit,
    /// The output with all inputs typical.
    pub typical: f64,
    /// The inputs.
    pub bars: Vec<TornadoBar>,
}

pub(super) fn answers(model: &LinkModel) -> Result<Vec<Tornado>, LinkError> {
    let standard = model.standard(&model.request.port)?;
    let mut all = Vec::new();
    for architecture in &model.architectures {
        let setting = model.setting(architecture, standard);
        for boundary in Boundary::ALL {
            let output =
                |values: &Values| Energy::of(architecture, &setting, values).within(boundary);
            let name = format!("energy, {}", boundary.name());
            all.push(tornado(
                model,
                &architecture.name,
                name,
                Unit::JoulePerBit,
                output,
            ));
        }
        let energy = Energy::of(architecture, &setting, &model.typical);
        let (launched, _) = by_design(model, architecture, &energy);
        let margin = |values: &Values| {
            let [at_fibre, _] = margins(
                &architecture.chain,
                setting.conditions,
                standard,
                launched,
                values,
            );
            at_fibre
        };
        all.push(tornado(
            model,
            &architecture.name,
            "margin, launch by design".into(),
            Unit::Decibel,
            margin,
        ));
    }
    Ok(all)
}

fn tornado(
    model: &LinkModel,
    architecture: &str,
    output_name: String,
    unit: Unit,
    output: impl Fn(&Values) -> f64,
) -> Tornado {
    let typical = output(&model.typical);
    let bar = |component: &crate::Component| TornadoBar {
        component: component.name.key(),
        ends: [component.texts[0].clone(), component.texts[2].clone()],
        outputs: component
            .bounds()
            .map(|end| output(&model.typical.with(component.name, end))),
    };
    let reach = |bar: &TornadoBar| {
        let reaches = bar.outputs.map(|o| {
            if o.is_nan() {
                f64::INFINITY
            } else {
                (o - typical).abs()
            }
        });
        reaches[0].max(reaches[1])
    };
    let mut bars: Vec<TornadoBar> = model.components.iter().map(bar).collect();
    // an output that is NaN whatever the input says nothing of the input
    bars.retain(|bar| !typical.is_nan() && reach(bar) > 0.0);
    bars.sort_by(|a, b| reach(b).total_cmp(&reach(a)));
    Tornado {
        architecture: architecture.to_owned(),
        output: output_name,
        unit,
        typical,
        bars,
    }
}
