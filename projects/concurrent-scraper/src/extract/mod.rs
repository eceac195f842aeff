//! What a page says about itself and where it points, taken out of the body while it arrives.
//!
//! Nothing of the body is kept: lol_html sees each piece once, and a page that tries to make the extractor grow (a
//! tag of a megabyte, a million links) is cut at the [`Limits`] and says so in [`Extracted::truncated`].

mod charset;
mod directives;
mod elements;
mod extractor;
mod kind;
mod links;
mod page;
mod parser;
mod refresh;
mod srcset;
mod text;

pub use directives::Directives;
pub use extractor::Extractor;
pub use kind::is_html;
pub use links::Link;
pub use page::{Extracted, Limits};
