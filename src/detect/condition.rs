//! The condition of a rule: `selection and not 1 of filter_*`.

/// A condition, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// A search by its name.
    Search(String),
    /// All hold.
    And(Vec<Condition>),
    /// One holds.
    Or(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// So many of the searches whose names fit the pattern hold.
    Of { least: Quantity, pattern: String },
}

/// How many of several searches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    All,
    AtLeast(usize),
}

/// How deep brackets and negations may nest.
const DEPTH: usize = 64;

/// Parses a condition. Precedence, most binding first: brackets, `1 of`, `not`,
/// `and`, `or` (Sigma specification, "Condition").
pub(super) fn parse(text: &str) -> Result<Condition, String> {
    if text.contains('|') {
        return Err("aggregations behind `|` are gone from Sigma: write a correlation rule".into());
    }
    let mut parser = Parser { words: words(text)?, at: 0, depth: 0 };
    let condition = parser.or()?;
    match parser.peek() {
        None => Ok(condition),
        Some(word) => Err(format!("`{word}` is not expected here")),
    }
}

/// The name fits the pattern of `1 of pattern`: `them` is every name that does
/// not begin with an underscore, `*` stands for any text.
pub(super) fn fits(name: &str, pattern: &str) -> bool {
    if pattern.eq_ignore_ascii_case("them") {
        return !name.starts_with('_');
    }
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        let is_part = c.is_alphanumeric() || matches!(c, '_' | '-' | '*' | '?' | '.');
        if is_part {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        match c {
            '(' | ')' => words.push(c.to_string()),
            c if c.is_whitespace() => {}
            other => return Err(format!("`{other}` has no meaning in a condition")),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    Ok(words)
}

struct Parser {
    words: Vec<String>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&str> {
        self.words.get(self.at).map(String::as_str)
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Result<Condition, String> {
        let mut all = vec![self.and()?];
        while self.takes("or") {
            all.push(self.and()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Condition::Or(all) })
    }

    fn and(&mut self) -> Result<Condition, String> {
        let mut all = vec![self.not()?];
        while self.takes("and") {
            all.push(self.not()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Condition::And(all) })
    }

    fn not(&mut self) -> Result<Condition, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("it nests too deep".into());
        }
        let condition = if self.takes("not") {
            Condition::Not(Box::new(self.not()?))
        } else if self.takes("(") {
            let inner = self.or()?;
            if !self.takes(")") {
                return Err("a bracket is not closed".into());
            }
            inner
        } else {
            self.search()?
        };
        self.depth -= 1;
        Ok(condition)
    }

    fn search(&mut self) -> Result<Condition, String> {
        let Some(word) = self.peek().map(str::to_owned) else { return Err("it ends too early".into()) };
        if [")", "and", "or", "of"].iter().any(|reserved| word.eq_ignore_ascii_case(reserved)) {
            return Err(format!("`{word}` is not expected here"));
        }
        self.at += 1;
        if !self.takes("of") {
            return Ok(Condition::Search(word));
        }
        let least = match word.to_ascii_lowercase().as_str() {
            "all" => Quantity::All,
            "any" => Quantity::AtLeast(1),
            number => match number.parse() {
                Ok(least) if least > 0 => Quantity::AtLeast(least),
                _ => return Err(format!("`{word} of`: write `1 of` or `all of`")),
            },
        };
        match self.peek().map(str::to_owned) {
            Some(pattern) if !["(", ")"].contains(&pattern.as_str()) => {
                self.at += 1;
                Ok(Condition::Of { least, pattern })
            }
            _ => Err("a name, a pattern or `them` is missing after `of`".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(condition: &Condition) -> String {
        let all = |all: &[Condition], word: &str| format!("({})", all.iter().map(told).collect::<Vec<_>>().join(word));
        match condition {
            Condition::Search(name) => name.clone(),
            Condition::And(parts) => all(parts, " & "),
            Condition::Or(parts) => all(parts, " | "),
            Condition::Not(inner) => format!("!{}", told(inner)),
            Condition::Of { least: Quantity::All, pattern } => format!("all:{pattern}"),
            Condition::Of { least: Quantity::AtLeast(n), pattern } => format!("{n}:{pattern}"),
        }
    }

    #[test]
    fn not_binds_closer_than_and_and_and_closer_than_or() {
        for (text, meaning) in [
            ("selection", "selection"),
            ("a and not b or c", "((a & !b) | c)"),
            ("a or b and c", "(a | (b & c))"),
            ("(a or b) and c", "((a | b) & c)"),
            ("not a and b", "(!a & b)"),
            ("not (a and b)", "!(a & b)"),
            ("not not a", "!!a"),
            ("not 1 of filter_*", "!1:filter_*"),
            ("all of sel* and 1 of them", "(all:sel* & 1:them)"),
            ("2 of x*", "2:x*"),
            ("any of them", "1:them"),
            ("a AND (b OR (c and not d))", "(a & (b | (c & !d)))"),
            ("1 of selection_* and\n not 1 of filter*", "(1:selection_* & !1:filter*)"),
        ] {
            assert_eq!(told(&parse(text).unwrap()), meaning, "{text}");
        }
    }

    #[test]
    fn a_broken_condition_says_why() {
        for (text, why) in [
            ("", "ends too early"),
            ("a and", "ends too early"),
            ("(a", "not closed"),
            ("a b", "`b` is not expected"),
            ("a)", "`)` is not expected"),
            ("selection | count() > 5", "correlation rule"),
            ("0 of them", "1 of"),
            ("some of them", "1 of"),
            ("1 of", "missing"),
            ("a & b", "no meaning"),
            (&format!("{}a", "not ".repeat(1000)), "too deep"),
            (&"(".repeat(100_000), "too deep"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn names_fit_patterns_and_them_leaves_out_underscores() {
        for (name, pattern, wanted) in [
            ("selection", "selection", true),
            ("selection_x", "selection", false),
            ("selection_x", "selection*", true),
            ("selection_x", "sel*_x", true),
            ("selection_y", "sel*_x", false),
            ("a_filter_b", "*filter*", true),
            ("anything", "them", true),
            ("_hidden", "them", false),
            ("_hidden", "_*", true),
            ("aba", "ab*ba", false),
        ] {
            assert_eq!(fits(name, pattern), wanted, "{name} {pattern}");
        }
    }
}
