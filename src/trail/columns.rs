//! Decoded events as columns: one number or symbol per event and column.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::decode::fields::Fields;
use super::symbols::Symbol;
use crate::domain::actor::ActorKind;
use crate::domain::event::Access;
use crate::domain::resource::ResourceKind;

/// A column of symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// `eventName`.
    Name,
    /// `eventSource`.
    Source,
    /// The actor's name.
    Actor,
    /// The access key id.
    Key,
    /// `sourceIPAddress`.
    Ip,
    /// `userAgent`.
    Agent,
    /// `awsRegion`.
    Region,
    /// The account.
    Account,
    /// The error code, empty for none.
    Error,
    /// The resources: any number per event.
    Resource,
}

impl Field {
    /// All columns; those with one symbol per event come first.
    pub const ALL: [Self; 10] = [
        Self::Name,
        Self::Source,
        Self::Actor,
        Self::Key,
        Self::Ip,
        Self::Agent,
        Self::Region,
        Self::Account,
        Self::Error,
        Self::Resource,
    ];
    /// How many columns have one symbol per event.
    pub const SINGLE: usize = Self::ALL.len() - 1;
}

/// What is kept of an event beside its symbols, in one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flags(u16);

impl Flags {
    const DRY_RUN: u16 = 1 << 2;
    const MINE: u16 = 1 << 3;
    const QUOTED: u16 = 1 << 8;
    const ODD_ID: u16 = 1 << 9;
    const KINDS: [ActorKind; 9] = [
        ActorKind::Root,
        ActorKind::User,
        ActorKind::Role,
        ActorKind::Federated,
        ActorKind::WebIdentity,
        ActorKind::IdentityCenter,
        ActorKind::Service,
        ActorKind::Account,
        ActorKind::Unknown,
    ];

    fn new(fields: &Fields<'_>, quoted: bool, odd_id: bool) -> Self {
        let kind = Self::KINDS.iter().position(|kind| *kind == fields.identity.kind).unwrap_or(8) as u16;
        let access = match fields.access {
            Access::Read => 0,
            Access::Write => 1,
            Access::Destructive => 2,
        };
        let bit = |set: bool, bit: u16| if set { bit } else { 0 };
        Self(
            access
                | kind << 4
                | bit(fields.dry_run, Self::DRY_RUN)
                | bit(fields.mine, Self::MINE)
                | bit(quoted, Self::QUOTED)
                | bit(odd_id, Self::ODD_ID),
        )
    }

    /// What the call does.
    pub fn access(self) -> Access {
        match self.0 & 3 {
            0 => Access::Read,
            1 => Access::Write,
            _ => Access::Destructive,
        }
    }

    /// The kind of its actor.
    pub fn actor_kind(self) -> ActorKind {
        Self::KINDS.get(usize::from(self.0 >> 4 & 15)).copied().unwrap_or(ActorKind::Unknown)
    }

    /// A dry run.
    pub fn dry_run(self) -> bool {
        self.0 & Self::DRY_RUN != 0
    }

    /// This console made the call.
    pub fn mine(self) -> bool {
        self.0 & Self::MINE != 0
    }

    /// Its raw record stands in a JSON string.
    pub fn quoted(self) -> bool {
        self.0 & Self::QUOTED != 0
    }

    /// Its id is no UUID: the text is kept apart.
    pub fn odd_id(self) -> bool {
        self.0 & Self::ODD_ID != 0
    }
}

/// An event id as a number: the UUID itself, or for any other text 128 bits of its SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdNumber(pub u128);

impl IdNumber {
    /// The number of an id, and whether its text can be written from it.
    pub fn of(id: &str) -> (Self, bool) {
        if let Some(number) = uuid(id.as_bytes()) {
            return (Self(number), true);
        }
        let digest = Sha256::digest(id.as_bytes());
        (Self(digest.iter().take(16).fold(0, |sum, byte| sum << 8 | u128::from(*byte))), false)
    }
}

