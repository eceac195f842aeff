//! Values out of what came in, and everything that is wrong with them, collected.

use super::cursor::Cursor;
use super::problem::{FieldError, Problem};
use serde_json::Value;
use std::ops::RangeInclusive;

/// The most of a list in one answer.
pub(super) const PAGE: u32 = 100;
/// As many as there are where nobody says how many.
pub(super) const USUAL_PAGE: u32 = 20;

/// What is wrong with a request.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<FieldError>);

/// A number as JSON or a query spells it.
pub(super) trait Number {
    /// Which, if it is a whole one.
    fn whole(&self) -> Option<u64>;
}

impl Number for Value {
    fn whole(&self) -> Option<u64> {
        self.as_u64()
    }
}

impl Number for String {
    fn whole(&self) -> Option<u64> {
        super::input::one_spelling(self)
    }
}

impl Faults {
    /// Something is wrong with this field.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_owned(), message: message.into() });
    }

    /// These fields are none of ours: a misspelt one must not be taken for one that is not there.
    pub fn unknown<'a>(&mut self, fields: impl IntoIterator<Item = &'a String>) {
        for field in fields {
            let short: String = field.chars().take(100).collect();
            self.add(&short, "there is no such field");
        }
    }

    /// A whole number within these bounds, if there is a value.
    pub fn number(&mut self, field: &str, value: Option<&impl Number>, bounds: RangeInclusive<u64>) -> Option<u64> {
        let number = value?.whole().filter(|number| bounds.contains(number));
        if number.is_none() {
            self.add(field, format!("must be a whole number from {} to {}", bounds.start(), bounds.end()));
        }
        number
    }

    /// As [`Faults::number`], for those that fit.
    pub fn small(&mut self, field: &str, value: Option<&impl Number>, bounds: RangeInclusive<u32>) -> Option<u32> {
        let number = self.number(field, value, (*bounds.start()).into()..=(*bounds.end()).into());
        number.and_then(|number| u32::try_from(number).ok())
    }

    /// How many of a list to show.
    pub fn limit(&mut self, value: Option<&String>) -> u32 {
        self.small("limit", value, 1..=PAGE).unwrap_or(USUAL_PAGE)
    }

    /// The place in a list that this cursor means, if it is one of that list.
    pub fn after<T>(&mut self, value: Option<&String>, of_list: impl Fn(Cursor) -> Option<T>) -> Option<T> {
        let place = value?.parse().ok().and_then(of_list);
        if place.is_none() {
            self.add("after", "must be what an earlier answer gave as next");
        }
        place
    }

    /// One of these words, if there is a value.
    pub fn word<T>(
        &mut self,
        field: &str,
        value: Option<&String>,
        words: &[T],
        name: impl Fn(&T) -> &'static str,
    ) -> Option<T>
    where
        T: Copy,
    {
        let value = value?;
        let word = words.iter().copied().find(|word| name(word) == value);
        if word.is_none() {
            let names: Vec<_> = words.iter().map(name).collect();
            self.add(field, format!("must be one of {}", names.join(", ")));
        }
        word
    }

    /// What is wrong, or else this.
    ///
    /// # Errors
    /// If anything is wrong.
    pub fn or<T>(self, value: T) -> Result<T, Problem> {
        if self.0.is_empty() { Ok(value) } else { Err(Problem::validation(self.0)) }
    }
}
