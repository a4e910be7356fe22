//! Cross-sections along z: sections that change smoothly, and steps between them.

use super::error::TaperError;
use cpo_materials::{Length, Quantity};
use cpo_meshes::{CrossSection, Shape};

/// Largest difference of two lengths that is round-off, relative to the window.
const SAME: f64 = 1e-9;

/// How the share s of a section's end grows from 0 to 1 on its way.
#[derive(Clone, Debug, PartialEq)]
pub enum Profile {
    /// s = z/L.
    Linear,
    /// s = (z/L)ᵖ for this p > 0.
    Power(f64),
    /// Straight lines between points (z/L, s), both rising from (0, 0) to (1, 1).
    Points(Vec<[f64; 2]>),
}

impl Profile {
    /// z/L where the share is s.
    pub(super) fn place(&self, share: f64) -> f64 {
        match self {
            Self::Linear => share,
            Self::Power(power) => share.powf(power.recip()),
            Self::Points(points) => interpolate(points, share, [1, 0]),
        }
    }

    /// The share s at z/L.
    fn share(&self, place: f64) -> f64 {
        match self {
            Self::Linear => place,
            Self::Power(power) => place.powf(*power),
            Self::Points(points) => interpolate(points, place, [0, 1]),
        }
    }

    fn check(&self, section: &str) -> Result<(), TaperError> {
        let fault = |value: String, allowed| TaperError::Option {
            what: format!("the profile of section \"{section}\""),
            value,
            allowed,
        };
        match self {
            Self::Linear => Ok(()),
            Self::Power(power) if power.is_finite() && *power > 0.0 => Ok(()),
            Self::Power(power) => Err(fault(format!("the power {power}"), "a positive power")),
            Self::Points(points) => {
                let ends = points.first() == Some(&[0.0; 2]) && points.last() == Some(&[1.0; 2]);
                let rises = |pair: &[[f64; 2]]| (0..2).all(|d| pair[0][d] < pair[1][d]);
                if ends && points.windows(2).all(rises) {
                    return Ok(());
                }
                Err(fault(
                    format!("{} points", points.len()),
                    "points (z/L, s) that both rise from (0, 0) to (1, 1)",
                ))
            }
        }
    }
}

/// Along coordinate `from` of rising points, coordinate `to`.
fn interpolate(points: &[[f64; 2]], at: f64, [from, to]: [usize; 2]) -> f64 {
    let above = points.partition_point(|p| p[from] <= at);
    let k = above.clamp(1, points.len() - 1);
    let (a, b) = (points[k - 1], points[k]);
    a[to] + (b[to] - a[to]) * (at - a[from]) / (b[from] - a[from])
}

/// A length of guide between two cross-sections of the same regions, every number of their shapes changing with the
/// share s of the end: (1 − s) of the start plus s of the end.
#[derive(Clone, Debug)]
pub struct Section {
    pub(super) name: String,
    pub(super) start: CrossSection,
    pub(super) end: CrossSection,
    pub(super) length: f64,
    pub(super) profile: Profile,
    /// Whether the profile runs from the end to the start.
    pub(super) turned: bool,
}

impl Section {
    /// A section whose shapes change linearly along z.
    pub fn new(name: &str, start: &CrossSection, end: &CrossSection, length: Length) -> Self {
        Self {
            name: name.to_owned(),
            start: start.clone(),
            end: end.clone(),
            length: length.si(),
            profile: Profile::Linear,
            turned: false,
        }
    }

    /// The same with another profile.
    #[must_use]
    pub fn shaped(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether nothing changes along it.
    pub(super) fn is_straight(&self) -> bool {
        difference(&self.start, &self.end).is_none()
    }

    /// z/L where the share is s.
    pub(super) fn place(&self, share: f64) -> f64 {
        if self.turned {
            1.0 - self.profile.place(1.0 - share)
        } else {
            self.profile.place(share)
        }
    }

    /// The share s at z/L.
    pub(super) fn share(&self, place: f64) -> f64 {
        if self.turned {
            1.0 - self.profile.share(1.0 - place)
        } else {
            self.profile.share(place)
        }
    }

    fn reversed(&self) -> Self {
        Self {
            start: self.end.clone(),
            end: self.start.clone(),
            turned: !self.turned,
            ..self.clone()
        }
    }
}

/// What follows along z.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Section(Section),
    /// An abrupt change to this.
    Step(CrossSection),
}

/// A guide whose cross-section changes along z.
///
/// What is wrong with it is reported when it is solved.
///
/// ```
/// use cpo_materials::{Length, Material};
/// use cpo_meshes::LayerStack;
/// use cpo_solver::taper::Taper;
/// let (silica, silicon) = (Material::with_index(1.444), Material::with_index(3.4777));
/// let stack = LayerStack::from_bottom()
///     .layer("box", &silica, Length::um(3.0))
///     .layer("core", &silicon, Length::nm(220.0))
///     .layer("clad", &silica, Length::um(3.0));
/// let strip = |width| stack.strip("core", width)?.window(Length::um(5.0), Length::um(5.0));
/// let (wire, tip) = (strip(Length::nm(450.0))?, strip(Length::nm(120.0))?);
/// let taper = Taper::starting_at(&wire).linear("inverse taper", &tip, Length::um(100.0));
/// assert_eq!(taper.lengths(), [Length::um(100.0)]);
/// # Ok::<(), cpo_meshes::MeshError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Taper {
    start: CrossSection,
    pub(super) parts: Vec<Part>,
}

