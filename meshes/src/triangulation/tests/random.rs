//! Randomly painted scenes.

use proptest::prelude::*;

use super::*;

fn any_shape() -> impl Strategy<Value = Shape> {
    // a coarse grid makes borders coincide, touch and end on each other
    let coordinate = prop_oneof![-2.2..2.2_f64, (-8..8_i32).prop_map(|k| 0.25 * f64::from(k))];
    let place = (coordinate.clone(), coordinate);
    let length = || prop_oneof![0.05..2.0_f64, (1..8_i32).prop_map(|k| 0.25 * f64::from(k))];
    prop_oneof![
        (
            place.clone(),
            length(),
            length(),
            prop_oneof![Just(0.0), -0.2..0.3_f64]
        )
            .prop_map(|((x, y), w, h, lean)| trapezoid(
                x,
                y,
                w,
                h,
                lean * (w / h).min(1.0)
            )),
        (place.clone(), length()).prop_map(|((x, y), r)| circle(x, y, 0.5 * r)),
        (place, 0.2..1.5_f64, 3..9_usize).prop_map(|((x, y), r, n)| Shape::Polygon {
            points: (0..n)
                .map(|k| {
                    let (sin, cos) = (2.0 * PI * k as f64 / n as f64 + x).sin_cos();
                    [(x + r * cos) * MICRON, (y + r * sin) * MICRON]
                })
                .collect(),
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn painted_scenes(shapes in prop::collection::vec((1.5..4.0_f64, any_shape()), 1..6)) {
        let mut section = CrossSection::new(square(), Material::with_index(1.444)).unwrap();
        for (k, (index, shape)) in shapes.into_iter().enumerate() {
            let material = Material::with_index(index);
            // shapes out of sight are left out
            if let Ok(next) = section.clone().paint(&format!("r{k}"), material, shape) {
                section = next;
            }
        }
        let builder = || TriangulationBuilder::new(&section).size(size);
        compare(&builder().build().unwrap(), &section, 1e-5);
        let layered = || builder().corner_layers(2, 0.15);
        let part = layered().domain(window([-1.0, 2.0], [-2.0, 1.3])).build().unwrap();
        compare(&part, &section, 1e-5);
        let still = part.motion(&section, &section).expect("every vertex finds its place");
        assert!(still.vertices().iter().flatten().all(|&u| u == 0.0));
        // a circle that touches the window goes on beyond it as a polygon, not as a circle
        check(&layered().domain(window([-2.5, 2.5], [-2.5, 2.0])).build().unwrap());
    }
}
