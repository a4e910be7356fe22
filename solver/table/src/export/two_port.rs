//! What groups say of light from one place to another, as two-ports over wavelength.
//!
//! With amplitudes normalised to power and fields that go as exp(i(βz − ωt)),
//!
//! ```text
//! guide of length L:  S₂₁ = S₁₂ = 10^(−αL/20) exp(2πi n L/λ)     S₁₁ = S₂₂ = 0
//! joint of loss A:    S₂₁ = S₁₂ = 10^(−A/20)                     S₁₁ = √R
//! joint of known S:   S₂₁ = S₁₂ = |S₂₁| exp(iφ₂₁)                S₁₁ = |S₁₁| exp(iφ₁₁)   S₂₂ = |S₂₂| exp(iφ₂₂)
//! ```
//!
//! of effective index n, loss α in dB/m and A in dB, and the share R of power that returns at port 1. The last are tapers and
//! gratings of tables with groups `s_parameters/`; an entry too small to have a phase takes that of the nearest wavelength. Of
//! others a table has no phase: it is zero at the joint's planes, so that fringes between two joints do not lie where they are
//! measured.
//!
//! Where a table has not what returns at port 2, zero could make more light than there is; S₂₂ = −S₁₁* S₂₁²/(1 − |S₁₁|²) is the
//! central one of those that keep the joint passive (S. Parrott, J. Funct. Anal. 30, 311 (1978),
//! 10.1016/0022-1236(78)90060-5), and that of Stokes, −√R, where nothing is lost. A loss below none, which its error bar allows, is
//! none; R is at most what S₂₁ leaves; a known S is divided by its largest singular value where that is above 1.
//!
//! Modes are numbers of the table's `mode` or `mode_in`; those of a waveguide are tracks, which keep their number where two
//! effective indices cross.

use num_complex::Complex64;

use super::condition::condition;
use crate::{AxisScale, AxisValues, Group, LossTable};

/// `S[to][from]` between ports 1 and 2.
pub type Scattering = [[Complex64; 2]; 2];

/// An object and a mode of it, over conditions and wavelength.
#[derive(Clone, Debug, PartialEq)]
pub struct TwoPort {
    /// Path of the group, with _ for /, and the mode where there are several.
    pub name: String,
    /// Path of the group.
    pub group: String,
    /// Mode of the table, where it has an axis of them.
    pub mode: Option<usize>,
    /// What is at ports 1 and 2.
    pub ports: [String; 2],
    /// What varies but the wavelength, ascending.
    pub conditions: Vec<AxisScale>,
    /// Vacuum wavelengths, m, ascending.
    pub wavelengths: Vec<f64>,
    /// The law, its values over the conditions and, fastest, the wavelengths; NaN where the table has none.
    pub law: Law,
}

/// How light passes.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// Along a guide.
    Guide {
        /// Effective index.
        effective_index: Vec<f64>,
        /// Group index, NaN where unknown.
        group_index: Vec<f64>,
        /// dB/m, not negative.
        loss: Vec<f64>,
    },
    /// Through a joint of no stated phase.
    Joint {
        /// dB, not negative.
        loss: Vec<f64>,
        /// Share of the power that returns at port 1; zero where unknown.
        reflection: Vec<f64>,
    },
    /// Through a joint of known phases.
    Phased {
        /// S₂₁ and S₁₂.
        through: Polar,
        /// S₁₁.
        reflected: Polar,
        /// S₂₂; the central one where the table has none.
        behind: Option<Polar>,
    },
}

/// Complex numbers whose phases can be interpolated over wavelength.
#[derive(Clone, Debug, PartialEq)]
pub struct Polar {
    /// Magnitudes; NaN where the table has none.
    pub magnitude: Vec<f64>,
    /// Phases in rad, not cut at π; finite.
    pub phase: Vec<f64>,
}

impl Polar {
    fn at(&self, k: usize) -> Complex64 {
        Complex64::from_polar(self.magnitude[k], self.phase[k])
    }
}