/// A UUID as AWS writes it: lower case, with hyphens.
fn uuid(text: &[u8]) -> Option<u128> {
    /// What each byte is as a digit; more than any digit where it is none.
    const DIGITS: [u8; 256] = {
        let mut digits = [0xff; 256];
        let mut digit = 0;
        while digit < 16 {
            digits[b"0123456789abcdef"[digit] as usize] = digit as u8;
            digit += 1;
        }
        digits
    };
    let text: &[u8; 36] = text.try_into().ok()?;
    if [8, 13, 18, 23].iter().any(|at| text[*at] != b'-') {
        return None;
    }
    let (mut number, mut seen) = (0_u128, 0);
    for part in [0..8, 9..13, 14..18, 19..23, 24..36] {
        let digits = part.len() as u32 * 4;
        let mut value = 0_u64;
        for byte in &text[part] {
            let digit = DIGITS[usize::from(*byte)];
            seen |= digit;
            value = value << 4 | u64::from(digit & 15);
        }
        number = number << digits | u128::from(value);
    }
    (seen < 16).then_some(number)
}

/// Where an event's raw record lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The number of the block.
    pub block: u32,
    /// The first byte, counted from the block's base.
    pub at: u32,
    /// How many bytes.
    pub len: u32,
}

/// Events, one row each.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    /// Event ids.
    pub ids: Vec<u128>,
    /// Times, in microseconds since 1970.
    pub times: Vec<i64>,
    /// One column of symbols per single [`Field`].
    pub symbols: [Vec<Symbol>; Field::SINGLE],
    /// Flags.
    pub flags: Vec<Flags>,
    /// Where the resources of each row end in `resources`.
    pub resource_ends: Vec<u32>,
    /// Ids of resources.
    pub resources: Vec<Symbol>,
    /// Kinds of resources.
    pub resource_kinds: Vec<ResourceKind>,
    /// Raw records.
    pub places: Vec<Place>,
    /// Where most rows have been dropped: the number that each remaining row
    /// had, ascending. None where all rows are there.
    pub kept: Option<Box<[u16]>>,
}

impl Columns {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// There is no row.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The row that had a number before others were dropped.
    pub fn row_of(&self, number: usize) -> Option<usize> {
        match &self.kept {
            None => (number < self.len()).then_some(number),
            Some(kept) => kept.binary_search(&u16::try_from(number).ok()?).ok(),
        }
    }

    /// The number that a row had before others were dropped.
    pub fn number_of(&self, row: usize) -> usize {
        self.kept.as_ref().map_or(row, |kept| usize::from(kept[row]))
    }

    /// Some of the rows, ascending, under the numbers that they have here.
    pub fn only(&self, rows: &[usize]) -> Self {
        let numbers = rows.iter().map(|row| self.number_of(*row) as u16).collect();
        let mut few = Self { kept: Some(numbers), ..Self::default() };
        for row in rows.iter().copied() {
            few.ids.push(self.ids[row]);
            few.times.push(self.times[row]);
            for (column, all) in few.symbols.iter_mut().zip(&self.symbols) {
                column.push(all[row]);
            }
            few.flags.push(self.flags[row]);
            few.resources.extend_from_slice(&self.resources[self.resources_of(row)]);
            few.resource_kinds.extend_from_slice(&self.resource_kinds[self.resources_of(row)]);
            few.resource_ends.push(few.resources.len() as u32);
            few.places.push(self.places[row]);
        }
        few.seal();
        few
    }

    /// Which of `resources` belong to a row.
    pub fn resources_of(&self, row: usize) -> std::ops::Range<usize> {
        let start = if row == 0 { 0 } else { self.resource_ends[row - 1] as usize };
        start..self.resource_ends[row] as usize
    }

