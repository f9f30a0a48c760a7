//! Finding words in a text that is open: one needle, its lines, and the place among them.

use super::field::Field;

/// A search through lines.
#[derive(Debug, Clone, Default)]
pub struct Find {
    /// The field, while it is open.
    pub field: Option<Field>,
    /// What is looked for, in lower case; empty for nothing.
    pub needle: String,
    /// Lines that hold it.
    pub hits: Vec<usize>,
    /// Which of them was gone to last.
    pub at: usize,
}

impl Find {
    /// Opens the field.
    pub fn open(&mut self) {
        self.field = Some(Field::new(&self.needle));
    }

    /// Looks for what is typed; answers the first line at or after one.
    pub fn search<'t>(&mut self, lines: impl Iterator<Item = &'t str>, from: usize) -> Option<usize> {
        if let Some(field) = &self.field {
            self.needle = field.text().to_lowercase();
        }
        self.hits.clear();
        if !self.needle.is_empty() {
            self.hits.extend(
                lines.enumerate().filter(|(_, line)| line.to_lowercase().contains(&self.needle)).map(|(at, _)| at),
            );
        }
        self.at = self.hits.iter().position(|hit| *hit >= from).unwrap_or(0);
        self.hits.get(self.at).copied()
    }

    /// The next line that holds it, round the end; the one before with `false`.
    pub fn next(&mut self, forward: bool) -> Option<usize> {
        let count = self.hits.len();
        if count == 0 {
            return None;
        }
        self.at = if forward { (self.at + 1) % count } else { (self.at + count - 1) % count };
        self.hits.get(self.at).copied()
    }

    /// `3 of 7`, or why there is nothing.
    pub fn sentence(&self) -> String {
        match (self.needle.as_str(), self.hits.len()) {
            ("", _) => String::new(),
            (needle, 0) => format!("'{needle}' is not in this text"),
            (needle, count) => format!("'{needle}' {} of {count}", self.at + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Find;

    #[test]
    fn matches_are_walked_round_and_told() {
        let mut find = Find { needle: "key".into(), ..Find::default() };
        let lines = ["accessKeyId", "other", "KEY"];
        assert_eq!(find.search(lines.into_iter(), 1), Some(2));
        assert_eq!(find.sentence(), "'key' 2 of 2");
        assert_eq!(find.next(true), Some(0));
        assert_eq!(find.next(false), Some(2));
        find.needle = "nothing".into();
        assert_eq!(find.search(lines.into_iter(), 0), None);
        assert!(find.sentence().contains("not in this text"));
    }
}
