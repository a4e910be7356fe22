//! Light-current curves at several temperatures from a file of comma-separated values, and the laser parameters they hold.
//!
//! Columns `temperature [degC]` (of the junction), `current [mA]`, `power [mW]` in units of their own; points may come in any order.

use cpo_materials::{Current, Power, Quantity, Temperature};
use cpo_solver::laser::{LightCurrentFit, LightCurrentSample};

use super::csv_file::{Line, Titled, Wrong, lines};
use super::reader::Reader;
use crate::file::Cursor;

const COLUMNS: [Titled; 3] = [
    Titled::of::<Temperature>("temperature [degC]"),
    Titled::of::<Current>("current [mA]"),
    Titled::of::<Power>("power [mW]"),
];

fn sample(line: &Line<'_, 3>) -> Result<LightCurrentSample, Wrong> {
    let sample = LightCurrentSample {
        temperature: line.quantity(0)?,
        current: line.quantity(1)?,
        power: line.quantity(2)?,
    };
    if sample.current.si() < 0.0 {
        let told = format!("a current of {}; it is zero or more", sample.current);
        return Err(Wrong(line.number, told));
    }
    Ok(sample)
}

impl Reader {
    /// Reads light-current curves beside the study and fits the laser's parameters to them.
    pub(crate) fn light_current(&mut self, cursor: &Cursor<'_>) -> Option<LightCurrentFit> {
        let allowed = "a line of titles such as `temperature [degC],current [mA],power [mW]`, then the points of \
                       light-current curves at two junction temperatures or more";
        self.csv_file(cursor, "light-current curves", allowed, |text| {
            let samples = lines(text, &COLUMNS, sample)?;
            // the law can be stated at any temperature afterwards
            LightCurrentFit::new(&samples, Temperature::celsius(25.0))
                .map_err(|error| Wrong(None, error.to_string()))
        })
    }
}