impl Law {
    /// What the table does not hold, and what stands for it.
    pub fn caveat(&self) -> &'static str {
        match self {
            Self::Guide { .. } => "reflections at the ends, which are none here",
            Self::Joint { .. } => {
                "phases, which are zero at the planes here; reflection at port 2, which is the central one that keeps S passive"
            }
            Self::Phased { behind: None, .. } => {
                "reflection at port 2, which is the central one that keeps S passive here"
            }
            Self::Phased { .. } => "what other modes exchange, which is lost here",
        }
    }
}

impl TwoPort {
    /// Whether it has a length.
    pub fn is_guide(&self) -> bool {
        matches!(self.law, Law::Guide { .. })
    }

    /// Number of conditions: the points of all axes but wavelength.
    pub fn points(&self) -> usize {
        self.conditions.iter().map(AxisScale::len).product()
    }

    /// What is appended to names at a condition, and the condition in words.
    pub fn condition(&self, point: usize) -> (String, Vec<String>) {
        condition(&self.conditions.iter().collect::<Vec<_>>(), point)
    }

    /// S at a condition and a wavelength of the table, by their places; a guide is `length` metres long. None where the table
    /// has no value.
    pub fn scattering(&self, point: usize, wavelength: usize, length: f64) -> Option<Scattering> {
        let k = point * self.wavelengths.len() + wavelength;
        let zero = Complex64::default();
        let [reflected, through, behind] = match &self.law {
            Law::Guide { loss, .. } => {
                let phase = self.phase(point, wavelength, length);
                let through = Complex64::from_polar(amplitude(loss[k] * length), phase);
                [zero, through, zero]
            }
            Law::Joint { loss, reflection } => {
                let (t, r) = (amplitude(loss[k]), reflection[k].sqrt());
                let [r, t] = [r, t].map(Complex64::from);
                [r, t, other_reflection(t, r)]
            }
            Law::Phased {
                through,
                reflected,
                behind,
            } => {
                let behind = behind.as_ref().map(|behind| behind.at(k));
                passive(reflected.at(k), through.at(k), behind)
            }
        };
        let whole = through.is_finite() && reflected.is_finite();
        whole.then_some([[reflected, through], [through, behind]])
    }

    /// The phase of S₂₁ without jumps of 2π; NaN where the table has no value.
    pub fn phase(&self, point: usize, wavelength: usize, length: f64) -> f64 {
        let k = point * self.wavelengths.len() + wavelength;
        match &self.law {
            Law::Guide {
                effective_index, ..
            } => {
                2.0 * std::f64::consts::PI * (effective_index[k] * length)
                    / self.wavelengths[wavelength]
            }
            Law::Joint { .. } => 0.0,
            Law::Phased { through, .. } => through.phase[k],
        }
    }
}

fn amplitude(db: f64) -> f64 {
    10.0_f64.powf(-0.05 * db)
}

/// S₂₂ of a joint with S₁₁ = r and S₂₁ = t, |r|² + |t|² ≤ 1.
fn other_reflection(t: Complex64, r: Complex64) -> Complex64 {
    let power = t.norm_sqr();
    // 1 − |r|² ≥ |t|², which round-off must not undo where both are next to zero
    if power > 0.0 {
        -r.conj() * t * t / (1.0 - r.norm_sqr()).max(power)
    } else {
        Complex64::ZERO
    }
}

/// S₁₁, S₂₁ and S₂₂ without singular values above 1, which error bars allow.
fn passive(r: Complex64, t: Complex64, behind: Option<Complex64>) -> [Complex64; 3] {
    let within = |square: f64| {
        if square > 1.0 {
            square.sqrt().recip()
        } else {
            1.0
        }
    };
    let Some(b) = behind else {
        let [r, t] = [r, t].map(|s| s * within(r.norm_sqr() + t.norm_sqr()));
        return [r, t, other_reflection(t, r)];
    };
    // the larger eigenvalue of SᴴS, without a difference of nearly equal numbers
    let sum = r.norm_sqr() + 2.0 * t.norm_sqr() + b.norm_sqr();
    let across = (r.conj() * t + t.conj() * b).norm();
    let square = 0.5 * (sum + (r.norm_sqr() - b.norm_sqr()).hypot(2.0 * across));
    [r, t, b].map(|s| s * within(square))
}

/// Every two-port of the table that has a value.
pub fn two_ports(table: &LossTable) -> Vec<TwoPort> {
    let of_group = |group| of_group(table, group);
    table.groups.iter().flat_map(of_group).collect()
}

