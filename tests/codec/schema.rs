//! As much of JSON Schema as `docs/schema/` uses; a word that is not known here fails the test.

use regex_lite::Regex;
use serde_json::Value;

/// What in a value breaks a schema, a line each.
pub fn problems(schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    let rules = schema.as_object().expect("a schema is an object");
    for (word, rule) in rules {
        let mut need = |holds: bool| {
            if !holds {
                found.push(format!("{at}: {word} {rule}, not {value}"));
            }
        };
        let number = || rule.as_u64().expect("a whole number");
        match word.as_str() {
            "$schema" | "title" | "description" => {}
            "type" => match rule {
                Value::Array(types) => need(types.iter().any(|one| is_a(value, one))),
                one => need(is_a(value, one)),
            },
            "const" => need(value == rule),
            "enum" => need(rule.as_array().expect("a list").contains(value)),
            "minimum" => need(value.as_u64().is_none_or(|value| value >= number())),
            "maximum" => need(value.as_u64().is_none_or(|value| value <= number())),
            "minLength" => need(value.as_str().is_none_or(|text| text.chars().count() as u64 >= number())),
            "maxLength" => need(value.as_str().is_none_or(|text| text.chars().count() as u64 <= number())),
            "minItems" => need(value.as_array().is_none_or(|items| items.len() as u64 >= number())),
            "maxItems" => need(value.as_array().is_none_or(|items| items.len() as u64 <= number())),
            "pattern" => {
                let regex = Regex::new(rule.as_str().expect("a text")).expect("a pattern");
                need(value.as_str().is_none_or(|text| regex.is_match(text)));
            }
            "required" => {
                for name in rule.as_array().expect("a list") {
                    need(value.get(name.as_str().expect("a text")).is_some());
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(problems(rule, item, &format!("{at}[{index}]")));
                }
            }
            "properties" => {
                for (name, rule) in rule.as_object().expect("an object") {
                    if let Some(field) = value.get(name) {
                        found.extend(problems(rule, field, &format!("{at}.{name}")));
                    }
                }
            }
            "additionalProperties" => {
                let known = rules.get("properties").and_then(Value::as_object);
                for (name, field) in value.as_object().into_iter().flatten() {
                    let is_known = known.is_some_and(|known| known.contains_key(name));
                    match rule {
                        Value::Bool(false) if !is_known => found.push(format!("{at}: there is no {name}")),
                        Value::Object(_) if !is_known => found.extend(problems(rule, field, &format!("{at}.{name}"))),
                        _ => {}
                    }
                }
            }
            "oneOf" => {
                let ways = rule.as_array().expect("a list").iter();
                let fits = ways.filter(|way| problems(way, value, at).is_empty()).count();
                need(fits == 1);
            }
            _ => panic!("{word} is no word of a schema that this test knows"),
        }
    }
    found
}

fn is_a(value: &Value, name: &Value) -> bool {
    match name.as_str().expect("a text") {
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        "integer" => value.is_u64() || value.is_i64(),
        other => panic!("{other} is no type that this test knows"),
    }
}
