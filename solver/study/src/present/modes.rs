//! The section of a table of modes.

use cpo_materials::{Dimension, Quantity};
use cpo_solver::modes::ModeClass;

use super::cells::{
    PER_MEGAKELVIN, PICOSECOND_PER_NM_KM, SOLVER, SQUARE_MICROMETRE, cell, failed, listed, loss,
    missing, optional, plain, table,
};
use super::{Context, guide_spread};
use crate::figures::DisplayUnit;
use crate::report::{Cell, Column, Section, significant};
use crate::run::{ModeOutcome, ModeRecord};
use crate::study::{Accuracy, Expr, ModesTable, Study, Wall};
use crate::table::Status;
use crate::tabulate::{group_path, identifier};

/// Full tables of `[modes.NAME]`.
pub(super) fn section(context: Context<'_>, modes: &ModesTable) -> Section {
    let (points, conditions) = context.mode_points(&modes.name);
    let solved = || {
        let all = points
            .iter()
            .filter_map(|&m| context.results.modes[m].as_ref().ok());
        all.flat_map(|o| &o.modes)
    };
    // A lossless guide between reflecting walls has no loss to report.
    let lossy = solved().any(|m| m.loss_db_per_m.value != 0.0 || m.loss_db_per_m.error != 0.0);
    let rough = solved().any(|m| !m.scattering.is_empty());
    let joined = solved().any(|m| m.transition_db.status != Status::NotComputed);
    let dispersive = solved().any(|m| m.dispersion.status != Status::NotComputed);
    let boxed = solved().any(|m| m.class != ModeClass::Guided);
    let crossed = solved().any(|m| m.track != m.id);
    let asked = match modes.accuracy {
        Accuracy::Error(error) => format!("asked for {}", significant(error, 2)),
        Accuracy::Grid(_) => String::new(),
    };

    let group = group_path("waveguide", &modes.name);
    let mut columns = conditions.columns();
    columns.push(Column::new("mode", ""));
    if crossed {
        columns.push(Column::new("track", ""));
    }
    if boxed {
        columns.push(Column::new("class", ""));
    }
    let texts = columns.len();
    columns.extend([
        Column::new("effective index", "").of_table(format!("{group}/effective_index")),
        Column::new("group index", "").of_table(format!("{group}/group_index")),
    ]);
    if lossy {
        columns.push(Column::new("loss", "dB/cm").of_table(format!("{group}/loss")));
    }
    if rough {
        columns.push(
            Column::new("loss with scattering", "dB/cm").of_table(format!("{group}/total_loss")),
        );
    }
    if joined {
        columns.push(
            Column::new("joint with the straight guide", "dB")
                .of_table(format!("{group}/transition_loss")),
        );
    }
    if dispersive {
        columns.push(
            Column::new("dispersion", PICOSECOND_PER_NM_KM.symbol)
                .of_table(format!("{group}/dispersion")),
        );
    }
    columns.extend([
        Column::new("TE fraction", "").of_table(format!("{group}/te_fraction")),
        Column::new("effective area", "µm²").of_table(format!("{group}/effective_area")),
        Column::new("MFD x", "µm").of_table(format!("{group}/mode_field_diameter_x")),
        Column::new("MFD y", "µm").of_table(format!("{group}/mode_field_diameter_y")),
        Column::new("dn_eff/dT", PER_MEGAKELVIN.symbol).of_table(format!("{group}/thermo_optic")),
    ]);
    let mut rows = Vec::new();
    let mut numerics = Vec::new();
    for (p, &m) in points.iter().enumerate() {
        let outcome = match &context.results.modes[m] {
            Ok(outcome) => outcome,
            Err(reason) => {
                let mut row = conditions.cells(p);
                row.push(missing());
                row.extend(crossed.then(missing));
                row.extend(boxed.then(|| Cell::text("–")));
                row.extend(failed(reason, columns.len() - texts));
                rows.push(row);
                continue;
            }
        };
        for mode in &outcome.modes {
            let mut row = conditions.cells(p);
            row.extend(mode_cells(
                mode,
                [crossed, boxed, lossy, rough, joined, dispersive],
                &asked,
            ));
            rows.push(row);
            let mut row = conditions.cells(p);
            row.extend(numerics_cells(outcome, mode));
            numerics.push(row);
        }
    }
    let caption = if boxed {
        "Modes by falling effective index."
    } else {
        "Modes by falling effective index; all are guided."
    };
    let caption = if crossed {
        format!("{caption} Some change places in the sweep: a mode keeps its track.")
    } else {
        caption.to_owned()
    };
    let mut tables = vec![table(caption, columns, rows)];
    tables.extend(sensitivities(context, &group, &points, &conditions));
    tables.extend(guide_spread::tables(context, &group, &points, &conditions));
    let mut columns = conditions.columns();
    columns.push(Column::new("mode", ""));
    columns.extend(
        ["observed order", "window", "residual", "levels"].map(|title| {
            let column = Column::new(title, "");
            match title {
                "window" => column.of_table(format!("{group}/window_effect")),
                _ => column.with_origin(SOLVER),
            }
        }),
    );
    columns.push(Column::new("unknowns of the last", ""));
    tables.push(table(
        "How the effective indices were computed: observed order of convergence, where the levels are grids (2 for smooth \
         fields); the window's part of the error bar; residual of the eigenvalue problem; number of levels, which are \
         rising orders of elements or ever finer grids; unknowns of the last.",
        columns,
        numerics,
    ));
    Section {
        title: format!("Modes of {}", modes.name),
        text: text(context, modes, &points, &conditions.shared(), lossy),
        tables,
        ..Section::default()
    }
}

