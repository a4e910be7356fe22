//! One component: value, spread, scope, source.

use cpo_materials::{AnyQuantity, Dimension};
use serde::{Deserialize, Serialize};

use super::{ComponentName, Triangle};
use crate::error::LinkError;

/// What a deviation is common to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One draw for all lanes of an engine: wafer, die, attach. It does not average over lanes.
    Systematic,
    /// One draw for each lane, of what lies before the split for each laser.
    Lane,
}

/// A component with its two spreads about the typical value; data state one, a loss table both.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// Which.
    pub name: ComponentName,
    /// What it means.
    pub meaning: String,
    /// Typical value, SI or dB.
    pub typical: f64,
    /// Spread common to an engine.
    pub systematic: Triangle,
    /// Spread of each lane.
    pub lane: Triangle,
    /// Correlation coefficient of the common spread between several places of one chip, in the normal scores.
    pub correlation: f64,
    /// Its dimension.
    pub dimension: Dimension,
    /// Low, typical and high as written.
    pub texts: [String; 3],
    /// Where the values come from.
    pub source: String,
    /// When the source was looked up; empty for a value of the user's or a table's.
    pub date: String,
    /// Whether the source was read and says so.
    pub verified: bool,
    /// Standing of the value where it comes from a table.
    pub status: crate::Standing,
}

impl Component {
    /// Least and largest value that the spreads together reach.
    pub fn bounds(&self) -> [f64; 2] {
        let low = self.systematic.low + self.lane.low - self.typical;
        [low, self.systematic.high + self.lane.high - self.typical]
    }
}

/// A component as TOML has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ComponentText {
    meaning: Option<String>,
    typical: String,
    low: Option<String>,
    high: Option<String>,
    scope: Option<Scope>,
    correlation: Option<f64>,
    at_most: Option<String>,
    source: Option<String>,
    date: Option<String>,
    verified: Option<bool>,
}

/// Order in which low, typical and high are judged.
const TYPICAL_FIRST: [usize; 3] = [1, 0, 2];

impl ComponentText {
    /// Reads a component of the embedded data, or one that replaces `built_in`, whose kind it must have.
    pub(super) fn read(
        self,
        name: ComponentName,
        built_in: Option<&(Component, Option<f64>)>,
    ) -> Result<(Component, Option<f64>), LinkError> {
        // an end that is left out is the typical value, whose mistakes are told first
        let low = self.low.unwrap_or_else(|| self.typical.clone());
        let high = self.high.unwrap_or_else(|| self.typical.clone());
        let texts = [low, self.typical, high];
        let place = format!("component {}", name.key());
        let fields = ["low", "typical", "high"];
        let mut values = [0.0; 3];
        let mut dimension = built_in.map(|(c, _)| c.dimension);
        for k in TYPICAL_FIRST {
            let (text, field) = (&texts[k], fields[k]);
            let quantity = quantity(text).map_err(LinkError::quantity(&*place, field))?;
            let expected = *dimension.get_or_insert(quantity.dimension);
            if quantity.dimension != expected {
                let found = format!("\"{text}\", in {}", quantity.dimension);
                let example = built_in.map_or(&texts[1], |(c, _)| &c.texts[1]);
                let allowed = format!("it is in {expected}, such as \"{example}\"");
                return Err(LinkError::range(
                    format!("{place}, {field}"),
                    found,
                    allowed,
                ));
            }
            values[k] = quantity.value;
        }
        let dimension = dimension.unwrap_or(Dimension::NONE);
        let most = match self.at_most {
            None => built_in.and_then(|(_, most)| *most),
            Some(text) => {
                let most = quantity(&text).map_err(LinkError::quantity(&*place, "at_most"))?;
                Some(most.value)
            }
        };
        let wrong = |field: &str, k: usize, allowed: String| {
            Err(LinkError::range(
                format!("{place}, {field}"),
                &texts[k],
                allowed,
            ))
        };
        let first = |is: &dyn Fn(f64) -> bool| TYPICAL_FIRST.into_iter().find(|&k| is(values[k]));
        if let Some(k) = first(&|v| v < 0.0) {
            return wrong(fields[k], k, "it is zero or positive".into());
        }
        if let Some(most) = most
            && let Some(k) = first(&|v| v > most)
        {
            return wrong(fields[k], k, format!("it is at most {most}"));
        }
        if values[0] > values[1] {
            let allowed = format!("it is at most the typical {}", texts[1]);
            return wrong("low", 0, allowed);
        }
        if values[2] < values[1] {
            let allowed = format!("it is at least the typical {}", texts[1]);
            return wrong("high", 2, allowed);
        }
        let correlation = self
            .correlation
            .or(built_in.map(|(c, _)| c.correlation))
            .unwrap_or(0.0);
        if !(0.0..=1.0).contains(&correlation) {
            let place = format!("{place}, correlation");
            return Err(LinkError::range(
                place,
                correlation,
                "it is between 0 and 1",
            ));
        }
        let [low, typical, high] = values;
        let spread = Triangle {
            low,
            mode: typical,
            high,
        };
        let scope = self.scope.or_else(|| built_in.map(|(c, _)| c.scope()));
        let (systematic, lane) = match scope.unwrap_or(Scope::Lane) {
            Scope::Systematic => (spread, Triangle::fixed(typical)),
            Scope::Lane => (Triangle::fixed(typical), spread),
        };
        let component = Component {
            name,
            meaning: self
                .meaning
                .or_else(|| built_in.map(|(c, _)| c.meaning.clone()))
                .unwrap_or_default(),
            typical,
            systematic,
            lane,
            correlation,
            dimension,
            texts,
            source: self.source.unwrap_or_else(|| "the request".into()),
            date: self.date.unwrap_or_default(),
            verified: self.verified.unwrap_or(false),
            status: crate::Standing::Ok,
        };
        Ok((component, most))
    }
}

impl Component {
    /// The scope of its one spread; systematic where it has none.
    pub(super) fn scope(&self) -> Scope {
        match self.lane.width() > self.systematic.width() {
            true => Scope::Lane,
            false => Scope::Systematic,
        }
    }
}

/// Reads a quantity; a bare number is a plain number.
fn quantity(text: &str) -> Result<AnyQuantity, cpo_materials::UnitError> {
    match text.trim().parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(AnyQuantity {
            value,
            dimension: Dimension::NONE,
        }),
        _ => text.parse(),
    }
}
