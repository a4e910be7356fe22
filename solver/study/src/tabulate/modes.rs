//! waveguide/NAME: the guided modes of a table.

use std::borrow::Cow;

use super::sweep::SweepAxes;
use super::{
    AxisScale, Field, FieldComponent, column, group_path, guide_spread, identifier, spread,
};
use crate::plan::{ModePoint, Plan};
use crate::run::{ModeOutcome, ModeRecord, Outcome, Results, Value};
use crate::study::{Expr, ModesTable, Study, Wall};
use crate::table::{Attribute, Group, LossTable, Status, TableError};
use cpo_materials::Quantity as _;
use cpo_solver::modes::ModeClass;

/// A quantity of a mode: name, units, long name, value.
type Quantity = (
    &'static str,
    &'static str,
    &'static str,
    fn(&ModeRecord) -> Value,
);

const QUANTITIES: [Quantity; 18] = [
    (
        "effective_index",
        "1",
        "real part of the effective index",
        |m| m.effective_index,
    ),
    (
        "effective_index_imaginary",
        "1",
        "imaginary part of the effective index",
        |m| m.attenuation,
    ),
    (
        "group_index",
        "1",
        "group index, material dispersion included",
        |m| m.group_index,
    ),
    (
        "loss",
        "dB/m",
        "propagation loss; where it is less than its error, it is not told from none",
        |m| m.loss_db_per_m,
    ),
    (
        "te_fraction",
        "1",
        "share of Ex in the transverse electric energy",
        |m| m.te_fraction,
    ),
    (
        "polarization_fraction_x",
        "1",
        "share of Ex in the square of the electric field",
        |m| m.polarization_fractions[0],
    ),
    (
        "polarization_fraction_y",
        "1",
        "share of Ey in the square of the electric field",
        |m| m.polarization_fractions[1],
    ),
    (
        "polarization_fraction_z",
        "1",
        "share of Ez in the square of the electric field",
        |m| m.polarization_fractions[2],
    ),
    ("effective_area", "m2", "effective area", |m| {
        m.effective_area
    }),
    (
        "mode_field_diameter_x",
        "m",
        "1/e2 mode field diameter along x",
        |m| m.mode_field_diameter[0],
    ),
    (
        "mode_field_diameter_y",
        "m",
        "1/e2 mode field diameter along y",
        |m| m.mode_field_diameter[1],
    ),
    (
        "mode_field_diameter_d4_sigma_x",
        "m",
        "four standard deviations of the power density along x",
        |m| m.d4_sigma[0],
    ),
    (
        "mode_field_diameter_d4_sigma_y",
        "m",
        "four standard deviations of the power density along y",
        |m| m.d4_sigma[1],
    ),
    (
        "mode_field_diameter_petermann_x",
        "m",
        "mode field diameter along x, Petermann's second definition",
        |m| m.petermann[0],
    ),
    (
        "mode_field_diameter_petermann_y",
        "m",
        "mode field diameter along y, Petermann's second definition",
        |m| m.petermann[1],
    ),
    (
        "thermo_optic",
        "K-1",
        "derivative of the effective index by temperature",
        |m| m.thermo_optic,
    ),
    (
        "resonance_drift",
        "m K-1",
        "drift of the wavelength of a resonance by temperature, its length fixed",
        |m| m.resonance_drift,
    ),
    (
        "window_effect",
        "1",
        "part of the error of effective_index that is due to the window",
        |m| Value::with_error(m.window_effect, 0.0),
    ),
];

/// A plain number of a mode: name, long name, value.
type Evidence = (&'static str, &'static str, fn(&ModeRecord) -> f64);

/// What tells modes from artefacts and from each other, of every mode.
const EVIDENCE: [Evidence; 3] = [
    (
        "mode_class",
        "class of the mode: 0 guided, 1 leaky, 2 box, 3 pml; the last two are artefacts",
        |m| match m.class {
            ModeClass::Guided => 0.0,
            ModeClass::Leaky => 1.0,
            ModeClass::Box => 2.0,
            ModeClass::Absorber => 3.0,
        },
    ),
    (
        "layer_share",
        "share of the square of the electric field in the absorbing layers",
        |m| m.layer_share,
    ),
    (
        "track",
        "number that a mode keeps through the sweep, also where it changes places with another",
        |m| m.track as f64,
    ),
];

