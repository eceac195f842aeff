//! The elements that matter, and what each of them says.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lol_html::html_content::{TextChunk, TextType};
use lol_html::send::Element;

use super::links::RawLinks;
use super::{Directives, Limits, refresh, srcset, text};
use crate::page::LinkKind;

/// What the elements so far have said.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub limits: Limits,
    pub links: RawLinks,
    pub base: Option<String>,
    /// As it stands in the page, character references and all.
    pub title: String,
    title_ended: bool,
    pub canonical: Option<String>,
    pub refresh: Option<String>,
    pub directives: Directives,
    pub occurrences: u64,
    pub noscript: String,
    pub truncated: bool,
}

/// Shared with the handlers, which the parser owns. Only one of them runs at a time: nobody ever waits.
#[derive(Debug, Clone)]
pub(super) struct Shared(Arc<Mutex<Found>>);

impl Shared {
    pub fn new(limits: Limits) -> Self {
        Self(Arc::new(Mutex::new(Found { limits, ..Found::default() })))
    }

    pub fn lock(&self) -> MutexGuard<'_, Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) type Handler = fn(&mut Found, &Element<'_, '_>);

/// By name, so that the parser looks at no other element. Attributes are looked at by the handler: a selector with one would
/// have the parser look it up as well, for every element of that name.
pub(super) const ELEMENTS: [(&str, Handler); 17] = [
    ("a", |found, anchor| found.link(LinkKind::Anchor, anchor, "href")),
    ("area", |found, area| found.link(LinkKind::Area, area, "href")),
    ("iframe", |found, frame| found.link(LinkKind::Frame, frame, "src")),
    ("frame", |found, frame| found.link(LinkKind::Frame, frame, "src")),
    ("img", |found, image| {
        found.link(LinkKind::Image, image, "src");
        found.srcset(image, "srcset");
    }),
    ("source", |found, source| {
        found.link(LinkKind::Media, source, "src");
        found.srcset(source, "srcset");
    }),
    ("input", |found, input| {
        if input.get_attribute("type").is_some_and(|kind| kind.eq_ignore_ascii_case("image")) {
            found.link(LinkKind::Image, input, "src");
        }
    }),
    ("script", |found, script| found.link(LinkKind::Script, script, "src")),
    ("video", |found, video| {
        found.link(LinkKind::Media, video, "src");
        found.link(LinkKind::Image, video, "poster");
    }),
    ("audio", |found, audio| found.link(LinkKind::Media, audio, "src")),
    ("track", |found, track| found.link(LinkKind::Media, track, "src")),
    ("embed", |found, embed| found.link(LinkKind::Media, embed, "src")),
    ("object", |found, object| found.link(LinkKind::Media, object, "data")),
    ("link", |found, link| {
        found.link_element(link);
        found.srcset(link, "imagesrcset");
    }),
    ("base", |found, base| {
        if found.base.is_none() {
            found.base = attribute(base, "href");
        }
    }),
    ("meta", Found::meta),
    ("noscript", |found, _| found.noscript.clear()),
];

impl Found {
    /// Takes the address in an attribute, if the element has it.
    fn link(&mut self, kind: LinkKind, element: &Element<'_, '_>, name: &str) {
        let Some(raw) = element.get_attribute(name) else { return };
        self.occurrences += u64::from(kind == LinkKind::Anchor);
        let no_follow = matches!(kind, LinkKind::Anchor | LinkKind::Area)
            && element.get_attribute("rel").is_some_and(|rel| has_word(&rel, "nofollow"));
        self.links.add(kind, &text::attribute(&raw), no_follow, &self.limits);
    }

    fn srcset(&mut self, element: &Element<'_, '_>, name: &str) {
        for address in srcset::addresses(&attribute(element, name).unwrap_or_default()) {
            self.links.add(LinkKind::Image, address, false, &self.limits);
        }
    }

    fn link_element(&mut self, link: &Element<'_, '_>) {
        let (Some(rel), Some(href)) = (attribute(link, "rel"), attribute(link, "href")) else { return };
        let is = |word| has_word(&rel, word);
        let kind = if is("stylesheet") {
            LinkKind::Style
        } else if is("icon") || is("apple-touch-icon") {
            LinkKind::Image
        } else if is("canonical") {
            self.canonical.get_or_insert_with(|| href.clone());
            LinkKind::Canonical
        } else if is("alternate") || is("next") || is("prev") {
            LinkKind::Related
        } else if is("preconnect") || is("dns-prefetch") {
            // They name a host, not something to be had from it.
            return;
        } else {
            LinkKind::Resource
        };
        self.links.add(kind, &href, false, &self.limits);
    }

    fn meta(&mut self, meta: &Element<'_, '_>) {
        let Some(content) = attribute(meta, "content") else { return };
        let is = |name: &str, word| meta.get_attribute(name).is_some_and(|value| value.eq_ignore_ascii_case(word));
        if is("name", "robots") {
            self.directives = self.directives.and(Directives::parse(&content));
        }
        if !is("http-equiv", "refresh") {
            return;
        }
        if let Some(target) = refresh::target(&content) {
            self.refresh.get_or_insert_with(|| target.to_owned());
            self.links.add(LinkKind::Refresh, target, false, &self.limits);
        }
    }

    /// The text of a `<title>`, which may come in several pieces.
    pub fn title_text(&mut self, text: &TextChunk<'_>) {
        // An SVG has titles too, of its parts; they are plain text.
        if self.title_ended || text.text_type() != TextType::RCData {
            return;
        }
        self.truncated |= push_within(&mut self.title, text.as_str(), self.limits.title);
        self.title_ended = text.last_in_text_node();
    }

    /// The text of a `<noscript>`, once it is complete.
    pub fn noscript_text(&mut self, text: &TextChunk<'_>) -> Option<String> {
        self.truncated |= push_within(&mut self.noscript, text.as_str(), self.limits.noscript);
        text.last_in_text_node().then(|| std::mem::take(&mut self.noscript))
    }
}

/// Appends what fits; returns whether something did not.
fn push_within(text: &mut String, more: &str, limit: usize) -> bool {
    let fits = more.floor_char_boundary(limit.saturating_sub(text.len()));
    text.push_str(&more[..fits]);
    fits < more.len()
}

fn attribute(element: &Element<'_, '_>, name: &str) -> Option<String> {
    element.get_attribute(name).map(|raw| text::attribute(&raw).into_owned())
}

fn has_word(words: &str, word: &str) -> bool {
    words.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(word))
}
