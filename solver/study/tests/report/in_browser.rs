//! The page in a browser: nothing overflows, nothing complains, and keys and pointer do what they should.

use std::path::Path;

use serde_json::json;

use super::browser::Browser;
use super::example::example;

const PHONE: [u32; 2] = [360, 780];
const DESK: [u32; 2] = [1280, 900];

/// The example in a window; none without a browser.
fn opened(size: [u32; 2]) -> Option<Browser> {
    let mut browser = Browser::start()?;
    browser.open(&example().render().expect("rendered"), size);
    Some(browser)
}

#[test]
fn the_page_fits_and_neither_complains_nor_asks_for_anything() {
    let Some(mut browser) = opened(PHONE) else {
        return;
    };
    for size in [PHONE, DESK] {
        browser.resize(size);
        let width = browser.evaluate("document.documentElement.scrollWidth");
        assert_eq!(width, json!(size[0]), "the page is wider than its window");
    }
    // A folded part of the page must fit as well.
    browser.resize(PHONE);
    browser.evaluate("for (const d of document.querySelectorAll('details')) d.open = true");
    let width = browser.evaluate("document.documentElement.scrollWidth");
    assert_eq!(width, json!(PHONE[0]));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn the_policy_stops_other_scripts() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let page = example().render().expect("rendered");
    let page = page.replace(
        "</body>",
        "<script>document.title = 'changed'</script></body>",
    );
    browser.open(&page, DESK);
    assert_ne!(browser.evaluate("document.title"), json!("changed"));
    let refused = browser.complaints();
    assert!(
        refused
            .iter()
            .any(|c| c.contains("Content Security Policy")),
        "{refused:?}"
    );
}

#[test]
fn headings_do_not_skip_a_level_and_landmarks_are_there() {
    let Some(mut browser) = opened(DESK) else {
        return;
    };
    let levels = browser.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, h4')].map((h) => Number(h.tagName[1]))",
    );
    let levels: Vec<u64> = serde_json::from_value(levels).expect("numbers");
    assert_eq!(levels[0], 1);
    assert!(
        levels.windows(2).all(|pair| pair[1] <= pair[0] + 1),
        "{levels:?}"
    );
    for name in ["header", "nav", "main", "footer"] {
        let count = browser.evaluate(&format!(
            "document.querySelectorAll('body > {name}, header > {name}').length"
        ));
        assert_eq!(count, json!(1), "{name}");
    }
    let unnamed = browser.evaluate(
        "[...document.querySelectorAll('img')].filter((i) => !i.alt).length + \
         [...document.querySelectorAll('table th')].filter((h) => !h.scope).length",
    );
    assert_eq!(
        unnamed,
        json!(0),
        "pictures without a text or heads without a scope"
    );
    // The first stop of the tab key leads past the header.
    browser.press("Tab");
    assert_eq!(
        browser.evaluate("document.activeElement.className"),
        json!("skip")
    );
    browser.press("Enter");
    assert_eq!(browser.evaluate("document.activeElement.id"), json!("main"));
}

/// Names of the alternatives in sight, section by section.
const IN_SIGHT: &str = "[...document.querySelectorAll('.alternative')] \
    .filter((a) => a.checkVisibility()).map((a) => a.dataset.name)";

#[test]
fn alternatives_are_chosen_by_arrow_keys_and_move_together() {
    let Some(mut browser) = opened(DESK) else {
        return;
    };
    assert_eq!(browser.evaluate(IN_SIGHT), json!(["optics", "optics"]));
    browser.evaluate("document.querySelector('fieldset input').focus()");
    browser.press("ArrowRight");
    let host = "+ host SerDes";
    assert_eq!(browser.evaluate(IN_SIGHT), json!([host, host]));
    let checked = "[...document.querySelectorAll('input:checked')].map((i) => i.value)";
    assert_eq!(browser.evaluate(checked), json!([host, host]));
    // On paper all of them stand below one another.
    browser.emulate("print", "light");
    let all = ["optics", host, "+ switch"];
    assert_eq!(browser.evaluate(IN_SIGHT), json!([all, all].concat()));
    assert_eq!(
        browser.evaluate("document.querySelector('fieldset').checkVisibility()"),
        json!(false)
    );
}

