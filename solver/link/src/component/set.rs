//! All components: the embedded data, a user's values over them, a table's values over those.

use std::collections::BTreeMap;

use cpo_materials::{AnyQuantity, Dimension};

use super::entry::ComponentText;
use super::{Component, ComponentName, Triangle, Values};
use crate::Standing;
use crate::error::LinkError;

/// The embedded data.
const DATA: [&str; 4] = [
    include_str!("../../data/optics.toml"),
    include_str!("../../data/lasers.toml"),
    include_str!("../../data/electrical.toml"),
    include_str!("../../data/energy.toml"),
];

/// One entry for every [`ComponentName`].
#[derive(Clone, Debug, PartialEq)]
pub struct Components {
    /// In the order of [`ComponentName::ALL`]; with the largest value allowed.
    entries: Vec<(Component, Option<f64>)>,
}

/// A source's facts in other embedded data.
#[derive(Clone, Debug, serde::Deserialize)]
pub(crate) struct Source {
    pub(crate) source: String,
    pub(crate) date: String,
    pub(crate) verified: bool,
}

/// The source, marked where it was not looked up.
pub(crate) fn flag_source(source: &Source) -> String {
    match source.verified {
        true => format!("{} ({})", source.source, source.date),
        false => format!("{} (unverified)", source.source),
    }
}

impl Components {
    /// The embedded data.
    ///
    /// # Errors
    /// [`LinkError`] if the data are damaged, which a test excludes.
    pub fn embedded() -> Result<Self, LinkError> {
        let mut texts: BTreeMap<String, ComponentText> = BTreeMap::new();
        for text in DATA {
            let part: BTreeMap<String, ComponentText> =
                toml::from_str(text).map_err(LinkError::data("the embedded components"))?;
            texts.extend(part);
        }
        let read = |&name: &ComponentName| {
            let text = texts.get(name.key()).ok_or_else(|| {
                LinkError::unknown("component", name.key(), texts.keys().map(String::as_str))
            })?;
            text.clone().read(name, None)
        };
        let entries = ComponentName::ALL
            .iter()
            .map(read)
            .collect::<Result<_, _>>()?;
        Ok(Self { entries })
    }

    /// The same with the values of a TOML text over them: `coupler = { typical = "1.2 dB" }`, or tables in the form of
    /// the embedded data. Where low or high is left out it is the typical value.
    ///
    /// # Errors
    /// [`LinkError`] for an unknown component, a wrong unit, a negative value, low above typical, high below it.
    pub fn overridden(self, text: &str) -> Result<Self, LinkError> {
        let table = toml::from_str(text).map_err(LinkError::data("the overriding components"))?;
        self.overridden_by(table)
    }

    /// The same from a table that was read before.
    ///
    /// # Errors
    /// As [`Components::overridden`].
    pub fn overridden_by(mut self, table: toml::Table) -> Result<Self, LinkError> {
        for (key, value) in table {
            let name = ComponentName::find(&key).ok_or_else(|| {
                let all = ComponentName::ALL.iter().map(|name| name.key());
                LinkError::unknown("component", &key, all)
            })?;
            let text: ComponentText = value
                .try_into()
                .map_err(LinkError::data(format!("component {key}")))?;
            let entry = &mut self.entries[name as usize];
            *entry = text.read(name, Some(entry))?;
        }
        Ok(self)
    }

    /// The component of that name.
    pub fn get(&self, name: ComponentName) -> &Component {
        &self.entries[name as usize].0
    }

    /// All components.
    pub fn iter(&self) -> impl Iterator<Item = &Component> {
        self.entries.iter().map(|(component, _)| component)
    }

    /// All at their typical values.
    pub fn typical(&self) -> Values {
        Values::of(|name| self.get(name).typical)
    }