fn text(
    context: Context<'_>,
    modes: &ModesTable,
    points: &[usize],
    shared: &str,
    lossy: bool,
) -> String {
    let mut text = format!("Cross-section \"{}\"", modes.cross_section);
    if !shared.is_empty() {
        text += &format!(" at {shared}");
    }
    text += &format!("; {}", walls(context.study, modes));
    text += &bend_and_target(context.study, modes);
    let outcome = points
        .iter()
        .find_map(|&m| context.results.modes[m].as_ref().ok());
    if let Some(outcome) = outcome {
        text += &format!(
            " A guided mode exceeds the index {} of what it could radiate into.",
            significant(outcome.radiation_index, 6)
        );
        if outcome.counted.is_some() {
            text += " All guided modes were found: an independent count (Sylvester's law of inertia) gives as many.";
        }
    }
    text += " The group index includes material dispersion; \
        mode field diameters (MFD) are those at which the intensity falls to 1/e².";
    if outcome.is_some() && !lossy && !modes.boundary.absorb() {
        text +=
            " No material absorbs, and the walls reflect: these modes have no propagation loss.";
    }
    text
}

/// "electric walls", "walls: left electric, right PML of 1 um, ...".
fn walls(study: &Study, modes: &ModesTable) -> String {
    let of = |wall: Wall| match wall {
        Wall::Electric => "electric".to_owned(),
        Wall::Magnetic => "magnetic".to_owned(),
        Wall::Absorbing { thickness } => format!("PML of {}", stated(study, &thickness)),
    };
    let sides = modes.boundary.sides();
    let first = sides[0].1;
    if sides.iter().all(|(_, wall)| *wall == first) {
        return match first {
            Wall::Absorbing { .. } => format!("on all sides a {}", of(first)),
            Wall::Electric | Wall::Magnetic => format!("{} walls", of(first)),
        };
    }
    let texts = sides.map(|(side, wall)| format!("{side} {}", of(wall)));
    format!("walls: {}", listed(&texts))
}

/// What ends the sentence about the walls.
fn bend_and_target(study: &Study, modes: &ModesTable) -> String {
    let mut text = String::new();
    if let Some(radius) = &modes.bend_radius {
        text += &format!(
            "; bent with a radius of {} to the middle of the window, positive with the centre of curvature on \
             the side of low x",
            stated(study, radius)
        );
    }
    if let Some(target) = &modes.target {
        text += &format!(
            "; the modes nearest to an effective index of {}",
            stated(study, target)
        );
    }
    text + "."
}

/// A value, or the name of the parameter that holds it.
fn stated<Q: Quantity + std::fmt::Display>(study: &Study, expr: &Expr<Q>) -> String {
    match expr {
        Expr::Constant(value) => value.to_string(),
        Expr::Parameter(id) => study.parameters[id.0].name.clone(),
    }
}

