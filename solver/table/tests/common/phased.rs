//! A table of a guide, a taper and a grating whose S parameters have phases.

use std::f64::consts::PI;

use cpo_table::{Attribute, AxisScale, Group, LossTable, Status, TableError, Variable};

/// Wavelengths, not sorted.
pub const WAVELENGTHS: [f64; 5] = [1331e-9, 1271e-9, 1311e-9, 1290e-9, 1301e-9];
/// Lengths of the taper, not sorted.
pub const LENGTHS: [f64; 2] = [30e-6, 10e-6];
/// Where its mode becomes the second mode of the end.
pub const CROSSED: usize = 1;
/// Where error bars have made more than all light of it.
pub const BEYOND: (usize, usize) = (2, 0);
/// Where hardly anything is reflected, at the start too little to have a phase.
pub const SMALL: (usize, usize) = (3, 1);

/// |S| and phase of the taper: through, reflected at the start, reflected at the end. Unitary but for a factor.
pub fn taper(wavelength: usize, length: usize) -> [[f64; 2]; 3] {
    let (w, l) = (WAVELENGTHS[wavelength], LENGTHS[length]);
    let index = 1.9 - 0.15e6 * (w - 1.3e-6);
    let on = 2.0 * PI * index * l / w + 0.2;
    let back = 2.5 + 2e7 * (w - 1.3e-6);
    let kept: f64 = if (wavelength, length) == BEYOND {
        1.0005
    } else {
        0.98
    };
    let (sine, phase) = if (wavelength, length) == SMALL {
        (1e-6, f64::NAN)
    } else {
        (0.2 * kept, back)
    };
    let cosine = (kept * kept - sine * sine).sqrt();
    [[cosine, on], [sine, phase], [sine, 2.0 * on - back + PI]]
}

/// Effective and group index, loss in dB/m of the guide.
fn guide(wavelength: f64) -> [f64; 3] {
    let bend = -0.9e6;
    let index = 2.5 + bend * (wavelength - 1.3e-6);
    [index, index - wavelength * bend, 215.0]
}

fn waveguide() -> Result<Group, TableError> {
    let axes = ["wavelength", "mode"];
    let of = |k: usize| WAVELENGTHS.map(|w| guide(w)[k]).to_vec();
    Group::new("waveguide/wire", "modes of wire")
        .with_axis(axis("wavelength", "m", &WAVELENGTHS))?
        .with_axis(axis("mode", "1", &[0.0]))?
        .with_variable(variable("effective_index", "1", &axes, of(0)))?
        .with_variable(variable("group_index", "1", &axes, of(1)))?
        .with_variable(variable("loss", "dB/m", &axes, of(2)))
}

/// |S| and phase of the grating: to the fibre, back in the guide. At the last wavelength it failed.
pub fn grating(wavelength: usize) -> [[f64; 2]; 2] {
    let off = (WAVELENGTHS[wavelength] - 1.3e-6) * 1e6;
    [
        [0.6 - 20.0 * off * off, 30.0 - 120.0 * off],
        [0.2, -2.0 - 50.0 * off],
    ]
}

fn axis(name: &str, units: &str, values: &[f64]) -> AxisScale {
    AxisScale::numbers(name, units, "", values.to_vec())
}

/// NaN is of what is not there.
fn variable(name: &str, units: &str, axes: &[&str], values: Vec<f64>) -> Variable {
    let status = values.iter().map(|v| {
        if v.is_nan() {
            Status::NotComputed
        } else {
            Status::Ok
        }
    });
    let status = status.collect();
    Variable::new(name, units, name, axes, values).with_status(status, Vec::new())
}

fn decibels(magnitude: f64) -> f64 {
    -20.0 * magnitude.log10()
}

fn points() -> impl Iterator<Item = (usize, usize)> {
    (0..WAVELENGTHS.len()).flat_map(|w| (0..LENGTHS.len()).map(move |l| (w, l)))
}

