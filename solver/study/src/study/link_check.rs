//! What a link asks for that cannot be, and what of it has no effect.

use std::collections::BTreeSet;

use cpo_link::{ComponentName, Components, LinkRequest, Standards};

use super::link::LinkSurroundings;
use super::reader::Reader;
use crate::file::{Place, Table, Value, listed};

impl Reader {
    /// A laser has one wavelength, of which an engine has as many lanes as fibres.
    pub(super) fn lanes_can_share(
        &mut self,
        table: &Table<'_>,
        request: &LinkRequest,
    ) -> Option<()> {
        let Ok(standards) = Standards::embedded() else {
            return Some(()); // told by the check of the request
        };
        let (standard, most) = request.most_sharing(&standards).ok()?;
        let (name, lanes) = (&standard.name, request.lanes_per_engine as usize);
        let mut good = Some(());
        for (key, sharing) in request.sharing() {
            if sharing <= most {
                continue;
            }
            good = None;
            // what is not stated is too many for what is
            let stated = [key, "lanes_per_engine", "standard", "tiers"];
            let stated = stated.into_iter().find(|key| table.has(key));
            let place = stated.map_or_else(|| table.place().clone(), |key| table.place_of(key));
            let unstated = if stated == Some(key) {
                ""
            } else {
                ", unless stated,"
            };
            let message = format!(
                "`{key}` is{unstated} {sharing}, but a laser has one wavelength, and an engine of {lanes} lanes over {name} has {most} of \
                 one wavelength"
            );
            let enough = sharing * standard.lanes_per_fibre;
            self.diagnostics
                .error(&place, message)
                .allowed(format!("`{key}` from 1 to {most}"))
                .help(format!(
                    "make `{key}` {most}, or `lanes_per_engine` {enough}"
                ));
        }
        good
    }

    /// Warns of an array whose lasers are not those of an engine, and of one that has no map.
    pub(super) fn doubt_lasers(
        &mut self,
        table: &Table<'_>,
        known: &LinkSurroundings<'_>,
        request: &LinkRequest,
    ) {
        let Some(cursor) = table.get("laser") else {
            return;
        };
        let Value::String(name) = &cursor.node.value else {
            return;
        };
        let Some(laser) = known.lasers.iter().find(|l| l.name == *name) else {
            return;
        };
        let (lanes, each) = (request.lanes_per_engine as usize, request.lanes_per_laser);
        let needed = Standards::embedded().and_then(|all| {
            let standard = all.get(&request.port.standard)?;
            Ok(standard.lasers(lanes, each))
        });
        let Ok(needed) = needed else {
            return; // told by the check of the request
        };
        let there = laser.sources.len();
        if there % needed != 0 {
            let message = format!(
                "an engine of {lanes} lanes with {each} to a laser has {needed} lasers, `laser.{name}` has {there}: \
                 neighbours heat each other as those {there} do"
            );
            self.diagnostics
                .warning(&cursor.place, message)
                .help("make `lanes_per_engine` over `lanes_per_laser` the number of the laser's sources, or a part of it");
        }
        let mut parameters = BTreeSet::new();
        laser.parameters(&mut parameters);
        let swept = parameters.iter().map(|id| &self.parameters[id.0]);
        let swept: Vec<&str> = swept
            .filter(|p| p.values.len() > 1)
            .map(|p| p.name.as_str())
            .collect();
        if !swept.is_empty() {
            let message = format!(
                "no link can take its laser from `laser.{name}`: a map of lasers belongs to one point, and these have several, by {}",
                listed(swept)
            );
            self.diagnostics
                .warning(&cursor.place, message)
                .help("give the laser one value for each, or name another");
        }
    }

    /// Warns of component values for which something else stands.
    pub(super) fn doubt_components(
        &mut self,
        table: &Table<'_>,
        known: &LinkSurroundings<'_>,
        components: &Components,
    ) {
        let (Some(cursor), Ok(embedded)) = (table.get("components"), Components::embedded()) else {
            return;
        };
        let named = |key: &str| match &table.get(key)?.node.value {
            Value::String(name) => Some(name.clone()),
            _ => None,
        };
        let laser = named("laser").and_then(|name| known.lasers.iter().find(|l| l.name == name));
        let instead = |name: ComponentName| -> Option<String> {
            let is_law = ComponentName::LASER_LAW.contains(&name);
            let ages = ComponentName::LASER_AGEING.contains(&name);
            match name {
                ComponentName::Coupler => named("coupling").map(|n| format!("`coupling.{n}`")),
                ComponentName::ResonanceDrift => named("waveguide").map(|n| format!("`modes.{n}`")),
                ComponentName::LaserDeviation => {
                    Some(String::from("the error bars of the loss table"))
                }
                ComponentName::LaserElectricity => {
                    Some(String::from("the deviations of the loss table's lasers"))
                }
                _ => laser
                    .filter(|laser| is_law || (ages && laser.reliability.is_some()))
                    .map(|laser| format!("`laser.{}`", laser.name)),
            }
        };
        let is_stated = |name: &ComponentName| components.get(*name) != embedded.get(*name);
        let stated = ComponentName::ALL.iter().copied().filter(is_stated);
        let unused = stated.filter_map(|name| Some((name.key(), instead(name)?)));
        let places: Vec<(String, Place)> = match cursor.node.value {
            Value::Table(_) => {
                let all = self.diagnostics.named(&cursor).into_iter();
                all.map(|(name, place, _)| (name.to_owned(), place))
                    .collect()
            }
            _ => Vec::new(), // a file
        };
        for (name, source) in unused.collect::<Vec<_>>() {
            let own = places.iter().find(|(key, _)| key == name);
            let place = own.map_or(&cursor.place, |(_, place)| place);
            self.diagnostics.warning(
                place,
                format!("`{name}` is not used: the link takes it from {source}"),
            );
        }
    }
}
