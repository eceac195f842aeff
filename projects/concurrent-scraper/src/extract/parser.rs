//! lol_html, set up to report the elements that matter.

use std::borrow::Cow;
use std::sync::LazyLock;

use lol_html::html_content::TextChunk;
use lol_html::send::{Element, ElementContentHandlers, HtmlRewriter, Settings};
use lol_html::{HandlerResult, MemorySettings, Selector};

use super::elements::{ELEMENTS, Handler, Shared};

/// A rewriter whose output nobody reads.
pub(super) type Parser = HtmlRewriter<'static, fn(&[u8])>;

/// Parsed once: pages are many. A selector that does not parse would be a mistake in the table; the tests find each
/// of its rows at work.
static SELECTORS: LazyLock<Vec<(Selector, Handler)>> = LazyLock::new(|| {
    ELEMENTS.iter().filter_map(|(selector, handler)| Some((selector.parse().ok()?, *handler))).collect()
});
static TITLE: LazyLock<Option<Selector>> = LazyLock::new(|| "title".parse().ok());
static NOSCRIPT: LazyLock<Option<Selector>> = LazyLock::new(|| "noscript".parse().ok());

/// A parser that reports to `found`.
pub(super) fn parser(found: &Shared) -> Parser {
    let in_noscript = {
        let found = found.clone();
        move |text: &mut TextChunk<'_>| {
            // Not under the lock, which the handlers of the inner parser take.
            let content = found.lock().noscript_text(text);
            if let Some(content) = content {
                noscript(&found, &content);
            }
            Ok(())
        }
    };
    HtmlRewriter::new(on_text(settings(found), &NOSCRIPT, in_noscript), |_| {})
}

/// Where scripts run, the content of `<noscript>` is text. Here none run: it is a part of the page.
fn noscript(found: &Shared, content: &str) {
    // No handler for a `<noscript>` inside: a page of nothing but those would take all of the stack.
    let mut parser: Parser = HtmlRewriter::new(settings(found), |_| {});
    if parser.write(content.as_bytes()).and_then(|()| parser.end()).is_err() {
        found.lock().truncated = true;
    }
}

fn settings(found: &Shared) -> Settings<'static, 'static> {
    let memory = MemorySettings::new().with_max_allowed_memory_usage(found.lock().limits.parser);
    let mut settings = Settings::new_send().with_memory_settings(memory).with_strict(false);
    for (selector, handler) in SELECTORS.iter() {
        let found = found.clone();
        let handler = ElementContentHandlers::default().element(move |element: &mut Element<'_, '_>| {
            handler(&mut found.lock(), element);
            Ok(())
        });
        settings = settings.append_element_content_handler((Cow::Borrowed(selector), handler));
    }
    let found = found.clone();
    on_text(settings, &TITLE, move |text: &mut TextChunk<'_>| {
        found.lock().title_text(text);
        Ok(())
    })
}

fn on_text(
    settings: Settings<'static, 'static>,
    selector: &'static Option<Selector>,
    handler: impl FnMut(&mut TextChunk<'_>) -> HandlerResult + Send + 'static,
) -> Settings<'static, 'static> {
    match selector {
        Some(selector) => settings
            .append_element_content_handler((Cow::Borrowed(selector), ElementContentHandlers::default().text(handler))),
        None => settings,
    }
}
