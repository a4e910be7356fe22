//! Lasers: operating point of an array with temperature.