#[test]
fn the_theme_chooses_the_pictures_and_paper_is_light() {
    let Some(mut browser) = opened(DESK) else {
        return;
    };
    let in_sight = "[...document.querySelector('figure').querySelectorAll('img')] \
        .filter((i) => i.checkVisibility()).map((i) => i.className)";
    for (medium, scheme, expected) in [
        ("screen", "light", "light"),
        ("screen", "dark", "dark"),
        ("print", "dark", "light"),
    ] {
        browser.emulate(medium, scheme);
        assert_eq!(
            browser.evaluate(in_sight),
            json!([expected]),
            "{medium}, {scheme}"
        );
    }
    // A figure tells its values in the other theme as well.
    browser.emulate("screen", "dark");
    browser.evaluate("document.querySelectorAll('.plot')[0].focus()");
    browser.press("ArrowRight");
    assert!(reading(&mut browser, 0).contains("wavelength 1500 nm"));
    let size = browser.evaluate("document.querySelector('figure .ring').style.left");
    assert!(!size.as_str().expect("a length").contains("NaN"), "{size}");
}

#[test]
fn without_its_script_the_page_shows_everything() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    browser.call(
        "Emulation.setScriptExecutionDisabled",
        json!({ "value": true }),
    );
    browser.open(&example().render().expect("rendered"), PHONE);
    let all = ["optics", "+ host SerDes", "+ switch"];
    assert_eq!(browser.evaluate(IN_SIGHT), json!([all, all].concat()));
    let controls = "[...document.querySelectorAll('fieldset, button')].filter((c) => c.checkVisibility()).length";
    assert_eq!(browser.evaluate(controls), json!(0));
    assert_eq!(
        browser.evaluate("document.documentElement.scrollWidth"),
        json!(PHONE[0])
    );
    let origins = browser.evaluate("document.querySelector('.origins').textContent");
    assert!(
        origins
            .as_str()
            .expect("a text")
            .contains("/waveguide/wire/effective_index")
    );
}

#[test]
fn tables_sort_by_value_and_return() {
    let Some(mut browser) = opened(DESK) else {
        return;
    };
    let values = "[...document.querySelectorAll('table.data tbody')][0].innerText.match(/15\\d0/g).map(Number)";
    assert_eq!(browser.evaluate(values), json!([1530, 1550, 1570, 1590]));
    // The effective index falls with wavelength; the last row failed, and what is no number stays last.
    browser.evaluate("document.querySelectorAll('thead button')[3].focus()");
    for (order, expected) in [
        ("ascending", [1570, 1550, 1530, 1590]),
        ("descending", [1530, 1550, 1570, 1590]),
        ("none", [1530, 1550, 1570, 1590]),
    ] {
        browser.press("Enter");
        assert_eq!(browser.evaluate(values), json!(expected), "{order}");
        let sort = "document.querySelectorAll('thead th')[3].getAttribute('aria-sort') ?? 'none'";
        assert_eq!(browser.evaluate(sort), json!(order));
    }
    // Equal values keep their order.
    browser.evaluate("document.querySelectorAll('thead button')[4].click()");
    assert_eq!(browser.evaluate(values), json!([1530, 1550, 1570, 1590]));
}

