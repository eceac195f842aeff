//! Outputs are read back by other readers than the ones that wrote them, and cut back at every place.

use std::fs;
use std::path::PathBuf;

use concurrent_scraper::fields::{Fields, Value};
use concurrent_scraper::output::{COLUMNS, Csv, Dot, Formulas, Graph, GraphMl, Jsonl, Sink, Sqlite};
use concurrent_scraper::page::{Link, LinkKind, Page, Problem, ProblemKind};

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("scraper-outputs-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn fields() -> Fields {
    Fields::parse(&["price:number=.price".to_owned(), "tags*=.tag".to_owned(), "na\"me=h1".to_owned()]).unwrap()
}

fn pages() -> Vec<Page> {
    let link = |url: &str| Link { url: url.to_owned(), kind: LinkKind::Anchor };
    let rich = Page {
        url: "http://h/a,b".to_owned(),
        status: Some(200),
        title: Some("=HYPERLINK(\"http://evil\")\nsecond \"line\"".to_owned()),
        bytes: 12,
        link_count: 2,
        links: Some(vec![link("http://h/1"), link("http://h/2")]),
        fields: vec![
            ("price".to_owned(), Value::Number(-1.5)),
            ("tags".to_owned(), Value::List(vec![Value::Text("x".to_owned()), Value::Null])),
            ("na\"me".to_owned(), Value::Text("@x".to_owned())),
        ],
        ..Page::default()
    };
    let failed = Page {
        url: "http://h/ü".to_owned(),
        problem: Some(Problem::new(ProblemKind::Dns, "no such host")),
        ..Page::default()
    };
    let plain = |n: u16| Page {
        url: format!("http://h/{n}"),
        status: Some(200 + n),
        links: Some(vec![link("http://h/")]),
        ..Page::default()
    };
    [vec![rich, failed], (0..5).map(plain).collect()].concat()
}

type Open<'a> = &'a dyn Fn(u64) -> std::io::Result<Box<dyn Sink>>;

/// Wherever the process dies, the rows after the recorded position are cut off and written again: the content equals
/// that of an output never interrupted.
fn is_exactly_once(open: Open<'_>, content: &dyn Fn() -> String) {
    let pages = pages();
    let mut sink = open(0).unwrap();
    let mut positions = vec![sink.position()];
    for page in &pages {
        sink.write(page).unwrap();
        positions.push(sink.position());
    }
    sink.flush().unwrap();
    drop(sink);
    let expected = content();
    assert!(positions.is_sorted_by(|one, other| one < other));
    for (written, position) in positions.iter().enumerate() {
        // What a killed process leaves behind the position: whole rows, and half of one in a text file.
        let mut sink = open(*position).unwrap();
        for page in &pages[written..] {
            sink.write(page).unwrap();
        }
        sink.flush().unwrap();
        assert_eq!(sink.position(), *positions.last().unwrap());
        drop(sink);
        assert_eq!(content(), expected, "resumed behind row {written}");
    }
    assert_eq!(open(positions[positions.len() - 1] + 1).err().unwrap().kind(), std::io::ErrorKind::InvalidData);
    // Position 0 begins anew.
    let mut sink = open(0).unwrap();
    sink.flush().unwrap();
    drop(sink);
    assert!(content().len() < expected.len());
}

#[test]
fn jsonl_is_exactly_once_and_whole() {
    let folder = Folder::new("jsonl");
    let path = folder.file("pages.jsonl");
    let content = || fs::read_to_string(&path).unwrap();
    is_exactly_once(&|position| Ok(Box::new(Jsonl::resume(&path, position)?)), &content);

    let mut sink = Jsonl::resume(&path, 0).unwrap();
    pages().iter().for_each(|page| sink.write(page).unwrap());
    sink.flush().unwrap();
    // A torn line behind the position.
    fs::write(&path, content() + "{\"url\":\"http://torn").unwrap();
    drop(Jsonl::resume(&path, sink.position()).unwrap());
    let rows: Vec<serde_json::Value> = content().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), pages().len());
    assert_eq!(rows[0]["fields"]["price"], -1.5);
    assert_eq!(rows[0]["links"][1]["url"], "http://h/2");
    assert_eq!(rows[1]["problem"]["kind"], "dns");
    assert_eq!(rows[1]["url"], "http://h/ü");
}

