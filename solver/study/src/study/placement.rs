//! How a coupling may err: where the fibre stands, what is asked of a Monte Carlo over it.

use cpo_materials::{Angle, Decibel, Length, Quantity};

use super::reader::{Limit, Reader};
use super::schema::{CUTS, DEVIATION, FIBER_ARRAY, MONTE_CARLO, PLACEMENT};
use super::{Scan, Scope, Tolerance};
use crate::file::{Cursor, Table, Value};

/// Samples unless the study says otherwise: p05 and p95 to a few per cent of a loss that deviations make.
const DEFAULT_SAMPLES: usize = 2048;
/// Fewest samples.
const LEAST_SAMPLES: usize = 64;
/// Most samples.
const MOST_SAMPLES: usize = 500_000;
/// Most fibres of an array.
const MOST_FIBERS: usize = 1000;
/// Largest seed.
const MOST_SEED: usize = 1_000_000_000;

/// A way in which a fibre stands off, in the order of the loss table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freedom {
    /// Along x.
    X,
    /// Along y.
    Y,
    /// Away from the facet.
    Z,
    /// Its beam turns towards +x.
    TiltX,
    /// Its beam turns towards +y.
    TiltY,
    /// About its own axis, from x towards y.
    Rotation,
}

impl Freedom {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::X,
        Self::Y,
        Self::Z,
        Self::TiltX,
        Self::TiltY,
        Self::Rotation,
    ];

    /// Place in [`Freedom::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// As in the study file.
    pub fn name(self) -> &'static str {
        ["x", "y", "z", "tilt_x", "tilt_y", "rotation"][self.index()]
    }

    /// SI unit.
    pub fn unit(self) -> &'static str {
        if self.is_angle() { "rad" } else { "m" }
    }

    /// Whether it is an angle.
    pub fn is_angle(self) -> bool {
        self.index() >= 3
    }
}

/// Fibres of an engine side by side along x.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FiberArray {
    /// Their number.
    pub fibers: usize,
    /// From one to the next.
    pub pitch: Length,
}

/// What is asked of a Monte Carlo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonteCarloEntry {
    /// Lanes drawn in all.
    pub samples: usize,
    /// Loss up to which a lane is good.
    pub budget: Option<Decibel>,
    /// Which draws.
    pub seed: u32,
}

/// How a coupling may err.
#[derive(Clone, Debug, PartialEq)]
pub struct Tolerancing {
    /// Deviations of the fibre's place, those written at `offset_x` and such included.
    pub placement: Vec<(Freedom, Tolerance)>,
    /// The array that the fibre is one of.
    pub array: FiberArray,
    /// What is asked of a Monte Carlo.
    pub monte_carlo: MonteCarloEntry,
    /// Lines through the nominal place along which the loss is wanted, in m and rad.
    pub cuts: Vec<(Freedom, Vec<f64>)>,
}

impl Scope {
    /// Whether all lanes of an engine share one deviation.
    pub fn is_systematic(self) -> bool {
        self != Self::Lane
    }
}

impl Reader {
    /// The tolerances of a coupling; `inline` are those written with its offsets and tilts.
    pub(crate) fn tolerancing(
        &mut self,
        table: &Table<'_>,
        inline: [(Freedom, Option<Tolerance>); 4],
    ) -> Option<Tolerancing> {
        let stated = inline.into_iter();
        let mut placement: Vec<_> = stated.filter_map(|(f, t)| Some((f, t?))).collect();
        if let Some(cursor) = table.get("placement") {
            placement.extend(self.placement(&cursor)?);
        }
        let array = match table.get("fiber_array") {
            Some(cursor) => self.fiber_array(&cursor)?,
            None => FiberArray {
                fibers: 1,
                pitch: Length::um(0.0),
            },
        };
        let monte_carlo = match table.get("monte_carlo") {
            Some(cursor) => self.monte_carlo(&cursor)?,
            None => MonteCarloEntry {
                samples: DEFAULT_SAMPLES,
                budget: None,
                seed: 0,
            },
        };
        let cuts = match table.get("cuts") {
            Some(cursor) => self.cuts(&cursor)?,
            None => Vec::new(),
        };
        Some(Tolerancing {
            placement,
            array,
            monte_carlo,
            cuts,
        })
    }

