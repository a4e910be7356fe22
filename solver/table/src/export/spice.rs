//! Thermal networks as SPICE subcircuits: 1 A is 1 W into a source, 1 V the mean rise of it over the ambient, 1 K.
//!
//! Of every thermal/ID the steady state, one subcircuit a condition, by sources of voltage that currents control (CCVS),
//!
//! ```text
//! V_i = ∑_j R_ij I_j
//! ```
//!
//! which holds for any matrix, a coolant's, that is not symmetric, included. Of every thermal/ID/network what follows a step of power,
//!
//! ```text
//! Z_ij(s) = ∑_m g_im g_jm/(s + 1/τ_m)
//! ```
//!
//! a capacitor of 1 F beside a resistor of τ_m for each mode m. Its steady state is that of the finest grid, R's is extrapolated: they
//! differ by less than R's error bar. Elements are SPICE2's: C, R, V, E, F, H. Names are case-insensitive there, and sources are named
//! apart. Not carried: largest rises, error bars, sensitivities.

use std::fmt::Write as _;

use super::condition::condition;
use crate::{AxisScale, AxisValues, Group, LossTable};

/// The netlist; none if no group has resistances.
pub(super) fn netlist(table: &LossTable) -> Option<String> {
    let mut text = String::new();
    let mut line = |line: String| {
        // comments may quote a study in any script
        text.extend(line.chars().flat_map(char::escape_default));
        text.push('\n');
    };
    line(format!("* {}, study {}", table.source, table.title));
    line(format!("* SHA-256 of the study {}", table.input_sha256()));
    line(String::from(
        "* 1 A = 1 W into a source, 1 V = 1 K of mean rise over the ambient",
    ));
    let mut any = false;
    for group in &table.groups {
        let lines = steady(group).or_else(|| after_a_step(group));
        any |= lines.is_some();
        lines.into_iter().flatten().for_each(&mut line);
    }
    any.then_some(text)
}

/// The lines of the steady state; none if the group has no resistances.
fn steady(group: &Group) -> Option<Vec<String>> {
    let resistance = group.variable("thermal_resistance_mean")?;
    let axes: Option<Vec<&AxisScale>> = resistance.axes.iter().map(|a| group.axis(a)).collect();
    let axes = axes?;
    let [swept @ .., nodes, _] = axes.as_slice() else {
        return None;
    };
    let labels = labels(nodes);
    let n = labels.len();
    let name = group.path.replace('/', "_");
    let mut lines = vec![String::new(), about(group)];
    for (point, matrix) in resistance.values.chunks(n * n).enumerate() {
        let (suffix, words) = condition(swept, point);
        lines.extend(words.into_iter().map(|words| format!("* {words}")));
        if matrix.iter().any(|r| !r.is_finite()) {
            lines.push(format!("* {name}{suffix} has no value and is left out"));
            continue;
        }
        lines.push(format!(".subckt {name}{suffix} {}", labels.join(" ")));
        for (i, label) in labels.iter().enumerate() {
            lines.push(format!("V{i} {label} y{i}_0 0"));
            for j in 0..n {
                let below = below(i, j + 1, n);
                lines.push(format!(
                    "H{i}_{j} y{i}_{j} {below} V{j} {:?}",
                    matrix[i * n + j]
                ));
            }
        }
        lines.push(format!(".ends {name}{suffix}"));
    }
    Some(lines)
}

/// The lines of a reduced model; none if the group is none.
fn after_a_step(group: &Group) -> Option<Vec<String>> {
    let constants = &group.variable("time_constant")?.values;
    let gains = &group.variable("gain")?.values;
    let labels = labels(group.axis("node")?);
    let (name, modes) = (group.path.replace('/', "_"), constants.len());
    let mut lines = vec![String::new(), about(group)];
    lines.push(format!(".subckt {name} {}", labels.join(" ")));
    for (m, constant) in constants.iter().enumerate() {
        lines.push(format!("C{m} x{m} 0 1"));
        lines.push(format!("R{m} x{m} 0 {constant:?}"));
    }
    for (i, label) in labels.iter().enumerate() {
        // the terminal's voltage is the sum of the modes', its current drives them all
        lines.push(format!("V{i} {label} y{i}_0 0"));
        for m in 0..modes {
            let (below, gain) = (below(i, m + 1, modes), gains[i * modes + m]);
            lines.push(format!("E{i}_{m} y{i}_{m} {below} x{m} 0 {gain:?}"));
            lines.push(format!("F{i}_{m} 0 x{m} V{i} {gain:?}"));
        }
    }
    lines.push(format!(".ends {name}"));
    Some(lines)
}

/// The node below element k − 1 of a chain of `count` that ends at the ambient.
fn below(chain: usize, k: usize, count: usize) -> String {
    if k == count {
        String::from("0")
    } else {
        format!("y{chain}_{k}")
    }
}

fn about(group: &Group) -> String {
    let mut text = format!("* {}: {}", group.path, group.long_name);
    for attribute in &group.attributes {
        // writing to a String does not fail
        let _ = match &attribute.value {
            crate::AttributeValue::Text(words) => write!(text, "; {} {words}", attribute.name),
            crate::AttributeValue::Number(number) => {
                write!(text, "; {} {number:?}", attribute.name)
            }
            crate::AttributeValue::Numbers(_) => Ok(()),
        };
    }
    text.replace('\n', " ")
}

/// Names of nodes that SPICE accepts and tells apart, whatever their case; none is ground.
fn labels(axis: &AxisScale) -> Vec<String> {
    let names = match &axis.values {
        AxisValues::Text(names) => names.clone(),
        AxisValues::Numbers(numbers) => numbers.iter().map(f64::to_string).collect(),
    };
    let mut labels: Vec<String> = Vec::new();
    for name in names {
        let plain: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let ground = plain.eq_ignore_ascii_case("gnd") || plain.bytes().all(|b| b.is_ascii_digit());
        let plain = if ground { format!("n{plain}") } else { plain };
        let numbered = (2..).map(|k| format!("{plain}_{k}"));
        let free = std::iter::once(plain.clone())
            .chain(numbered)
            .find(|label| !labels.iter().any(|l| l.eq_ignore_ascii_case(label)));
        labels.push(free.unwrap_or(plain));
    }
    labels
}
