//! Tables for tests, and the programs that read them.

use cpo_table::{
    Attribute, AttributeValue, AxisScale, Field, FieldComponent, Group, InputFile, LossTable,
    Status, TableError, Variable,
};
use ndarray::Array2;
use num_complex::Complex64;

/// A table with everything in it: text axes, scalars, errors, failures, attributes, fields, nested groups.
pub fn example_table() -> Result<LossTable, TableError> {
    let mut table = LossTable::new("wire", "cpo 0.1.0", "[study]\nname = \"wire\" # µm\n");
    table.history = "cpo run wire.toml".into();
    table.attributes.push(Attribute::text(
        "description",
        "a silicon wire, 450 nm × 220 nm",
    ));
    table.provenance.push(Attribute::text(
        "material_silicon",
        "Li 1980, doi:10.1063/1.555624",
    ));
    table.provenance.push(Attribute::number("threads", 2.0));
    table.inputs.push(InputFile {
        name: "curves/laser.csv".into(),
        text: "current,power\n0.1,2e-3\n".into(),
    });

    let polarisation = AxisScale::text(
        "polarisation",
        "polarisation",
        vec!["TE".into(), "TM".into()],
    );
    let wavelength = AxisScale::numbers(
        "wavelength",
        "m",
        "vacuum wavelength",
        vec![1.53e-6, 1.55e-6, 1.57e-6],
    );
    let status = vec![
        Status::Ok,
        Status::Ok,
        Status::Unconverged,
        Status::Extrapolated,
        Status::Failed,
        Status::NotComputed,
    ];
    let reason = ["", "", "grid limit reached", "", "no guided mode", ""]
        .map(str::to_owned)
        .to_vec();
    let index = Variable::new(
        "effective_index",
        "1",
        "effective index",
        &["polarisation", "wavelength"],
        vec![2.46, 2.447_192_6, 2.43, 1.80, f64::NAN, f64::NAN],
    )
    .with_error(vec![1e-6, 3e-7, 1e-3, 1e-6, f64::NAN, f64::NAN])
    .with_status(status, reason);
    let group = Group::new("waveguide/wire", "strip waveguide \"wire\"")
        .with_attribute(Attribute::number("sidewall_sigma", 2e-9))
        .with_axis(polarisation)?
        .with_axis(wavelength)?
        .with_variable(index)?
        .with_variable(Variable::new(
            "zero_dispersion",
            "m",
            "wavelength of zero dispersion",
            &[],
            vec![1.31e-6],
        ))?;
    table.add(group)?;

    let wavelength = AxisScale::numbers(
        "wavelength",
        "m",
        "vacuum wavelength",
        vec![1.31e-6, 1.55e-6],
    );
    let loss = Variable::new(
        "total_loss",
        "dB",
        "fibre to chip loss",
        &["wavelength"],
        vec![1.3, 1.45],
    )
    .with_error(vec![0.01, 0.02])
    .between("P2", "P3")
    .with_attribute(Attribute {
        name: "gap".into(),
        value: AttributeValue::Numbers(vec![1e-6, 2e-6]),
    });
    table.add(
        Group::new("fibre_chip/facet", "edge coupler")
            .with_axis(wavelength)?
            .with_variable(loss)?,
    )?;

    let ex = Array2::from_shape_fn((4, 3), |(i, j)| Complex64::new(i as f64, 0.5 * j as f64));
    table.add_field(Field {
        path: "wire/mode_0".into(),
        long_name: "fundamental TE mode, 1 W".into(),
        attributes: vec![Attribute::number("wavelength", 1.55e-6)],
        x: AxisScale::numbers("x", "m", "across", vec![-3e-7, -1e-7, 1e-7, 3e-7]),
        y: AxisScale::numbers("y", "m", "up", vec![0.0, 1.1e-7, 2.2e-7]),
        components: FieldComponent::complex("Ex", "V m-1", "Ex", &ex).to_vec(),
    })?;
    Ok(table)
}

/// A string that shows all of a table: NaN compares unequal, but prints equal.
#[allow(dead_code)] // each test file takes what it needs
pub fn shown(table: &LossTable) -> String {
    format!("{table:#?}")
}
