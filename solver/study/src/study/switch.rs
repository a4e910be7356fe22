//! `switched` of `[heat.NAME]`: sources whose power changes all at once.

use std::collections::BTreeSet;

use cpo_materials::{Power, Quantity};

use super::laser::LaserHeat;
use super::material::all_or;
use super::reader::{Limit, Reader};
use super::schema::SWITCHED;
use super::{Expr, ParameterId, ParameterValues, Study};
use crate::error::StudyError;
use crate::file::{Cursor, Place};

/// Sources that go from one power to another.
#[derive(Clone, Debug)]
pub struct SwitchEntry {
    /// Their names, an array written out.
    pub sources: Vec<String>,
    /// Power of each before; 0 W unless stated.
    pub from: Expr<Power>,
    /// Power of each after; that of the floorplan unless stated.
    pub to: Option<Expr<Power>>,
    /// Where it is written.
    pub place: Place,
}

/// A source that is switched, at one point.
#[derive(Clone, Debug, PartialEq)]
pub struct SwitchValue {
    /// Name of the source.
    pub source: String,
    /// Before, W.
    pub from: f64,
    /// After, W; none for the power of the floorplan.
    pub to: Option<f64>,
}

impl SwitchEntry {
    pub(super) fn parameters(&self, found: &mut BTreeSet<ParameterId>) {
        found.extend(self.from.parameter());
        found.extend(self.to.and_then(|power| power.parameter()));
    }
}

impl Study {
    /// The sources that `[heat.NAME]` switches, one by one; none where it switches none.
    ///
    /// # Errors
    /// [`StudyError::NoSuchTable`].
    pub fn switched(
        &self,
        name: &str,
        values: &ParameterValues,
    ) -> Result<Vec<SwitchValue>, StudyError> {
        let heat = self.heat_table(name)?;
        let mut all = Vec::new();
        for entry in &heat.switched {
            let from = self.evaluate(&entry.from, values).si();
            let to = entry.to.map(|to| self.evaluate(&to, values).si());
            all.extend(entry.sources.iter().map(|source| SwitchValue {
                source: source.clone(),
                from,
                to,
            }));
        }
        Ok(all)
    }
}

impl Reader {
    /// Reads the list of a heat problem whose sources are those of `heat`.
    pub(super) fn switched(
        &mut self,
        cursor: &Cursor<'_>,
        heat: &LaserHeat,
    ) -> Option<Vec<SwitchEntry>> {
        let items = self.diagnostics.items(cursor)?;
        let mut entries: Vec<SwitchEntry> = Vec::new();
        for item in &items {
            let table = self.diagnostics.table(item, SWITCHED)?;
            let source = self.diagnostics.required(&table, "source");
            let sources =
                source.and_then(|at| self.sources_called(&at, &[0], std::slice::from_ref(heat)));
            let from = self.or(&table, "from", Limit::NotNegative, Power::from_si(0.0));
            let to = table.get("to").map(|to| self.expr(&to, Limit::NotNegative));
            let sources = sources?;
            let twice = |name: &&String| entries.iter().any(|e| e.sources.contains(name));
            if let Some(name) = sources.iter().find(twice) {
                self.diagnostics
                    .error(&item.place, format!("\"{name}\" is switched twice"))
                    .help("remove one of the entries");
                return None;
            }
            entries.push(SwitchEntry {
                sources,
                from: from?,
                to: all_or(to)?,
                place: item.place.clone(),
            });
        }
        if entries.is_empty() {
            self.diagnostics
                .error(&cursor.place, "no source is switched")
                .help("name at least one, or remove the key");
            return None;
        }
        Some(entries)
    }

    /// Reports switched sources that a laser drives: their heat follows from its current.
    pub(super) fn switched_lasers(&mut self, study: &Study) {
        for heat in &study.heats {
            for entry in &heat.switched {
                let driven = study.lasers.iter().find(|laser| {
                    let here = laser.heats.contains(&heat.name);
                    here && laser.sources.iter().any(|s| entry.sources.contains(s))
                });
                if let Some(laser) = driven {
                    self.diagnostics
                        .error(
                            &entry.place,
                            format!(
                                "[laser.{}] drives what is switched here: its heat follows from its current",
                                laser.name
                            ),
                        )
                        .allowed("sources that are no lasers of a [laser.NAME] in this heat problem");
                }
            }
        }
    }
}