fn of<'a>(
    plan: &'a Plan,
    results: &'a Results,
    name: &'a str,
) -> impl Iterator<Item = (&'a ModePoint, &'a Outcome<ModeOutcome>)> + Clone {
    plan.modes
        .iter()
        .zip(&results.modes)
        .filter(move |(point, _)| point.modes == name)
}

pub(super) fn group(
    study: &Study,
    plan: &Plan,
    results: &Results,
    name: &str,
) -> Result<Group, TableError> {
    let points = of(plan, results, name);
    let sweep = SweepAxes::of_light(
        study,
        points
            .clone()
            .map(|(p, _)| (&p.values, p.temperature, p.wavelength)),
    );
    let solved = || points.clone().filter_map(|(_, o)| o.as_ref().ok());
    let count = solved().map(|o| o.modes.len()).max().unwrap_or(1);
    let mut group = sweep.add_to(Group::new(
        group_path("waveguide", name),
        format!("modes of {name}"),
    ))?;
    if let Some(first) = solved().next() {
        let cells: Vec<String> = first
            .levels
            .iter()
            .map(|(_, unknowns)| unknowns.to_string())
            .collect();
        group = group.with_attribute(Attribute::text("unknowns_of_first_point", cells.join(", ")));
        group = group.with_attribute(Attribute::number(
            "radiation_index_of_first_point",
            first.radiation_index,
        ));
        if let Some(counted) = first.counted {
            group = group.with_attribute(Attribute::number(
                "guided_modes_counted_at_first_point",
                counted as f64,
            ));
        }
    }
    let table = study.modes.iter().find(|table| table.name == name);
    for attribute in table.iter().flat_map(|table| conditions(study, table)) {
        group = group.with_attribute(attribute);
    }
    let ids = (0..count).map(|id| id as f64).collect();
    group = group.with_axis(AxisScale::numbers(
        "mode",
        "1",
        "modes by falling effective index",
        ids,
    ))?;
    let axes = sweep.names(&["mode"]);
    let record =
        |outcome: &ModeOutcome, id: usize, value: &dyn Fn(&ModeRecord) -> Value| match outcome
            .modes
            .get(id)
        {
            None => Err("fewer modes here"),
            Some(mode) if !mode.class.is_physical() => {
                Err("an artefact of the window or its absorbing layers")
            }
            Some(mode) => Ok(value(mode)),
        };
    for (name, units, long_name, value) in QUANTITIES {
        let column = column(points.clone().map(|(_, o)| o), count, |o, id| {
            record(o, id, &value)
        });
        group = group.with_variable(column.variable(name, units, long_name, &axes))?;
    }
    let first = solved().find_map(|o| o.modes.first());
    let by_solves = table.is_some_and(|table| table.spread);
    let derived = first.into_iter().flat_map(|mode| {
        let spread = match by_solves {
            true => Vec::new(),
            false => spread::of_effective_index(study, mode),
        };
        of_regions_and_parameters(study, mode)
            .into_iter()
            .chain(spread)
    });
    for derived in derived {
        let column = column(points.clone().map(|(_, o)| o), count, |o, id| {
            record(o, id, &derived.value)
        });
        let long_name = &derived.long_name;
        group = group.with_variable(column.variable(
            &derived.name,
            &derived.units,
            long_name,
            &axes,
        ))?;
    }
    for (number, mode) in guide_spread::spread_numbers(solved().flat_map(|o| &o.modes)) {
        let variable = guide_spread::GuideVariable::new(number, mode);
        let outcomes = points.clone().map(|(_, o)| o);
        for (quantile, column) in guide_spread::columns(number, &variable, outcomes, count) {
            let (name, words) = (&quantile.name, &quantile.long_name);
            group = group.with_variable(column.variable(name, variable.units, words, &axes))?;
        }
    }
    for (name, long_name, value) in EVIDENCE {
        let column = column(points.clone().map(|(_, o)| o), count, |o, id| {
            let mode = o.modes.get(id).ok_or("fewer modes here")?;
            Ok(Value::with_error(value(mode), 0.0))
        });
        group = group.with_variable(column.variable(name, "1", long_name, &axes))?;
    }
    Ok(group)
}

