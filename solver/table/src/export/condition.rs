//! One point of some axes, as a name and in words.

use crate::{AxisScale, AxisValues};

/// What is appended to a name there, "_width_2" for the third of several widths, and the coordinates in words; the last axis
/// is the fastest.
pub(super) fn condition(axes: &[&AxisScale], point: usize) -> (String, Vec<String>) {
    let (mut suffix, mut words) = (String::new(), Vec::new());
    let mut points: usize = axes.iter().map(|axis| axis.len()).product();
    let mut rest = point;
    for axis in axes {
        points /= axis.len();
        let place = rest / points;
        rest %= points;
        if axis.len() > 1 {
            suffix += &format!("_{}_{place}", axis.name);
        }
        words.push(match &axis.values {
            AxisValues::Numbers(values) => {
                format!("{} = {:?} {}", axis.name, values[place], axis.units)
            }
            AxisValues::Text(names) => format!("{} = {}", axis.name, names[place]),
        });
    }
    (suffix, words)
}
