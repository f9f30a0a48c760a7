//! Form-encoded parameters: from flat names to a tree, and typed access to it.

use crate::sim::service::Refusal;
use bytes::Bytes;
use http::Request;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The name-value pairs of a request's query string and form body.
pub fn flat(request: &Request<Bytes>) -> Vec<(String, String)> {
    let mut pairs = request.uri().query().map(|query| form(query.as_bytes())).unwrap_or_default();
    pairs.extend(form(request.body()));
    pairs
}

/// Reads `a=b&c=d` with `+` and `%xx`.
fn form(bytes: &[u8]) -> Vec<(String, String)> {
    bytes
        .split(|&byte| byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut halves = pair.splitn(2, |&byte| byte == b'=');
            (unescape(halves.next().unwrap_or_default()), unescape(halves.next().unwrap_or_default()))
        })
        .collect()
}

fn unescape(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let code = tail.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
                match code {
                    Some(code) => {
                        out.push(code);
                        rest = tail.get(2..).unwrap_or_default();
                    }
                    None => out.push(b'%'),
                }
            }
            _ => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[derive(Default)]
struct Node {
    value: Option<String>,
    /// Numbers sort as numbers.
    children: BTreeMap<(u64, String), Node>,
}

/// How deep a name may reach into structures; no action's parameters go half as deep.
const DEEPEST: usize = 32;

/// The tree of the parameters without `Action` and `Version`: `A.1.B` is the `B` of
/// the first of the list `A`; awsQuery's `member` is left out, and so are names that reach
/// deeper than any action's do.
pub fn tree(pairs: &[(String, String)]) -> Value {
    let mut root = Node::default();
    for (name, value) in pairs {
        if name == "Action" || name == "Version" || name.split('.').count() > DEEPEST {
            continue;
        }
        let mut node = &mut root;
        for part in name.split('.').filter(|part| *part != "member") {
            let order = part.parse().unwrap_or(0);
            node = node.children.entry((order, part.to_owned())).or_default();
        }
        node.value = Some(value.clone());
    }
    collapse(root)
}

fn collapse(node: Node) -> Value {
    if node.children.is_empty() {
        return Value::String(node.value.unwrap_or_default());
    }
    if node.children.keys().all(|(_, name)| name.bytes().all(|byte| byte.is_ascii_digit())) {
        return Value::Array(node.children.into_values().map(collapse).collect());
    }
    Value::Object(node.children.into_iter().map(|((_, name), child)| (name, collapse(child))).collect())
}

/// Typed access to a tree of parameters. Names are EC2's own.
#[derive(Clone, Copy, Debug)]
pub struct Params<'a>(pub &'a Value);

impl<'a> Params<'a> {
    /// The parameter of that name, `Ebs.VolumeId` reaching into a structure.
    pub fn get(self, path: &str) -> Option<&'a Value> {
        path.split('.').try_fold(self.0, |value, part| value.get(part))
    }

    /// A text.
    pub fn text(self, path: &str) -> Option<&'a str> {
        self.get(path).and_then(Value::as_str)
    }

    /// A text that must be there.
    pub fn required(self, path: &str) -> Result<&'a str, Refusal> {
        self.text(path).filter(|text| !text.is_empty()).ok_or_else(|| missing(path))
    }

    /// A text that must be there, refused as the Query services refuse.
    pub fn must_have(self, path: &str) -> Result<&'a str, Refusal> {
        self.text(path).filter(|text| !text.is_empty()).ok_or_else(|| null(path))
    }

    /// Texts of a list, empty where it is absent.
    pub fn texts(self, path: &str) -> Vec<&'a str> {
        match self.get(path) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(one)) if !one.is_empty() => vec![one],
            _ => Vec::new(),
        }
    }

    /// Structures of a list, empty where it is absent.
    pub fn structures(self, path: &str) -> Vec<Params<'a>> {
        match self.get(path) {
            Some(Value::Array(items)) => items.iter().map(Params).collect(),
            _ => Vec::new(),
        }
    }

    /// Texts of a list that must have one at least.
    pub fn some_texts(self, path: &str) -> Result<Vec<&'a str>, Refusal> {
        let texts = self.texts(path);
        if texts.is_empty() { Err(missing(path)) } else { Ok(texts) }
    }

    /// A boolean, `None` where it is absent.
    pub fn flag(self, path: &str) -> Result<Option<bool>, Refusal> {
        match self.text(path) {
            None => Ok(None),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(text) => Err(Refusal::new(
                "InvalidParameterValue",
                format!("Invalid value '{text}' for {path}. Expected a boolean value."),
            )),
        }
    }

    /// A whole number, `None` where it is absent.
    pub fn number(self, path: &str) -> Result<Option<i64>, Refusal> {
        self.text(path)
            .map(|text| {
                text.parse().map_err(|_| {
                    Refusal::new(
                        "InvalidParameterValue",
                        format!("Invalid value '{text}' for {path}. Expected an integer."),
                    )
                })
            })
            .transpose()
    }
}

