//! Lines on pages, from top to bottom.

use super::text::{Font, encoded};
use pdf_writer::{Content, Name, Str};

/// A4, in points.
pub(super) const WIDTH: f32 = 595.28;
pub(super) const HEIGHT: f32 = 841.89;

/// Left and right; above and below.
pub(super) const MARGIN: f32 = 56.0;
const BOTTOM: f32 = 64.0;

/// Where what belongs to a number begins.
const INSET: f32 = 34.0;

/// How letters look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) font: Font,
    pub(super) size: f32,
    /// 0 is black.
    pub(super) grey: f32,
}

pub(super) const BODY: Style = Style { font: Font::Regular, size: 9.5, grey: 0.1 };
pub(super) const HEADING: Style = Style { font: Font::Bold, size: 14.0, grey: 0.0 };
pub(super) const TITLE: Style = Style { font: Font::Bold, size: 24.0, grey: 0.0 };

impl Style {
    pub(super) fn grey(self) -> Style {
        Style { grey: 0.4, ..self }
    }

    pub(super) fn bold(self) -> Style {
        Style { font: Font::Bold, ..self }
    }

    pub(super) fn large(self) -> Style {
        Style { size: 12.0, ..self }
    }

    /// From one line to the next.
    pub(super) fn leading(self) -> f32 {
        self.size * 1.35
    }
}

/// Where a section begins.
pub(super) struct Bookmark {
    pub(super) title: String,
    pub(super) page: usize,
    pub(super) top: f32,
}

/// Pages that are being filled.
pub(super) struct Sheet {
    pub(super) pages: Vec<Content>,
    pub(super) bookmarks: Vec<Bookmark>,
    /// The lower edge of what is on the last page.
    y: f32,
}

impl Sheet {
    pub(super) fn new() -> Sheet {
        Sheet { pages: vec![Content::new()], bookmarks: Vec::new(), y: HEIGHT - MARGIN }
    }

    /// Begins a page if there is not so much room on this one.
    pub(super) fn room(&mut self, height: f32) {
        if self.y - height < BOTTOM {
            self.pages.push(Content::new());
            self.y = HEIGHT - MARGIN;
        }
    }

    /// Leaves a space, except at the top of a page.
    pub(super) fn space(&mut self, height: f32) {
        if self.y < HEIGHT - MARGIN {
            self.y -= height;
        }
    }

    /// A text over the whole width.
    pub(super) fn text(&mut self, style: Style, text: &str) {
        self.paragraph(0.0, style, text);
    }

    /// A text that belongs to a number.
    pub(super) fn inset(&mut self, style: Style, text: &str) {
        self.paragraph(INSET, style, text);
    }

    /// A number and a text beside it.
    pub(super) fn numbered(&mut self, number: u64, text: &str) {
        self.room(BODY.leading());
        let y = self.y - BODY.leading();
        put(self.page(), 0.0, y, BODY.grey(), &encoded(&number.to_string()));
        self.paragraph(INSET, BODY.bold(), text);
    }

    /// The head of a section, with room for some of it.
    pub(super) fn heading(&mut self, style: Style, text: &str) {
        self.room(style.leading() + 5.0 * BODY.leading());
        self.bookmarks.push(Bookmark { title: text.to_owned(), page: self.pages.len() - 1, top: self.y });
        self.text(style, text);
    }

    /// A row of the table of numbers: a line above it, the number at the right.
    pub(super) fn row(&mut self, name: &str, meaning: &str, number: &str) {
        let height = 2.0 * BODY.leading();
        self.room(height);
        let (y, right) = (self.y, WIDTH - MARGIN);
        let page = self.page();
        page.set_stroke_gray(0.8).set_line_width(0.6).move_to(MARGIN, y).line_to(right, y).stroke();
        let (line, number) = (y - height + 0.75 * BODY.leading(), encoded(number));
        put(page, 0.0, line, BODY.bold(), &encoded(name));
        put(page, 110.0, line, BODY.grey(), &encoded(meaning));
        put(page, right - MARGIN - Font::Bold.width(&number) * BODY.size, line, BODY.bold(), &number);
        self.y -= height;
    }

    fn paragraph(&mut self, left: f32, style: Style, text: &str) {
        let text = encoded(text);
        let room = (WIDTH - 2.0 * MARGIN - left) / style.size;
        for line in style.font.lines(&text, room) {
            self.room(style.leading());
            self.y -= style.leading();
            let y = self.y;
            put(self.page(), left, y, style, text[line].trim_ascii());
        }
    }

    fn page(&mut self) -> &mut Content {
        let last = self.pages.len() - 1; // there is always one
        &mut self.pages[last]
    }
}

/// Letters, from the left margin so far.
pub(super) fn put(page: &mut Content, left: f32, y: f32, style: Style, text: &[u8]) {
    let font = if style.font == Font::Bold { Name(b"B") } else { Name(b"R") };
    page.set_fill_gray(style.grey).begin_text().set_font(font, style.size);
    page.next_line(MARGIN + left, y + style.size * 0.3).show(Str(text)).end_text();
}
