use std::time::Instant;

/// What a thread, process or task is doing. One vocabulary for all lessons, so that a picture reads the same everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// On a core.
    Running,
    /// Running, and holding the lock that the picture is about.
    Holding,
    /// Ready to run, and not let.
    Waiting,
    /// Waiting for the network, the disk or another process.
    Io,
    /// Asleep until a time or a signal.
    Sleeping,
    /// Holding the lock, and asked to give it up.
    Asked,
}

impl State {
    /// Every state, in the order of the legend.
    pub const ALL: [State; 6] =
        [State::Running, State::Holding, State::Waiting, State::Io, State::Sleeping, State::Asked];

    /// The word in the legend.
    pub fn word(self) -> &'static str {
        match self {
            State::Running => "running",
            State::Holding => "holding the lock",
            State::Waiting => "waiting for its turn",
            State::Io => "in I/O",
            State::Sleeping => "asleep",
            State::Asked => "asked to give it up",
        }
    }
}

/// A stretch of time in one state.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// When it began, in seconds.
    pub start: f64,
    /// When it ended, in seconds.
    pub end: f64,
    /// What went on.
    pub state: State,
}

/// What one thread did, by time. Time without a span is time not yet begun or already over.
#[derive(Debug, Clone)]
pub struct Lane {
    /// The thread's name.
    pub name: String,
    /// Its spans, in order, not overlapping.
    pub spans: Vec<Span>,
    clock: Stopwatch,
    now: Option<(f64, State)>,
}

impl Lane {
    /// A lane from spans that were recorded elsewhere, on a virtual clock, say.
    pub fn of(name: impl Into<String>, spans: Vec<Span>) -> Self {
        Lane { name: name.into(), spans, clock: Stopwatch::start(), now: None }
    }

    /// Ends the current span and begins one in `state`.
    pub fn enter(&mut self, state: State) {
        self.leave();
        self.now = Some((self.clock.seconds(), state));
    }

    /// Ends the current span.
    pub fn leave(&mut self) {
        if let Some((start, state)) = self.now.take() {
            self.spans.push(Span { start, end: self.clock.seconds(), state });
        }
    }
}

/// The clock that all lanes of one timeline share.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts at zero.
    pub fn start() -> Self {
        Stopwatch(Instant::now())
    }

    /// Seconds since the start.
    pub fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }

    /// A lane for one thread to record into. It owns its spans: recording takes no lock and disturbs no other thread.
    pub fn lane(self, name: impl Into<String>) -> Lane {
        Lane { name: name.into(), spans: Vec::new(), clock: self, now: None }
    }
}

/// Who did what when: one lane a thread, all on one clock.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// What the picture shows.
    pub title: String,
    /// The lanes, from the top.
    pub lanes: Vec<Lane>,
}

impl Timeline {
    /// A timeline of finished lanes.
    pub fn new(title: impl Into<String>, lanes: impl IntoIterator<Item = Lane>) -> Self {
        let mut lanes: Vec<Lane> = lanes.into_iter().collect();
        lanes.iter_mut().for_each(Lane::leave);
        Timeline { title: title.into(), lanes }
    }

    /// The states that occur, in the order of the legend.
    pub(crate) fn states(&self) -> Vec<State> {
        let occurs = |state: &State| self.lanes.iter().any(|lane| lane.spans.iter().any(|span| span.state == *state));
        State::ALL.into_iter().filter(occurs).collect()
    }

    /// When the last span ended, in seconds.
    pub(crate) fn end(&self) -> f64 {
        self.lanes.iter().flat_map(|lane| &lane.spans).map(|span| span.end).fold(0.0, f64::max)
    }
}
