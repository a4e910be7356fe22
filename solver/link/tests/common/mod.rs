//! Tables and requests that several tests share.
#![allow(dead_code)] // each test uses some of it

use cpo_link::{ComponentAnswer, Components, LinkAnswers, LinkModel, LinkRequest, TableEntry};
use cpo_table::{AxisScale, Group, LossTable, Status, Variable};

/// A table without groups.
pub fn empty_table() -> LossTable {
    LossTable::new("test", "cpo", "")
}

/// The embedded components with others over them.
pub fn components(text: &str) -> Components {
    let embedded = Components::embedded().expect("embedded data");
    embedded.overridden(text).expect("overrides")
}

/// All components at their typical values without spread, those of `text` apart.
pub fn fixed_but(text: &str) -> Components {
    let embedded = Components::embedded().expect("embedded data");
    let fixed: String = embedded
        .iter()
        .map(|c| format!("{} = {{ typical = \"{}\" }}\n", c.name.key(), c.texts[1]))
        .collect();
    let fixed = embedded.overridden(&fixed).expect("typical values");
    fixed.overridden(text).expect("overrides")
}

/// Answers to a request without a table.
pub fn answers(request: &LinkRequest, components: Components) -> LinkAnswers {
    let model = LinkModel::new(&empty_table(), request, components).expect("a model");
    model.answers().expect("answers")
}

/// A coupling facet in the O band at 333 K: nominal loss, p50 0.2 dB above it, systematic and random quantiles.
pub fn facet(planes: [&str; 2]) -> Group {
    let axes = ["temperature", "wavelength", "mode"];
    let loss = |name: &str, more: f64| {
        let values = vec![1.5 + more, 9.0, 1.3 + more, 9.0];
        Variable::new(name, "dB", "loss", &axes, values).with_error(vec![0.02; 4])
    };
    let mut group = Group::new("fibre_chip/facet", "coupling facet")
        .with_axis(AxisScale::numbers("temperature", "K", "T", vec![333.15]))
        .and_then(|g| {
            g.with_axis(AxisScale::numbers(
                "wavelength",
                "m",
                "wavelength",
                vec![1.291e-6, 1.331e-6],
            ))
        })
        .and_then(|g| g.with_axis(AxisScale::numbers("mode", "1", "mode", vec![0.0, 1.0])))
        .and_then(|g| g.with_variable(loss("loss", 0.0).between(planes[0], planes[1])))
        .expect("a group");
    for (name, more) in [
        ("loss_p05", 0.05),
        ("loss_p50", 0.2),
        ("loss_p95", 0.6),
        ("loss_systematic_p05", 0.05),
        ("loss_systematic_p50", 0.15),
        ("loss_systematic_p95", 0.45),
        ("loss_random_p05", 0.0),
        ("loss_random_p50", 0.05),
        ("loss_random_p95", 0.25),
    ] {
        group = group.with_variable(loss(name, more)).expect("a variable");
    }
    group
}

/// A taper of two lengths in the O band at 333 K whose first mode loses that at the second, with an error bar of 0.03 dB.
pub fn taper(planes: [&str; 2], loss: f64) -> Group {
    let axes = ["temperature", "wavelength", "length", "mode_in"];
    let values = [9.0, 9.0, loss, 9.0].repeat(2);
    let loss = Variable::new("loss", "dB", "loss", &axes, values).with_error(vec![0.03; 8]);
    let numbers =
        |name: &str, unit: &str, values: Vec<f64>| AxisScale::numbers(name, unit, name, values);
    Group::new("taper/narrowing", "taper narrowing")
        .with_axis(numbers("temperature", "K", vec![333.15]))
        .and_then(|g| g.with_axis(numbers("wavelength", "m", vec![1.291e-6, 1.331e-6])))
        .and_then(|g| g.with_axis(numbers("length", "m", vec![1e-4, 2e-4])))
        .and_then(|g| g.with_axis(numbers("mode_in", "1", vec![0.0, 1.0])))
        .and_then(|g| g.with_variable(loss.between(planes[0], planes[1])))
        .expect("a group")
}

/// Shares of the most light: threshold to rollover, evenly in the square root of what is left.
pub fn shares() -> Vec<f64> {
    (0..=40)
        .map(|k| 1.0 - (1.0 - f64::from(k) / 40.0).powi(2))
        .collect()
}

/// A map of lasers driven alike at those base temperatures: the most light (nil: none) by a function of the base temperature, and
/// electrical power, current, junction temperature and temperature error by one of (base temperature, light).
pub fn laser_light(
    path: &str,
    bases: &[f64],
    most: impl Fn(f64) -> f64,
    state: impl Fn(f64, f64) -> [f64; 4],
) -> Group {
    let mut columns = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    let (mut status, mut reason) = (Vec::new(), Vec::new());
    for &base in bases {
        let most = most(base);
        for share in shares() {
            let is_lit = most > 0.0;
            let state = match is_lit {
                true => state(base, share * most),
                false => [f64::NAN; 4],
            };
            for (column, value) in columns.iter_mut().zip(state) {
                column.push(value);
            }
            status.push(if is_lit {
                Status::Ok
            } else {
                Status::NotComputed
            });
            reason.push(String::new());
        }
    }
    let numbers =
        |name: &str, unit: &str, values: Vec<f64>| AxisScale::numbers(name, unit, name, values);
    let rollover = bases.iter().map(|&base| most(base)).collect();
    let mut group = Group::new(path, "what lasers take for equal light")
        .with_axis(AxisScale::text("laser", "laser", vec!["laser1".into()]))
        .and_then(|g| g.with_axis(numbers("base_temperature", "K", bases.to_vec())))
        .and_then(|g| g.with_axis(numbers("light_share", "1", shares())))
        .and_then(|g| {
            let axes = ["base_temperature"];
            g.with_variable(Variable::new(
                "rollover_power",
                "W",
                "most",
                &axes,
                rollover,
            ))
        })
        .expect("a group");
    let names = [
        ("mean_electrical_power", "W"),
        ("mean_current", "A"),
        ("junction_temperature", "K"),
        ("temperature_error", "K"),
    ];
    for ((name, unit), values) in names.into_iter().zip(columns) {
        let axes = ["base_temperature", "light_share"];
        let variable = Variable::new(name, unit, name, &axes, values)
            .with_status(status.clone(), reason.clone());
        group = group.with_variable(variable).expect("a variable");
    }
    group
}

/// The embedded components.
pub fn embedded() -> Components {
    Components::embedded().expect("embedded data")
}

/// A table of these groups.
pub fn with(groups: impl IntoIterator<Item = Group>) -> LossTable {
    let mut table = empty_table();
    for group in groups {
        table.add(group).expect("a group");
    }
    table
}

/// Why a request is refused.
pub fn error(table: &LossTable, request: &LinkRequest) -> String {
    LinkModel::new(table, request, embedded())
        .expect_err("refused")
        .to_string()
}

/// Answers from a table.
pub fn ask(table: &LossTable, request: &LinkRequest) -> LinkAnswers {
    let model = LinkModel::new(table, request, embedded()).expect("a model");
    model.answers().expect("answers")
}

/// The default request with the coupling facet.
pub fn coupled() -> LinkRequest {
    LinkRequest {
        coupling: Some(TableEntry::new("fibre_chip/facet")),
        ..LinkRequest::default()
    }
}

/// A component as it was used.
pub fn component<'a>(answers: &'a LinkAnswers, name: &str) -> &'a ComponentAnswer {
    let mut all = answers.components.iter();
    all.find(|c| c.name == name).expect("there")
}