fn tapers() -> Result<[Group; 2], TableError> {
    let axes = ["wavelength", "length", "mode_in"];
    let of =
        |pick: &dyn Fn([[f64; 2]; 3]) -> f64| points().map(|(w, l)| pick(taper(w, l))).collect();
    let becomes = (0..WAVELENGTHS.len())
        .map(|w| f64::from(u8::from(w == CROSSED)))
        .collect();
    let loss = variable("loss", "dB", &axes, of(&|s| decibels(s[0][0])));
    let powers = Group::new("taper/slab", "taper slab")
        .with_axis(axis("wavelength", "m", &WAVELENGTHS))?
        .with_axis(axis("length", "m", &LENGTHS))?
        .with_axis(axis("mode_in", "1", &[0.0]))?
        .with_variable(loss.between("cross_section.thick", "cross_section.thin"))?
        .with_variable(variable("reflection", "1", &axes, of(&|s| s[1][0].powi(2))))?
        .with_variable(variable(
            "becomes",
            "1",
            &["wavelength", "mode_in"],
            becomes,
        ))?;
    let ports = ["start_mode_0", "end_mode_0", "end_mode_1"];
    let entries = |k: usize| -> Vec<f64> {
        let entry = |(w, l): (usize, usize), out: usize, from: usize| {
            let [through, reflected, behind] = taper(w, l);
            let becomes = 1 + usize::from(w == CROSSED);
            match (out.min(from), out.max(from)) {
                (0, 0) => reflected[k],
                (0, end) if end == becomes => through[k],
                (a, b) if a == becomes && b == becomes => behind[k],
                // Whatever the other mode does.
                _ => [0.01, 0.5][k],
            }
        };
        let entry = &entry;
        points()
            .flat_map(|point| (0..9).map(move |p| entry(point, p / 3, p % 3)))
            .collect()
    };
    Ok([
        powers,
        scattering("taper_slab", &ports, Some(&LENGTHS), entries)?,
    ])
}

fn gratings() -> Result<[Group; 2], TableError> {
    let last = WAVELENGTHS.len() - 1;
    let known = |w: usize, value: f64| if w == last { f64::NAN } else { value };
    let of = |pick: &dyn Fn([[f64; 2]; 2]) -> f64| -> Vec<f64> {
        (0..=last).map(|w| known(w, pick(grating(w)))).collect()
    };
    let axes = ["wavelength"];
    let loss = variable("loss", "dB", &axes, of(&|s| decibels(s[0][0])));
    let back = variable("back_reflection", "1", &axes, of(&|s| s[1][0].powi(2)));
    let powers = Group::new("grating/apodised", "grating apodised")
        .with_axis(axis("wavelength", "m", &WAVELENGTHS))?
        .with_variable(loss.between("chip waveguide", "fiber.smf"))?
        .with_variable(back)?;
    let entries = |k: usize| -> Vec<f64> {
        let entry = |w: usize, p: usize| match [p / 3, p % 3] {
            [0, 0] => known(w, grating(w)[1][k]),
            [0, 1] | [1, 0] => known(w, grating(w)[0][k]),
            [0, 2] | [2, 0] => known(w, [0.5, 80.0][k]),
            _ => f64::NAN,
        };
        (0..=last)
            .flat_map(|w| (0..9).map(move |p| entry(w, p)))
            .collect()
    };
    let ports = ["guide", "fibre", "behind"];
    Ok([
        powers,
        scattering("grating_apodised", &ports, None, entries)?,
    ])
}

fn scattering(
    name: &str,
    ports: &[&str],
    lengths: Option<&[f64]>,
    entries: impl Fn(usize) -> Vec<f64>,
) -> Result<Group, TableError> {
    let mut group = Group::new(
        format!("s_parameters/{name}"),
        format!("S parameters of {name}"),
    )
    .with_attribute(Attribute::text("reference_planes", "as stated"))
    .with_axis(axis("wavelength", "m", &WAVELENGTHS))?;
    let mut axes = vec!["wavelength"];
    if let Some(lengths) = lengths {
        group = group.with_axis(axis("length", "m", lengths))?;
        axes.push("length");
    }
    for name in ["port_out", "port_in"] {
        let ports = ports.iter().map(|&port| port.to_owned()).collect();
        group = group.with_axis(AxisScale::text(name, "", ports))?;
        axes.push(name);
    }
    group
        .with_variable(variable("magnitude", "1", &axes, entries(0)))?
        .with_variable(variable("phase", "rad", &axes, entries(1)))
}

/// The table.
pub fn phased_table() -> Result<LossTable, TableError> {
    let mut table = LossTable::new("phased", "cpo 0.1.0", "[study]\nname = \"phased\"\n");
    table.add(waveguide()?)?;
    for group in tapers()?.into_iter().chain(gratings()?) {
        table.add(group)?;
    }
    Ok(table)
}
