/// One line or one set of bars, by name.
#[derive(Debug, Clone)]
pub struct Series<T> {
    /// Its name in the legend.
    pub name: String,
    /// Its values, in order.
    pub values: Vec<T>,
}

/// A bar for each category and series.
#[derive(Debug, Clone)]
pub struct Bars {
    /// What is compared.
    pub title: String,
    /// What the categories are: "threads", say.
    pub category: String,
    /// What the length of a bar is, with its unit: "MB/s".
    pub value: String,
    /// The categories, in order.
    pub categories: Vec<String>,
    /// One value for each category and series.
    pub series: Vec<Series<f64>>,
}

impl Bars {
    /// Bars over the given categories.
    pub fn new<C: ToString>(title: &str, category: &str, categories: impl IntoIterator<Item = C>, value: &str) -> Self {
        Bars {
            title: title.to_owned(),
            category: category.to_owned(),
            value: value.to_owned(),
            categories: categories.into_iter().map(|category| category.to_string()).collect(),
            series: Vec::new(),
        }
    }

    /// Adds a series.
    ///
    /// # Panics
    /// If there is not one value for each category: a mistake in the demo.
    pub fn series(&mut self, name: &str, values: impl IntoIterator<Item = f64>) {
        let values: Vec<f64> = values.into_iter().collect();
        assert_eq!(values.len(), self.categories.len(), "series {name:?} needs a value for each category");
        self.series.push(Series { name: name.to_owned(), values });
    }
}

/// Lines through points.
#[derive(Debug, Clone)]
pub struct Lines {
    /// What is shown.
    pub title: String,
    /// The label of the horizontal axis, with its unit.
    pub x: String,
    /// The label of the vertical axis, with its unit.
    pub y: String,
    /// Whether the horizontal axis is logarithmic.
    pub log_x: bool,
    /// Whether the vertical axis is logarithmic.
    pub log_y: bool,
    /// The points of each line, by rising `x`.
    pub series: Vec<Series<(f64, f64)>>,
}

impl Lines {
    /// An empty plot with linear axes.
    pub fn new(title: &str, x: &str, y: &str) -> Self {
        Lines {
            title: title.to_owned(),
            x: x.to_owned(),
            y: y.to_owned(),
            log_x: false,
            log_y: false,
            series: Vec::new(),
        }
    }

    /// The same plot with a logarithmic horizontal axis. Points at or below zero are not drawn.
    pub fn log_x(mut self) -> Self {
        self.log_x = true;
        self
    }

    /// The same plot with a logarithmic vertical axis. Points at or below zero are not drawn.
    pub fn log_y(mut self) -> Self {
        self.log_y = true;
        self
    }

    /// Adds a line.
    pub fn series(&mut self, name: &str, points: impl IntoIterator<Item = (f64, f64)>) {
        self.series.push(Series { name: name.to_owned(), values: points.into_iter().collect() });
    }
}