    fn placement(&mut self, cursor: &Cursor<'_>) -> Option<Vec<(Freedom, Tolerance)>> {
        let table = self.diagnostics.table(cursor, PLACEMENT)?;
        let mut all = Vec::new();
        for freedom in Freedom::ALL {
            let Some(cursor) = table.get(freedom.name()) else {
                continue;
            };
            // several deviations of one freedom: systematic and random
            let items = match &cursor.node.value {
                Value::Array(_) => self.diagnostics.items(&cursor)?,
                _ => vec![cursor],
            };
            for item in &items {
                all.push((freedom, self.deviation(item, freedom)?));
            }
        }
        if let Some(cursor) = table.get("core_eccentricity") {
            let sigma: Length = self.constant(&cursor, Limit::NotNegative)?;
            let tolerance = Tolerance {
                sigma: sigma.si(),
                scope: Scope::Lane,
            };
            all.extend([Freedom::X, Freedom::Y].map(|freedom| (freedom, tolerance)));
        }
        Some(all)
    }

    fn deviation(&mut self, cursor: &Cursor<'_>, freedom: Freedom) -> Option<Tolerance> {
        let table = self.diagnostics.table(cursor, DEVIATION)?;
        let sigma = self.diagnostics.required(&table, "sigma");
        let scope = self.diagnostics.required(&table, "scope");
        let sigma = sigma.and_then(|at| {
            if freedom.is_angle() {
                let sigma: Option<Angle> = self.constant(&at, Limit::NotNegative);
                sigma.map(Quantity::si)
            } else {
                let sigma: Option<Length> = self.constant(&at, Limit::NotNegative);
                sigma.map(Quantity::si)
            }
        });
        let scope = scope.and_then(|at| self.scope(&at));
        Some(Tolerance {
            sigma: sigma?,
            scope: scope?,
        })
    }

    fn fiber_array(&mut self, cursor: &Cursor<'_>) -> Option<FiberArray> {
        let table = self.diagnostics.table(cursor, FIBER_ARRAY)?;
        let fibers = self.diagnostics.required(&table, "fibers");
        let pitch = self.diagnostics.required(&table, "pitch");
        let fibers = fibers.and_then(|at| self.diagnostics.count(&at, MOST_FIBERS));
        let pitch = pitch.and_then(|at| self.constant(&at, Limit::Positive));
        Some(FiberArray {
            fibers: fibers?,
            pitch: pitch?,
        })
    }

    fn monte_carlo(&mut self, cursor: &Cursor<'_>) -> Option<MonteCarloEntry> {
        let table = self.diagnostics.table(cursor, MONTE_CARLO)?;
        let samples = match table.get("samples") {
            None => Some(DEFAULT_SAMPLES),
            Some(at) => {
                let samples = self.diagnostics.count(&at, MOST_SAMPLES);
                // eight replicates, each of some lanes
                if samples.is_some_and(|n| n < LEAST_SAMPLES) {
                    self.diagnostics
                        .error(&at.place, "too few samples for an error bar of a quantile")
                        .allowed(format!("{LEAST_SAMPLES} to {MOST_SAMPLES}"));
                    return None;
                }
                samples
            }
        };
        let budget = match table.get("budget") {
            None => Some(None),
            Some(at) => self.constant(&at, Limit::Positive).map(Some),
        };
        let seed = match table.get("seed") {
            None => Some(0),
            Some(at) => self.diagnostics.count(&at, MOST_SEED).map(|n| n as u32),
        };
        Some(MonteCarloEntry {
            samples: samples?,
            budget: budget?,
            seed: seed?,
        })
    }

    fn cuts(&mut self, cursor: &Cursor<'_>) -> Option<Vec<(Freedom, Vec<f64>)>> {
        let table = self.diagnostics.table(cursor, CUTS)?;
        let mut cuts = Vec::new();
        for freedom in Freedom::ALL {
            let Some(at) = table.get(freedom.name()) else {
                continue;
            };
            let values: Vec<f64> = if freedom.is_angle() {
                let scan: Scan<Angle> = self.scan(&at)?;
                scan.values.into_iter().map(Quantity::si).collect()
            } else {
                let scan: Scan<Length> = self.scan(&at)?;
                scan.values.into_iter().map(Quantity::si).collect()
            };
            cuts.push((freedom, values));
        }
        Some(cuts)
    }
}
