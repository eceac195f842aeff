//! One spelling for each resource (RFC 3986, section 6.2.2), so that a page is fetched once.

use url::Url;

/// What is done to an address beyond what never changes its meaning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Normalisation {
    /// What becomes of the query.
    pub query: Query,
    /// Parameters that never choose the page, such as `utm_*`: a name, or its beginning and a `*`.
    pub ignored_parameters: Vec<String>,
}

/// What becomes of the part after `?`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Query {
    /// Left in its order: the only choice that is right for every server.
    #[default]
    Keep,
    /// Sorted by parameter; parameters of one name keep their order, which servers read as a list.
    Sort,
    /// Dropped: for sites whose queries only choose a view of the same page.
    Drop,
}

/// Gives `url` the spelling that all addresses of the same resource share.
///
/// Parsing has already lower-cased scheme and host, dropped the default port and the dot segments and made the
/// empty path `/`. What is left: the fragment goes, percent-encoded unreserved characters are decoded, the
/// hexadecimal digits of the others become upper case, and the query is treated as asked. Doing it twice changes
/// nothing more.
pub fn normalise(url: &mut Url, how: &Normalisation) {
    url.set_fragment(None);
    if how.query == Query::Drop {
        url.set_query(None);
    }
    // Nearly all links are done here: the rest copies strings.
    if url.as_str().contains('%') {
        if let Some(path) = respell(url.path()) {
            url.set_path(&path);
        }
        if let Some(query) = url.query().and_then(respell) {
            url.set_query(Some(&query));
        }
    }
    let rearranged = how.query == Query::Sort || !how.ignored_parameters.is_empty();
    if let Some(query) = url.query().filter(|_| rearranged) {
        let query = parameters(query, how);
        url.set_query((!query.is_empty()).then_some(query.as_str()));
    }
}

fn parameters(query: &str, how: &Normalisation) -> String {
    let name = |parameter: &str| parameter.split('=').next().unwrap_or_default().to_owned();
    let ignored = |name: &str| {
        how.ignored_parameters.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == pattern,
        })
    };
    let mut kept: Vec<&str> = query.split('&').filter(|parameter| !ignored(&name(parameter))).collect();
    if how.query == Query::Sort {
        kept.retain(|parameter| !parameter.is_empty());
        kept.sort_by_key(|parameter| name(parameter));
    }
    kept.join("&")
}

/// The same text with percent-encoding in its one spelling, or None if it has it already.
fn respell(text: &str) -> Option<String> {
    let mut spelt = Vec::with_capacity(text.len());
    let mut stray = None;
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let Some(decoded) = (byte == b'%').then(|| octet(after)).flatten() else {
            // A `%` that encodes nothing. What follows must not be decoded into its digits: `%%34%31` would
            // become `%41` and, the next time, `A`.
            if byte == b'%' {
                stray = Some(spelt.len());
            }
            spelt.push(byte);
            rest = after;
            continue;
        };
        let unreserved = decoded.is_ascii_alphanumeric() || b"-._~".contains(&decoded);
        if unreserved && stray.is_none_or(|at| spelt.len() - at > 2) {
            spelt.push(decoded);
        } else {
            spelt.push(b'%');
            spelt.extend(after[..2].iter().map(u8::to_ascii_uppercase));
        }
        rest = &after[2..];
    }
    (spelt != text.as_bytes()).then(|| String::from_utf8_lossy(&spelt).into_owned())
}

fn octet(digits: &[u8]) -> Option<u8> {
    let value = |digit: u8| char::from(digit).to_digit(16);
    match digits {
        [high, low, ..] => u8::try_from(value(*high)? * 16 + value(*low)?).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(how: &Normalisation, text: &str) -> String {
        let mut url = Url::parse(text).unwrap();
        normalise(&mut url, how);
        url.into()
    }

    #[test]
    fn one_spelling_for_each_resource() {
        for (given, expected) in [
            ("HTTP://Example.COM:80", "http://example.com/"),
            ("https://example.com:443/a", "https://example.com/a"),
            ("https://example.com:80/a", "https://example.com:80/a"),
            ("http://h/a/./b/../c#part", "http://h/a/c"),
            ("http://h/%7euser/%41%2e%2D%5f", "http://h/~user/A.-_"),
            ("http://h/a%2fb%c3%a9", "http://h/a%2Fb%C3%A9"),
            ("http://h/é?é", "http://h/%C3%A9?%C3%A9"),
            ("http://h/%2e%2E/x", "http://h/x"),
            ("http://h/?q=%7e%26", "http://h/?q=~%26"),
            ("http://h/?", "http://h/?"),
            ("http://h/%zz%4", "http://h/%zz%4"),
            ("http://h/%%34%31", "http://h/%%341"),
            ("http://h/%a%62%63", "http://h/%a%62c"),
            ("http://h/%25%34%31", "http://h/%2541"),
        ] {
            assert_eq!(with(&Normalisation::default(), given), expected, "{given}");
        }
    }

    #[test]
    fn the_query_as_asked() {
        let sort = Normalisation { query: Query::Sort, ..Normalisation::default() };
        assert_eq!(with(&sort, "http://h/?b=2&a=2&&a=1&c"), "http://h/?a=2&a=1&b=2&c");
        assert_eq!(with(&sort, "http://h/?&"), "http://h/");
        let drop = Normalisation { query: Query::Drop, ..Normalisation::default() };
        assert_eq!(with(&drop, "http://h/a?b#c"), "http://h/a");
        let ignored_parameters = vec!["utm_*".to_owned(), "ref".to_owned()];
        let without = Normalisation { ignored_parameters, ..Normalisation::default() };
        assert_eq!(with(&without, "http://h/?z=1&utm_source=x&ref=2&reference=3"), "http://h/?z=1&reference=3");
        assert_eq!(with(&without, "http://h/?utm_x"), "http://h/");
    }
}
