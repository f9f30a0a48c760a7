//! Figures as they come, and together at the end.

/// One figure.
struct Row {
    what: String,
    measured: String,
    against: String,
    must: String,
    reached: Option<bool>,
}

/// All figures of a run.
#[derive(Default)]
pub struct Table(Vec<Row>);

impl Table {
    /// Adds a figure, and prints it at once: what, how much, against what, and what it must reach.
    pub fn add(
        &mut self,
        what: impl Into<String>,
        measured: impl Into<String>,
        against: impl Into<String>,
        must: impl Into<String>,
        reached: Option<bool>,
    ) {
        let (what, measured) = (what.into(), measured.into());
        let row = Row { what, measured, against: against.into(), must: must.into(), reached };
        println!("{:<58} {:>10}  {:<34} {} {}", row.what, row.measured, row.against, row.must, row.verdict());
        self.0.push(row);
    }

    /// Prints all as a table of Markdown.
    pub fn print(&self) {
        println!("\n| what | measured | | must reach | |\n|---|---:|---|---|---|");
        for row in &self.0 {
            println!("| {} | {} | {} | {} | {} |", row.what.trim(), row.measured, row.against, row.must, row.verdict());
        }
    }
}

impl Row {
    fn verdict(&self) -> &'static str {
        match self.reached {
            Some(true) => "reached",
            Some(false) => "MISSED",
            None => "",
        }
    }
}
