//! The kin of an event: what the same actor did around it, and from where.

use jiff::Timestamp;
use rustc_hash::FxHashMap;

use super::{Slot, Timeline};
use crate::trail::columns::Field;
use crate::trail::symbols::Symbol;

/// From where and with what an actor came, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin<'t> {
    /// `sourceIPAddress`.
    pub ip: &'t str,
    /// `userAgent`.
    pub agent: &'t str,
    /// How many events.
    pub count: usize,
}

/// What is near an event, by its actor and by its address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kin<'t> {
    /// Events of the same actor, ascending, the event itself among them.
    pub slots: Vec<Slot>,
    /// Where they came from, in no order.
    pub origins: Vec<Origin<'t>>,
    /// How many of them came from the event's address up to the event.
    pub from_there: usize,
    /// When the first of these happened.
    pub since: Option<Timestamp>,
    /// The first names of other actors that came from the same address.
    pub strangers: Vec<&'t str>,
}

/// Other actors that are named.
const STRANGERS: usize = 4;

impl Timeline {
    /// The kin of an event among the `reach` events on either side of it. The
    /// actor is the same where the access key is, or the name.
    pub fn kin(&self, slot: Slot, reach: usize) -> Kin<'_> {
        let mut kin = Kin::default();
        let Some((columns, at)) = self.locate(slot) else { return kin };
        let symbol = |field: Field| columns.symbols[field as usize][at];
        let text = |field: Field, symbol: Symbol| self.table(field).text(symbol);
        let (actor, key, ip) = (symbol(Field::Actor), symbol(Field::Key), symbol(Field::Ip));
        let has_key = !text(Field::Key, key).is_empty();
        let has_name = !matches!(text(Field::Actor, actor), "" | "-");
        let shares = !text(Field::Ip, ip).is_empty() && !text(Field::Ip, ip).ends_with(".amazonaws.com");
        let time = columns.times[at];
        let middle = self.order.partition_point(|other| self.key(other).0 <= time);
        let span = middle.saturating_sub(reach)..(middle + reach).min(self.order.len());
        let mut origins: FxHashMap<(Symbol, Symbol), usize> = FxHashMap::default();
        for other in self.order.range(span) {
            let Some((columns, at)) = self.locate(other) else { continue };
            let symbol = |field: Field| columns.symbols[field as usize][at];
            let same = (has_key && symbol(Field::Key) == key) || (has_name && symbol(Field::Actor) == actor);
            let from = symbol(Field::Ip);
            if same || other == slot {
                kin.slots.push(other);
                *origins.entry((from, symbol(Field::Agent))).or_default() += 1;
                if from == ip && columns.times[at] <= time {
                    kin.from_there += 1;
                    kin.since = kin.since.or_else(|| Timestamp::from_microsecond(columns.times[at]).ok());
                }
            } else if shares && from == ip && kin.strangers.len() < STRANGERS {
                let name = text(Field::Actor, symbol(Field::Actor));
                if !kin.strangers.contains(&name) {
                    kin.strangers.push(name);
                }
            }
        }
        let origin = |((ip, agent), count)| Origin { ip: text(Field::Ip, ip), agent: text(Field::Agent, agent), count };
        kin.origins = origins.into_iter().map(origin).collect();
        kin
    }
}
