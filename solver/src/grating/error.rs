//! What can go wrong with a grating.

use cpo_materials::MaterialError;
use cpo_meshes::MeshError;

/// Errors of gratings.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GratingError {
    /// A material has no data at this wavelength or temperature.
    #[error(transparent)]
    Material(#[from] MaterialError),
    /// The layers or trenches could not be drawn.
    #[error(transparent)]
    Mesh(#[from] MeshError),
    /// A number is out of its range.
    #[error("{what} is {value}; it must be {allowed}")]
    Option {
        /// What it is.
        what: &'static str,
        /// Its value, with its unit.
        value: String,
        /// What is allowed.
        allowed: String,
    },
    /// Trenches overlap or are not in order.
    #[error(
        "trench {number} from {from} to {to} begins before trench {before} ends or is no wider than zero; \
         give trenches along the guide, each with its begin below its end"
    )]
    Trenches {
        /// Its number, from 1.
        number: usize,
        /// The one before it.
        before: usize,
        /// Where it begins.
        from: String,
        /// Where it ends.
        to: String,
    },
    /// No trench at all.
    #[error("a grating needs at least one trench")]
    NoTrenches,
    /// Nothing radiates.
    #[error(
        "no order of the grating radiates into the upper medium: with a pitch of {pitch} and n_eff {index:.4} the first \
         order has the index {order:.3} along the surface, and waves there have at most {limit:.3}; a pitch between \
         {shortest} and {longest} radiates"
    )]
    NoRadiatingOrder {
        /// Mean pitch.
        pitch: String,
        /// n_eff between teeth and trenches.
        index: f64,
        /// n_eff − λ/pitch.
        order: f64,
        /// Index of the upper medium.
        limit: f64,
        /// Shortest pitch that radiates.
        shortest: String,
        /// Longest pitch that radiates by its first order alone.
        longest: String,
    },
    /// The layers guide nothing.
    #[error("the layers guide no mode in \"{core}\"; raise its index or thickness")]
    NoGuidedMode {
        /// The guiding layer.
        core: String,
    },
    /// The beam is wider than the mesh.
    #[error(
        "{lost:.1} % of the beam's power lies beyond the grating's window at its best offset; lengthen the guide before \
         and after the trenches (`margins`)"
    )]
    Clipped {
        /// Percentage of the beam's power.
        lost: f64,
    },
}
