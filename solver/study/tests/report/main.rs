//! The report: what the page says, and how it behaves in a browser.
//!
//! With REPORT=file in the environment the page is also written there; with LOOK=folder, pictures of it as the browser shows
//! it on a phone, on a desk, at night and on paper.

mod browser;
mod contrast;
mod example;
mod in_browser;
mod link_page;
mod page;