fn of_group(table: &LossTable, group: &Group) -> Vec<TwoPort> {
    let kind = Kind::of(group);
    let (Some(kind), Some(grid)) = (kind, Grid::of(group)) else {
        return Vec::new();
    };
    let plain = group.path.replace('/', "_");
    let modes = grid.modes();
    (0..modes.unwrap_or(1))
        .filter_map(|mode| {
            let phased = kind.phased(table, group, &grid, mode);
            Some((mode, phased.or_else(|| kind.law(group, &grid, mode))?))
        })
        .filter(|(_, law)| {
            let (Law::Guide { loss: values, .. }
            | Law::Joint { loss: values, .. }
            | Law::Phased {
                through: Polar {
                    magnitude: values, ..
                },
                ..
            }) = law;
            values.iter().any(|value| !value.is_nan())
        })
        .map(|(mode, law)| TwoPort {
            name: match modes {
                Some(_) => format!("{plain}_mode_{mode}"),
                None => plain.clone(),
            },
            group: group.path.clone(),
            mode: modes.map(|_| mode),
            ports: kind.ports(group),
            conditions: grid
                .conditions
                .iter()
                .map(|(axis, _)| axis.clone())
                .collect(),
            wavelengths: grid.wavelengths.clone(),
            law,
        })
        .collect()
}

/// What a group describes, as its path begins.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Waveguide,
    FibreChip,
    Taper,
    Grating,
}

impl Kind {
    fn of(group: &Group) -> Option<Self> {
        match group.path.split_once('/')?.0 {
            "waveguide" => Some(Self::Waveguide),
            "fibre_chip" => Some(Self::FibreChip),
            "taper" => Some(Self::Taper),
            "grating" => Some(Self::Grating),
            _ => None,
        }
    }

    fn ports(self, group: &Group) -> [String; 2] {
        let stated = group.attributes.iter().find(|a| a.name == "ports");
        let stated = stated.and_then(|a| a.as_text()?.split_once(" to "));
        let loss = group.variable("loss");
        let planes = loss.and_then(|l| l.from_plane.as_deref().zip(l.to_plane.as_deref()));
        let (one, two) = match self {
            Self::Waveguide => None,
            Self::FibreChip => stated.or(planes),
            Self::Taper | Self::Grating => planes,
        }
        .unwrap_or(("start", "end"));
        [one, two].map(str::to_owned)
    }

    fn law(self, group: &Group, grid: &Grid, mode: usize) -> Option<Law> {
        let loss = none_below_zero(grid.slot(group, "loss", mode)?);
        let from_db = |db: f64| 10.0_f64.powf(-0.1 * db);
        let (returned, share): (&str, &dyn Fn(f64) -> f64) = match self {
            Self::Waveguide => {
                let effective_index = grid.slot(group, "effective_index", mode)?;
                let unknown = vec![f64::NAN; effective_index.len()];
                return Some(Law::Guide {
                    effective_index,
                    group_index: grid.slot(group, "group_index", mode).unwrap_or(unknown),
                    loss,
                });
            }
            Self::FibreChip => ("return_loss", &from_db),
            Self::Taper => ("reflection", &|share| share),
            Self::Grating => ("back_reflection", &|share| share),
        };
        let unknown = || vec![f64::NAN; loss.len()];
        let returned = grid.slot(group, returned, mode).unwrap_or_else(unknown);
        let reflection = loss.iter().zip(returned).map(|(&loss, returned)| {
            let most = 1.0 - amplitude(loss).powi(2);
            // `max` makes zero of NaN: of a share that the table has not, and where it has no loss
            share(returned).min(most).max(0.0)
        });
        Some(Law::Joint {
            reflection: reflection.collect(),
            loss,
        })
    }
}

fn none_below_zero(loss: Vec<f64>) -> Vec<f64> {
    // not `max`, which would make a loss of NaN
    let least = |loss: f64| if loss < 0.0 { 0.0 } else { loss };
    loss.into_iter().map(least).collect()
}

