//! Lumerical CML compiler: data of a guide for its photonic model "waveguide_parameterized".
//!
//! Format: Ansys Optics, "waveguide_parameterized - model_data", article 12007715196563. Written is the section `model_data` alone:
//! `photonic_model`, `mode_data` (name, ID), `wavelength` in m, `parameter_1` … for every other axis of more than one value, in its
//! SI unit, and over wavelength, these, and mode `neff`, `ng`, `loss` in dB/m and, from two wavelengths on, the dispersion
//! D = (1/c) dn_g/dλ in s/m², from the parabola through three neighbouring wavelengths. Matrices are nested lists. Not written:
//! the sections that a library decides for itself (ports, general, parameters' names in the editor, QA). A mode without a value
//! somewhere is left out, since the model has no gaps.

use serde_json::{Value, json};

use super::interconnect::number;
use super::touchstone::SPEED_OF_LIGHT;
use super::two_port::{Law, TwoPort};
use crate::{AxisScale, AxisValues, LossTable};

/// Values over conditions and, fastest, wavelength, of each mode.
type OfModes<'a> = Vec<&'a [f64]>;

/// The element of a guide with those modes, and what it is; none if it is no guide or no mode is whole.
pub(super) fn element(table: &LossTable, modes: &[TwoPort]) -> Option<(Value, Vec<String>)> {
    let (mut indices, mut group_indices, mut losses): (OfModes, OfModes, OfModes) = <_>::default();
    let (mut named, mut gaps) = (Vec::new(), Vec::new());
    for two_port in modes {
        let Law::Guide {
            effective_index,
            group_index,
            loss,
        } = &two_port.law
        else {
            return None;
        };
        let number = number(two_port);
        let mut values = effective_index.iter().chain(group_index).chain(loss);
        if values.any(|value| !value.is_finite()) {
            gaps.push(format!("mode {number} has no value somewhere: left out"));
            continue;
        }
        named.push(json!({ "name": format!("mode {number}"), "ID": number }));
        indices.push(effective_index);
        group_indices.push(group_index);
        losses.push(loss);
    }
    let guide = modes.first().filter(|_| !named.is_empty())?;
    let shape = Shape::of(guide);
    let mut data = serde_json::Map::new();
    data.insert("photonic_model".into(), json!("waveguide_parameterized"));
    data.insert("mode_data".into(), json!(named));
    let column = |values: &[f64]| json!(values.iter().map(|v| [v]).collect::<Vec<_>>());
    data.insert("wavelength".into(), column(&guide.wavelengths));
    let mut about = vec![
        format!("{}, study {}", table.source, table.title),
        format!("{}: model_data of waveguide_parameterized", guide.group),
    ];
    for (k, axis) in shape.parameters.iter().enumerate() {
        if let AxisValues::Numbers(values) = &axis.values {
            data.insert(format!("parameter_{}", k + 1), column(values));
        }
        about.push(format!(
            "parameter_{}: {} in {}",
            k + 1,
            axis.name,
            axis.units
        ));
    }
    data.insert("neff".into(), shape.nested(&indices));
    data.insert("ng".into(), shape.nested(&group_indices));
    data.insert("loss".into(), shape.nested(&losses));
    if guide.wavelengths.len() > 1 {
        let dispersions: Vec<Vec<f64>> = group_indices
            .iter()
            .map(|of_mode| {
                let series = of_mode.chunks(guide.wavelengths.len());
                series
                    .flat_map(|n| slopes(&guide.wavelengths, n))
                    .map(|slope| slope / SPEED_OF_LIGHT)
                    .collect()
            })
            .collect();
        let dispersions: OfModes = dispersions.iter().map(Vec::as_slice).collect();
        data.insert("D".into(), shape.nested(&dispersions));
    } else {
        about.push(String::from("D is not written: it takes two wavelengths"));
    }
    about.extend(gaps);
    Some((json!({ "model_data": data }), about))
}

/// How values lie over conditions and wavelength.
struct Shape<'a> {
    parameters: Vec<&'a AxisScale>,
    wavelengths: usize,
}

impl<'a> Shape<'a> {
    fn of(guide: &'a TwoPort) -> Self {
        Self {
            parameters: guide.conditions.iter().filter(|a| a.len() > 1).collect(),
            wavelengths: guide.wavelengths.len(),
        }
    }

    /// Nested by wavelength, every parameter, mode.
    fn nested(&self, modes: &OfModes<'_>) -> Value {
        let of_wavelength = |w: usize| self.inner(modes, w, 0, 0);
        (0..self.wavelengths).map(of_wavelength).collect()
    }

    /// The rest of the nest at wavelength `w`, having passed `depth` parameters to `point`.
    fn inner(&self, modes: &OfModes<'_>, w: usize, depth: usize, point: usize) -> Value {
        match self.parameters.get(depth) {
            Some(axis) => (0..axis.len())
                .map(|k| self.inner(modes, w, depth + 1, point * axis.len() + k))
                .collect(),
            None => modes
                .iter()
                .map(|values| Value::from(values[point * self.wavelengths + w]))
                .collect(),
        }
    }
}

/// dy/dx at every x of the parabola through the three nearest, of the line through two.
fn slopes(x: &[f64], y: &[f64]) -> Vec<f64> {
    let chord = |a: usize, b: usize| (y[b] - y[a]) / (x[b] - x[a]);
    let last = x.len() - 1;
    let slope = |k: usize| {
        if last == 1 {
            return chord(0, 1);
        }
        let m = k.clamp(1, last - 1);
        let bend = (chord(m, m + 1) - chord(m - 1, m)) / (x[m + 1] - x[m - 1]);
        chord(m - 1, m) + bend * (2.0 * x[k] - x[m - 1] - x[m])
    };
    (0..x.len()).map(slope).collect()
}
