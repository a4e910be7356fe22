//! The page of a link in a browser: it fits, says nothing, chooses, and every number says where it comes from.

use std::path::Path;

use cpo_study::Study;
use cpo_study::link::deliver;
use cpo_study::table::LossTable;
use serde_json::json;
use tempfile::TempDir;

use super::browser::Browser;

#[test]
fn a_link_fits_chooses_and_tells_its_origins() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let directory = TempDir::new().expect("a directory");
    let text = "[study]\nname = \"alone\"\n[link.port]\nbandwidth = \"1.6 Tbit/s\"\nstandard = \"200G-DR\"\n";
    let study = Study::parse(text, "text", Path::new("")).expect("a study");
    let table = LossTable::new("alone", "test", text);
    let (place, links) = deliver(&study, &table, &directory.path().join("out")).expect("delivered");
    assert!(links.iter().all(|link| link.answers.is_ok()));
    let page = std::fs::read_to_string(place.join("report.html")).expect("a page");
    for size in [[360, 780], [1280, 900]] {
        browser.open(&page, size);
        let width = browser.evaluate("document.documentElement.scrollWidth");
        assert_eq!(width, json!(size[0]), "the page is wider than its window");
    }
    // On a desk no table has to be moved sideways.
    let cut = "[...document.querySelectorAll('main .scroll')].filter((e) => e.scrollWidth > e.clientWidth) \
        .map((e) => e.querySelector('caption').textContent)";
    assert_eq!(browser.evaluate(cut), json!([]));
    // A boundary that is chosen in one section is chosen in the other.
    let of_boundary = "[...document.querySelectorAll('.choice[data-name=Boundary] .alternative')] \
        .filter((a) => a.checkVisibility()).map((a) => a.dataset.name)";
    assert_eq!(browser.evaluate(of_boundary), json!(["Optics", "Optics"]));
    browser.evaluate("document.querySelector('.choice[data-name=Boundary] input').focus()");
    browser.press("ArrowRight");
    browser.press("ArrowRight");
    assert_eq!(
        browser.evaluate(of_boundary),
        json!(["+ switch", "+ switch"])
    );
    // The first column labels its rows; every other number has an origin, its own or its column's.
    let without = browser.evaluate(
        "[...document.querySelectorAll('main table td.number:not(:first-child)')].filter((td) => { \
            const heads = td.closest('table').querySelectorAll('thead th'); \
            return !td.dataset.origin && !(heads[td.cellIndex] && heads[td.cellIndex].dataset.origin); \
        }).map((td) => td.closest('table').caption.textContent + ': ' + td.textContent)",
    );
    assert_eq!(without, json!([]));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
