//! What can be wrong with a geometry.

use cpo_materials::Length;

use crate::{Footprint, Window};

/// Errors of this crate.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MeshError {
    /// An axis is not a list of increasing finite faces.
    #[error("an axis cannot be made: at face {index}, {reason}")]
    Axis {
        /// Index of the offending face.
        index: usize,
        /// What is wrong there.
        reason: &'static str,
    },
    /// A [`Spacing`](crate::Spacing) has a value that makes no axis.
    #[error("an axis cannot be spaced: {quantity} is {}; it must be {allowed}", with_unit(*.value, unit))]
    Spacing {
        /// The quantity at fault.
        quantity: &'static str,
        /// Its value.
        value: f64,
        /// Its unit, empty for a pure number.
        unit: &'static str,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A window is empty, inverted or not finite.
    #[error(
        "the window {window} shows nothing: its ends must be finite and each second end above the first"
    )]
    Window {
        /// The window.
        window: Window,
    },
    /// A number that defines a shape, a layer or a block is out of range.
    #[error("\"{name}\" cannot be made: its {quantity} is {}; it must be {allowed}", with_unit(*.value, unit))]
    Shape {
        /// Name of the region, layer or block.
        name: String,
        /// The quantity at fault.
        quantity: &'static str,
        /// Its value.
        value: f64,
        /// Its unit, empty for a pure number.
        unit: &'static str,
        /// What is allowed.
        allowed: String,
    },
    /// A polygon crosses itself.
    #[error(
        "the polygon of \"{name}\" crosses itself: the edge from point {first} meets the one from point {second} \
             (counted from 0, repeated points left out); split it into simple polygons"
    )]
    SelfCrossing {
        /// Name of the region.
        name: String,
        /// First point of one edge.
        first: usize,
        /// First point of the other edge.
        second: usize,
    },
    /// No part of a region is seen.
    #[error(
        "\"{name}\" lies outside the window: it reaches over {bounds}, the window shows {window}; \
             move the shape or widen the window"
    )]
    OutsideWindow {
        /// Name of the region.
        name: String,
        /// Where it is.
        bounds: Window,
        /// What is shown.
        window: Window,
    },
    /// Two cross-sections have nothing between them.
    #[error(
        "there is no cross-section between these two: {difference}; give both the same window and the same regions in \
             the same order, and let only the numbers that define their shapes differ"
    )]
    Unlike {
        /// In what they differ.
        difference: String,
    },
    /// A name is taken.
    #[error("there already is a {kind} named \"{name}\"; give each {kind} its own name")]
    Duplicate {
        /// What the name is of.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A number that says how fine a triangulation is is out of range.
    #[error("a triangulation cannot be made: its {quantity} is {}; it must be {allowed}", with_unit(*.value, unit))]
    ElementSize {
        /// The quantity at fault.
        quantity: &'static str,
        /// Its value.
        value: f64,
        /// Its unit, empty for a pure number.
        unit: &'static str,
        /// What is allowed.
        allowed: &'static str,
    },
    /// The borders of a cross-section cannot be followed by triangles.
    #[error(
        "a triangulation fails near x = {}, y = {}: {reason}",
        Length::m(at[0]), Length::m(at[1])
    )]
    Triangulation {
        /// Where, in metres.
        at: [f64; 2],
        /// What is wrong there and what to change.
        reason: &'static str,
    },
    /// A layer's name is unknown.
    #[error("there is no layer \"{name}\"{}; the layers are {}", nearest.as_ref().map(|n| format!(", did you mean \"{n}\"?")).unwrap_or_default(), list(known))]
    UnknownLayer {
        /// The name asked for.
        name: String,
        /// The known name most like it.
        nearest: Option<String>,
        /// All known names, from bottom to top.
        known: Vec<String>,
    },
    /// A stack or plan has no layer.
    #[error("the {0} has no layers; add at least one")]
    NoLayers(&'static str),
    /// The layer to be patterned is the topmost, so nothing is left to fill what is etched away.
    #[error(
        "the layer \"{name}\" cannot be etched: the layer above it fills the etched part, and there is none; \
             add a cladding layer"
    )]
    NothingAbove {
        /// The layer.
        name: String,
    },
    /// A block or source reaches beyond the plan.
    #[error(
        "\"{name}\" reaches beyond the plan: it covers {footprint}, the plan is {plan} with its origin at its \
             centre; move or shrink it"
    )]
    OutsidePlan {
        /// The block or source.
        name: String,
        /// Where it is.
        footprint: Footprint,
        /// What the plan covers.
        plan: Footprint,
    },
    /// Two heat sources share ground in one layer.
    #[error(
        "the sources \"{first}\" ({}) and \"{second}\" ({}) overlap in layer \
             \"{layer}\"; move one of them or merge them into one", footprints[0], footprints[1]
    )]
    OverlappingSources {
        /// The source placed first.
        first: String,
        /// The source placed second.
        second: String,
        /// Where they are.
        footprints: Box<[Footprint; 2]>,
        /// The layer of both.
        layer: String,
    },
}

/// "−5 nm", "0.3 rad", "2".
fn with_unit(value: f64, unit: &str) -> String {
    match unit {
        "m" => Length::m(value).to_string(),
        "" => value.to_string(),
        _ => format!("{value} {unit}"),
    }
}

fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    quoted.join(", ")
}

/// An error unless a length in metres is finite and above zero.
pub(crate) fn positive(name: &str, quantity: &'static str, value: f64) -> Result<(), MeshError> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(MeshError::Shape {
        name: name.to_owned(),
        quantity,
        value,
        unit: "m",
        allowed: "finite and above 0 m".to_owned(),
    })
}

/// The error for a layer name that is not among `known`.
pub(crate) fn unknown_layer<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> MeshError {
    let known: Vec<String> = known.map(str::to_owned).collect();
    let nearest = known
        .iter()
        .map(|candidate| {
            (
                strsim::normalized_damerau_levenshtein(name, candidate),
                candidate,
            )
        })
        .filter(|(likeness, _)| *likeness > 0.3)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate.clone());
    MeshError::UnknownLayer {
        name: name.to_owned(),
        nearest,
        known,
    }
}
