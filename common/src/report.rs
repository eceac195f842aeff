//! What a run leaves behind: claims with their verdicts, and everything that was shown, demo by demo.

use std::fmt;

use crate::blocks::Block;
use crate::format;

/// How a claim is backed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It must hold on every machine and in every run.
    Prove,
    /// It was measured here and now.
    Observe,
}

/// What came of a claim.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It holds here.
    Holds,
    /// It was to hold and does not. Only a [`Kind::Prove`] fails; the run then ends with status 1.
    Fails,
    /// It was measured, and this machine shows otherwise.
    NotHere,
    /// This machine cannot tell, and why: one core, say.
    CannotTell(String),
}

impl Verdict {
    /// The verdict on a measurement that either shows the effect or does not.
    pub fn observed(shows: bool) -> Self {
        if shows { Verdict::Holds } else { Verdict::NotHere }
    }

    /// The same where the effect needs cores: on fewer than `needed` it cannot be told.
    pub fn observed_on_cores(needed: usize, shows: bool) -> Self {
        let cores = crate::measure::cores();
        if cores >= needed {
            Verdict::observed(shows)
        } else {
            Verdict::CannotTell(format!("needs {needed} cores, this machine lends {cores}"))
        }
    }

    /// The words that are printed.
    pub fn words(&self) -> &'static str {
        match self {
            Verdict::Holds => "holds here",
            Verdict::Fails => "FAILS",
            Verdict::NotHere => "not here",
            Verdict::CannotTell(_) => "cannot tell",
        }
    }
}

/// A number with a name and a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What was counted or measured; empty where the claim's text says it.
    pub name: String,
    /// The number, in `unit`.
    pub value: f64,
    /// `""` for a count, `"s"`, `"B"`, `"x"` for a ratio, or any other unit by its usual name.
    pub unit: &'static str,
}

impl Figure {
    /// A number in a unit of its own.
    pub fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Figure { name: name.into(), value, unit }
    }

    /// A count of things.
    pub fn count(name: impl Into<String>, value: u64) -> Self {
        Figure::new(name, value as f64, "")
    }

    /// A time.
    pub fn seconds(name: impl Into<String>, seconds: f64) -> Self {
        Figure::new(name, seconds, "s")
    }

    /// A size in memory or on disk.
    pub fn bytes(name: impl Into<String>, bytes: u64) -> Self {
        Figure::new(name, bytes as f64, "B")
    }

    /// A quotient of two measurements.
    pub fn ratio(name: impl Into<String>, ratio: f64) -> Self {
        Figure::new(name, ratio, "x")
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.name.is_empty() { "" } else { " " };
        write!(out, "{}{separator}{}", self.name, format::quantity(self.value, self.unit))
    }
}

/// A sentence that can be wrong, and what this run says of it.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The sentence.
    pub text: String,
    /// How it is backed.
    pub kind: Kind,
    /// What came of it.
    pub verdict: Verdict,
    /// The numbers it rests on.
    pub figures: Vec<Figure>,
}

/// One demo's run.
#[derive(Debug, Clone)]
pub(crate) struct DemoReport {
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) claim: String,
    pub(crate) python: String,
    pub(crate) question: String,
    pub(crate) prediction: Option<String>,
    pub(crate) try_it: String,
    pub(crate) blocks: Vec<Block>,
    pub(crate) error: Option<String>,
    pub(crate) seconds: f64,
}

impl DemoReport {
    pub(crate) fn claims(&self) -> impl Iterator<Item = &Claim> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Claim(claim) => Some(claim),
            _ => None,
        })
    }

    pub(crate) fn failed(&self) -> bool {
        self.error.is_some() || self.claims().any(|claim| claim.verdict == Verdict::Fails)
    }
}

/// A whole run of a lesson.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    pub(crate) package: &'static str,
    pub(crate) title: &'static str,
    pub(crate) machine: Machine,
    pub(crate) seed: u64,
    /// When it began, in seconds since 1970.
    pub(crate) unix_time: u64,
    pub(crate) demos: Vec<DemoReport>,
}

impl Report {
    pub(crate) fn failed(&self) -> bool {
        self.demos.iter().any(DemoReport::failed)
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.demos.iter().map(|demo| demo.seconds).sum()
    }

    /// How many claims of this kind came to this verdict.
    pub(crate) fn count(&self, kind: Kind, is: impl Fn(&Verdict) -> bool) -> usize {
        self.demos.iter().flat_map(DemoReport::claims).filter(|claim| claim.kind == kind && is(&claim.verdict)).count()
    }
}

/// Where a run was made: figures mean nothing without it.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    pub(crate) system: String,
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) build: &'static str,
}

impl Machine {
    pub(crate) fn here() -> Self {
        // Only Linux tells the model without asking another program; elsewhere the architecture must do.
        let model = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split(':').nth(1)?.trim().to_owned())
        });
        Machine {
            system: std::env::consts::OS.to_owned(),
            processor: model.unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: crate::measure::cores(),
            build: if cfg!(debug_assertions) { "debug" } else { "release" },
        }
    }
}
