//! Joints whose phases the table has: entries of its groups `s_parameters/`.

use super::two_port::{Grid, Kind, Law, Polar};
use crate::{AxisValues, Group, LossTable};

/// Path of the group of S parameters of an object.
fn path_of(object: &str) -> String {
    format!("s_parameters/{}", object.replacen('/', "_", 1))
}

/// The object whose S parameters are in the group of this path: of tapers and gratings.
pub(super) fn object(path: &str) -> Option<String> {
    Some(path.strip_prefix("s_parameters/")?.replacen('_', "/", 1))
}

impl Kind {
    /// S of a mode with its phases, where the table has them for this group.
    pub(super) fn phased(
        self,
        table: &LossTable,
        group: &Group,
        grid: &Grid,
        mode: usize,
    ) -> Option<Law> {
        let of = table.group(&path_of(&group.path))?;
        let ports = Ports::of(of, grid)?;
        let (through, reflected, behind) = match self {
            Self::Waveguide | Self::FibreChip => return None,
            Self::Grating => (
                ports.entry("fibre", "guide")?,
                ports.entry("guide", "guide")?,
                None,
            ),
            Self::Taper => {
                let becomes = grid.slot(group, "becomes", mode)?;
                let start = format!("start_mode_{mode}");
                let end = |mode: usize| format!("end_mode_{mode}");
                (
                    ports.entry_by(&becomes, |to| (end(to), start.clone()))?,
                    ports.entry(&start, &start)?,
                    Some(ports.entry_by(&becomes, |to| (end(to), end(to)))?),
                )
            }
        };
        let known = through.magnitude.iter().any(|value| !value.is_nan());
        known.then_some(Law::Phased {
            through,
            reflected,
            behind,
        })
    }
}

/// A group of S parameters over the conditions and wavelengths of another.
struct Ports<'a> {
    group: &'a Group,
    /// Where the entries of every condition and wavelength begin.
    places: Vec<usize>,
    names: &'a [String],
    wavelengths: usize,
}

impl<'a> Ports<'a> {
    /// None if the group has other ports than we know, or other axes than `grid`.
    fn of(group: &'a Group, grid: &Grid) -> Option<Self> {
        let variable = group.variable("magnitude")?;
        let [.., out, from] = variable.axes.as_slice() else {
            return None;
        };
        let AxisValues::Text(names) = &group.axis("port_out")?.values else {
            return None;
        };
        let same = |name: &str, values: &[f64], places: &[usize]| {
            let axis = group.axis(name);
            let pairs = || places.iter().zip(values);
            axis.is_some_and(|axis| match &axis.values {
                AxisValues::Numbers(own) => pairs().all(|(&k, value)| own.get(k) == Some(value)),
                AxisValues::Text(_) => false,
            })
        };
        let conditions = grid
            .conditions
            .iter()
            .all(|(axis, places)| match &axis.values {
                AxisValues::Numbers(values) => same(&axis.name, values, places),
                AxisValues::Text(_) => false,
            });
        let known = out == "port_out"
            && from == "port_in"
            && conditions
            && same("wavelength", &grid.wavelengths, &grid.wavelength_places);
        known.then_some(Self {
            group,
            places: grid.places(group, "magnitude", None)?,
            names,
            wavelengths: grid.wavelengths.len(),
        })
    }

    fn entry(&self, out: &str, from: &str) -> Option<Polar> {
        let place = |name: &str| self.names.iter().position(|own| own == name);
        let at = place(out)? * self.names.len() + place(from)?;
        let value = |name: &str| -> Option<Vec<f64>> {
            let values = &self.group.variable(name)?.values;
            let places = self.places.iter();
            places
                .map(|place| values.get(place + at).copied())
                .collect()
        };
        let mut phase = value("phase")?;
        for phases in phase.chunks_mut(self.wavelengths) {
            fill(phases);
        }
        Some(Polar {
            magnitude: value("magnitude")?,
            phase,
        })
    }

    /// At every condition and wavelength the entry that a mode there asks for.
    fn entry_by(&self, modes: &[f64], ports: impl Fn(usize) -> (String, String)) -> Option<Polar> {
        let mut all: Vec<(f64, Polar)> = Vec::new();
        let mut mixed = Polar {
            magnitude: vec![f64::NAN; modes.len()],
            phase: vec![0.0; modes.len()],
        };
        for (k, &mode) in modes.iter().enumerate() {
            if mode.is_nan() {
                continue;
            }
            if all.iter().all(|(known, _)| *known != mode) {
                let (out, from) = ports(mode as usize);
                all.push((mode, self.entry(&out, &from)?));
            }
            let (_, entry) = all.iter().find(|(known, _)| *known == mode)?;
            (mixed.magnitude[k], mixed.phase[k]) = (entry.magnitude[k], entry.phase[k]);
        }
        Some(mixed)
    }
}

/// Where there is no phase, that of the nearest wavelength by number; 0 if there is none at all.
fn fill(phases: &mut [f64]) {
    let known: Vec<(usize, f64)> = phases.iter().copied().enumerate().collect();
    let known: Vec<(usize, f64)> = known.into_iter().filter(|(_, p)| p.is_finite()).collect();
    for (k, phase) in phases.iter_mut().enumerate() {
        let nearest = known.iter().min_by_key(|(other, _)| other.abs_diff(k));
        *phase = nearest.map_or(0.0, |(_, phase)| *phase);
    }
}