/// A quantity of a mode that belongs to a region or a parameter of the study.
pub(super) struct Derived {
    pub(super) name: String,
    pub(super) units: Cow<'static, str>,
    pub(super) long_name: String,
    pub(super) value: Box<dyn Fn(&ModeRecord) -> Value>,
}

/// Those that `mode` has; all modes of a table have the same.
fn of_regions_and_parameters(study: &Study, mode: &ModeRecord) -> Vec<Derived> {
    let mut all = Vec::new();
    let regions: Vec<&str> = mode.confinement.iter().map(|s| s.region.as_str()).collect();
    let identifiers = distinct_identifiers(&regions);
    for (k, (region, identifier)) in regions.iter().zip(&identifiers).enumerate() {
        let region = (*region).to_owned();
        let share = move |mode: &ModeRecord| {
            // The first is the background, whatever a region is called.
            let mut shares = mode.confinement.iter().skip(k.min(1));
            shares.find(|share| share.region == region).cloned()
        };
        let name = regions[k];
        let other = share.clone();
        all.push(Derived {
            name: format!("confinement_{identifier}"),
            units: "1".into(),
            long_name: format!("confinement factor dn_eff/dn of {name}"),
            value: Box::new(move |mode| share(mode).map_or_else(Value::absent, |s| s.gain)),
        });
        all.push(Derived {
            name: format!("power_fraction_{identifier}"),
            units: "1".into(),
            long_name: format!("fraction of the power in {name}"),
            value: Box::new(move |mode| other(mode).map_or_else(Value::absent, |s| s.power)),
        });
    }
    all.extend(of_regions(
        mode,
        ["absorption", "loss by absorption in"],
        |m| &m.absorption,
    ));
    all.extend(of_regions(
        mode,
        [
            "scattering",
            "loss by scattering at the rough side walls of",
        ],
        |m| &m.scattering,
    ));
    let whole = [
        (
            mode.radiation.status != Status::NotComputed,
            "radiation_loss",
            "dB/m",
            "loss by radiation into absorbing layers: leakage and bends",
            (|m| m.radiation) as fn(&ModeRecord) -> Value,
        ),
        (
            !mode.scattering.is_empty(),
            "total_loss",
            "dB/m",
            "loss by absorption, radiation and scattering",
            |m| m.total_loss_db_per_m,
        ),
        (
            mode.transition_db.status != Status::NotComputed,
            "transition_loss",
            "dB",
            "loss of the joint with the straight guide",
            |m| m.transition_db,
        ),
        (
            mode.dispersion.status != Status::NotComputed,
            "dispersion",
            "s m-2",
            "group-velocity dispersion D, material dispersion included",
            |m| m.dispersion,
        ),
    ];
    for (there, name, units, long_name, value) in whole {
        if there {
            all.push(Derived {
                name: name.to_owned(),
                units: units.into(),
                long_name: long_name.to_owned(),
                value: Box::new(value),
            });
        }
    }
    for (parameter, _) in &mode.sensitivities {
        let known = study.parameters.iter().find(|p| p.name == *parameter);
        let units = known.and_then(|p| p.dimension.power(-1));
        let name = parameter.clone();
        let slope = move |mode: &ModeRecord| {
            let mut slopes = mode.sensitivities.iter();
            let found = slopes.find(|(parameter, _)| *parameter == name);
            found.map_or_else(Value::absent, |(_, slope)| *slope)
        };
        all.push(Derived {
            name: format!("sensitivity_{}", identifier(parameter)),
            units: units.map_or_else(Cow::default, |inverse| inverse.to_string().into()),
            long_name: format!("derivative of the effective index by {parameter}"),
            value: Box::new(slope),
        });
    }
    all
}

