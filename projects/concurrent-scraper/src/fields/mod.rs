//! The user's own columns, by CSS selectors: `--field 'price:number=.price::text'`.

mod number;
mod parse;
mod value;

use scraper::{ElementRef, Html, Selector};

pub use parse::FieldError;
pub use value::Value;

/// What a column holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Type {
    /// Any text.
    #[default]
    Text,
    /// The first whole number in the text.
    Integer,
    /// The first number in the text, with a fraction or without.
    Number,
}

/// What is taken of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text,
    Html,
    Attribute(String),
}

/// One column.
#[derive(Clone, Debug)]
pub struct Field {
    name: String,
    of_type: Type,
    all: bool,
    selector: Selector,
    part: Part,
}

impl Field {
    /// The name of the column.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type of its values; None for a list of values.
    pub fn of_type(&self) -> Option<Type> {
        (!self.all).then_some(self.of_type)
    }
}

/// The user's columns, in their order.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<Field>);

impl Fields {
    /// Reads the columns as the command line has them: `name=selector`, where `name` may be followed by a type
    /// (`price:number`) and a `*` for all matches instead of the first, and `selector` by what to take of the
    /// element: `::text` (the default), `::html` or `::attr(name)`.
    ///
    /// # Errors
    /// A column cannot be read, or two have the same name.
    pub fn parse(columns: &[String]) -> Result<Fields, FieldError> {
        parse::fields(columns).map(Fields)
    }

    /// Whether there are none: then no page need be parsed for them.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The columns.
    pub fn iter(&self) -> impl Iterator<Item = &Field> {
        self.0.iter()
    }

    /// The values of all columns in one page. Builds the page's tree: 70 MB/s, so not on an executor's thread.
    pub fn extract(&self, html: &str) -> Vec<(String, Value)> {
        let page = Html::parse_document(html);
        self.0.iter().map(|field| (field.name.clone(), field.value(&page))).collect()
    }
}

impl Field {
    fn value(&self, page: &Html) -> Value {
        let mut values = page.select(&self.selector).filter_map(|element| self.part.of(element));
        match self.all {
            true => Value::List(values.map(|text| self.of_type.read(text)).collect()),
            false => values.next().map_or(Value::Null, |text| self.of_type.read(text)),
        }
    }
}

impl Part {
    fn of(&self, element: ElementRef<'_>) -> Option<String> {
        match self {
            Part::Text => {
                let text: String = element.text().collect();
                Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
            }
            Part::Html => Some(element.html()),
            Part::Attribute(name) => element.attr(name).map(str::to_owned),
        }
    }
}

impl Type {
    fn read(self, text: String) -> Value {
        match self {
            Type::Text => Value::Text(text),
            Type::Integer => number::integer(&text).map_or(Value::Null, Value::Integer),
            Type::Number => number::number(&text).map_or(Value::Null, Value::Number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extract(columns: &[&str], html: &str) -> Vec<Value> {
        let columns: Vec<String> = columns.iter().map(|&column| column.to_owned()).collect();
        Fields::parse(&columns).unwrap().extract(html).into_iter().map(|(_, value)| value).collect()
    }

    #[test]
    fn columns_of_a_page() {
        let html = "<h1> A \n <b>B</b></h1><p class=price>£1,234.50</p><p class=price>2</p><a href='x?a&amp;b'>n</a>";
        let columns = [
            "name=h1",
            "bold=h1 > b::html",
            "price:number=.price::text",
            "prices:integer*=.price",
            "next=a::attr(href)",
            "rel=a::attr(rel)",
            "none=.none",
            "nones*=.none",
            "word:number=h1",
        ];
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(
            extract(&columns, html),
            [
                text("A B"),
                text("<b>B</b>"),
                Value::Number(1234.5),
                Value::List(vec![Value::Integer(1234), Value::Integer(2)]),
                text("x?a&b"),
                Value::Null,
                Value::Null,
                Value::List(vec![]),
                Value::Null,
            ]
        );
    }

    #[test]
    fn values_survive_json() {
        let list = vec![Value::Integer(3), Value::Number(3.0), Value::Text("3".into()), Value::Null];
        let value = Value::List(list);
        let json = serde_json::to_string(&value).unwrap();
        assert_eq!(json, r#"[3,3.0,"3",null]"#);
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), value);
    }
}
