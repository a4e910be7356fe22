//! Heat sources.

use super::Footprint;
use crate::PowerMap;

/// Power released in a footprint through the thickness of one layer, evenly or by a map.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatSource {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub footprint: Footprint,
    /// Index of its layer.
    pub layer: usize,
    /// Bottom and top of that layer in metres.
    pub z: [f64; 2],
    /// Power in W.
    pub power: f64,
    /// How the power is spread over the footprint, if not evenly.
    pub map: Option<PowerMap>,
}

impl HeatSource {
    /// Volume in m³.
    pub fn volume(&self) -> f64 {
        self.footprint.area() * (self.z[1] - self.z[0])
    }

    /// Share of the power that is released in a part of the footprint.
    pub fn share(&self, part: &Footprint) -> f64 {
        match &self.map {
            Some(map) => {
                let [x, y] = self.within(part);
                map.share(x, y)
            }
            None => part.area() / self.footprint.area(),
        }
    }

    /// Ends of a part along x and y, from 0 to 1 over the footprint.
    pub(super) fn within(&self, part: &Footprint) -> [[f64; 2]; 2] {
        let scaled = |[from, to]: [f64; 2], e: [f64; 2]| e.map(|e| (e - from) / (to - from));
        [
            scaled(self.footprint.x, part.x),
            scaled(self.footprint.y, part.y),
        ]
    }
}