    /// Replaces a value by a table's.
    pub(crate) fn replace(
        &mut self,
        name: ComponentName,
        typical: f64,
        [systematic, lane]: [Triangle; 2],
        origin: String,
        status: Standing,
    ) {
        let component = &mut self.entries[name as usize].0;
        component.typical = typical;
        component.systematic = systematic;
        component.lane = lane;
        // what a table holds as systematic is one deviation for all places of a chip
        component.correlation = 1.0;
        let [low, high] = component.bounds();
        let dimension = component.dimension;
        component.texts = [low, typical, high].map(|value| {
            // five digits
            let value = format!("{value:.4e}").parse().unwrap_or(value);
            match dimension {
                Dimension::NONE => value.to_string(),
                _ => AnyQuantity { value, dimension }.to_string(),
            }
        });
        component.source = origin;
        component.date.clear();
        component.verified = true;
        component.status = status;
    }

    /// Says more of a value that stays as it is.
    pub(crate) fn remark(&mut self, name: ComponentName, words: &str) {
        let source = &mut self.entries[name as usize].0.source;
        *source = format!("{source}; {words}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_hold_each_component_once_and_no_other() {
        let components = Components::embedded().expect("embedded data");
        assert_eq!(components.iter().count(), ComponentName::ALL.len());
        let keys = DATA.iter().flat_map(|text| {
            let table: toml::Table = toml::from_str(text).expect("TOML");
            table.keys().cloned().collect::<Vec<_>>()
        });
        let mut keys: Vec<String> = keys.collect();
        keys.sort();
        keys.dedup();
        let mut names: Vec<&str> = ComponentName::ALL.iter().map(|n| n.key()).collect();
        names.sort_unstable();
        assert_eq!(keys, names);
        for component in components.iter() {
            assert!(!component.source.is_empty() && !component.meaning.is_empty());
            assert!(
                component.date.starts_with("20"),
                "{:?} has no date",
                component.name
            );
        }
    }

    fn refused(text: &str) -> String {
        let components = Components::embedded().expect("embedded data");
        components
            .overridden(text)
            .expect_err("refused")
            .to_string()
    }

    #[test]
    fn overrides_are_merged_or_refused_by_name() {
        let components = Components::embedded().expect("embedded data");
        let changed = components
            .clone()
            .overridden("coupler = { typical = \"1.2 dB\", high = \"1.9 dB\" }")
            .expect("an override");
        let coupler = changed.get(ComponentName::Coupler);
        assert_eq!((coupler.typical, coupler.systematic.high), (1.2, 1.9));
        assert_eq!(
            coupler.correlation,
            components.get(ComponentName::Coupler).correlation
        );
        assert!(refused("couplr = { typical = \"1 dB\" }").contains("did you mean \"coupler\"?"));
        assert!(refused("coupler = { typical = \"1 nm\" }").contains("it is in dB"));
        assert!(refused("coupler = { typical = \"-1 dB\" }").contains("zero or positive"));
        let low = "coupler = { typical = \"1 dB\", low = \"2 dB\" }";
        assert!(refused(low).contains("at most the typical 1 dB"));
        let high = "coupler = { typical = \"1 dB\", high = \"0.5 dB\" }";
        assert!(refused(high).contains("at least the typical 1 dB"));
        // what is wrong in the one value that stands there is told of it, not of an end that was left out
        for (text, field) in [
            ("coupler = { typical = \"-1 dB\" }", "typical"),
            ("coupler = { typical = \"1 nm\" }", "typical"),
            ("coupler = { typical = \"1 dBB\" }", "typical"),
            ("external_efficiency = { typical = \"120 %\" }", "typical"),
            ("coupler = { typical = \"1 dB\", low = \"-1 dB\" }", "low"),
            ("coupler = { typical = \"1 dB\", high = \"2 nm\" }", "high"),
        ] {
            let told = refused(text);
            assert!(told.contains(&format!(", {field}")), "{told}");
        }
        let all = "external_efficiency = { typical = \"120 %\" }";
        assert!(refused(all).contains("at most 1"));
        let misspelt = refused("coupler = { tpical = \"1 dB\" }");
        assert!(misspelt.contains("component coupler") && misspelt.contains("tpical"));
        assert!(refused("coupler = { typical = \"1 dBB\" }").contains("component coupler"));
    }
}
