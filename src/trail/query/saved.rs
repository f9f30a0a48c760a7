//! Saved filters: `@name` in a filter stands for the one that the configuration
//! has under that name.

use std::collections::BTreeMap;

use super::QueryError;
use super::complete::Completion;
use super::parse::tokens;

/// The filter with the saved ones in place of their names.
///
/// # Errors
/// A name that nothing is saved under, and one that is negated.
pub fn expand(text: &str, saved: &BTreeMap<String, String>) -> Result<String, QueryError> {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for token in tokens(text) {
        let Some(name) = token.value.strip_prefix('@').filter(|_| token.key.is_empty()) else { continue };
        let end = token.value_at + token.value.len();
        let wrong = |message: String| QueryError::new(text, token.at, end - token.at, message);
        let Some(filter) = saved.get(name) else {
            let names: Vec<String> = saved.keys().map(|name| format!("@{name}")).collect();
            let known = if names.is_empty() {
                "none is saved: [filters] in the configuration names some".to_owned()
            } else {
                format!("there are {}", names.join(", "))
            };
            return Err(wrong(format!("no filter is saved as '{name}'; {known}")));
        };
        if token.negated {
            return Err(wrong("a saved filter is several terms, and cannot be negated as a whole".into()));
        }
        out.push_str(&text[done..token.at]);
        out.push_str(filter.trim());
        done = end;
    }
    out.push_str(&text[done..]);
    Ok(out)
}

/// The saved filters that fit what is typed before the cursor; none where it is
/// no name of one.
pub fn complete_saved(text: &str, cursor: usize, saved: &BTreeMap<String, String>) -> Vec<Completion> {
    let Some(head) = text.get(..cursor) else { return Vec::new() };
    let from = head.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let Some(typed) = head[from..].strip_prefix('@') else { return Vec::new() };
    let fitting = saved.keys().filter(|name| name.starts_with(typed));
    fitting.map(|name| Completion { from, insert: format!("@{name} "), count: None, what: "a saved filter" }).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{complete_saved, expand};

    fn saved() -> BTreeMap<String, String> {
        [("denied", "is:error error:*Denied*"), ("night", "after:22:00")]
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .into()
    }

    #[test]
    fn a_name_stands_for_its_filter_beside_other_terms() {
        assert_eq!(expand("@denied is:write", &saved()).unwrap(), "is:error error:*Denied* is:write");
        assert_eq!(expand("a @night  b @denied", &saved()).unwrap(), "a after:22:00  b is:error error:*Denied*");
        for plain in ["", "actor:alice@example.org", "\"@denied\"", "raw:\"@night\""] {
            assert_eq!(expand(plain, &saved()).unwrap(), plain);
        }
    }

    #[test]
    fn an_unknown_name_says_where_and_which_there_are() {
        let error = expand("is:write @nigth", &saved()).unwrap_err();
        assert_eq!((error.at, error.len), (9, 6));
        assert!(error.message.contains("@denied, @night"), "{error}");
        assert!(expand("-@night", &saved()).unwrap_err().message.contains("negated"));
    }

    #[test]
    fn names_are_completed() {
        let inserts = |text: &str| -> Vec<String> {
            complete_saved(text, text.len(), &saved()).into_iter().map(|one| one.insert).collect()
        };
        assert_eq!(inserts("is:write @"), ["@denied ", "@night "]);
        assert_eq!(inserts("@n"), ["@night "]);
        assert_eq!(inserts("night"), Vec::<String>::new());
    }
}
