//! Where things are: cross-sections, floorplans, graded rectilinear grids and triangulations. No
//! equations of physics.
//!
//! Coordinates, all in metres:
//! - a cross-section of a guide has x across and y up, away from the substrate; z runs along the guide.
//!   A [`LayerStack`] puts x = 0 in the middle of the guide and y = 0 at the bottom of its layer;
//! - a [`Floorplan`] has x and y in the plane with the origin at the plan's centre, and z up with z = 0
//!   at the bottom of the first layer.
//!
//! Whatever is painted later covers what is there. Grids are products of [`Axis`]es, whose faces are the
//! truth; a [`Spacing`] makes families of them with faces on the interfaces. A [`Triangulation`]
//! follows the interfaces of a cross-section with the sides of its triangles, for finite elements.

mod axis;
mod blend;
mod cross_section;
mod decomposition;
mod error;
mod fill;
mod floorplan;
mod grid;
mod layers;
mod power_map;
mod shape;
mod spacing;
mod triangulation;

pub use axis::Axis;
pub use cross_section::{CrossSection, Region};
pub use error::MeshError;
pub use fill::{CellFill, FillMap, MixedCell};
pub use floorplan::{Block, Direction, Floorplan, Footprint, HeatSource, Layer, PlanView};
pub use grid::RectilinearGrid;
pub use layers::{LayerStack, StripBuilder};
pub use power_map::PowerMap;
pub use shape::{Shape, Window};
pub use spacing::Spacing;
pub use triangulation::{Arc, DomainSide, Motion, Triangle, Triangulation, TriangulationBuilder};
