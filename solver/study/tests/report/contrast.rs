//! Contrast of the page's colours (WCAG 2.2, 1.4.3): 4.5 to 1 for text in both themes.

/// Colours by name of the n-th `:root` block of the style: light, then dark.
fn palette(n: usize) -> Vec<(String, [f64; 3])> {
    let style = include_str!("../../src/report/report.css");
    let block = style.split(":root {").nth(n + 1).expect("a block");
    let block = block.split('}').next().expect("its end");
    let declarations = block.split(';').filter_map(|text| text.split_once(':'));
    declarations
        .map(|(name, value)| {
            let value = value.trim().trim_start_matches('#');
            let channel = |i: usize| {
                let byte = u8::from_str_radix(&value[2 * i..2 * i + 2], 16);
                f64::from(byte.expect("a colour")) / 255.0
            };
            (name.trim().to_owned(), [channel(0), channel(1), channel(2)])
        })
        .collect()
}

/// Relative luminance of sRGB.
fn luminance(colour: [f64; 3]) -> f64 {
    let linear = |c: f64| {
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    };
    let [r, g, b] = colour.map(linear);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn text_stands_out_in_both_themes() {
    for theme in [0, 1] {
        let palette = palette(theme);
        let colour = |name: &str| {
            let found = palette.iter().find(|(known, _)| known == name);
            found.unwrap_or_else(|| panic!("no colour {name}")).1
        };
        let grounds = ["--ground", "--card", "--stripe"];
        let plain = ["--ink", "--muted", "--accent"];
        let on_grounds = plain
            .iter()
            .flat_map(|ink| grounds.map(|ground| (*ink, ground)));
        let badges = [
            ("--good", "--good-ground"),
            ("--warn", "--warn-ground"),
            ("--bad", "--bad-ground"),
        ];
        for (ink, ground) in on_grounds.chain(badges) {
            let ratio = contrast(colour(ink), colour(ground));
            assert!(ratio >= 4.5, "theme {theme}: {ink} on {ground}: {ratio:.2}");
        }
        // Edges of controls, 1.4.11.
        let ratio = contrast(colour("--edge"), colour("--card"));
        assert!(ratio >= 3.0, "theme {theme}: edges: {ratio:.2}");
    }
}