#[test]
fn csv_is_exactly_once_and_harmless() {
    let folder = Folder::new("csv");
    let path = folder.file("pages.csv");
    let content = || fs::read_to_string(&path).unwrap();
    is_exactly_once(&|position| Ok(Box::new(Csv::resume(&path, position, &fields(), Formulas::Escape)?)), &content);

    let written = |formulas| {
        let mut sink = Csv::resume(&path, 0, &fields(), formulas).unwrap();
        pages().iter().for_each(|page| sink.write(page).unwrap());
        sink.flush().unwrap();
        let mut reader = csv::Reader::from_path(&path).unwrap();
        let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows: Vec<Vec<String>> =
            reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        (names, rows)
    };
    let (names, rows) = written(Formulas::Escape);
    assert_eq!(names[..COLUMNS.len()], COLUMNS);
    assert_eq!(names[COLUMNS.len()..], ["price", "tags", "na\"me"]);
    let cell = |rows: &[Vec<String>], row: usize, name: &str| {
        rows[row][names.iter().position(|one| one == name).unwrap()].clone()
    };
    assert_eq!(cell(&rows, 0, "url"), "http://h/a,b");
    assert_eq!(cell(&rows, 0, "title"), "'=HYPERLINK(\"http://evil\")\nsecond \"line\"");
    assert_eq!(cell(&rows, 0, "price"), "-1.5", "a number is no formula");
    assert_eq!(cell(&rows, 0, "tags"), "[\"x\",null]");
    assert_eq!(cell(&rows, 0, "na\"me"), "'@x");
    assert_eq!(cell(&rows, 0, "links"), "http://h/1 http://h/2");
    assert_eq!(
        (cell(&rows, 1, "status"), cell(&rows, 1, "problem"), cell(&rows, 1, "message")),
        (String::new(), "dns".into(), "no such host".into())
    );
    assert_eq!(cell(&written(Formulas::Keep).1, 0, "na\"me"), "@x");
}

#[test]
fn sqlite_is_exactly_once_and_typed() {
    let folder = Folder::new("sqlite");
    let path = folder.file("pages.db");
    let content = || {
        let database = rusqlite::Connection::open(&path).unwrap();
        let rows = |sql: &str| {
            let mut statement = database.prepare(sql).unwrap();
            let columns = statement.column_count();
            let rows = statement.query_map([], |row| {
                (0..columns).map(|column| row.get::<_, rusqlite::types::Value>(column)).collect::<Result<Vec<_>, _>>()
            });
            format!("{:?}\n", rows.unwrap().collect::<Result<Vec<_>, _>>().unwrap())
        };
        rows("SELECT * FROM pages ORDER BY id") + &rows("SELECT * FROM links ORDER BY rowid")
    };
    is_exactly_once(&|position| Ok(Box::new(Sqlite::resume(&path, position, &fields())?)), &content);

    let mut sink = Sqlite::resume(&path, 0, &fields()).unwrap();
    pages().iter().for_each(|page| sink.write(page).unwrap());
    sink.flush().unwrap();
    // Written but not flushed: gone with the process.
    sink.write(&Page { url: "http://h/late".to_owned(), ..Page::default() }).unwrap();
    drop(sink);
    let database = rusqlite::Connection::open(&path).unwrap();
    let one = |sql: &str| database.query_row(sql, [], |row| row.get::<_, rusqlite::types::Value>(0)).unwrap();
    assert_eq!(one("SELECT count(*) FROM pages"), (pages().len() as i64).into());
    assert_eq!(
        one("SELECT typeof(price) || typeof(status) || typeof(problem) FROM pages"),
        "realintegernull".to_owned().into()
    );
    assert_eq!(one("SELECT \"na\"\"me\" FROM pages WHERE id = 1"), "@x".to_owned().into());
    assert_eq!(one("SELECT group_concat(url) FROM links WHERE page = 1"), "http://h/1,http://h/2".to_owned().into());
}

#[test]
fn graphs_are_well_formed_whatever_the_urls() {
    let url = "http://h/?a=1&b=\"<\\\">";
    let draw = |graph: &mut dyn Graph| {
        graph.node(1, url, Some(200)).unwrap();
        graph.node(2, "http://h/", None).unwrap();
        graph.edge(1, 2, LinkKind::Anchor).unwrap();
        graph.finish().unwrap();
    };
    let mut dot = Vec::new();
    draw(&mut Dot::new(&mut dot).unwrap());
    let expected = "digraph links {\n  1 [label=\"http://h/?a=1&b=\\\"<\\\\\\\">\", status=200];\n  2 [label=\"http://h/\"];\n  1 -> 2 [kind=anchor];\n}\n";
    assert_eq!(String::from_utf8(dot).unwrap(), expected);

    let mut graphml = Vec::new();
    draw(&mut GraphMl::new(&mut graphml).unwrap());
    let graphml = String::from_utf8(graphml).unwrap();
    let mut reader = quick_xml::Reader::from_str(&graphml);
    let (mut texts, mut elements) = (String::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Start(element) => elements.push(element.name().as_ref().to_owned()),
            quick_xml::events::Event::Text(text) => texts.push_str(&text),
            quick_xml::events::Event::GeneralRef(name) => {
                texts.push_str(&quick_xml::escape::unescape(&format!("&{};", &*name)).unwrap());
            }
            _ => {}
        }
    }
    assert!(texts.contains(url), "{texts}");
    assert_eq!(elements.iter().filter(|name| *name == "node").count(), 2);
}
