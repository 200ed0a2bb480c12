//! The objects of JSON files: writing them a field a line, and reading them by the names that are known.
//!
//! Left out: which fields there are, which each kind of file says.

use super::{
    Place, Problem, ReadError,
    json::{Json, Node, quote},
    problem::{ALLOWED_OBJECT, ALLOWED_TEXT, ALLOWED_WHOLE},
};
use crate::i18n::Template;

/// A text as JSON has it.
pub fn quoted(text: &str) -> String {
    let mut out = String::new();
    quote(&mut out, text);
    out
}

/// An object that is being written, a field a line.
pub struct Object {
    out: String,
    indent: usize,
}

impl Object {
    /// So far indented.
    pub fn new(indent: usize) -> Object {
        Object { out: "{".to_owned(), indent }
    }

    /// A field whose value is JSON already.
    pub fn raw(&mut self, name: &str, value: &str) {
        let comma = if self.out.ends_with('{') { "" } else { "," };
        self.out.push_str(&format!("{comma}\n{:width$}{}: {value}", "", quoted(name), width = 2 * self.indent));
    }

    /// A field with a text.
    pub fn text(&mut self, name: &str, value: &str) {
        self.raw(name, &quoted(value));
    }

    /// A field with a list of texts, an item a line.
    pub fn list(&mut self, name: &str, items: impl Iterator<Item = String>) {
        let width = 2 * self.indent;
        let mut list = String::from("[");
        for item in items {
            list.push_str(if list.len() > 1 { "," } else { "" });
            list.push_str(&format!("\n{:width$}{}", "", quoted(&item), width = width + 2));
        }
        if list.len() > 1 {
            list.push_str(&format!("\n{:width$}", ""));
        }
        self.raw(name, &(list + "]"));
    }

    /// The whole.
    pub fn end(mut self) -> String {
        if !self.out.ends_with('{') {
            self.out.push_str(&format!("\n{:width$}", "", width = 2 * self.indent - 2));
        }
        self.out + "}"
    }
}

/// The items of a list.
pub fn items<'a>(node: &'a Node, field: &'static str, allowed: &'static Template) -> Result<&'a [Node], ReadError> {
    match &node.value {
        Json::List(items) => Ok(items),
        _ => Err(invalid(node, field, allowed)),
    }
}

/// A text.
pub fn fields_text<'a>(node: &'a Node, field: &'static str) -> Result<&'a str, ReadError> {
    match &node.value {
        Json::Text(text) => Ok(text),
        _ => Err(invalid(node, field, &ALLOWED_TEXT)),
    }
}

/// What is wrong on a line.
pub fn problem(line: usize, problem: Problem) -> ReadError {
    ReadError { place: Place::Line(line), problem, sound: None }
}

/// What is wrong where a value stands.
pub fn at(node: &Node) -> impl Fn(Problem) -> ReadError {
    let line = node.line;
    move |what| problem(line, what)
}

/// A value that is not allowed.
pub fn invalid(node: &Node, field: &str, allowed: &'static Template) -> ReadError {
    problem(node.line, Problem::Invalid { field: field.to_owned(), allowed: allowed.text() })
}

/// The fields of an object, which are known.
pub struct Fields<'a> {
    /// Where the object begins.
    pub line: usize,
    all: &'a [(String, Node)],
    known: &'static [&'static str],
}

impl<'a> Fields<'a> {
    /// The fields of a value that must be an object.
    pub fn of(node: &'a Node, field: &str, known: &'static [&'static str]) -> Result<Fields<'a>, ReadError> {
        match &node.value {
            Json::Object(all) => Ok(Fields { line: node.line, all, known }),
            _ => Err(invalid(node, field, &ALLOWED_OBJECT)),
        }
    }

    /// Are all of them known?
    pub fn check_names(&self) -> Result<(), ReadError> {
        match self.all.iter().find(|(name, _)| !self.known.contains(&name.as_str())) {
            Some((name, node)) => {
                Err(problem(node.line, Problem::UnknownField { field: name.clone(), known: self.known }))
            }
            None => Ok(()),
        }
    }

    /// One, if it is there.
    pub fn take(&self, name: &str) -> Option<&'a Node> {
        self.all.iter().find(|(given, _)| given == name).map(|(_, node)| node)
    }

    /// One that must be there.
    pub fn need(&self, field: &'static str, allowed: &'static Template) -> Result<&'a Node, ReadError> {
        let missing = || problem(self.line, Problem::Missing { field, allowed: allowed.text() });
        self.take(field).ok_or_else(missing)
    }

    /// One with a whole number.
    pub fn number(&self, field: &'static str) -> Result<Option<u64>, ReadError> {
        let Some(node) = self.take(field) else { return Ok(None) };
        let number = match &node.value {
            Json::Number(number) => number.parse().ok(),
            _ => None,
        };
        number.map(Some).ok_or_else(|| invalid(node, field, &ALLOWED_WHOLE))
    }
}