#[test]
fn the_origin_of_a_number_opens_and_closes_by_keyboard() {
    let Some(mut browser) = opened(PHONE) else {
        return;
    };
    browser.evaluate("document.querySelector('tbody button').focus()");
    // One stop a table; arrows lead on.
    let stops = "[...document.querySelectorAll('table.data')] \
        .map((t) => t.querySelectorAll('tbody button[tabindex=\"0\"]').length)";
    let stops: Vec<u64> = serde_json::from_value(browser.evaluate(stops)).expect("numbers");
    assert!(stops.iter().all(|&n| n == 1), "{stops:?}");
    browser.press("ArrowRight");
    browser.press("ArrowDown");
    assert_eq!(
        browser.evaluate("document.activeElement.textContent"),
        json!("2.4471926(3)")
    );
    browser.press("Enter");
    assert_eq!(
        browser.evaluate("document.activeElement.id"),
        json!("origin")
    );
    let text = browser.evaluate("document.activeElement.innerText");
    let text = text.as_str().expect("a text");
    for part in [
        "Effective index 2.4471926(3)",
        "All digits: 2.4471926, error bar ± 3·10⁻⁷.",
        "loss_table.h5: /waveguide/wire/effective_index at Wavelength 1550 nm, Mode TE0.",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(
        browser.evaluate("document.documentElement.scrollWidth"),
        json!(PHONE[0])
    );
    browser.press("Escape");
    assert_eq!(
        browser.evaluate("document.getElementById('origin').checkVisibility()"),
        json!(false)
    );
    let back = "[document.activeElement.textContent, document.activeElement.getAttribute('aria-expanded')]";
    assert_eq!(browser.evaluate(back), json!(["2.4471926(3)", "false"]));
    // The tab key leads to the button that closes, and from there back to the page behind the number.
    browser.press("Enter");
    browser.press("Tab");
    assert_eq!(
        browser.evaluate("document.activeElement.className"),
        json!("close")
    );
    browser.press("Tab");
    let next =
        "[document.getElementById('origin').checkVisibility(), document.activeElement.tagName]";
    assert_eq!(browser.evaluate(next), json!([false, "SUMMARY"]));
    // A cell's own origin stands for that of its column.
    browser.evaluate("document.querySelector('td[data-origin] button').click()");
    let text = browser.evaluate("document.querySelector('#origin .from').textContent");
    assert!(
        text.as_str()
            .expect("a text")
            .starts_with("component data: Zhou"),
        "{text}"
    );
}

/// The reading of the n-th figure.
fn reading(browser: &mut Browser, n: usize) -> String {
    let reading = browser.evaluate(&format!(
        "[...document.querySelectorAll('figure')][{n}].querySelector('.reading:not([hidden])')?.textContent ?? ''"
    ));
    reading.as_str().expect("a text").to_owned()
}

/// A point of the n-th figure, given in shares of its picture, in the window.
fn place(browser: &mut Browser, n: usize, [x, y]: [f64; 2]) -> [f64; 2] {
    let place = browser.evaluate(&format!(
        "(() => {{ \
         const images = [...document.querySelectorAll('figure')[{n}].querySelectorAll('img')]; \
         const image = images.find((i) => i.offsetWidth); \
         const view = image.closest('.view'); \
         image.scrollIntoView({{ block: 'center' }}); \
         view.scrollLeft = {x} * image.clientWidth - view.clientWidth / 2; \
         const r = image.getBoundingClientRect(); \
         return [r.left + {x} * r.width, r.top + {y} * r.height]; }})()"
    ));
    serde_json::from_value(place).expect("two numbers")
}

#[test]
fn a_figure_says_what_is_under_the_pointer_at_any_size() {
    let Some(mut browser) = opened(DESK) else {
        return;
    };
    for size in [DESK, PHONE] {
        browser.resize(size);
        // The second figure is the loss over offsets: best in the middle, 1.31 dB, and 8.686 (x/3 µm)² more off it.
        let centre = browser.evaluate(
            "(() => { \
             const figure = document.querySelectorAll('figure')[1]; \
             const g = JSON.parse(figure.querySelector('script').textContent); \
             const [w, h] = ['width', 'height'].map((a) => figure.querySelector('img').getAttribute(a)); \
             const middle = (faces) => (faces[0] + faces.at(-1)) / 2; \
             return [middle(g.columns) / w, middle(g.rows) / h]; })()",
        );
        let centre: [f64; 2] = serde_json::from_value(centre).expect("two numbers");
        let at = place(&mut browser, 1, centre);
        browser.point_at(at);
        assert_eq!(
            reading(&mut browser, 1),
            "offset x 0 µm\noffset y 0 µm\nloss 1.31 dB"
        );
        browser.point_at([1.0, 1.0]);
        assert_eq!(reading(&mut browser, 1), "");
    }
    // What is said stays in sight where the figure scrolls on a phone.
    browser.resize(PHONE);
    for share in [0.2, 0.5, 0.9] {
        let at = place(&mut browser, 0, [share, 0.5]);
        browser.point_at(at);
        let hidden = browser.evaluate(
            "(() => { \
             const figure = document.querySelector('figure'); \
             const box = (name) => figure.querySelector(name).getBoundingClientRect(); \
             const [v, r] = [box('.view'), box('.reading')]; \
             return Math.max(v.left - r.left, r.right - v.right); })()",
        );
        assert!(
            hidden.as_f64().expect("a length") <= 0.0,
            "{share}: {hidden}"
        );
    }
    // A curve gives its nearest point.
    browser.resize(DESK);
    let at = place(&mut browser, 0, [0.5, 0.5]);
    browser.point_at(at);
    let text = reading(&mut browser, 0);
    assert!(
        text.starts_with("wavelength 1")
            && text.contains("effective index 2.4")
            && text.contains(" ± 0.002"),
        "{text}"
    );
}

#[test]
fn arrow_keys_step_through_a_figure_and_it_is_said() {
    let Some(mut browser) = opened(PHONE) else {
        return;
    };
    browser.evaluate("document.querySelectorAll('.plot')[0].focus()");
    browser.press("ArrowRight");
    assert!(reading(&mut browser, 0).contains("wavelength 1500 nm"));
    browser.press("ArrowRight");
    let text = reading(&mut browser, 0);
    assert!(text.contains("wavelength 1510 nm"), "{text}");
    let said = "document.querySelector('figure [aria-live]').textContent";
    assert_eq!(browser.evaluate(said), json!(text));
    browser.press("Escape");
    assert_eq!(reading(&mut browser, 0), "");
    // Parts of bars, one after the other.
    browser.evaluate("document.querySelectorAll('.plot')[2].focus()");
    browser.press("ArrowDown");
    browser.press("ArrowDown");
    let text = reading(&mut browser, 2);
    assert_eq!(
        text,
        "co-packaged\ndriver and receiver: 1.5 pJ/bit\nof 4.0(2) pJ/bit"
    );
}

#[test]
fn the_page_is_pictured_where_asked_for() {
    let Ok(folder) = std::env::var("LOOK") else {
        return;
    };
    let Some(mut browser) = Browser::start() else {
        return;
    };
    // Another report than the example, such as a study's.
    let page = match std::env::var("PAGE") {
        Ok(file) => std::fs::read_to_string(file).expect("a page"),
        Err(_) => example().render().expect("rendered"),
    };
    let file = |name: &str| Path::new(&folder).join(name);
    for (name, size, scheme) in [
        ("phone", [390, 844], "light"),
        ("phone_dark", [390, 844], "dark"),
        ("desk", DESK, "light"),
        ("dark", DESK, "dark"),
    ] {
        browser.emulate("screen", scheme);
        browser.open(&page, size);
        browser.picture(&file(&format!("{name}.png")));
        // A window with an open panel and a reading.
        browser.evaluate("document.querySelectorAll('tbody button')[5]?.click()");
        let at = place(&mut browser, 0, [0.5, 0.5]);
        browser.point_at(at);
        browser.window(&file(&format!("{name}_window.png")));
    }
    browser.emulate("", "light");
    browser.print(&file("print.pdf"));
}
