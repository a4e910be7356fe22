//! What can go wrong with a taper.

use crate::modes::ModeError;
use cpo_meshes::MeshError;

/// Errors of tapers.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TaperError {
    /// In the modes of a cross-section.
    #[error(transparent)]
    Mode(#[from] ModeError),
    /// The grid could not be made, or a section's ends have nothing between them.
    #[error(transparent)]
    Mesh(#[from] MeshError),
    /// A taper without a section.
    #[error("a taper needs at least one section; add one, such as with `linear`")]
    NoSections,
    /// A section begins with another cross-section than the one before it ends with.
    #[error(
        "section \"{section}\" does not begin as what is before it ends: {difference}; let it begin there, or put a \
         `step` between"
    )]
    Joint {
        /// The section.
        section: String,
        /// In what the cross-sections differ.
        difference: String,
    },
    /// A number is out of its range.
    #[error("{what} is {value}; it must be {allowed}")]
    Option {
        /// What it is.
        what: String,
        /// Its value, with its unit.
        value: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// Another number of lengths than of sections.
    #[error(
        "{given} lengths are given for {sections} sections; give one for each, from the start on"
    )]
    Lengths {
        /// How many are given.
        given: usize,
        /// How many there are.
        sections: usize,
    },
    /// Nothing is guided at an end.
    #[error(
        "nothing is guided at the {end} of the taper: the highest n_eff of its window is {highest:.6}, and a guided mode \
         must exceed {bound:.6}; strengthen that cross-section, let the taper end before it, or widen the window"
    )]
    NoGuidedMode {
        /// "start" or "end".
        end: &'static str,
        /// The highest Re n_eff.
        highest: f64,
        /// What a guided mode exceeds.
        bound: f64,
    },
    /// A mode that is not among the guided ones of an end.
    #[error(
        "the {end} of the taper guides {guided} modes, so there is no mode {asked}; they are counted from 0"
    )]
    UnknownMode {
        /// "start" or "end".
        end: &'static str,
        /// The mode asked for.
        asked: usize,
        /// How many are guided.
        guided: usize,
    },
    /// What mode matching cannot have.
    #[error(
        "{what}, for which modes are not matched: turn the crystal's axes to those of the guide"
    )]
    Unsupported {
        /// What there is.
        what: &'static str,
    },
}