/// The refusal of a request that lacks a parameter.
pub fn missing(path: &str) -> Refusal {
    let first = path.chars().next().unwrap_or_default().to_ascii_lowercase();
    let name: String = std::iter::once(first).chain(path.chars().skip(1)).collect();
    Refusal::new("MissingParameter", format!("The request must contain the parameter {name}"))
}

/// The refusal of a request to a Query service that lacks a parameter.
pub fn null(path: &str) -> Refusal {
    let name = crate::sim::camel::lower(path);
    Refusal::new(
        "ValidationError",
        format!("1 validation error detected: Value at '{name}' failed to satisfy constraint: Member must not be null"),
    )
}

/// The flat pairs of a tree, for tests and for steps that are written as a tree.
pub fn flatten(tree: &Map<String, Value>) -> Vec<(String, String)> {
    fn walk(name: &str, value: &Value, out: &mut Vec<(String, String)>) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    walk(&format!("{name}.{key}"), value, out);
                }
            }
            Value::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    walk(&format!("{name}.{}", index + 1), value, out);
                }
            }
            Value::String(text) => out.push((name.to_owned(), text.clone())),
            other => out.push((name.to_owned(), other.to_string())),
        }
    }
    let mut out = Vec::new();
    for (key, value) in tree {
        walk(key, value, &mut out);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> Value {
        tree(&form(text.as_bytes()))
    }

    #[test]
    fn lists_keep_the_order_of_their_numbers() {
        let many: Vec<String> = (1..=11).rev().map(|n| format!("Id.{n}=v{n}")).collect();
        let texts: Vec<String> = (1..=11).map(|n| format!("v{n}")).collect();
        assert_eq!(read(&many.join("&")), json!({"Id": texts}));
    }

    #[test]
    fn aws_query_members_are_lists_too() {
        assert_eq!(read("ActionNames.member.1=a&ActionNames.member.2=b"), json!({"ActionNames": ["a", "b"]}));
    }

    #[test]
    fn escapes_are_undone_and_broken_ones_kept() {
        assert_eq!(read("a=%2Fx%3d+y&b=%zz%4"), json!({"a": "/x= y", "b": "%zz%4"}));
    }

    #[test]
    fn a_flattened_tree_reads_back_as_itself() {
        let tree_ = json!({"A": [{"B": "1", "C": ["x", "y"]}], "D": {"E": "true"}});
        assert_eq!(tree(&flatten(tree_.as_object().unwrap())), tree_);
    }

    #[test]
    fn a_name_that_reaches_too_deep_is_left_out() {
        assert_eq!(read(&format!("a{}=1&b=2", ".a".repeat(1_000_000))), json!({"b": "2"}));
    }

    proptest::proptest! {
        #[test]
        fn no_body_is_too_strange_to_be_read(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let value = tree(&form(&body));
            proptest::prop_assert!(value.is_object() || value.is_array() || value.is_string());
        }

        #[test]
        fn what_looks_like_parameters_is_read(body in "([A-Za-z.0-9]{0,8}(=[%+a-z0-9]{0,4})?&?){0,20}") {
            let value = tree(&form(body.as_bytes()));
            proptest::prop_assert!(Params(&value).number("MaxResults").is_ok() || value.get("MaxResults").is_some());
        }
    }

    #[test]
    fn missing_and_wrong_values_are_refused_as_ec2_does() {
        let value = json!({"MaxResults": "many", "DryRun": "perhaps"});
        assert_eq!(
            Params(&value).required("InstanceId").unwrap_err().message,
            "The request must contain the parameter instanceId"
        );
        assert_eq!(Params(&value).number("MaxResults").unwrap_err().code, "InvalidParameterValue");
        assert_eq!(Params(&value).flag("DryRun").unwrap_err().code, "InvalidParameterValue");
    }
}
