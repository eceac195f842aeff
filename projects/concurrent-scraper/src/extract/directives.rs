//! What a page asks of robots: `<meta name=robots>` and the `X-Robots-Tag` header.

/// What a page asks of robots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Directives {
    /// Do not index the page.
    pub no_index: bool,
    /// Do not follow its links.
    pub no_follow: bool,
}

impl Directives {
    /// Reads the words of a `<meta name=robots>`, or of an `X-Robots-Tag` that is meant for every robot.
    pub fn parse(content: &str) -> Directives {
        content.split(',').map(|word| word.trim().to_ascii_lowercase()).fold(Directives::default(), |so_far, word| {
            Directives {
                no_index: so_far.no_index || word == "noindex" || word == "none",
                no_follow: so_far.no_follow || word == "nofollow" || word == "none",
            }
        })
    }

    /// Reads one `X-Robots-Tag` header for the robot called `product`: `otherbot: noindex` is not for us, and
    /// `unavailable_after: 25 Jun 2010` names no robot.
    pub fn from_header(value: &str, product: &str) -> Directives {
        match value.split_once(':') {
            Some((name, rest)) if name.trim().eq_ignore_ascii_case(product) => Directives::parse(rest),
            Some((name, _)) if !name.contains(',') && !VALUED.contains(&name.trim().to_ascii_lowercase().as_str()) => {
                Directives::default()
            }
            _ => Directives::parse(value),
        }
    }

    /// What both ask for.
    #[must_use]
    pub fn and(self, other: Directives) -> Directives {
        Directives { no_index: self.no_index || other.no_index, no_follow: self.no_follow || other.no_follow }
    }
}

/// Directives with a value of their own after a colon.
const VALUED: [&str; 4] = ["unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_headers() {
        let (index, follow) =
            (Directives { no_index: true, no_follow: false }, Directives { no_index: false, no_follow: true });
        assert_eq!(Directives::parse("index, NoFollow"), follow);
        assert_eq!(Directives::parse(" none "), index.and(follow));
        assert_eq!(Directives::parse("nofollows"), Directives::default());
        assert_eq!(Directives::from_header("noindex", "ours"), index);
        assert_eq!(Directives::from_header("Ours: noindex", "ours"), index);
        assert_eq!(Directives::from_header("otherbot: noindex", "ours"), Directives::default());
        assert_eq!(Directives::from_header("noindex, unavailable_after: 25 Jun 2010", "ours"), index);
        assert_eq!(Directives::from_header("max-snippet: 5, nofollow", "ours"), follow);
    }
}
