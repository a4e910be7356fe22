//! Answers: plain data, every number with its range, origin and standing.

mod architectures;
mod break_even;
mod claims;
mod component_list;
mod cooling;
mod copper;
mod launch;
mod published;
mod tiers;
mod tornado;
mod waterfall;

use serde::Serialize;

pub use architectures::{ArchitectureAnswer, BoundaryEnergy, IntegratedLaserAnswer};
pub use break_even::{BreakEvenMap, BreakEvenPoint, BreakEvenSide, LeftOut};
pub use claims::{Claim, Finding, Verdict};
pub use component_list::ComponentAnswer;
pub use cooling::CoolingAnswer;
pub use copper::CopperAnswer;
pub use published::PublishedTotal;
pub use tiers::{EngineYield, TierAnswer, TierEntry, TierWinner};
pub use tornado::{Tornado, TornadoBar};
pub use waterfall::{Waterfall, WaterfallStep};

use crate::electrical::SerdesFit;
use crate::error::LinkError;
use crate::model::{LinkModel, LinkRequest};

/// Everything that a request is answered with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinkAnswers {
    /// What was asked.
    pub request: LinkRequest,
    /// Values that were used, with spread and source.
    pub components: Vec<ComponentAnswer>,
    /// The architectures for the request's port.
    pub architectures: Vec<ArchitectureAnswer>,
    /// Published totals beside the model's.
    pub published: Vec<PublishedTotal>,
    /// Integrated against external lasers.
    pub break_even: BreakEvenMap,
    /// Integrated lasers under each way of cooling.
    pub cooling: Vec<CoolingAnswer>,
    /// What the market says, computed.
    pub claims: Vec<Claim>,
    /// Ports of growing bandwidth.
    pub tiers: Vec<TierAnswer>,
    /// What each input does to energy and margin.
    pub tornadoes: Vec<Tornado>,
    /// Copper against lane rate.
    pub copper: Vec<CopperAnswer>,
    /// The fit of SerDes energy.
    pub serdes: SerdesFit,
}

impl LinkAnswers {
    pub(crate) fn of(model: &LinkModel) -> Result<Self, LinkError> {
        let most = launch::MostOfChip::of(model);
        let architectures = architectures::answers(model, &most)?;
        let copper = copper::answers(model);
        let break_even = break_even::map(model)?;
        let cooling = cooling::answers(model)?;
        let tiers = tiers::answers(model, &most)?;
        Ok(Self {
            request: model.request.clone(),
            components: component_list::list(model),
            published: published::totals(model)?,
            claims: claims::check(model, &copper, &cooling, &tiers)?,
            tornadoes: tornado::answers(model)?,
            architectures,
            break_even,
            cooling,
            tiers,
            copper,
            serdes: model.serdes.clone(),
        })
    }
}
