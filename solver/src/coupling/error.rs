//! What can be wrong with a coupling calculation.

/// Errors of fields, fibres and coupling scans.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CouplingError {
    /// A quantity lies outside what the model allows.
    #[error("{quantity} is {value} {unit}; it must be {allowed}")]
    OutOfRange {
        /// The quantity.
        quantity: &'static str,
        /// Its value in `unit`.
        value: f64,
        /// SI unit, or "" for a pure number.
        unit: &'static str,
        /// What is allowed.
        allowed: &'static str,
    },
    /// An array does not have one value per cell.
    #[error(
        "a sampled field cannot be made: component {component} has shape {found:?} but the grid has {expected:?} cells; \
         give one value per cell, indexed [[i, j]]"
    )]
    Shape {
        /// The component.
        component: &'static str,
        /// Shape found.
        found: [usize; 2],
        /// Shape of the grid.
        expected: [usize; 2],
    },
    /// A field has no forward power, so that it cannot be normalised to 1 W.
    #[error(
        "a field cannot be normalised: its power 1/2 Re∫(E x H*)·z dA is {power} W; it must be positive and finite \
         (a backward wave has H reversed)"
    )]
    NoForwardPower {
        /// The power in W.
        power: f64,
    },
    /// The HE₁₁ or LP₀₁ mode is so weakly bound that it fills no finite window.
    #[error(
        "no usable fundamental mode: at V = {v} its field decays over more than 10⁶ core radii; raise the core radius \
         or the index step, or shorten the wavelength"
    )]
    GuidanceTooWeak {
        /// Normalised frequency V.
        v: f64,
    },
    /// More than one mode of a fibre is bound.
    #[error(
        "the fibre is multimode: at {wavelength:.4e} m it carries {modes} modes (V = {v:.3}, a single one needs V < 2.405); its \
         cut-off is at {cut_off:.4e} m: go above that wavelength, or from a core radius of {radius:.3e} m to {largest:.3e} m"
    )]
    FiberMultimode {
        /// Normalised frequency V.
        v: f64,
        /// Modes bound, each polarisation counted.
        modes: usize,
        /// Vacuum wavelength in m.
        wavelength: f64,
        /// Cut-off wavelength of the second mode in m.
        cut_off: f64,
        /// Core radius in m.
        radius: f64,
        /// Largest core radius that carries one mode, in m.
        largest: f64,
    },
    /// The beam's window cuts off too much of its power.
    #[error(
        "the beam is clipped: {outside:.2e} of its power is missing from the plane used ({width:.3e} m wide), at most {limit:.1e} \
         is allowed; give a smaller gap or tilt, or a beam on a larger window"
    )]
    BeamClipped {
        /// Fraction of the power outside.
        outside: f64,
        /// Width of the window in m.
        width: f64,
        /// Largest fraction allowed.
        limit: f64,
    },
    /// The mode reaches the edge of its window.
    #[error(
        "the mode is clipped: {edge:.2e} of its power is in the outermost cells of its window, at most {limit:.1e} is \
         allowed; solve the whole mode in a larger window (a wall through the guide clips it too)"
    )]
    ModeClipped {
        /// Fraction of the power in the outermost cells.
        edge: f64,
        /// Largest fraction allowed.
        limit: f64,
    },
    /// A tilted fibre cannot touch a flat facet.
    #[error(
        "a tilt of {tilt} rad was asked without a gap; a tilted facet leaves a wedge: give the gap's index (its length may be 0 m)"
    )]
    TiltWithoutGap {
        /// The larger tilt in rad.
        tilt: f64,
    },
    /// A beam focused in front of its fibre needs room.
    #[error(
        "a beam focused {distance:.3e} m in front of its fibre was asked without a gap: give one of that length for the focus to \
         lie on the facet, or no working distance"
    )]
    FocusWithoutGap {
        /// From the fibre's end to the waist, m.
        distance: f64,
    },
    /// A turned beam has waves beyond the plane's.
    #[error(
        "turned by {angle:.4} rad the beam loses {lost:.2e} of its power to waves that run along the facet or back, at most \
         {limit:.1e} is allowed; turn it by less than {largest:.4} rad, or give a wider beam"
    )]
    SpectrumClipped {
        /// Fraction of the power lost.
        lost: f64,
        /// Angle of the turn, rad.
        angle: f64,
        /// Largest fraction allowed.
        limit: f64,
        /// Angle at which the beam's steepest waves graze the facet, rad.
        largest: f64,
    },
    /// A coat or a polish needs a gap beside it.
    #[error(
        "a coat or a polish was asked without a gap: facets in contact have neither; give the gap's index (its length may be 0 m)"
    )]
    FaceWithoutGap,
    /// No light leaves a facet polished so steeply.
    #[error(
        "a polish of {polish:.4} rad reflects all light back: the gap lets out what meets the facet at less than {limit:.4} rad; \
         polish less, or fill the gap with a higher index"
    )]
    TotalReflection {
        /// Angle of the polish, rad.
        polish: f64,
        /// Critical angle, rad.
        limit: f64,
    },
    /// The sampled plane would need too many points.
    #[error(
        "the plane of the overlap needs {points} points along one axis (width {width:.3e} m at a pitch of {pitch:.3e} m), at \
         most {limit} are allowed; shorten the gap of {gap:.3e} m to {longest:.3e} m, or the range of offsets or the mode's window"
    )]
    TooManySamples {
        /// Points wanted.
        points: usize,
        /// Width in m.
        width: f64,
        /// Pitch in m.
        pitch: f64,
        /// Most points allowed.
        limit: usize,
        /// Length of the gap in m.
        gap: f64,
        /// Length at which the points are as many as allowed, in m.
        longest: f64,
    },
    /// An offset lies beyond the lags that are free of wrap-around.
    #[error(
        "an offset of ({x:.3e} m, {y:.3e} m) was asked of a coupling map that reaches to ±{limit:.3e} m; include it in the scan's offsets"
    )]
    OffsetTooLarge {
        /// Offset along x in m.
        x: f64,
        /// Offset along y in m.
        y: f64,
        /// Largest offset in m.
        limit: f64,
    },
    /// A tolerance is not reached within the map.
    #[error(
        "the coupling does not fall by {level_db} dB within ±{limit:.3e} m of zero offset; ask for a smaller level or include \
         larger offsets in the scan"
    )]
    ToleranceNotReached {
        /// The level in dB.
        level_db: f64,
        /// Largest offset in m.
        limit: f64,
    },
    /// A fibre that touches can neither tilt nor back off.
    #[error(
        "an alignment was asked without a gap: a fibre that touches neither tilts nor backs off; give the gap's index (its \
         length may be 0 m)"
    )]
    AlignmentWithoutGap,
    /// A placement lies beyond what an alignment was set up for.
    #[error(
        "a placement of {value:.3e} {unit} along {along} was asked of an alignment that reaches from {least:.3e} {unit} to \
         {most:.3e} {unit}; state a larger reach, or for z a larger gap"
    )]
    PlacementTooFar {
        /// Degree of freedom.
        along: &'static str,
        /// Its value in `unit`.
        value: f64,
        /// SI unit.
        unit: &'static str,
        /// Least value in `unit`.
        least: f64,
        /// Most in `unit`.
        most: f64,
    },
    /// A study was asked without any mode.
    #[error("a coupling study needs the mode on at least two grids, finest first; {found} given")]
    TooFewLevels {
        /// Number of modes given.
        found: usize,
    },
}

/// `value` if it is positive and finite.
pub(crate) fn positive(
    quantity: &'static str,
    value: f64,
    unit: &'static str,
) -> Result<f64, CouplingError> {
    if value.is_finite() && value > 0.0 {
        Ok(value)
    } else {
        Err(CouplingError::OutOfRange {
            quantity,
            value,
            unit,
            allowed: "positive and finite",
        })
    }
}
