//! Lists: by id, by filter, by page. The items come as the wire shows them; a filter
//! is a path into them.

use super::Context;
use super::ids::Kind;
use crate::sim::page::{self, Wrong};
use crate::sim::policy::like;
use crate::sim::service::Refusal;
use crate::sim::wire::query::Params;
use serde_json::{Map, Value};

/// Whether an item passes a filter.
type Test<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

/// What can be asked of a list.
#[derive(Clone, Copy, Debug)]
pub struct Listing {
    /// The element that holds the items.
    pub set: &'static str,
    /// Lists of ids: the parameter, the path in the item, the kind.
    pub ids: &'static [(&'static str, &'static str, Kind)],
    /// Filters: the name, and the path in the item.
    pub filters: &'static [(&'static str, &'static str)],
    /// The smallest and largest page, `None` where the action has none.
    pub pages: Option<(i64, i64)>,
    /// Whether a page size and ids exclude each other.
    pub ids_or_pages: bool,
}

impl Listing {
    /// The answer: the items that were asked for, and the next page's token.
    pub fn answer(&self, context: &Context<'_>, items: Vec<Value>) -> Result<Value, Refusal> {
        let (items, next) = self.page(context, items)?;
        let mut answer = Map::new();
        answer.insert(self.set.to_owned(), Value::Array(items));
        answer.insert("nextToken".to_owned(), next.map_or(Value::Null, Value::String));
        Ok(Value::Object(answer))
    }

    /// The items that were asked for, and the next page's token.
    pub fn page(&self, context: &Context<'_>, mut items: Vec<Value>) -> Result<(Vec<Value>, Option<String>), Refusal> {
        let params = context.params;
        let size = self.size(params)?;
        for (parameter, path, kind) in self.ids {
            let ids = params.texts(parameter);
            if ids.is_empty() {
                continue;
            }
            ids.iter().try_for_each(|id| kind.check(id))?;
            let absent: Vec<&str> =
                ids.iter().filter(|id| !items.iter().any(|item| has(item, path, id))).copied().collect();
            if !absent.is_empty() {
                return Err(kind.all_absent(&absent));
            }
            items.retain(|item| ids.iter().any(|id| has(item, path, id)));
        }
        for filter in params.structures("Filter") {
            let name = filter.text("Name").unwrap_or_default();
            let values = filter.texts("Value");
            let test = self.filter(name, &values)?;
            items.retain(|item| test(item));
        }
        let Some(size) = size else { return Ok((items, None)) };
        let bound = page::bound(
            &context.request.action,
            &context.request.region,
            &context.request.params,
            &["NextToken", "MaxResults"],
        );
        let start = match params.text("NextToken").filter(|token| !token.is_empty()) {
            None => 0,
            Some(token) => page::offset(token, &bound).map_err(refusal)?,
        };
        Ok(page::cut(items, start, size, &bound))
    }

    /// How many items a page has; `None` where there are no pages.
    fn size(&self, params: Params<'_>) -> Result<Option<usize>, Refusal> {
        let Some((least, most)) = self.pages else { return Ok(None) };
        let Some(size) = params.number("MaxResults")? else { return Ok(Some(1000)) };
        if size < least || size > most {
            let (bound, than) = if size < least { (least, "greater") } else { (most, "less") };
            let message =
                format!("Value ( {size} ) for parameter maxResults is invalid. Expecting a value {than} than {bound}.");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        if self.ids_or_pages
            && let Some((parameter, ..)) = self.ids.iter().find(|(parameter, ..)| !params.texts(parameter).is_empty())
        {
            let set = match *parameter {
                "InstanceId" => "instancesSet",
                "VolumeId" => "volumeSet",
                "SnapshotId" => "snapshotSet",
                "NetworkInterfaceId" => "networkInterfaceIdSet",
                other => other,
            };
            let message = format!("The parameter {set} cannot be used with the parameter maxResults");
            return Err(Refusal::new("InvalidParameterCombination", message));
        }
        Ok(Some(usize::try_from(size).unwrap_or(1000)))
    }

    /// The test of one filter. Its values are alternatives, with `*` and `?`.
    fn filter<'a>(&self, name: &'a str, values: &'a [&'a str]) -> Result<Test<'a>, Refusal> {
        let any = |found: &str| values.iter().any(|pattern| like(pattern, found));
        let tagged = self.filters.iter().any(|(filter, _)| *filter == "tag-key");
        if let Some(key) = name.strip_prefix("tag:").filter(|_| tagged) {
            return Ok(Box::new(move |item| tags(item).any(|(found, value)| found == key && any(value))));
        }
        let Some((_, path)) = self.filters.iter().find(|(filter, _)| *filter == name) else {
            return Err(Refusal::new("InvalidParameterValue", format!("The filter '{name}' is invalid")));
        };
        if values.is_empty() {
            return Err(Refusal::new("InvalidParameterValue", format!("The filter '{name}' has no values")));
        }
        let path = *path;
        Ok(Box::new(move |item| found(item, path).iter().any(|value| any(value))))
    }
}

fn tags(item: &Value) -> impl Iterator<Item = (&str, &str)> {
    let list = item["tagSet"].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|tag| Some((tag["key"].as_str()?, tag["value"].as_str()?)))
}

/// The texts at a path; lists are walked through, alternatives stand between `|`.
pub fn found(item: &Value, path: &str) -> Vec<String> {
    fn walk(value: &Value, path: &[&str], out: &mut Vec<String>) {
        match (value, path) {
            (Value::Array(items), _) => items.iter().for_each(|item| walk(item, path, out)),
            (Value::Object(fields), [first, rest @ ..]) => {
                if let Some(value) = fields.get(*first) {
                    walk(value, rest, out);
                }
            }
            (Value::String(text), []) => out.push(text.clone()),
            (Value::Number(_) | Value::Bool(_), []) => out.push(value.to_string()),
            _ => {}
        }
    }
    let mut out = Vec::new();
    for path in path.split('|') {
        walk(item, &path.split('.').collect::<Vec<_>>(), &mut out);
    }
    out
}

fn has(item: &Value, path: &str, id: &str) -> bool {
    found(item, path).iter().any(|found| found == id)
}

fn refusal(wrong: Wrong) -> Refusal {
    match wrong {
        Wrong::Unreadable => Refusal::new("InvalidParameterValue", "Unable to parse pagination token"),
        Wrong::Foreign => {
            let message = "The specified pagination token is not valid or is expired.";
            Refusal::new("InvalidPaginationToken", message)
        }
    }
}
