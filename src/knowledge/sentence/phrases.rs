//! Events that always do one thing: a table of verbs and templates.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Phrase;
use super::fields::Fields;
use crate::domain::event::Event;

/// A line of the table: service, event name, verb, its past, and what follows.
type Row = [&'static str; 5];

/// The table.
const TABLE: &str = include_str!("../../../assets/sentences.tsv");

static ROWS: LazyLock<HashMap<(&str, &str), Row>> =
    LazyLock::new(|| rows().map(|row| ((row[0], row[1]), row)).collect());

fn rows() -> impl Iterator<Item = Row> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut cells = line.split('\t');
        let row = std::array::from_fn(|_| cells.next().unwrap_or_default());
        row.iter().all(|cell| !cell.is_empty()).then_some(row)
    })
}

/// The phrase of an event that is in the table.
pub(super) fn phrase(event: &Event, fields: &Fields<'_>) -> Option<Phrase> {
    let [_, _, verb, past, template] = ROWS.get(&(event.service(), event.name.as_str()))?;
    Some(Phrase::new(verb, past, fields.fill(template)))
}

/// Service and name of every event of the table: each has a sentence of its own.
pub fn own_names() -> Vec<(&'static str, &'static str)> {
    rows().map(|[service, name, ..]| (service, name)).collect()
}

#[cfg(test)]
mod tests {
    use super::{ROWS, TABLE, rows};

    #[test]
    fn every_line_of_the_table_is_whole_and_no_event_stands_in_it_twice() {
        assert_eq!(rows().count(), TABLE.lines().filter(|line| !line.starts_with('#')).count());
        assert_eq!(rows().count(), ROWS.len());
        assert!(TABLE.lines().all(|line| line.starts_with('#') || line.split('\t').count() == 5));
    }
}