/// Losses by region, one quantity each; `words` are the beginnings of its name and its long name.
fn of_regions(
    mode: &ModeRecord,
    words: [&'static str; 2],
    losses: fn(&ModeRecord) -> &[(String, Value)],
) -> Vec<Derived> {
    let regions: Vec<&str> = losses(mode).iter().map(|(r, _)| r.as_str()).collect();
    let identifiers = distinct_identifiers(&regions);
    let derived = |(k, (region, identifier)): (usize, (&&str, &String))| {
        let name = (*region).to_owned();
        let loss = move |mode: &ModeRecord| {
            // A region may be called as the background is, which comes first where it is listed.
            let mut losses = losses(mode).iter().skip(k.min(1));
            let found = losses.find(|(region, _)| *region == name);
            found.map_or_else(Value::absent, |(_, loss)| *loss)
        };
        Derived {
            name: format!("{}_{identifier}", words[0]),
            units: "dB/m".into(),
            long_name: format!("{} {region}", words[1]),
            value: Box::new(loss),
        }
    };
    regions
        .iter()
        .zip(&identifiers)
        .enumerate()
        .map(derived)
        .collect()
}

/// Identifiers of names; one that an earlier name has gets a number.
pub(super) fn distinct_identifiers(names: &[&str]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        let plain = identifier(name);
        let numbered = (2..).map(|k| format!("{plain}_{k}"));
        let free = std::iter::once(plain.clone())
            .chain(numbered)
            .find(|candidate| !all.contains(candidate));
        all.push(free.unwrap_or(plain));
    }
    all
}

/// Walls, bend and target as attributes: SI numbers, or the name of the axis or attribute that holds
/// them where they are parameters.
fn conditions(study: &Study, table: &ModesTable) -> Vec<Attribute> {
    let parameter = |id: &crate::study::ParameterId| identifier(&study.parameters[id.0].name);
    let wall = |wall: Wall| match wall {
        Wall::Electric => "electric".to_owned(),
        Wall::Magnetic => "magnetic".to_owned(),
        Wall::Absorbing { thickness } => match &thickness {
            Expr::Constant(thickness) => format!("pml {:e} m", thickness.si()),
            Expr::Parameter(id) => format!("pml {}", parameter(id)),
        },
    };
    let walls = table
        .boundary
        .sides()
        .map(|(side, w)| format!("{side} {}", wall(w)));
    let mut all = vec![Attribute::text("modes_boundary", walls.join(", "))];
    let name = "modes_bend_radius";
    all.extend(table.bend_radius.map(|radius| match &radius {
        Expr::Constant(radius) => Attribute::number(name, radius.si()),
        Expr::Parameter(id) => Attribute::text(name, parameter(id)),
    }));
    let name = "modes_target";
    all.extend(table.target.map(|target| match &target {
        Expr::Constant(target) => Attribute::number(name, target.si()),
        Expr::Parameter(id) => Attribute::text(name, parameter(id)),
    }));
    let sections = study.cross_sections.iter();
    let shapes = sections
        .filter(|section| section.name == table.cross_section)
        .flat_map(|section| &section.shapes);
    for (shape, rough) in shapes.filter_map(|s| s.roughness.map(|rough| (s, rough))) {
        for (what, length) in [
            ("rms", &rough.rms),
            ("correlation_length", &rough.correlation_length),
        ] {
            let name = format!("roughness_{what}_{}", identifier(&shape.name));
            all.push(match length {
                Expr::Constant(length) => Attribute::number(name, length.si()),
                Expr::Parameter(id) => Attribute::text(name, parameter(id)),
            });
        }
    }
    all
}

/// |E| of the pictured modes.
pub(super) fn fields(
    table: &mut LossTable,
    plan: &Plan,
    results: &Results,
    name: &str,
) -> Result<(), TableError> {
    let Some((point, Ok(outcome))) = of(plan, results, name).next() else {
        return Ok(());
    };
    for (id, picture) in outcome.pictures.iter().enumerate() {
        let centres = |d: usize| {
            picture.faces[d]
                .windows(2)
                .map(|w| 0.5 * (w[0] + w[1]))
                .collect()
        };
        table.add_field(Field {
            path: format!("{}/mode_{id}", identifier(name)),
            long_name: format!(
                "mode {id} of {name} at {}, {}",
                point.wavelength, point.temperature
            ),
            attributes: vec![Attribute::text("normalisation", "1 W")],
            x: AxisScale::numbers("x", "m", "across", centres(0)),
            y: AxisScale::numbers("y", "m", "up", centres(1)),
            components: vec![FieldComponent::real(
                "electric_magnitude",
                "V/m",
                "magnitude of the electric field",
                picture.electric.clone(),
            )],
        })?;
    }
    Ok(())
}
