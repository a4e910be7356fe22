//! A table of a small optical engine: a guide, facets, a taper, a grating, heat with a coolant and after a step of power.

use cpo_table::{Attribute, AxisScale, Group, LossTable, Status, TableError, Variable};

/// Wavelengths as a study may have them: not sorted, and with the round-off of a unit.
pub const WAVELENGTHS: [f64; 3] = [1331.0 * 1e-9, 1271.0 * 1e-9, 1311.0 * 1e-9];
/// Widths, not sorted.
pub const WIDTHS: [f64; 2] = [450.0 * 1e-9, 400.0 * 1e-9];

/// (wavelength, width, track) to effective index, group index, loss in dB/m.
pub fn guide(wavelength: f64, width: f64, track: usize) -> [f64; 3] {
    let bend = [-0.9e6, -1.1e6][track];
    let index = [2.5, 1.8][track] + 1e6 * (width - 4e-7) + bend * (wavelength - 1.3e-6);
    // the second mode's loss is less than its error bar, and came out below none
    [index, index - wavelength * bend, [215.0, -1e-4][track]]
}

fn axis(name: &str, units: &str, values: &[f64]) -> AxisScale {
    AxisScale::numbers(name, units, "", values.to_vec())
}

fn waveguide() -> Result<Group, TableError> {
    // At the first width and wavelength the modes have changed places: track 1 is listed first.
    let swapped = |w: usize, l: usize| (w, l) == (0, 0);
    // The second mode is not guided at the widest wavelength of the second width.
    let absent = |w: usize, l: usize, track: usize| (w, l, track) == (1, 0, 1);
    let column = |pick: &dyn Fn(usize, usize, usize) -> f64| -> (Vec<f64>, Vec<Status>) {
        let mut values = Vec::new();
        for w in 0..2 {
            for l in 0..3 {
                for id in 0..2 {
                    let track = if swapped(w, l) { 1 - id } else { id };
                    let value = pick(w, l, track);
                    values.push(if absent(w, l, track) { f64::NAN } else { value });
                }
            }
        }
        let status = values.iter().map(|v| {
            if v.is_nan() {
                Status::NotComputed
            } else {
                Status::Ok
            }
        });
        let status = status.collect();
        (values, status)
    };
    let mut group = Group::new("waveguide/wire", "modes of wire")
        .with_axis(axis("width", "m", &WIDTHS))?
        .with_axis(axis("temperature", "K", &[333.15]))?
        .with_axis(axis("wavelength", "m", &WAVELENGTHS))?
        .with_axis(axis("mode", "1", &[0.0, 1.0]))?;
    let axes = ["width", "temperature", "wavelength", "mode"];
    for (k, name) in ["effective_index", "group_index", "loss"]
        .into_iter()
        .enumerate()
    {
        let (values, status) = column(&|w, l, track| guide(WAVELENGTHS[l], WIDTHS[w], track)[k]);
        let units = if name == "loss" { "dB/m" } else { "1" };
        let variable = Variable::new(name, units, name, &axes, values);
        group = group.with_variable(variable.with_status(status, Vec::new()))?;
    }
    let (values, status) = column(&|_, _, track| track as f64);
    let tracks = Variable::new("track", "1", "track", &axes, values);
    group.with_variable(tracks.with_status(status, Vec::new()))
}

/// Losses and return losses of the facet in dB at [`WAVELENGTHS`].
pub const FACET: [[f64; 2]; 3] = [[1.25, 14.5], [1.5, 13.0], [1.0, 15.5]];

fn facet() -> Result<Group, TableError> {
    let column = |k: usize| FACET.map(|of| of[k]).to_vec();
    let axes = ["wavelength", "tilt_x", "mode"];
    let variable = |name: &str, k| Variable::new(name, "dB", name, &axes, column(k));
    Group::new("fibre_chip/facet", "coupling facet")
        .with_attribute(Attribute::text("ports", "fiber.smf to modes.wire"))
        .with_axis(axis("wavelength", "m", &WAVELENGTHS))?
        .with_axis(axis("tilt_x", "rad", &[0.0]))?
        .with_axis(axis("mode", "1", &[0.0]))?
        .with_variable(variable("loss", 0).between("P2", "P3"))?
        .with_variable(variable("return_loss", 1))
}

/// Losses in dB and reflected shares of the taper over [`WAVELENGTHS`] and two modes: at the third entry nothing comes through, at
/// the fourth both together are more than all, within their error bars.
pub const TAPER: [[f64; 2]; 6] = [
    [0.2, 0.01],
    [3.0, 0.25],
    [f64::INFINITY, 1.0],
    [0.01, 0.004],
    [0.0, 0.0],
    [40.0, 0.5],
];

