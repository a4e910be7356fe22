//! Heat: the temperature of a floorplan.
