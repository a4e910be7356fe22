//! Where on an axis a coordinate is.

use super::{Coordinate, LookupError};
use crate::{AxisScale, AxisValues, nearest};

/// How far a coordinate may be from one of the table to be taken for it, in parts of the largest: the round-off of
/// "1310 nm" and of files that keep nine digits.
const SAME: f64 = 1e-9;
/// The same in parts of the distance to the next, where a resonance is sampled more finely than `SAME`.
const SAME_OF_STEP: f64 = 1e-6;

/// An axis prepared for look-up.
#[derive(Clone, Copy, Debug)]
pub(super) struct LookupAxis<'t> {
    pub scale: &'t AxisScale,
    /// Distance of neighbours along it in the variable's values.
    pub stride: usize,
    kind: Kind<'t>,
}

#[derive(Clone, Copy, Debug)]
enum Kind<'t> {
    Names(&'t [String]),
    Numbers {
        values: &'t [f64],
        /// Largest magnitude times `SAME`.
        tolerance: f64,
        falling: bool,
        /// Whether the numbers count things (mode 0, 1, 2), with nothing in between.
        counts: bool,
    },
}

/// Where a coordinate is.
#[derive(Debug)]
pub(super) enum Place {
    /// At an entry of the axis.
    Node(usize),
    /// At the share `t` of the way from entry `cell` to the next.
    Between { cell: usize, t: f64 },
    /// Nowhere, and why.
    Outside(String),
}

impl<'t> LookupAxis<'t> {
    pub fn new(scale: &'t AxisScale, stride: usize) -> Result<Self, LookupError> {
        let kind = match &scale.values {
            AxisValues::Text(names) => Kind::Names(names),
            AxisValues::Numbers(values) => {
                let falling = values.len() > 1 && values[1] < values[0];
                let turned = |pair: &[f64]| pair[0] == pair[1] || (pair[1] < pair[0]) != falling;
                if let Some(k) = values.windows(2).position(turned) {
                    return Err(LookupError::Order {
                        axis: scale.name.clone(),
                        first: values[k],
                        second: values[k + 1],
                        position: k + 2,
                    });
                }
                let largest = values.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
                Kind::Numbers {
                    values,
                    tolerance: SAME * largest,
                    falling,
                    counts: scale.units == "1" && values.iter().all(|v| v.fract() == 0.0),
                }
            }
        };
        Ok(Self {
            scale,
            stride,
            kind,
        })
    }

    /// The coordinates of an axis that has numbers.
    pub fn numbers(&self) -> &'t [f64] {
        match self.kind {
            Kind::Numbers { values, .. } => values,
            Kind::Names(_) => &[],
        }
    }

    /// The coordinate of an axis that has one.
    pub fn only(&self) -> Option<Coordinate<'t>> {
        match self.kind {
            Kind::Names([one]) => Some(Coordinate::Name(one)),
            Kind::Numbers { values: [one], .. } => Some(Coordinate::Number(*one)),
            _ => None,
        }
    }

    pub fn locate(&self, coordinate: Coordinate<'_>) -> Result<Place, LookupError> {
        match (self.kind, coordinate) {
            (Kind::Names(names), Coordinate::Name(wanted)) => {
                match names.iter().position(|name| name == wanted) {
                    Some(at) => Ok(Place::Node(at)),
                    None => Err(LookupError::UnknownName {
                        axis: self.scale.name.clone(),
                        name: wanted.to_owned(),
                        known: names.join(", "),
                        nearest: nearest(wanted, names.iter().map(String::as_str))
                            .map(str::to_owned),
                    }),
                }
            }
            (
                Kind::Numbers {
                    values,
                    tolerance,
                    falling,
                    counts,
                },
                Coordinate::Number(wanted),
            ) => {
                let above = first_not_before(values, falling, wanted);
                let below = above.saturating_sub(1);
                let at = above.min(values.len() - 1);
                let step = (values[at] - values[below]).abs();
                let same = if step > 0.0 {
                    tolerance.min(SAME_OF_STEP * step)
                } else {
                    tolerance
                };
                let near = if (wanted - values[below]).abs() < (values[at] - wanted).abs() {
                    below
                } else {
                    at
                };
                // A coordinate that is NaN is near to none and falls through to the hull.
                if (wanted - values[near]).abs() <= same {
                    return Ok(Place::Node(near));
                }
                let inside = above > 0 && above < values.len();
                if inside && !counts {
                    let t = (wanted - values[below]) / (values[above] - values[below]);
                    return Ok(Place::Between { cell: below, t });
                }
                Ok(Place::Outside(self.outside(wanted, values[near], inside)))
            }
            (Kind::Names(names), Coordinate::Number(_)) => Err(LookupError::Kind {
                axis: self.scale.name.clone(),
                wanted: "a name",
                example: names[0].clone(),
            }),
            (Kind::Numbers { values, .. }, Coordinate::Name(_)) => Err(LookupError::Kind {
                axis: self.scale.name.clone(),
                wanted: "a number",
                example: format!("{:?}", values[0]),
            }),
        }
    }

    fn outside(&self, wanted: f64, nearest: f64, inside: bool) -> String {
        let name = &self.scale.name;
        let [wanted, nearest] = [wanted, nearest].map(|v| self.scale.shown(v.into()));
        let place = if inside {
            String::from("between entries that count")
        } else {
            format!("outside {}", self.range())
        };
        format!("{name} = {wanted} is {place}: the nearest is {nearest}")
    }

    /// What the axis holds: "1.26e-6 to 1.36e-6 m", "TE, TM".
    pub fn range(&self) -> String {
        match self.kind {
            Kind::Names(names) => names.join(", "),
            Kind::Numbers { values, .. } => match values {
                [first, .., last] => {
                    let (low, high) = (first.min(*last), first.max(*last));
                    format!("{low:?} to {}", self.scale.shown(high.into()))
                }
                _ => self.scale.shown(values[0].into()),
            },
        }
    }
}

/// The first entry that is not before `wanted`, in the axis' own direction; their number if all are.
fn first_not_before(values: &[f64], falling: bool, wanted: f64) -> usize {
    let before = |v: f64| if falling { v > wanted } else { v < wanted };
    let (steps, first, last) = (values.len() - 1, values[0], values[values.len() - 1]);
    // Most axes are even: looked for where it would be, else by halves. (NaN, of a single value too, becomes 0.)
    let guess = (steps as f64 * (wanted - first) / (last - first)) as usize;
    let fits = |at: usize| {
        (at == 0 || before(values[at - 1])) && (at == values.len() || !before(values[at]))
    };
    let mut near = guess..=guess.saturating_add(1).min(values.len());
    near.find(|&at| fits(at))
        .unwrap_or_else(|| values.partition_point(|&v| before(v)))
}
