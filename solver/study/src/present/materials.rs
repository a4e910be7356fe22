//! Where the materials' numbers come from.

use cpo_materials::{Quantity, Source};

use super::cells::table;
use crate::report::{Cell, Column, Section, significant};
use crate::study::{MaterialEntry, MaterialKind, ParameterValues, StatedMaterial, Study};

/// Every material in use; none if the study uses none.
pub(super) fn section(study: &Study) -> Option<Section> {
    let mut rows: Vec<Vec<Cell>> = study
        .materials_used()
        .iter()
        .map(|record| {
            let mut sources: Vec<String> = Vec::new();
            for (what, source) in [
                ("optical", &record.source),
                ("thermal", &record.thermal_source),
            ] {
                if let Some(source) = source {
                    let text = described(source);
                    match sources.iter_mut().find(|known| known.ends_with(&text)) {
                        Some(both) => *both = format!("optical and thermal: {text}"),
                        None => sources.push(format!("{what}: {text}")),
                    }
                }
            }
            vec![
                Cell::text(&record.asked),
                Cell::text(&record.name),
                Cell::text(sources.join(" ")),
            ]
        })
        .collect();
    for entry in study.materials.iter().filter(|entry| entry.used) {
        let values = match &entry.kind {
            MaterialKind::Stated(stated) => stated_values(study, stated),
            MaterialKind::Columns(mixture) => vec![format!(
                "{} in {}, columns on {} of the area",
                mixture.columns.name,
                mixture.matrix.name,
                significant(
                    study
                        .evaluate(&mixture.fill, &ParameterValues::nominal())
                        .si(),
                    8
                )
            )],
            _ => continue,
        };
        rows.push(vec![
            Cell::text(&entry.name),
            Cell::text("stated in the study"),
            Cell::text(with_sweep(study, entry, values)),
        ]);
    }
    (!rows.is_empty()).then(|| Section {
        title: "Materials".into(),
        text: "Their uncertainty is in no error bar of this report.".into(),
        tables: vec![table(
            "Data used.",
            vec![
                Column::new("in the study", ""),
                Column::new("resolved to", ""),
                Column::new("source", ""),
            ],
            rows,
        )],
        ..Section::default()
    })
}

/// Reference, DOI, range, temperature.
fn described(source: &Source) -> String {
    let mut text = source.reference.trim().trim_end_matches('.').to_owned();
    if let Some(doi) = &source.doi {
        text += &format!(", doi:{doi}");
    }
    if let Some([from, to]) = source.wavelength_range {
        text += &format!("; {from} to {to}");
    }
    if let Some(temperature) = source.temperature {
        text += &format!("; at {temperature}");
    }
    text + "."
}

/// "index 1.444, conductivity 130 W/(m K)"; a swept one by its nominal value.
fn with_sweep(study: &Study, entry: &MaterialEntry, mut values: Vec<String>) -> String {
    let swept = study
        .parameters_of(entry)
        .into_iter()
        .any(|p| p.values.len() > 1);
    if swept {
        values.push("first value of a sweep".into());
    }
    values.join(", ")
}

/// "index 1.444", "conductivity 130 W/(m K)".
fn stated_values(study: &Study, stated: &StatedMaterial) -> Vec<String> {
    let nominal = ParameterValues::nominal();
    let mut parts: Vec<String> = Vec::new();
    let number = |expr: &crate::study::Expr<crate::study::Number>| {
        significant(study.evaluate(expr, &nominal).si(), 8)
    };
    if let Some(index) = &stated.index {
        parts.push(format!("index {}", number(index)));
    }
    if let Some(extinction) = &stated.extinction {
        parts.push(format!("extinction {}", number(extinction)));
    }
    if let Some((slope, reference)) = &stated.dn_dt {
        let (slope, reference) = (
            study.evaluate(slope, &nominal),
            study.evaluate(reference, &nominal),
        );
        parts.push(format!("dn/dT {slope}, index at {reference}"));
    }
    if let Some(conductivity) = &stated.conductivity {
        let [in_plane, through] = conductivity.k.map(|k| study.evaluate(&k, &nominal));
        let law = conductivity.power.as_ref().map_or(String::new(), |power| {
            format!(
                " times (T/{})^-{}",
                study.evaluate(&power.reference, &nominal),
                number(&power.exponent)
            )
        });
        parts.push(if in_plane == through {
            format!("conductivity {in_plane}{law}")
        } else {
            format!("conductivity {in_plane} in the plane, {through} through it{law}")
        });
    }
    if let Some(density) = &stated.density {
        parts.push(format!("density {}", study.evaluate(density, &nominal)));
    }
    if let Some(heat) = &stated.heat_capacity {
        parts.push(format!("specific heat {}", study.evaluate(heat, &nominal)));
    }
    parts
}
