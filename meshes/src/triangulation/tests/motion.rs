//! Meshes that follow a changed drawing.

use super::*;

#[test]
fn motion_follows_a_widened_trapezoid() {
    let section = |width: f64, top: f64| {
        let shapes = [
            (3.4, rectangle(0.0, -0.2, 9.0, 0.2)),
            (3.0, trapezoid(0.1, 0.0, width, top, 0.15)),
        ];
        scene(square(), &shapes)
    };
    let (from, to) = (section(0.5, 0.3), section(0.52, 0.31));
    let mesh = TriangulationBuilder::new(&from)
        .size(size)
        .corner_layers(2, 0.15)
        .build()
        .unwrap();
    let motion = mesh.motion(&from, &to).unwrap();
    compare(&mesh.displaced(&motion, 1.0), &to, 1e-13);
    // straight borders move linearly: half the motion is half the change
    compare(&mesh.displaced(&motion, 0.5), &section(0.51, 0.305), 1e-5);
    assert!(
        mesh.motion(&from, &from)
            .unwrap()
            .vertices()
            .iter()
            .flatten()
            .all(|&u| u == 0.0)
    );
    assert!(mesh.motion(&from, &wire()).is_none());
}

#[test]
fn motion_follows_a_grown_circle() {
    let section = |radius: f64| {
        scene(
            square(),
            &[
                (1.6, rectangle(0.0, -0.2, 9.0, 0.3)),
                (2.0, circle(0.1, 0.0, radius)),
            ],
        )
    };
    let from = section(0.5);
    for domain in [square(), window([0.0, 2.0], [-2.0, 2.0])] {
        let mesh = TriangulationBuilder::new(&from)
            .size(size)
            .domain(domain)
            .corner_layers(2, 0.15);
        let mesh = mesh.build().unwrap();
        let motion = mesh.motion(&from, &section(0.52)).unwrap();
        compare(&mesh.displaced(&motion, 1.0), &section(0.52), 1e-5);
        let small = mesh.motion(&from, &section(0.50002)).unwrap();
        let [up, down] = [1.0, -1.0].map(|f| areas(&mesh.displaced(&small, f), 3)[2]);
        let [more, less] = [0.50002, 0.49998].map(|r| {
            let fresh = TriangulationBuilder::new(&section(r))
                .size(size)
                .domain(domain)
                .build();
            areas(&fresh.unwrap(), 3)[2]
        });
        // crossings move along secants of 20 pm steps in 0.5 µm, 4·10⁻⁵ of them off the tangent
        let ratio = (up - down) / (more - less);
        assert!((ratio - 1.0).abs() < 4e-5, "{ratio}");
    }
}

#[test]
fn motion_follows_the_window() {
    let section = |grown: f64| {
        let window = window([-2.0 - grown, 2.0 + grown], [-2.0, 2.0 + grown]);
        scene(window, &[(2.0, rectangle(0.0, -0.2, 9.0, 0.3))])
    };
    let (from, to) = (section(0.0), section(0.05));
    let mesh = mesh(&from);
    let moved = mesh.displaced(&mesh.motion(&from, &to).unwrap(), 1.0);
    compare(&moved, &to, 1e-13);
    assert_eq!(moved.domain().x[1], 2.05e-6);
}

/// A circle that reaches the domain's border under a block whose edge lies on that border: it shows beyond the border alone.
#[test]
fn motion_follows_what_ends_beyond_the_border() {
    let section = |radius: f64, width: f64| {
        let shapes = [
            (1.5, circle(-1.0, 0.35, radius)),
            (1.6, rectangle(-1.0 + 0.5 * width, 0.0, width, 1.08)),
        ];
        scene(square(), &shapes)
    };
    let (from, to) = (section(0.37, 0.5), section(0.38, 0.52));
    let mesh = TriangulationBuilder::new(&from)
        .size(size)
        .corner_layers(2, 0.15)
        .domain(window([-1.0, 2.0], [-2.0, 1.3]))
        .build()
        .unwrap();
    let motion = mesh.motion(&from, &to).expect("every node is followed");
    compare(&mesh.displaced(&motion, 1.0), &to, 1e-5);
}
