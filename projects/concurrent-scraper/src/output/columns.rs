//! The columns that every row has, for formats with columns.

use crate::fields::Value;
use crate::page::Page;

/// Their names, in order; the user's own columns follow.
pub const COLUMNS: [&str; 22] = [
    "url",
    "depth",
    "status",
    "problem",
    "message",
    "redirect",
    "hops",
    "content_type",
    "charset",
    "title",
    "canonical",
    "bytes",
    "hash",
    "first_byte_ms",
    "total_ms",
    "fetched_at_ms",
    "attempts",
    "not_modified",
    "no_index",
    "truncated",
    "link_count",
    "links",
];

/// One cell of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'a> {
    Null,
    Integer(i64),
    Number(f64),
    Text(std::borrow::Cow<'a, str>),
}

/// The cells under [`COLUMNS`], then those of the user's columns called `fields`.
pub(super) fn cells<'a>(page: &'a Page, fields: &[String]) -> Vec<Cell<'a>> {
    let text = |text: &'a Option<String>| text.as_deref().map_or(Cell::Null, |text| Cell::Text(text.into()));
    // Sizes and times beyond 63 bits do not occur; if they did, the largest that fits is the least wrong.
    let integer = |number: u64| Cell::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    let flag = |flag: bool| Cell::Integer(flag.into());
    let links = page.links.as_ref().map_or(Cell::Null, |links| {
        let urls: Vec<&str> = links.iter().map(|link| link.url.as_str()).collect();
        Cell::Text(urls.join(" ").into())
    });
    let mut cells = vec![
        Cell::Text(page.url.as_str().into()),
        Cell::Integer(page.depth.into()),
        page.status.map_or(Cell::Null, |status| Cell::Integer(status.into())),
        page.problem.as_ref().map_or(Cell::Null, |problem| Cell::Text(problem.kind.name().into())),
        page.problem.as_ref().map_or(Cell::Null, |problem| Cell::Text(problem.message.as_str().into())),
        text(&page.redirect),
        Cell::Integer(page.hops.into()),
        text(&page.content_type),
        text(&page.charset),
        text(&page.title),
        text(&page.canonical),
        integer(page.bytes),
        text(&page.hash),
        Cell::Integer(page.first_byte_ms.into()),
        Cell::Integer(page.total_ms.into()),
        integer(page.fetched_at_ms),
        Cell::Integer(page.attempts.into()),
        flag(page.not_modified),
        flag(page.no_index),
        flag(page.truncated),
        Cell::Integer(page.link_count.into()),
        links,
    ];
    for name in fields {
        let value = page.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value);
        cells.push(match value {
            None | Some(Value::Null) => Cell::Null,
            Some(Value::Integer(number)) => Cell::Integer(*number),
            Some(Value::Number(number)) => Cell::Number(*number),
            Some(Value::Text(text)) => Cell::Text(text.as_str().into()),
            // A list in one cell is JSON, which every reader of columns can take apart again.
            Some(list @ Value::List(_)) => {
                serde_json::to_string(list).map_or(Cell::Null, |json| Cell::Text(json.into()))
            }
        });
    }
    cells
}