/// Cells of a mode; the flags say whether there are columns for track, class, loss, scattering, joints and dispersion.
fn mode_cells(
    mode: &ModeRecord,
    [crossed, boxed, lossy, rough, joined, dispersive]: [bool; 6],
    asked: &str,
) -> Vec<Cell> {
    let micrometre = DisplayUnit::MICROMETRE;
    let class = match mode.class {
        ModeClass::Guided => "guided",
        ModeClass::Leaky => "leaky",
        ModeClass::Box => "box: artefact of the window",
        ModeClass::Absorber => "pml: artefact of the absorbing layers",
    };
    let mut row = vec![Cell::number(mode.id as f64, DisplayUnit::ONE)];
    row.extend(crossed.then(|| Cell::number(mode.track as f64, DisplayUnit::ONE)));
    row.extend(boxed.then(|| Cell::text(class)));
    row.extend([
        cell(&mode.effective_index, DisplayUnit::ONE, asked),
        cell(&mode.group_index, DisplayUnit::ONE, ""),
    ]);
    if lossy {
        let unit = DisplayUnit::DECIBEL_PER_CENTIMETRE;
        row.push(loss(&mode.loss_db_per_m, unit, ""));
    }
    if rough {
        let unit = DisplayUnit::DECIBEL_PER_CENTIMETRE;
        row.push(cell(&mode.total_loss_db_per_m, unit, ""));
    }
    if joined {
        row.push(loss(&mode.transition_db, DisplayUnit::DECIBEL, ""));
    }
    row.extend(dispersive.then(|| optional(&mode.dispersion, PICOSECOND_PER_NM_KM)));
    let [x, y] = &mode.mode_field_diameter;
    row.extend([
        cell(&mode.te_fraction, DisplayUnit::ONE, ""),
        cell(&mode.effective_area, SQUARE_MICROMETRE, ""),
        cell(x, micrometre, ""),
        cell(y, micrometre, ""),
        optional(&mode.thermo_optic, PER_MEGAKELVIN),
    ]);
    row
}

fn numerics_cells(outcome: &ModeOutcome, mode: &ModeRecord) -> Vec<Cell> {
    let order = mode
        .order
        .map_or_else(missing, |order| plain(order, DisplayUnit::ONE));
    let (levels, last) = (outcome.levels.len(), outcome.levels.last());
    vec![
        Cell::number(mode.id as f64, DisplayUnit::ONE),
        order,
        plain(mode.window_effect, DisplayUnit::ONE),
        plain(mode.residual, DisplayUnit::ONE),
        Cell::number(levels as f64, DisplayUnit::ONE),
        Cell::text(last.map_or(String::new(), |(_, unknowns)| unknowns.to_string())),
    ]
}

/// dn_eff/dp for each parameter p, if the geometry has any.
fn sensitivities(
    context: Context<'_>,
    group: &str,
    points: &[usize],
    conditions: &super::conditions::Conditions,
) -> Option<crate::report::ReportTable> {
    let mut names: Vec<&str> = Vec::new();
    for outcome in points
        .iter()
        .filter_map(|&m| context.results.modes[m].as_ref().ok())
    {
        for (name, _) in outcome.modes.iter().flat_map(|m| &m.sensitivities) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
    }
    if names.is_empty() {
        return None;
    }
    let unit = |name: &str| {
        let parameter = context.study.parameters.iter().find(|p| p.name == name);
        match parameter.map(|p| p.dimension) {
            Some(Dimension::LENGTH) => {
                DisplayUnit::new("1/µm", DisplayUnit::MICROMETRE.size.recip())
            }
            Some(Dimension::NONE) | None => DisplayUnit::ONE,
            Some(Dimension::ANGLE) => DisplayUnit::new("1/°", DisplayUnit::DEGREE.size.recip()),
            Some(_) => DisplayUnit::new("per SI unit", 1.0),
        }
    };
    let mut columns = conditions.columns();
    columns.push(Column::new("mode", ""));
    for name in &names {
        let short = name.rsplit('.').next().unwrap_or(name);
        let column = Column::new(format!("dn_eff/d {short}"), unit(name).symbol);
        let variable = format!("{group}/sensitivity_{}", identifier(name));
        columns.push(column.of_table(variable));
    }
    let mut rows = Vec::new();
    for (p, &m) in points.iter().enumerate() {
        let Ok(outcome) = &context.results.modes[m] else {
            continue;
        };
        for mode in &outcome.modes {
            let mut row = conditions.cells(p);
            row.push(Cell::number(mode.id as f64, DisplayUnit::ONE));
            for name in &names {
                let found = mode.sensitivities.iter().find(|(n, _)| n == name);
                row.push(found.map_or_else(missing, |(_, v)| optional(v, unit(name))));
            }
            rows.push(row);
        }
    }
    let tolerances: Vec<String> = context
        .study
        .parameters
        .iter()
        .filter(|p| names.contains(&p.name.as_str()))
        .filter_map(|p| {
            let tolerance = p.tolerance?;
            (p.dimension == Dimension::LENGTH).then(|| {
                let sigma = cpo_materials::Length::from_si(tolerance.sigma);
                format!(" {}: σ = {sigma} per {}.", p.name, tolerance.scope.name())
            })
        })
        .collect();
    let caption = format!(
        "What a change of a parameter does to the effective index.{}",
        tolerances.concat()
    );
    Some(table(caption, columns, rows))
}
