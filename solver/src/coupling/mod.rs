//! Coupling: fibre to chip.
