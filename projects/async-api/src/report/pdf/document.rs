//! A file of pages: what a reader of PDF needs besides them.

use super::sheet::{BODY, HEIGHT, MARGIN, Sheet, WIDTH, put};
use super::text::{Font, encoded};
use crate::model::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use pdf_writer::{Date, Finish, Name, Pdf, Rect, Ref, TextStr};

/// The fixed objects; pages and bookmarks come after them.
const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const INFO: Ref = Ref::new(3);
const REGULAR: Ref = Ref::new(4);
const BOLD: Ref = Ref::new(5);
const OUTLINE: Ref = Ref::new(6);
const FIRST_FREE: i32 = 7;

/// What is said of all pages.
pub(super) struct Document<'a> {
    pub(super) title: &'a str,
    pub(super) foot: &'a str,
    pub(super) moment: Timestamp,
}

impl Document<'_> {
    pub(super) fn write(&self, mut sheet: Sheet) -> Vec<u8> {
        self.feet(&mut sheet);
        let mut pdf = Pdf::new();
        let mut catalog = pdf.catalog(CATALOG);
        catalog.pages(PAGES).outlines(OUTLINE).lang(TextStr("en"));
        catalog.viewer_preferences().display_doc_title(true);
        catalog.finish();
        let date = moment(self.moment).map(date);
        let mut info = pdf.document_info(INFO);
        info.title(TextStr(self.title)).creator(TextStr("async-api"));
        date.map(|date| info.creation_date(date));
        info.finish();
        for (font, name) in [(REGULAR, "Helvetica"), (BOLD, "Helvetica-Bold")] {
            let mut font = pdf.type1_font(font);
            font.base_font(Name(name.as_bytes())).encoding_predefined(Name(b"WinAnsiEncoding"));
        }
        let count = sheet.pages.len() as i32; // some thousands at most
        pdf.pages(PAGES).kids((0..count).map(page)).count(count);
        self.outline(&mut pdf, &sheet, count);
        for (number, content) in (0..).zip(sheet.pages) {
            let content_id = Ref::new(page(number).get() + 1);
            let mut page = pdf.page(page(number));
            page.parent(PAGES).media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).contents(content_id);
            page.resources().fonts().pair(Name(b"R"), REGULAR).pair(Name(b"B"), BOLD);
            page.finish();
            pdf.stream(content_id, &content.finish());
        }
        pdf.finish()
    }

    /// The foot of every page, once it is known how many there are.
    fn feet(&self, sheet: &mut Sheet) {
        let style = BODY.grey();
        let count = sheet.pages.len();
        for (place, page) in sheet.pages.iter_mut().enumerate() {
            let number = encoded(&format!("{} / {count}", place + 1));
            let right = WIDTH - 2.0 * MARGIN - Font::Regular.width(&number) * style.size;
            let site = encoded(self.foot);
            let first_line = style.font.lines(&site, (right - 20.0) / style.size)[0].clone();
            put(page, 0.0, 36.0, style, &site[first_line]);
            put(page, right, 36.0, style, &number);
        }
    }

    /// The list of sections that a reader shows beside the pages.
    fn outline(&self, pdf: &mut Pdf, sheet: &Sheet, pages: i32) {
        let count = sheet.bookmarks.len() as i32; // one for each kind
        let item = |place: i32| Ref::new(FIRST_FREE + 2 * pages + place);
        let mut outline = pdf.outline(OUTLINE);
        if count > 0 {
            outline.first(item(0)).last(item(count - 1)).count(count);
        }
        outline.finish();
        for (place, bookmark) in (0..).zip(&sheet.bookmarks) {
            let mut entry = pdf.outline_item(item(place));
            entry.title(TextStr(&bookmark.title)).parent(OUTLINE);
            if place > 0 {
                entry.prev(item(place - 1));
            }
            if place + 1 < count {
                entry.next(item(place + 1));
            }
            entry.dest().page(page(bookmark.page as i32)).xyz(MARGIN, bookmark.top, None);
        }
    }
}

/// A page; its content has the next number.
fn page(number: i32) -> Ref {
    Ref::new(FIRST_FREE + 2 * number)
}

fn moment(timestamp: Timestamp) -> Option<DateTime> {
    jiff::Timestamp::from_millisecond(timestamp.0).ok().map(|moment| Offset::UTC.to_datetime(moment))
}

/// A moment as people write it.
pub(super) fn written(timestamp: Timestamp) -> String {
    let clock = |time: DateTime| format!("{} {:02}:{:02} UTC", time.date(), time.hour(), time.minute());
    moment(timestamp).map_or_else(|| timestamp.to_string(), clock)
}

fn date(time: DateTime) -> Date {
    let part = |part: i8| part.unsigned_abs();
    Date::new(time.year().unsigned_abs())
        .month(part(time.month()))
        .day(part(time.day()))
        .hour(part(time.hour()))
        .minute(part(time.minute()))
        .second(part(time.second()))
        .utc_offset_hour(0)
}