impl Taper {
    /// Begins with `start`.
    pub fn starting_at(start: &CrossSection) -> Self {
        Self {
            start: start.clone(),
            parts: Vec::new(),
        }
    }

    /// Goes on linearly to `end`, which has the same regions.
    #[must_use]
    pub fn linear(self, name: &str, end: &CrossSection, length: Length) -> Self {
        let section = Section::new(name, self.end(), end, length);
        self.then(section)
    }

    /// Goes on to `end` by `profile`.
    #[must_use]
    pub fn shaped(self, name: &str, end: &CrossSection, length: Length, profile: Profile) -> Self {
        let section = Section::new(name, self.end(), end, length).shaped(profile);
        self.then(section)
    }

    /// Goes on unchanged.
    #[must_use]
    pub fn straight(self, name: &str, length: Length) -> Self {
        let end = self.end().clone();
        self.linear(name, &end, length)
    }

    /// Changes abruptly to `next`: a tip that ends bluntly, a guide that begins.
    #[must_use]
    pub fn step(mut self, next: &CrossSection) -> Self {
        self.parts.push(Part::Step(next.clone()));
        self
    }

    /// Goes on with a section that begins where this ends.
    #[must_use]
    pub fn then(mut self, section: Section) -> Self {
        self.parts.push(Part::Section(section));
        self
    }

    /// The same from the other end.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let mut before = vec![&self.start];
        before.extend(self.parts.iter().map(|part| match part {
            Part::Section(section) => &section.end,
            Part::Step(next) => next,
        }));
        let turned = self.parts.iter().zip(&before).rev();
        let parts = turned.map(|(part, &before)| match part {
            Part::Section(section) => Part::Section(section.reversed()),
            Part::Step(_) => Part::Step(before.clone()),
        });
        Self {
            start: self.end().clone(),
            parts: parts.collect(),
        }
    }

    /// The first cross-section.
    pub fn start(&self) -> &CrossSection {
        &self.start
    }

    /// The last cross-section.
    pub fn end(&self) -> &CrossSection {
        match self.parts.last() {
            None => &self.start,
            Some(Part::Section(section)) => &section.end,
            Some(Part::Step(next)) => next,
        }
    }

    /// The sections from the start on.
    pub fn sections(&self) -> impl Iterator<Item = &Section> {
        self.parts.iter().filter_map(|part| match part {
            Part::Section(section) => Some(section),
            Part::Step(_) => None,
        })
    }

    /// Their lengths.
    pub fn lengths(&self) -> Vec<Length> {
        self.sections().map(|s| Length::from_si(s.length)).collect()
    }

    /// The cross-sections that its shapes lie between, along z.
    pub(super) fn corners(&self) -> Vec<[&CrossSection; 2]> {
        let parts = self.parts.iter().map(|part| match part {
            Part::Section(section) => [&section.start, &section.end],
            Part::Step(next) => [next, next],
        });
        std::iter::once([&self.start; 2]).chain(parts).collect()
    }

    pub(super) fn check(&self) -> Result<(), TaperError> {
        if self.sections().next().is_none() {
            return Err(TaperError::NoSections);
        }
        let mut last = &self.start;
        for part in &self.parts {
            match part {
                Part::Section(section) => {
                    if let Some(difference) = difference(last, &section.start) {
                        return Err(TaperError::Joint {
                            section: section.name.clone(),
                            difference,
                        });
                    }
                    check_length(&section.name, section.length)?;
                    section.profile.check(&section.name)?;
                    section.start.between(&section.end, 0.5)?;
                    last = &section.end;
                }
                Part::Step(next) => {
                    if last.window() != next.window() {
                        return Err(TaperError::Joint {
                            section: "step".to_owned(),
                            difference: format!(
                                "one shows the window {}, the other {}",
                                last.window(),
                                next.window()
                            ),
                        });
                    }
                    last = next;
                }
            }
        }
        Ok(())
    }
}

/// That a section of this length (m) can be.
pub(super) fn check_length(section: &str, length: f64) -> Result<(), TaperError> {
    if length.is_finite() && length > 0.0 {
        return Ok(());
    }
    Err(TaperError::Option {
        what: format!("the length of section \"{section}\""),
        value: Length::from_si(length).to_string(),
        allowed: "finite and above 0 m",
    })
}

/// In what two cross-sections differ; none if they are one and the same.
fn difference(one: &CrossSection, two: &CrossSection) -> Option<String> {
    if let Err(error) = one.between(two, 0.5) {
        return Some(error.to_string());
    }
    let tolerance = SAME * one.window().width().max(one.window().height());
    let moved = |(a, b): (&Shape, &Shape)| {
        let pairs = a.polygon().into_iter().zip(b.polygon());
        pairs
            .map(|(p, q)| (p[0] - q[0]).hypot(p[1] - q[1]))
            .fold(0.0, f64::max)
    };
    one.regions().iter().zip(two.regions()).find_map(|(a, b)| {
        let distance = moved((&a.shape, &b.shape));
        (distance > tolerance).then(|| {
            format!(
                "the outline of \"{}\" differs by {}",
                a.name,
                Length::from_si(distance)
            )
        })
    })
}
