/// How a result is to be judged, in the words of jcstress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// What the program is for.
    Acceptable,
    /// Allowed, and worth a look.
    Interesting,
    /// Must never be seen in a correct program.
    Forbidden,
}

impl Standing {
    /// The word that is printed beside the result.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Acceptable => "acceptable",
            Standing::Interesting => "interesting",
            Standing::Forbidden => "forbidden",
        }
    }
}

/// One result that a program can end in.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The result, as the student would write it.
    pub label: String,
    /// How it is to be judged.
    pub standing: Standing,
    /// How often it came, one number a column of [`Outcomes::columns`].
    pub counts: Vec<f64>,
}

/// A histogram of results, in one column (real runs) or several (real runs, all schedules).
#[derive(Debug, Clone)]
pub struct Outcomes {
    /// What was run, and how often.
    pub title: String,
    /// What each column of counts counts.
    pub columns: Vec<String>,
    /// The results, in the order they are to be read.
    pub outcomes: Vec<Outcome>,
}

impl Outcomes {
    /// A histogram with one column of counts for each name.
    pub fn new(title: impl Into<String>, columns: &[&str]) -> Self {
        Outcomes {
            title: title.into(),
            columns: columns.iter().map(|&column| column.to_owned()).collect(),
            outcomes: Vec::new(),
        }
    }

    /// Adds a result.
    ///
    /// # Panics
    /// If there is not one count for each column: a mistake in the demo.
    pub fn outcome(&mut self, label: impl Into<String>, standing: Standing, counts: &[f64]) {
        let label = label.into();
        assert_eq!(counts.len(), self.columns.len(), "outcome {label:?} needs a count for each column");
        self.outcomes.push(Outcome { label, standing, counts: counts.to_vec() });
    }
}
