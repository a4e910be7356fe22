//! grids/NAME: the wavelengths that links use, lane centres and the edges within which a lane may lie.
//!
//! | grid | lanes | source |
//! |---|---|---|
//! | dr | one, 1304.5 to 1317.5 nm | IEEE Std 802.3-2022, clause 124 (400GBASE-DR4) |
//! | cwdm4 | four, 20 nm apart, ±6.5 nm | IEEE Std 802.3-2022, clause 151 (400GBASE-FR4) |
//! | oci | four and four, 400 GHz apart, ±0.2 nm | OCI MSA v1.0 by convergedigest.com, 2026-03-11; the specification itself not read |
//! | c_band | 100 GHz from 191.6 to 195.9 THz, ±50 GHz | ITU-T G.694.1 (10/2020), anchored at 193.1 THz |

use cpo_materials::constants::SPEED_OF_LIGHT;

use crate::table::{Attribute, AxisScale, Group, TableError, Variable};

/// Half the width of a lane of 400GBASE-DR4 and -FR4, m.
const COARSE_HALF_WIDTH: f64 = 6.5e-9;
/// Lane centres of 400GBASE-FR4, m.
const CWDM4_CENTRES: [f64; 4] = [1271e-9, 1291e-9, 1311e-9, 1331e-9];
/// Lane centres of the OCI MSA's optical layer, v1.0, m: those of one direction of a fibre, then those of the other.
const OCI_CENTRES: [f64; 8] = [
    1308.0e-9, 1310.28e-9, 1312.58e-9, 1314.88e-9, 1327.69e-9, 1330.05e-9, 1332.41e-9, 1334.78e-9,
];
/// How far they may be off, m.
const OCI_HALF_WIDTH: f64 = 0.2e-9;
/// Anchor and spacing of ITU-T G.694.1, Hz.
const ANCHOR: f64 = 193.1e12;
const SPACING: f64 = 100e9;
/// Channels of the C band, in spacings from the anchor.
const C_BAND: std::ops::RangeInclusive<i32> = -15..=28;

/// Lanes by rising wavelength: centre and edges, m.
type Lanes = Vec<[f64; 3]>;

pub(super) fn groups() -> Result<Vec<Group>, TableError> {
    let lane = |centre: f64, half_width: f64| [centre, centre - half_width, centre + half_width];
    let coarse = |centre: f64| lane(centre, COARSE_HALF_WIDTH);
    let fine = |n: i32| {
        let frequency = ANCHOR + f64::from(n) * SPACING;
        [
            frequency,
            frequency + 0.5 * SPACING,
            frequency - 0.5 * SPACING,
        ]
        .map(|f| SPEED_OF_LIGHT / f)
    };
    [
        (
            "dr",
            "lane of DR optics",
            "IEEE Std 802.3-2022, clause 124",
            vec![coarse(CWDM4_CENTRES[2])],
        ),
        (
            "cwdm4",
            "lanes of FR4 and CWDM4 optics",
            "IEEE Std 802.3-2022, clause 151",
            CWDM4_CENTRES.map(coarse).to_vec(),
        ),
        (
            "oci",
            "lanes of the OCI MSA, four of one direction, then four of the other",
            "OCI MSA, Optical PHY v1.0, by convergedigest.com, 2026-03-11; the specification itself not read",
            OCI_CENTRES.map(|c| lane(c, OCI_HALF_WIDTH)).to_vec(),
        ),
        (
            "c_band",
            "channels of the C band, 100 GHz apart",
            "ITU-T G.694.1 (10/2020)",
            C_BAND.rev().map(fine).collect(),
        ),
    ]
    .into_iter()
    .map(|(name, long_name, source, lanes)| group(name, long_name, source, &lanes))
    .collect()
}

fn group(name: &str, long_name: &str, source: &str, lanes: &Lanes) -> Result<Group, TableError> {
    let channels = (0..lanes.len()).map(|k| k as f64).collect();
    let mut group = Group::new(format!("grids/{name}"), long_name)
        .with_attribute(Attribute::text("source", source))
        .with_axis(AxisScale::numbers(
            "channel",
            "1",
            "channels by rising wavelength",
            channels,
        ))?;
    for (k, (name, long_name)) in [
        ("centre", "nominal wavelength of the lane"),
        ("lower_edge", "least wavelength of the lane"),
        ("upper_edge", "greatest wavelength of the lane"),
    ]
    .into_iter()
    .enumerate()
    {
        let values: Vec<f64> = lanes.iter().map(|lane| lane[k]).collect();
        let exact = vec![0.0; values.len()];
        let variable = Variable::new(name, "m", long_name, &["channel"], values).with_error(exact);
        group = group.with_variable(variable)?;
    }
    Ok(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_those_of_the_standards() {
        let groups = groups().expect("groups");
        let value =
            |g: usize, name: &str, k: usize| groups[g].variable(name).expect(name).values[k];
        let near = |a: f64, nm: f64| assert!((a * 1e9 - nm).abs() < 0.005, "{a} {nm}");
        near(value(0, "lower_edge", 0), 1304.5);
        near(value(0, "upper_edge", 0), 1317.5);
        for (k, edge) in [1264.5, 1284.5, 1304.5, 1324.5].into_iter().enumerate() {
            near(value(1, "lower_edge", k), edge);
            near(value(1, "upper_edge", k), edge + 13.0);
        }
        // ITU-T G.694.1, table 1: 195.9 THz is 1530.33 nm, 193.1 THz is 1552.52 nm, 191.6 THz is 1564.68 nm
        near(value(3, "centre", 0), 1530.33);
        near(value(3, "centre", 28), 1552.52);
        near(value(3, "centre", 43), 1564.68);
        assert_eq!(groups[3].axis("channel").expect("an axis").len(), 44);
    }

    /// Two combs of four, 400 GHz apart, on the grid of ITU-T G.694.1: what the reported wavelengths are to their two decimals.
    #[test]
    fn lanes_of_the_oci_msa_are_two_combs() {
        let groups = groups().expect("groups");
        let oci = groups
            .iter()
            .find(|g| g.path == "grids/oci")
            .expect("a grid");
        let values = |name: &str| oci.variable(name).expect(name).values.clone();
        let centres = values("centre");
        let combs = [229.2e12, 225.8e12].into_iter();
        let expected: Vec<f64> = combs
            .flat_map(|first| (0..4).map(move |k| SPEED_OF_LIGHT / (first - 400e9 * f64::from(k))))
            .collect();
        assert_eq!(centres.len(), expected.len());
        for (centre, exact) in centres.iter().zip(expected) {
            assert!(
                (centre - exact).abs() < 0.0051e-9,
                "{centre} {exact}: half of the last digit"
            );
        }
        for ((centre, low), high) in centres
            .iter()
            .zip(values("lower_edge"))
            .zip(values("upper_edge"))
        {
            assert!(
                (centre - low - 0.2e-9).abs() < 1e-20 && (high - centre - 0.2e-9).abs() < 1e-20
            );
        }
    }
}
