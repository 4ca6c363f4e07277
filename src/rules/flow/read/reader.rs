//! Takes the keys of one table of a flow, and remembers which: what nobody took, what is missing and what has the wrong
//! shape becomes a problem with its line.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::rules::source::{Problem, Source};

/// Takes the keys of one table.
pub(super) struct Reader<'a, 'p> {
    source: &'a Source<'a>,
    path: Vec<String>,
    pub(super) table: &'a Table,
    pub(super) taken: BTreeSet<String>,
    /// The languages of the flow, which each phrase must have.
    pub(super) languages: Vec<String>,
    /// Whether the carrier's profile has pauses.
    pub(super) pauses: bool,
    problems: &'p mut Vec<Problem>,
}

impl<'a, 'p> Reader<'a, 'p> {
    pub(super) fn new(
        source: &'a Source<'a>,
        path: Vec<String>,
        table: &'a Table,
        problems: &'p mut Vec<Problem>,
    ) -> Reader<'a, 'p> {
        let (taken, languages) = (BTreeSet::new(), Vec::new());
        Reader { source, path, table, taken, languages, pauses: false, problems }
    }

    pub(super) fn text(&mut self, key: &str, default: Option<&str>) -> String {
        match (self.optional_text(key), default) {
            (Some(text), _) => text,
            (None, Some(default)) => default.to_owned(),
            (None, None) => {
                if !self.table.contains_key(key) {
                    self.complain(key, format!("`{key}` is missing"), format!("add {key} = \"…\""));
                }
                String::new()
            }
        }
    }

    pub(super) fn optional_text(&mut self, key: &str) -> Option<String> {
        self.taken.insert(key.to_owned());
        match self.table.get(key)? {
            Value::String(text) => Some(text.clone()),
            _ => {
                self.complain(key, format!("`{key}` is no text"), format!("write {key} = \"…\""));
                None
            }
        }
    }

    pub(super) fn list(&mut self, key: &str) -> Vec<String> {
        self.taken.insert(key.to_owned());
        let items = self.table.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        items.iter().map(|item| item.as_str().unwrap_or_default().to_owned()).collect()
    }

    pub(super) fn flag(&mut self, key: &str) -> bool {
        self.taken.insert(key.to_owned());
        match self.table.get(key) {
            None => false,
            Some(Value::Boolean(flag)) => *flag,
            Some(_) => {
                self.complain(
                    key,
                    format!("`{key}` is neither true nor false"),
                    format!("write {key} = true"),
                );
                false
            }
        }
    }

    pub(super) fn number<N: TryFrom<i64> + Default>(
        &mut self,
        key: &str,
        default: Option<i64>,
        from: i64,
        to: i64,
    ) -> N {
        self.taken.insert(key.to_owned());
        let value = match (self.table.get(key), default) {
            (Some(Value::Integer(value)), _) => Some(*value),
            (Some(_), _) => None,
            (None, Some(default)) => Some(default),
            (None, None) => {
                self.complain(key, format!("`{key}` is missing"), format!("add {key} = {from}"));
                return N::default();
            }
        };
        let value = value.filter(|value| (from..=to).contains(value));
        value.and_then(|value| N::try_from(value).ok()).unwrap_or_else(|| {
            let what = format!("`{key}` is no whole number from {from} to {to}");
            self.complain(key, what, format!("write {key} = {}", default.unwrap_or(from)));
            N::default()
        })
    }

    pub(super) fn is_table(&self, key: &str) -> bool {
        matches!(self.table.get(key), Some(Value::Table(_)))
    }

    pub(super) fn table(&mut self, key: &str) -> Option<&'a Table> {
        self.taken.insert(key.to_owned());
        match self.table.get(key)? {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// A table of texts; something else in its place is a problem.
    pub(super) fn pairs(&mut self, key: &str) -> Vec<(String, String)> {
        let Some(table) = self.table(key) else {
            let what = if self.table.contains_key(key) {
                format!("`{key}` is no table")
            } else {
                format!("`{key}` is missing")
            };
            self.complain(key, what, format!("write {key}.name = \"…\""));
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for (name, value) in table {
            match value {
                Value::String(text) => pairs.push((name.clone(), text.clone())),
                _ => {
                    let what = format!("`{key}.{name}` is no text");
                    self.complain_at(&[key, name], what, format!("write {key}.{name} = \"…\""));
                }
            }
        }
        pairs
    }

    /// What nobody took is unknown.
    pub(super) fn finish(mut self, what: &str) {
        let known: Vec<&str> = self.taken.iter().map(String::as_str).collect();
        let remedy = format!("{what} has {}", known.join(", "));
        for key in self.table.keys().filter(|key| !self.taken.contains(*key)).cloned().collect::<Vec<_>>() {
            self.complain(&key, format!("`{key}` is unknown here"), remedy.clone());
        }
    }

    pub(super) fn complain(&mut self, key: &str, what: impl Into<String>, remedy: impl Into<String>) {
        self.complain_at(&[key], what, remedy);
    }

    pub(super) fn complain_at(&mut self, at: &[&str], what: impl Into<String>, remedy: impl Into<String>) {
        let path: Vec<&str> = self.path.iter().map(String::as_str).chain(at.iter().copied()).collect();
        self.problems.push(self.source.problem(&path, what, remedy));
    }
}