/// The axes of a group, sorted: conditions, mode, wavelength.
pub(super) struct Grid {
    /// An axis, ascending, and the places of its coordinates in the table.
    pub(super) conditions: Vec<(AxisScale, Vec<usize>)>,
    /// Name and length of the axis of modes.
    mode: Option<(String, usize)>,
    /// Track of each entry over conditions, wavelength and, fastest, mode.
    tracks: Option<Vec<f64>>,
    pub(super) wavelengths: Vec<f64>,
    pub(super) wavelength_places: Vec<usize>,
}

impl Grid {
    /// Of the axes of the group's variable `loss`; none if that has no wavelength or an axis of names.
    fn of(group: &Group) -> Option<Self> {
        let loss = group.variable("loss")?;
        let mut grid = Self {
            conditions: Vec::new(),
            mode: None,
            tracks: None,
            wavelengths: Vec::new(),
            wavelength_places: Vec::new(),
        };
        for name in &loss.axes {
            let axis = group.axis(name)?;
            let AxisValues::Numbers(values) = &axis.values else {
                return None;
            };
            if name == "mode" || name == "mode_in" {
                grid.mode = Some((name.clone(), values.len()));
                continue;
            }
            let mut places: Vec<usize> = (0..values.len()).collect();
            places.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
            let sorted = places.iter().map(|&k| values[k]).collect();
            if name == "wavelength" {
                (grid.wavelengths, grid.wavelength_places) = (sorted, places);
            } else {
                let axis = AxisScale {
                    values: AxisValues::Numbers(sorted),
                    ..axis.clone()
                };
                grid.conditions.push((axis, places));
            }
        }
        if grid.wavelengths.is_empty() {
            return None;
        }
        grid.tracks = grid.values(group, "track");
        Some(grid)
    }

    /// How many modes there are to export, where there is an axis of them.
    fn modes(&self) -> Option<usize> {
        let (_, ids) = self.mode.as_ref()?;
        let last = self
            .tracks
            .iter()
            .flatten()
            .copied()
            .fold(f64::NAN, f64::max);
        // a track that begins late has a number beyond the ids
        Some(if last.is_nan() {
            *ids
        } else {
            last as usize + 1
        })
    }

    /// A variable of one mode over conditions and, fastest, wavelength.
    pub(super) fn slot(&self, group: &Group, name: &str, mode: usize) -> Option<Vec<f64>> {
        let all = self.values(group, name)?;
        let ids = self.mode.as_ref().map_or(1, |(_, ids)| *ids);
        let id = |k: usize| match &self.tracks {
            Some(tracks) => (0..ids).find(|id| tracks[k * ids + id] == mode as f64),
            None => (mode < ids).then_some(mode),
        };
        let points = all.len() / ids;
        let value = |k: usize| id(k).map_or(f64::NAN, |id| all[k * ids + id]);
        Some((0..points).map(value).collect())
    }

    /// A variable over conditions, wavelength and, fastest, mode; the same along an axis that it lacks.
    fn values(&self, group: &Group, name: &str) -> Option<Vec<f64>> {
        let variable = group.variable(name)?;
        let places = self.places(group, name, self.mode.as_ref())?;
        Some(places.into_iter().map(|k| variable.values[k]).collect())
    }

    /// Where a variable's entries are over conditions, wavelength and, fastest, `mode`.
    pub(super) fn places(
        &self,
        group: &Group,
        name: &str,
        mode: Option<&(String, usize)>,
    ) -> Option<Vec<usize>> {
        let variable = group.variable(name)?;
        let shape = group.shape(variable).ok()?;
        let stride = |axis: &str| {
            let place = variable.axes.iter().position(|name| name == axis)?;
            Some(shape[place + 1..].iter().product())
        };
        let conditions = self.conditions.iter();
        let mut axes: Vec<(&str, Vec<usize>)> = conditions
            .map(|(axis, places)| (axis.name.as_str(), places.clone()))
            .collect();
        axes.push(("wavelength", self.wavelength_places.clone()));
        if let Some((name, ids)) = mode {
            axes.push((name, (0..*ids).collect()));
        }
        let mut offsets = vec![0];
        for (name, places) in axes {
            let stride: usize = stride(name).unwrap_or(0);
            offsets = offsets
                .iter()
                .flat_map(|offset| places.iter().map(move |place| offset + place * stride))
                .collect();
        }
        Some(offsets)
    }
}
