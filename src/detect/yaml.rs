//! Rule files taken apart into documents, and read into plain values.

use serde_json::Value;

/// The documents of a YAML text, each with the number of its first line, from 1.
/// A document is told by its marker alone, so that a broken one does not take
/// the others with it.
pub(super) fn documents(text: &str) -> Vec<(usize, String)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut documents = Vec::new();
    let mut begun = 1;
    let mut lines: Vec<&str> = Vec::new();
    let mut finish = |begun: usize, lines: &mut Vec<&str>| {
        let empty = lines.iter().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
        if !empty {
            documents.push((begun, lines.join("\n")));
        }
        lines.clear();
    };
    for (n, line) in text.lines().enumerate() {
        let marker = line.trim_end();
        if marker == "---" || marker == "..." || line.starts_with("--- ") {
            finish(begun, &mut lines);
            begun = n + 2;
            if let Some(rest) = line.strip_prefix("--- ")
                && !rest.trim_start().starts_with('#')
            {
                begun = n + 1;
                lines.push(rest);
            }
        } else {
            lines.push(line);
        }
    }
    finish(begun, &mut lines);
    documents
}

/// Reads one document.
pub(super) fn read(document: &str) -> Result<Value, String> {
    serde_saphyr::from_str(document).map_err(|error| {
        // The reader's own words, without the picture that it draws below them.
        let told = error.to_string();
        told.lines().find(|line| !line.trim().is_empty()).unwrap_or("no YAML").trim().to_owned()
    })
}

/// A text or a list of texts.
pub(super) fn list(value: Option<&Value>) -> Vec<String> {
    let one = |value: &Value| match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    };
    match value {
        Some(Value::Array(list)) => list.iter().filter_map(one).collect(),
        Some(other) => one(other).into_iter().collect(),
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_taken_apart_at_its_markers() {
        let text =
            "\u{feff}# head\n---\ntitle: a\ndescription: |\n  x\n  --- y\n---\r\n\n# nothing\n---\ntitle: b\n...\n";
        let found = documents(text);
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 11]);
        assert_eq!(read(&found[0].1).unwrap()["title"], "a");
        assert_eq!(read(&found[0].1).unwrap()["description"], "x\n--- y\n");
        assert_eq!(read(&found[1].1).unwrap()["title"], "b");
    }

    #[test]
    fn scalars_keep_their_kind_and_the_order_of_keys() {
        let value = read("b: 'false'\na: false\nn: 22\nx: null\ne:\nt: 2024-01-02\nl: [1, 'two']").unwrap();
        assert_eq!(value["b"], "false");
        assert_eq!(value["a"], false);
        assert_eq!(value["n"], 22);
        assert!(value["x"].is_null() && value["e"].is_null());
        assert_eq!(value["t"], "2024-01-02");
        assert_eq!(value["l"], serde_json::json!([1, "two"]));
        assert_eq!(value.as_object().unwrap().keys().next().unwrap(), "b");
    }

    #[test]
    fn a_broken_document_says_why_in_one_line() {
        let why = read("title: [a\nb: c").unwrap_err();
        assert!(!why.is_empty() && !why.contains('\n'), "{why}");
        let why = read("title: a\ntitle: b").unwrap_err();
        assert!(why.contains("title") || why.contains("duplicate"), "{why}");
    }
}
