//! Where the materials' numbers come from.

use cpo_materials::{Quantity, Source};

use super::cells::table;
use crate::report::{Cell, Column, Section, significant};
use crate::study::{MaterialKind, ParameterValues, StatedMaterial, Study};

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
        if let MaterialKind::Stated(stated) = &entry.kind {
            rows.push(vec![
                Cell::text(&entry.name),
                Cell::text("stated in the study"),
                Cell::text(stated_values(study, stated)),
            ]);
        }
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
        figures: Vec::new(),
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
fn stated_values(study: &Study, stated: &StatedMaterial) -> String {
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
        let [in_plane, through] = conductivity.map(|k| study.evaluate(&k, &nominal));
        parts.push(if in_plane == through {
            format!("conductivity {in_plane}")
        } else {
            format!("conductivity {in_plane} in the plane, {through} through it")
        });
    }
    if let Some(density) = &stated.density {
        parts.push(format!("density {}", study.evaluate(density, &nominal)));
    }
    if let Some(heat) = &stated.heat_capacity {
        parts.push(format!("specific heat {}", study.evaluate(heat, &nominal)));
    }
    let mut used = std::collections::BTreeSet::new();
    let entry = [
        stated.index.and_then(|e| e.parameter()),
        stated.extinction.and_then(|e| e.parameter()),
    ];
    used.extend(entry.into_iter().flatten());
    if let Some(conductivity) = &stated.conductivity {
        used.extend(conductivity.iter().filter_map(|e| e.parameter()));
    }
    let swept = used
        .iter()
        .filter_map(|id| study.parameters.get(id.0))
        .any(|p| p.values.len() > 1);
    if swept {
        parts.push("first value of a sweep".into());
    }
    parts.join(", ")
}
