//! The table refuses what contradicts itself.

use cpo_table::{Attribute, AxisScale, Group, LossTable, Status, TableError, Variable};

fn group() -> Group {
    let axis = AxisScale::numbers("wavelength", "m", "wavelength", vec![1.3e-6, 1.5e-6]);
    Group::new("waveguide/wire", "wire")
        .with_axis(axis)
        .expect("a good axis")
}

fn variable(name: &str, values: Vec<f64>) -> Variable {
    Variable::new(name, "1", "a number", &["wavelength"], values)
}

#[test]
fn lengths_names_and_axes_are_checked() {
    let length = group().with_variable(variable("n", vec![1.0]));
    assert!(
        matches!(
            length,
            Err(TableError::Length {
                found: 1,
                expected: 2,
                ..
            })
        ),
        "{length:?}"
    );
    let name = group().with_variable(variable("n eff", vec![1.0, 2.0]));
    assert!(matches!(name, Err(TableError::Name { .. })));
    let axis = group().with_variable(Variable::new("n", "1", "", &["temperature"], vec![1.0]));
    assert!(
        axis.expect_err("no such axis")
            .to_string()
            .contains("it has: wavelength")
    );
    let error = group().with_variable(variable("n", vec![1.0, 2.0]).with_error(vec![0.1]));
    assert!(matches!(
        error,
        Err(TableError::Length {
            what: "the error",
            ..
        })
    ));
    assert!(matches!(
        group().with_axis(AxisScale::numbers("t", "K", "", vec![])),
        Err(TableError::Inconsistent { .. })
    ));
    let twice = group()
        .with_variable(variable("n", vec![1.0; 2]))
        .and_then(|g| g.with_variable(variable("n_error", vec![1.0; 2])));
    assert!(
        matches!(twice, Err(TableError::Duplicate { .. })),
        "n_error is the companion of n"
    );
    let reserved = variable("n", vec![1.0; 2]).with_attribute(Attribute::text("units", "m"));
    assert!(group().with_variable(reserved).is_err());
    let nul = variable("n", vec![1.0; 2]).with_attribute(Attribute::text("note", "a\0b"));
    assert!(group().with_variable(nul).is_err());
}

#[test]
fn values_must_agree_with_their_status() {
    let status = |values: [f64; 2], status: Status, reason: &str| {
        let reasons = vec![reason.to_owned(), String::new()];
        group().with_variable(
            variable("n", values.to_vec()).with_status(vec![status, Status::Ok], reasons),
        )
    };
    assert!(status([f64::NAN, 1.0], Status::Failed, "no mode").is_ok());
    assert!(
        status([f64::NAN, 1.0], Status::Failed, "").is_err(),
        "a failure needs a reason"
    );
    assert!(
        status([2.0, 1.0], Status::Failed, "no mode").is_err(),
        "a failed value must be NaN"
    );
    assert!(status([f64::NAN, 1.0], Status::NotComputed, "").is_ok());
    assert!(
        status([f64::NAN, 1.0], Status::Ok, "").is_err(),
        "NaN is never ok"
    );
    assert!(
        status([f64::INFINITY, 1.0], Status::Ok, "").is_ok(),
        "no light through is an infinite loss"
    );
}

#[test]
fn paths_are_unique() {
    let mut table = LossTable::new("t", "s", "");
    table.add(group()).expect("first");
    assert!(matches!(
        table.add(group()),
        Err(TableError::Duplicate { .. })
    ));
    let mut table = LossTable::new("t", "s", "");
    assert!(table.add(Group::new("provenance", "")).is_err());
    assert!(table.add(Group::new("wave guide", "")).is_err());
}
