//! The power of a source in tiles from a file of comma-separated values.
//!
//! Columns `x [mm]`, `y [mm]`, the middles of equal tiles that fill a rectangle, in any order, and `power [W]` of each.

use cpo_materials::{Length, Power, Quantity};
use cpo_meshes::{Footprint, PowerMap};

use super::csv_file::{Line, Titled, Wrong, distinct, lines, nearest};
use super::reader::Reader;
use crate::file::Cursor;

const COLUMNS: [Titled; 3] = [
    Titled::of::<Length>("x [mm]"),
    Titled::of::<Length>("y [mm]"),
    Titled::of::<Power>("power [W]"),
];
/// How far middles may be off those of equal tiles, and the tiles off the source's size.
const TOLERANCE: f64 = 0.01;

/// Powers of tiles and their size.
#[derive(Clone, Debug)]
pub struct PowerTiles {
    /// Shares of the whole.
    pub map: PowerMap,
    /// All tiles together.
    pub power: Power,
    /// Width and length of all tiles together, m; `None` across a single tile.
    size: [Option<f64>; 2],
}

impl PowerTiles {
    /// Whether the tiles fill `footprint`; else what they fill and the footprint has.
    pub(crate) fn fill(&self, footprint: &Footprint) -> Result<(), String> {
        let sides = [footprint.x, footprint.y].map(|[a, b]| b - a);
        for (d, name) in ["width", "length"].into_iter().enumerate() {
            if let Some(tiles) = self.size[d]
                && (tiles - sides[d]).abs() > TOLERANCE * sides[d]
            {
                let [tiles, side] = [tiles, sides[d]].map(Length::from_si);
                return Err(format!(
                    "the tiles of its power map have a {name} of {tiles:.3} together, the source has {side:.3}"
                ));
            }
        }
        Ok(())
    }

    fn read(text: &str) -> Result<Self, Wrong> {
        let tiles = lines(text, &COLUMNS, tile)?;
        let axes = [0, 1].map(|d| distinct(tiles.iter().map(|t| t.at[d])));
        let [nx, ny] = axes.each_ref().map(Vec::len);
        let mut powers: Vec<Option<f64>> = vec![None; nx * ny];
        for tile in &tiles {
            let [i, j] = [0, 1].map(|d| nearest(&axes[d], tile.at[d]));
            if powers[i * ny + j].replace(tile.power).is_some() {
                let [x, y] = tile.at.map(Length::from_si);
                let told = format!("the tile x = {x}, y = {y} comes twice");
                return Err(Wrong(tile.line, told));
            }
        }
        if let Some(gap) = powers.iter().position(Option::is_none) {
            let [x, y] = [axes[0][gap / ny], axes[1][gap % ny]].map(Length::from_si);
            let told = format!("of {nx} by {ny} tiles that at x = {x}, y = {y} is missing");
            return Err(Wrong(None, told));
        }
        let powers: Vec<f64> = powers.into_iter().flatten().collect();
        let mut size = [None; 2];
        for (d, name) in ["x", "y"].into_iter().enumerate() {
            size[d] = pitch(&axes[d])
                .map_err(|told| Wrong(None, format!("the middles along {name} {told}")))?;
        }
        let map = PowerMap::new([nx, ny], &powers).map_err(|e| Wrong(None, e.to_string()))?;
        Ok(Self {
            map,
            power: Power::w(powers.iter().sum()),
            size,
        })
    }
}

/// Length of equal tiles with these middles.
fn pitch(middles: &[f64]) -> Result<Option<f64>, String> {
    let (Some(first), Some(last), true) = (middles.first(), middles.last(), middles.len() > 1)
    else {
        return Ok(None);
    };
    let pitch = (last - first) / (middles.len() - 1) as f64;
    for (i, middle) in middles.iter().enumerate() {
        let even = first + i as f64 * pitch;
        if (middle - even).abs() > TOLERANCE * pitch {
            let [middle, even] = [*middle, even].map(Length::from_si);
            return Err(format!(
                "are not those of equal tiles: {middle:.3} in place of {even:.3}"
            ));
        }
    }
    Ok(Some(middles.len() as f64 * pitch))
}

struct Tile {
    at: [f64; 2],
    power: f64,
    line: Option<u64>,
}

fn tile(line: &Line<'_, 3>) -> Result<Tile, Wrong> {
    let (x, y) = (line.quantity::<Length>(0)?, line.quantity::<Length>(1)?);
    let power = line.quantity::<Power>(2)?.si();
    if power < 0.0 {
        let told = format!("a power of {}; it is zero or more", Power::w(power));
        return Err(Wrong(line.number, told));
    }
    Ok(Tile {
        at: [x.si(), y.si()],
        power,
        line: line.number,
    })
}

impl Reader {
    /// Reads the tiles of a source's power beside the study.
    pub(crate) fn power_map(&mut self, cursor: &Cursor<'_>) -> Option<PowerTiles> {
        let allowed = "a line of titles such as `x [mm],y [mm],power [W]`, then the middles of equal tiles and their powers";
        self.csv_file(cursor, "power map", allowed, PowerTiles::read)
    }
}
