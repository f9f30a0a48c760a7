//! XML from a JSON value: objects are elements, arrays are lists of `<item>` or
//! `<member>`, null is left out.

use serde_json::Value;

/// Writes `value` as the content of an element named `name`.
pub fn element(out: &mut String, name: &str, value: &Value, item: &str) {
    if value.is_null() {
        return;
    }
    out.push('<');
    out.push_str(name);
    out.push('>');
    content(out, value, item);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Writes `value` without an element around it.
pub fn content(out: &mut String, value: &Value, item: &str) {
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            for (name, value) in fields {
                element(out, name, value, item);
            }
        }
        Value::Array(items) => {
            for value in items {
                element(out, item, value, item);
            }
        }
        Value::String(text) => escape(out, text),
        other => out.push_str(&other.to_string()),
    }
}

/// Writes a text with XML's own signs escaped; control characters that XML cannot
/// hold become U+FFFD.
pub fn escape(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            '\n' | '\t' => out.push(letter),
            letter if letter < ' ' => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_objects_and_texts_are_written() {
        let mut out = String::new();
        let value = json!({"a": [{"b": 1}, {"b": true}], "none": null, "empty": [], "t": "<&\u{1}>"});
        content(&mut out, &value, "item");
        assert_eq!(
            out,
            "<a><item><b>1</b></item><item><b>true</b></item></a><empty></empty><t>&lt;&amp;\u{fffd}&gt;</t>"
        );
    }
}
