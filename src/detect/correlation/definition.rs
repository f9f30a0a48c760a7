//! The `correlation` part of a rule, as it is written (Sigma correlation rules
//! specification, 2.1.0).

use crate::detect::matcher::Order;
use crate::detect::number::Number;
use crate::detect::yaml::{Map, Value as Yaml, list};

/// How many events one correlation keeps for each group at least.
const KEPT: usize = 4096;

/// The largest count that a correlation may ask for. Events are kept in memory
/// until there are as many.
const LARGEST: f64 = 50_000.0;

/// A correlation, read but not yet tied to the rules that it names.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::detect) struct Definition {
    /// What is counted.
    pub(super) measure: Measure,
    /// The rules that it looks at, by id, name or title.
    pub(in crate::detect) rules: Vec<String>,
    /// Fields or aliases that must be equal.
    pub(super) group_by: Vec<String>,
    /// The time frame in seconds.
    pub(super) seconds: i64,
    /// The time frame as it is written.
    pub(super) timespan: String,
    /// What the measure is compared with; all must hold.
    pub(super) limits: Vec<(Order, f64)>,
    /// The fields whose values are counted or summed.
    pub(super) fields: Vec<String>,
    /// For an alias, the field that it stands for in each rule.
    pub(super) aliases: Vec<(String, Vec<(String, String)>)>,
    /// The rules that it looks at make findings by themselves all the same.
    pub(in crate::detect) generates: bool,
}

/// What a correlation measures within its time frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Measure {
    /// How many events.
    Events,
    /// How many different values of a field.
    Values,
    /// The sum of a field's numbers.
    Sum,
    /// Their mean.
    Average,
    /// The number below which so many per cent of them lie.
    Percentile(f64),
    /// How many of its rules matched.
    Rules,
    /// All of its rules matched, one after the other.
    RulesInOrder,
}

impl Definition {
    /// Reads the part. `generate` may stand in it or beside it.
    pub(in crate::detect) fn read(part: &Map, beside: Option<&Yaml>) -> Result<Self, String> {
        let kind = part.get("type").and_then(Yaml::as_str).unwrap_or_default();
        let condition = match part.get("condition") {
            None | Some(Yaml::Null) => Map::default(),
            Some(Yaml::Object(condition)) => condition.clone(),
            Some(_) => return Err("the correlation's condition is no map such as `gte: 10`".into()),
        };
        let mut limits = Vec::new();
        for (key, value) in &condition {
            let order = match key.as_str() {
                "gt" => Order::Greater,
                "gte" => Order::GreaterOrEqual,
                "lt" => Order::Less,
                "lte" => Order::LessOrEqual,
                "eq" => Order::Equal,
                "neq" => Order::NotEqual,
                "field" | "percentile" => continue,
                other => return Err(format!("the correlation's condition has no `{other}`")),
            };
            let number = value.number().map(Number::float);
            limits.push((order, number.ok_or_else(|| format!("`{key}` in the correlation's condition is no number"))?));
        }
        let fields = list(condition.get("field"));
        let measure = match kind {
            "event_count" => Measure::Events,
            "value_count" => Measure::Values,
            "value_sum" => Measure::Sum,
            "value_avg" => Measure::Average,
            "value_median" => Measure::Percentile(50.0),
            "value_percentile" => match condition.get("percentile").and_then(Yaml::number).map(Number::float) {
                Some(percent) if (0.0..=100.0).contains(&percent) => Measure::Percentile(percent),
                _ => return Err("value_percentile needs a `percentile` from 0 to 100 in its condition".into()),
            },
            "temporal" => Measure::Rules,
            "temporal_ordered" => Measure::RulesInOrder,
            "" => return Err("the correlation has no type".into()),
            other => return Err(format!("there is no correlation type `{other}`")),
        };
        let needs_field = !matches!(measure, Measure::Events | Measure::Rules | Measure::RulesInOrder);
        if needs_field && fields.is_empty() {
            return Err(format!("{kind} needs a `field` in its condition"));
        }
        let counts_rules = matches!(measure, Measure::Rules | Measure::RulesInOrder);
        if !counts_rules && limits.is_empty() {
            return Err(format!("{kind} needs a condition such as `gte: 10`"));
        }
        let rules = list(part.get("rules"));
        if rules.is_empty() {
            return Err("the correlation names no rules".into());
        }
        if limits.is_empty() {
            limits.push((Order::GreaterOrEqual, rules.len() as f64));
        }
        if matches!(measure, Measure::Events | Measure::Values)
            && let Some((_, limit)) = limits.iter().find(|(_, limit)| *limit > LARGEST)
        {
            return Err(format!("it counts to {limit}, and no correlation here counts further than {LARGEST}"));
        }
        let timespan = list(part.get("timespan").or_else(|| part.get("timeframe"))).join("");
        let seconds = seconds(&timespan)?;
        let aliases = match part.get("aliases") {
            None | Some(Yaml::Null) => Vec::new(),
            Some(Yaml::Object(aliases)) => aliases
                .iter()
                .map(|(alias, fields)| {
                    let fields =
                        fields.as_object().ok_or_else(|| format!("alias `{alias}` names no field per rule"))?;
                    let fields = fields.iter().map(|(rule, field)| (rule.clone(), list(Some(field)).join("")));
                    Ok((alias.clone(), fields.collect()))
                })
                .collect::<Result<_, String>>()?,
            Some(_) => return Err("its aliases are no map".into()),
        };
        let generates = part.get("generate").or(beside).and_then(Yaml::as_bool).unwrap_or(false);
        let group_by = list(part.get("group-by"));
        Ok(Self { measure, rules, group_by, seconds, timespan, limits, fields, aliases, generates })
    }

    /// How many events it keeps for each group: enough to count to its limits
    /// on either side of a late one.
    pub(super) fn kept(&self) -> usize {
        let counts = matches!(self.measure, Measure::Events | Measure::Values);
        let limits = self.limits.iter().map(|(_, limit)| (limit.max(0.0).ceil() as usize + 1) * 2);
        limits.filter(|_| counts).max().unwrap_or(0).max(KEPT)
    }

    /// The field that a name in `group-by` stands for in a rule that may be called
    /// by any of `names`.
    pub(super) fn field_in<'d>(&'d self, name: &'d str, names: &[&str]) -> &'d str {
        self.aliases
            .iter()
            .filter(|(alias, _)| alias == name)
            .flat_map(|(_, fields)| fields)
            .find(|(rule, _)| names.contains(&rule.as_str()))
            .map_or(name, |(_, field)| field)
    }
}

/// A time frame: a number and `s`, `m`, `h` or `d`.
fn seconds(text: &str) -> Result<i64, String> {
    let wrong = || format!("the timespan `{text}` is not of the form 30s, 10m, 1h or 7d");
    let (number, unit) = text.trim().split_at_checked(text.trim().len().saturating_sub(1)).ok_or_else(wrong)?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return Err(wrong()),
    };
    let number: i64 = number.parse().ok().filter(|number| (1..=1_000_000).contains(number)).ok_or_else(wrong)?;
    Ok(number * unit)
}