    /// Adds a row. `symbol` gives the number of a text in a column.
    pub fn push(
        &mut self,
        fields: &Fields<'_>,
        id: IdNumber,
        odd_id: bool,
        quoted: bool,
        place: Place,
        mut symbol: impl FnMut(Field, &str) -> Symbol,
    ) {
        self.ids.push(id.0);
        self.times.push(fields.time.as_microsecond());
        for (column, field) in self.symbols.iter_mut().zip(Field::ALL) {
            let text: &Cow<'_, str> = match field {
                Field::Name => &fields.name,
                Field::Source => &fields.source,
                Field::Actor => &fields.identity.name,
                Field::Key => &fields.identity.access_key,
                Field::Ip => &fields.ip,
                Field::Agent => &fields.agent,
                Field::Region => &fields.region,
                Field::Account => &fields.account,
                Field::Error | Field::Resource => &fields.error,
            };
            column.push(symbol(field, text));
        }
        self.flags.push(Flags::new(fields, quoted, odd_id));
        for (kind, id) in &fields.resources {
            self.resources.push(symbol(Field::Resource, id));
            self.resource_kinds.push(*kind);
        }
        self.resource_ends.push(self.resources.len() as u32);
        self.places.push(place);
    }

    /// Adds rows of other columns, with their symbols and their places renamed.
    pub fn extend(&mut self, from: &Self, rows: &[usize], names: &[Vec<Symbol>; Field::ALL.len()], places: &[Place]) {
        self.ids.extend(rows.iter().map(|row| from.ids[*row]));
        self.times.extend(rows.iter().map(|row| from.times[*row]));
        for ((column, source), names) in self.symbols.iter_mut().zip(&from.symbols).zip(names) {
            column.extend(rows.iter().map(|row| names[source[*row] as usize]));
        }
        self.flags.extend(rows.iter().map(|row| from.flags[*row]));
        let names = &names[Field::SINGLE];
        for row in rows {
            let range = from.resources_of(*row);
            self.resources.extend(from.resources[range.clone()].iter().map(|symbol| names[*symbol as usize]));
            self.resource_kinds.extend_from_slice(&from.resource_kinds[range]);
            self.resource_ends.push(self.resources.len() as u32);
        }
        self.places.extend_from_slice(places);
    }

    /// Gives back memory that is held for growth.
    pub fn seal(&mut self) {
        self.ids.shrink_to_fit();
        self.times.shrink_to_fit();
        for column in &mut self.symbols {
            column.shrink_to_fit();
        }
        self.flags.shrink_to_fit();
        self.resource_ends.shrink_to_fit();
        self.resources.shrink_to_fit();
        self.resource_kinds.shrink_to_fit();
        self.places.shrink_to_fit();
    }

    /// Bytes of memory that they take.
    pub fn weight(&self) -> usize {
        self.ids.capacity() * 16
            + self.times.capacity() * 8
            + self.symbols.iter().map(|column| column.capacity() * 4).sum::<usize>()
            + self.flags.capacity() * 2
            + self.resource_ends.capacity() * 4
            + self.resources.capacity() * 5
            + self.places.capacity() * 12
    }
}

#[cfg(test)]
mod tests {
    use super::IdNumber;

    #[test]
    fn only_a_uuid_as_aws_writes_it_is_its_own_number() {
        let (number, plain) = IdNumber::of("0123abcd-4567-89ef-8000-0000deadbeef");
        assert_eq!((number.0, plain), (0x0123_abcd_4567_89ef_8000_0000_dead_beef, true));
        for other in [
            "",
            "e-1",
            "0123abcd-4567-89ef-8000-0000deadbee",
            "0123abcd-4567-89ef-8000-0000deadbeefa",
            "0123ABCD-4567-89ef-8000-0000deadbeef",
            "0123abcg-4567-89ef-8000-0000deadbeef",
            "0123abcd-4567-89ef-80000-000deadbeef",
            "0123abcd-4567-89ef-8000-0000dead-eef",
            "0123abcd04567089ef080000000deadbeef0",
        ] {
            assert!(!IdNumber::of(other).1, "{other}");
        }
    }
}