fn taper() -> Result<Group, TableError> {
    let column = |k: usize| TAPER.map(|of| of[k]).to_vec();
    let axes = ["wavelength", "mode_in"];
    let loss = Variable::new("loss", "dB", "insertion loss", &axes, column(0));
    Group::new("taper/inverse", "taper inverse")
        .with_axis(axis("wavelength", "m", &WAVELENGTHS))?
        .with_axis(axis("mode_in", "1", &[0.0, 1.0]))?
        .with_variable(loss.between("cross_section.wire", "cross_section.tip"))?
        .with_variable(Variable::new("reflection", "1", "", &axes, column(1)))
}

fn grating() -> Result<Group, TableError> {
    let variable =
        |name, values: &[f64]| Variable::new(name, "1", name, &["wavelength"], values.to_vec());
    let loss = variable("loss", &[f64::NAN, 4.0, 3.1]).with_status(
        vec![Status::Failed, Status::Ok, Status::Ok],
        vec!["no convergence".into(), String::new(), String::new()],
    );
    Group::new("grating/uniform", "grating uniform")
        .with_axis(axis("wavelength", "m", &WAVELENGTHS))?
        .with_variable(loss.between("chip waveguide", "fiber.smf"))?
        .with_variable(variable("back_reflection", &[0.1, 0.02, 0.01]))
}

/// Sources whose names SPICE would not tell apart, or take for ground.
pub const SOURCES: [&str; 3] = ["laser 1", "Laser_1", "gnd"];
/// K/W over two flows, source and source; a coolant makes it unsymmetric. At the second flow one entry is missing.
pub const RESISTANCES: [[f64; 9]; 2] = [
    [31.5, 1.0 / 3.0, 0.125, 0.5, 28.25, 0.1, 0.25, 0.7, 1e-3],
    [30.0, 0.3, f64::NAN, 0.4, 27.0, 0.1, 0.2, 0.6, 1e-3],
];
/// Time constants in s.
pub const TIME_CONSTANTS: [f64; 3] = [0.021, 1.0 / 700.0, 3.3e-5];
/// Gains of every source for every mode, (K/J)^0.5.
pub const GAINS: [[f64; 3]; 3] = [[30.0, 90.0, 410.0], [29.0, -60.0, 380.0], [3.0, 1.5, -0.25]];

fn heat() -> Result<Group, TableError> {
    let names = || SOURCES.map(str::to_owned).to_vec();
    let values: Vec<f64> = RESISTANCES.concat();
    let status: Vec<Status> = values
        .iter()
        .map(|r| {
            if r.is_nan() {
                Status::NotComputed
            } else {
                Status::Ok
            }
        })
        .collect();
    let axes = ["flow", "node_i", "node_j"];
    let resistance = Variable::new("thermal_resistance_mean", "K/W", "", &axes, values);
    Group::new("thermal/plate", "heat problem plate")
        .with_attribute(Attribute::text("boundary_id", "plate"))
        .with_axis(axis("flow", "kg/s", &[0.01, 0.02]))?
        .with_axis(AxisScale::text("node_i", "", names()))?
        .with_axis(AxisScale::text("node_j", "", names()))?
        .with_variable(resistance.with_status(status, Vec::new()))
}

fn network() -> Result<Group, TableError> {
    let number = |name, units, axes: &[&str], values| Variable::new(name, units, "", axes, values);
    Group::new("thermal/plate/network", "reduced model")
        .with_axis(AxisScale::text(
            "node",
            "",
            SOURCES.map(str::to_owned).to_vec(),
        ))?
        .with_axis(axis("mode", "1", &[0.0, 1.0, 2.0]))?
        .with_variable(number(
            "time_constant",
            "s",
            &["mode"],
            TIME_CONSTANTS.to_vec(),
        ))?
        .with_variable(number(
            "gain",
            "(K/J)^0.5",
            &["node", "mode"],
            GAINS.concat(),
        ))
}

/// The table.
pub fn engine_table() -> Result<LossTable, TableError> {
    let mut table = LossTable::new("engine µ", "cpo 0.1.0", "[study]\nname = \"engine\"\n");
    for group in [
        waveguide()?,
        facet()?,
        taper()?,
        grating()?,
        heat()?,
        network()?,
    ] {
        table.add(group)?;
    }
    Ok(table)
}
