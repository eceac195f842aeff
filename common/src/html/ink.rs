//! How series and states are told apart. Each ink is a colour, a texture and a marker: none rests on colour alone.

use std::fmt::{self, Write};

use super::escape::Prose;

/// The textures and markers that all pictures of the page refer to.
pub(super) const DEFINITIONS: &str = include_str!("inks.svg");

const INKS: usize = 6;

/// One of the inks in `inks.svg`, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ink(usize);

impl Ink {
    /// The ink of the n-th series. After six they begin again.
    pub(super) fn of_series(index: usize) -> Self {
        Ink(index % INKS + 1)
    }

    pub(super) fn number(self) -> usize {
        self.0
    }
}

/// An entry of a legend: how it is drawn, and what it is called.
pub(super) struct Entry<'a> {
    /// What the swatch shows, in a box of 24 by 16.
    pub(super) sample: String,
    pub(super) name: &'a str,
}

impl<'a> Entry<'a> {
    /// A filled box as high as the thing itself is drawn.
    pub(super) fn filled(ink: Ink, height: usize, name: &'a str) -> Self {
        let (number, height) = (ink.number(), height.min(16));
        let y = (16 - height) as f64 / 2.0;
        Entry { sample: format!(r#"<rect class="ink-{number}" y="{y}" width="24" height="{height}"/>"#), name }
    }

    /// A piece of a line with its marker.
    pub(super) fn line(ink: Ink, name: &'a str) -> Self {
        let number = ink.number();
        let marker = format!(r##"<use href="#marker-{number}" x="12" y="8"/>"##);
        Entry { sample: format!(r#"<g class="ink-{number}"><path class="curve" d="M0 8H24"/>{marker}</g>"#), name }
    }
}

/// What the inks of a picture stand for.
pub(super) fn legend<'a>(page: &mut String, entries: impl IntoIterator<Item = Entry<'a>>) -> fmt::Result {
    let mut items = String::new();
    for Entry { sample, name } in entries.into_iter().filter(|entry| !entry.name.is_empty()) {
        write!(items, r#"<li><svg class="swatch" aria-hidden="true">{sample}</svg>{}</li>"#, Prose(name))?;
    }
    if items.is_empty() { Ok(()) } else { writeln!(page, r#"<ul class="legend">{items}</ul>"#) }
}
