use std::fmt::Display;

/// Rows and columns. Columns whose cells are all numbers line up on the right.
#[derive(Debug, Clone)]
pub struct Table {
    /// What the table is about, in a line.
    pub title: String,
    /// The head of each column.
    pub columns: Vec<String>,
    /// The cells, a row at a time, each as long as `columns`.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table.
    pub fn new(title: impl Into<String>, columns: &[&str]) -> Self {
        Table {
            title: title.into(),
            columns: columns.iter().map(|&column| column.to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    ///
    /// # Panics
    /// If the row has not as many cells as the table has columns: a mistake in the demo.
    pub fn row(&mut self, cells: &[&dyn Display]) {
        assert_eq!(cells.len(), self.columns.len(), "a row of {:?} has the wrong length", self.title);
        self.rows.push(cells.iter().map(ToString::to_string).collect());
    }

    /// Whether a column holds nothing but numbers (and blanks), units after the number allowed.
    pub(crate) fn is_numeric(&self, column: usize) -> bool {
        let mut cells = self
            .rows
            .iter()
            .filter_map(|row| Some(row.get(column)?.trim()))
            .filter(|cell| !cell.is_empty() && *cell != "-");
        cells.clone().next().is_some()
            && cells.all(|cell| {
                let cell = cell.trim_start_matches(['+', '-', '~']);
                let words = cell.split_whitespace().count();
                cell.starts_with(|first: char| first.is_ascii_digit()) && words <= 2 && !cell.contains(" of ")
            })
    }
}
