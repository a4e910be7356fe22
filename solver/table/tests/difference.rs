//! Two tables compared by their bars and bit for bit.

mod common;

use common::example_table;
use cpo_table::{Attribute, AxisScale, Difference, Group, LossTable, Status, Variable};

/// The example after a change.
fn changed(change: impl FnOnce(&mut LossTable)) -> LossTable {
    let mut table = example_table().expect("a table");
    change(&mut table);
    table
}

fn loss(table: &mut LossTable) -> &mut Variable {
    &mut table.groups[1].variables[0]
}

fn by_bars(change: impl FnOnce(&mut LossTable)) -> Difference {
    example_table()
        .expect("a table")
        .difference(&changed(change))
}

fn in_bits(change: impl FnOnce(&mut LossTable)) -> Difference {
    example_table()
        .expect("a table")
        .difference_in_bits(&changed(change))
}

#[test]
fn a_table_does_not_differ_from_itself() {
    assert!(by_bars(|_| ()).is_none());
    let bits = in_bits(|table| {
        table.title = "renamed".into();
        table.provenance.push(Attribute::text("host", "another"));
    });
    assert!(bits.is_none(), "{bits:?}");
    // Six indices with two of no value, one zero dispersion, two losses, two components of a map of 12.
    assert_eq!(
        bits.variables.iter().map(|v| v.compared).sum::<usize>(),
        6 + 1 + 2 + 24
    );
}

#[test]
fn bars_that_meet_agree_and_others_do_not() {
    // 1.45 ± 0.02 against the same bar.
    let near = by_bars(|t| loss(t).values[1] += 0.039);
    assert!(near.is_none(), "{near:?}");
    let largest = near.variables[2].largest.clone().expect("not equal");
    assert!((largest.ratio - 0.975).abs() < 1e-9, "{largest:?}");
    let far = by_bars(|t| loss(t).values[1] += 0.041);
    let variable = &far.variables[2];
    assert!(!far.is_none() && variable.values == 1 && variable.compared == 2);
    let largest = variable.largest.clone().expect("not equal");
    assert_eq!(largest.at, "wavelength = 1.55e-6 m");
    assert!((largest.ratio - 1.025).abs() < 1e-9 && (largest.bar - 0.04).abs() < 1e-9);
    // Without bars only round-off passes.
    assert!(by_bars(|t| t.groups[0].variables[1].values[0] *= 1.0 + 1e-14).is_none());
    assert!(!by_bars(|t| t.groups[0].variables[1].values[0] *= 1.0 + 1e-9).is_none());
    let infinite = by_bars(|t| loss(t).values[0] = f64::INFINITY);
    assert_eq!(
        infinite.variables[2].largest.as_ref().map(|l| l.ratio),
        Some(f64::INFINITY)
    );
}

#[test]
fn statuses_names_and_units_count() {
    let status = by_bars(|t| loss(t).status[0] = Status::Unconverged);
    assert!(!status.is_none() && status.variables[2].statuses == 1);
    let named = by_bars(|t| {
        loss(t).name = "insertion_loss".into();
        t.groups[0].path = "waveguide/rib".into();
        t.fields.clear();
    });
    assert_eq!(
        named.only_in,
        [
            vec![
                "waveguide/wire".to_owned(),
                "fibre_chip/facet/total_loss in dB".into(),
                "fields/wire/mode_0".into()
            ],
            vec![
                "waveguide/rib".to_owned(),
                "fibre_chip/facet/insertion_loss in dB".into()
            ],
        ]
    );
    let unit = by_bars(|t| loss(t).units = "1".into());
    assert!(
        unit.only_in[1].contains(&"fibre_chip/facet/total_loss in 1".to_owned()) && !unit.is_none()
    );
}

#[test]
fn bits_tell_every_companion() {
    type Change = fn(&mut LossTable);
    let changes: [(Change, [usize; 3]); 5] = [
        (|t| loss(t).values[0] *= 1.0 + 1e-15, [1, 0, 0]),
        (|t| loss(t).status[0] = Status::Extrapolated, [0, 1, 0]),
        (|t| loss(t).error = Some(vec![0.01, 0.021]), [0, 0, 1]),
        (|t| loss(t).error = None, [0, 0, 2]),
        (
            |t| loss(t).reason = vec!["slow".into(), String::new()],
            [0, 0, 1],
        ),
    ];
    for (change, expected) in changes {
        let bits = in_bits(change);
        let v = &bits.variables[2];
        assert_eq!([v.values, v.statuses, v.companions], expected);
        assert!(!bits.is_none());
    }
    let axis = in_bits(|t| {
        t.groups[1].axes[0] = AxisScale::numbers(
            "wavelength",
            "m",
            "",
            vec![1.31e-6, 1.550_000_000_000_001e-6],
        )
    });
    assert!(!axis.is_none() && axis.axes == ["fibre_chip/facet/wavelength"]);
    let field = in_bits(|t| t.fields[0].components[1].values[[0, 0]] = 1.0);
    assert_eq!(field.variables.last().map(|v| v.values), Some(1));
    let zero = in_bits(|t| t.fields[0].components[1].values[[0, 0]] = -0.0);
    assert!(!zero.is_none(), "minus zero has other bits");
}

#[test]
fn other_axes_are_compared_where_the_hulls_overlap() {
    // sin x on two grids, with a bar of 1e-3 each, the second shifted by `shift`.
    let table = |x: Vec<f64>, shift: f64| {
        let values: Vec<f64> = x.iter().map(|x| x.sin() + shift).collect();
        let error = vec![1e-3; values.len()];
        let group = Group::new("curve", "")
            .with_axis(AxisScale::numbers("x", "m", "", x))
            .and_then(|g| {
                g.with_variable(Variable::new("f", "1", "", &["x"], values).with_error(error))
            });
        let mut table = LossTable::new("", "", "");
        table.add(group.expect("a group")).expect("added");
        table
    };
    let grid = |from: f64, points: i32| {
        (0..points)
            .map(|k| from + 0.1 * f64::from(k))
            .collect::<Vec<_>>()
    };
    let first = table(grid(0.0, 21), 0.0);
    let other = first.difference(&table(grid(0.55, 21), 0.0));
    assert!(other.is_none(), "{other:?}");
    // 0.6 to 2.0 in the second, 0.55 to 1.95 in the first.
    assert_eq!(
        (other.variables[0].compared, other.variables[0].not_compared),
        (15 + 15, 6 + 6)
    );
    assert_eq!(other.axes, ["curve/x"]);
    let shifted = first.difference(&table(grid(0.55, 21), 4e-3));
    assert!(shifted.variables[0].values > 20, "{shifted:?}");
    let bits = first.difference_in_bits(&table(grid(0.55, 21), 0.0));
    assert_eq!(bits.variables[0].values, 21);
    // Nothing in common is nothing compared, not agreement.
    let apart = first.difference(&table(grid(5.0, 4), 0.0));
    assert_eq!(
        (apart.variables[0].compared, apart.variables[0].not_compared),
        (0, 25)
    );
    assert!(!apart.is_none());
}
