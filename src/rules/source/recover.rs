//! Decoding that does not stop at the first mistake: what is wrong is reported with its line, taken out of a copy, and
//! the rest decoded again, so that one look at a file finds everything.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::{Problem, Source, line_at, toml_problem};

/// What could be decoded of a text.
#[derive(Debug)]
pub struct Recovered<'a, T> {
    /// The value without its faulty parts; `None` if not even that could be made.
    pub value: Option<T>,
    /// The text's parts that are left: array indices in `value` are its own, lines are those of the text.
    pub source: Source<'a>,
    /// Everything that was wrong, in the order of its lines.
    pub problems: Vec<Problem>,
}

impl<'a> Source<'a> {
    /// Reads the text as TOML, and reports every mistake of its syntax.
    pub fn parse_all(text: &'a str) -> Result<Source<'a>, Vec<Problem>> {
        let (root, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            Ok(Source { text, root })
        } else {
            let mut problems: Vec<Problem> = errors.iter().map(|error| toml_problem(text, error)).collect();
            problems.sort();
            Err(problems)
        }
    }

    /// Decodes as much as can be decoded. `stand_ins` (TOML) has values for the keys without which there is no `T` at
    /// all: one that is missing is reported, and its stand-in lets the rest be looked at.
    pub fn decode_all<T: DeserializeOwned>(&self, stand_ins: &'a str) -> Recovered<'a, T> {
        let mut left = self.clone();
        let mut problems = Vec::new();
        // Keys taken out because of their value are not missing as well.
        let mut taken: Vec<Taken> = Vec::new();
        let value = loop {
            let error = match T::deserialize(toml::de::Deserializer::from(left.root.clone())) {
                Ok(value) => break Some(value),
                Err(error) => error,
            };
            let span = error.span().unwrap_or(0..0);
            if let Some(key) = quoted(error.message(), "missing field ") {
                if !taken.iter().any(|one| one.key == key && one.table == span) {
                    problems.push(missing(self.text, &span, key));
                }
                if left.stand_in(key, &span, stand_ins) || left.take_out(&span).is_some() {
                    continue;
                }
                break None;
            }
            problems.push(misread(self.text, &error));
            match left.take_out(&span) {
                // A misspelt key is not missing as well.
                Some(Taken { table, key }) => {
                    let key = meant(error.message()).map_or(key, str::to_owned);
                    taken.push(Taken { table, key });
                }
                None => break None,
            }
        };
        problems.sort();
        Recovered { value, source: left, problems }
    }

    /// Sets `key` in every table of the array `array` whose `which.0` is the text `which.1`: for values that come from
    /// elsewhere, such as the environment.
    pub fn set_where(&mut self, array: &str, which: (&str, &str), key: &str, text: &str) {
        let root = self.root.get_mut().iter_mut();
        let tables =
            root.filter(|(name, _)| name.get_ref() == array).filter_map(|(_, value)| match value.get_mut() {
                DeValue::Array(tables) => Some(tables),
                _ => None,
            });
        for table in tables.flat_map(|tables| tables.iter_mut()) {
            let span = table.span();
            let DeValue::Table(table) = table.get_mut() else { continue };
            let meant = table
                .iter()
                .any(|(name, value)| name.get_ref() == which.0 && value.get_ref().as_str() == Some(which.1));
            if meant {
                let name = Spanned::new(span.clone(), Cow::Owned(key.to_owned()));
                table.insert(name, Spanned::new(span, DeValue::String(Cow::Owned(text.to_owned()))));
            }
        }
    }

    /// Whether the text has that key at its root.
    pub fn has(&self, key: &str) -> bool {
        self.root.get_ref().iter().any(|(name, _)| name.get_ref() == key)
    }

    /// Whether the table at `path` has lost a part that it has in the `whole` text: what it seems to lack may be there.
    pub fn has_lost_below(&self, whole: &Source<'_>, path: &[&str]) -> bool {
        let mut table = Some(self.root.get_ref());
        let mut array: Option<&DeArray<'_>> = None;
        let mut span = self.root.span();
        for part in path {
            let next = match (table, array) {
                (Some(inside), _) => {
                    inside.iter().find(|(key, _)| key.get_ref() == part).map(|(_, value)| value)
                }
                (None, Some(inside)) => part.parse::<usize>().ok().and_then(|index| inside.get(index)),
                (None, None) => None,
            };
            let Some(value) = next else { return false };
            (table, array) = (value.get_ref().as_table(), value.get_ref().as_array());
            span = value.span();
        }
        match (table, table_at(whole.root.get_ref(), &span)) {
            (Some(left), Some(original)) => parts(left) != parts(original),
            _ => false,
        }
    }

    /// The texts at `path`, in which `*` stands for every index of an array.
    pub fn texts(&self, path: &[&str]) -> Vec<&str> {
        self.texts_with_lines(path).into_iter().map(|(text, _)| text).collect()
    }

    /// The same, each with its line.
    pub fn texts_with_lines(&self, path: &[&str]) -> Vec<(&str, usize)> {
        fn in_value<'v>(value: &'v Spanned<DeValue<'_>>, path: &[&str], found: &mut Vec<(&'v str, usize)>) {
            match (value.get_ref(), path) {
                (DeValue::String(text), []) => found.push((text, value.span().start)),
                (DeValue::Table(table), path) => in_table(table, path, found),
                (DeValue::Array(array), ["*", rest @ ..]) => {
                    array.iter().for_each(|value| in_value(value, rest, found));
                }
                _ => {}
            }
        }
        fn in_table<'v>(table: &'v DeTable<'_>, path: &[&str], found: &mut Vec<(&'v str, usize)>) {
            let [key, rest @ ..] = path else { return };
            let inside = table.iter().find(|(name, _)| name.get_ref() == key);
            inside.into_iter().for_each(|(_, value)| in_value(value, rest, found));
        }
        let mut found = Vec::new();
        in_table(self.root.get_ref(), path, &mut found);
        found.into_iter().map(|(text, start)| (text, line_at(self.text, start))).collect()
    }

    /// Puts the stand-in of a missing key of the root in its place.
    fn stand_in(&mut self, key: &str, missing_from: &Range<usize>, stand_ins: &'a str) -> bool {
        if self.root.span() != *missing_from {
            return false;
        }
        let found = DeTable::parse(stand_ins)
            .ok()
            .and_then(|table| table.into_inner().into_iter().find(|(name, _)| name.get_ref() == key));
        let Some((name, value)) = found else { return false };
        // Spans of another text would mark parts of this one.
        let (name, value) = (name.into_inner(), value.into_inner());
        self.root.get_mut().insert(Spanned::new(0..0, name), Spanned::new(0..0, value));
        true
    }

    /// Takes the key or value at exactly this span out.
    fn take_out(&mut self, span: &Range<usize>) -> Option<Taken> {
        let root = self.root.span();
        from_table(self.root.get_mut(), &root, span)
    }
}

/// A key that was taken out, or whose array lost an element.
struct Taken {
    /// The span of its table.
    table: Range<usize>,
    /// The key.
    key: String,
}

/// The innermost match is taken: an array of tables has the span of its first element.
fn from_table(table: &mut DeTable<'_>, within: &Range<usize>, span: &Range<usize>) -> Option<Taken> {
    for (key, value) in table.iter_mut() {
        let (value_span, key) = (value.span(), key.get_ref().to_string());
        let taken = match value.get_mut() {
            DeValue::Table(inside) => from_table(inside, &value_span, span),
            DeValue::Array(inside) => from_array(inside, within, &key, span),
            _ => None,
        };
        if taken.is_some() {
            return taken;
        }
    }
    let at =
        |(key, value): &(&Spanned<_>, &Spanned<DeValue<'_>>)| key.span() == *span || value.span() == *span;
    let key = table.iter().find(at).map(|(key, _)| key.clone())?;
    table.remove(&key);
    Some(Taken { table: within.clone(), key: key.into_inner().into_owned() })
}

fn from_array(
    array: &mut DeArray<'_>,
    within: &Range<usize>,
    key: &str,
    span: &Range<usize>,
) -> Option<Taken> {
    for value in array.iter_mut() {
        let value_span = value.span();
        let taken = match value.get_mut() {
            DeValue::Table(inside) => from_table(inside, &value_span, span),
            DeValue::Array(inside) => from_array(inside, within, key, span),
            _ => None,
        };
        if taken.is_some() {
            return taken;
        }
    }
    let index = array.iter().position(|value| value.span() == *span)?;
    *array =
        array.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, value)| value.clone()).collect();
    Some(Taken { table: within.clone(), key: key.to_owned() })
}

/// How many values there are in a table, inner ones included.
fn parts(table: &DeTable<'_>) -> usize {
    fn in_value(value: &DeValue<'_>) -> usize {
        match value {
            DeValue::Table(table) => 1 + parts(table),
            DeValue::Array(array) => 1 + array.iter().map(|value| in_value(value.get_ref())).sum::<usize>(),
            _ => 1,
        }
    }
    table.iter().map(|(_, value)| in_value(value.get_ref())).sum()
}

/// The table at exactly this span.
fn table_at<'v, 'a>(within: &'v DeTable<'a>, span: &Range<usize>) -> Option<&'v DeTable<'a>> {
    fn in_value<'v, 'a>(value: &'v Spanned<DeValue<'a>>, span: &Range<usize>) -> Option<&'v DeTable<'a>> {
        match value.get_ref() {
            DeValue::Table(table) if value.span() == *span => Some(table),
            DeValue::Table(table) => table_at(table, span),
            DeValue::Array(array) => array.iter().find_map(|value| in_value(value, span)),
            _ => None,
        }
    }
    within.iter().find_map(|(_, value)| in_value(value, span))
}

/// What stands in the first backticks after `lead`, if the message begins with it.
fn quoted<'m>(message: &'m str, lead: &str) -> Option<&'m str> {
    message.strip_prefix(lead)?.strip_prefix('`')?.split('`').next()
}

fn missing(text: &str, span: &Range<usize>, key: &str) -> Problem {
    Problem {
        line: line_at(text, span.start),
        what: format!("`{key}` is missing"),
        remedy: format!("write `{key} = …` here"),
    }
}

/// The key that was probably meant by an unknown one.
fn meant(message: &str) -> Option<&str> {
    let key = quoted(message, "unknown field ")?;
    nearest(key, message.split_once(", expected ")?.1)
}

/// The complaint of a decoder, with its remedy apart.
fn misread(text: &str, error: &toml::de::Error) -> Problem {
    let Problem { line, what: message, .. } = toml_problem(text, error);
    if let Some(key) = quoted(&message, "unknown field ") {
        let expected = message.split_once(", expected ").map_or("", |(_, keys)| keys);
        let remedy = match meant(&message) {
            Some(near) => format!("did you mean `{near}`? Otherwise take it out"),
            None => format!("take it out, or use {}", expected.trim_start_matches("one of ")),
        };
        return Problem { line, what: format!("there is no key `{key}` here"), remedy };
    }
    if let Some((what, expected)) =
        message.strip_prefix("invalid ").and_then(|rest| rest.split_once(", expected "))
    {
        let what = what.split_once(": ").map_or(what, |(_, found)| found);
        return Problem {
            line,
            what: format!("{what} does not fit here"),
            remedy: format!("write {expected}"),
        };
    }
    // Our own complaints end in ": remedy"; the text that they quote first may itself hold a colon.
    let quote_end = message.strip_prefix('`').and_then(|rest| rest.find('`')).unwrap_or(0);
    match message[quote_end..].split_once(": ") {
        Some((rest, remedy)) => {
            let what = format!("{}{rest}", &message[..quote_end]);
            Problem { line, what, remedy: remedy.to_owned() }
        }
        None => Problem { line, what: message, remedy: "correct the value".into() },
    }
}

/// The expected key that begins or sounds like the one that was written.
fn nearest<'m>(key: &str, expected: &'m str) -> Option<&'m str> {
    let candidates = expected.split('`').skip(1).step_by(2);
    let likeness = |candidate: &str| {
        let common = key.chars().zip(candidate.chars()).take_while(|(a, b)| a == b).count();
        let tail = key.chars().rev().zip(candidate.chars().rev()).take_while(|(a, b)| a == b).count();
        let longest = key.len().max(candidate.len());
        (common + tail + 2 >= longest && common + tail >= 2).then_some(common + tail)
    };
    candidates
        .filter_map(|candidate| likeness(candidate).map(|score| (score, candidate)))
        .max()
        .map(|(_, best)| best)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct File {
        name: String,
        #[serde(default)]
        agent: Vec<Agent>,
        #[serde(default)]
        number: Option<u8>,
    }

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Agent {
        key: String,
        #[serde(default)]
        phones: Vec<u32>,
    }

    const TEXT: &str = "\
nmae = 1
number = 300

[[agent]]
phones = [1]

[[agent]]
key = 5

[[agent]]
key = \"ben\"
phones = [1, \"two\", 3, -4]
phnoes = 1
";

    #[test]
    fn every_mistake_is_found_with_its_line() {
        let source = Source::parse_all(TEXT).unwrap();
        let recovered: Recovered<'_, File> = source.decode_all("name = \"stand-in\"");
        let lines: Vec<usize> = recovered.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [1, 2, 4, 8, 12, 12, 13], "{:#?}", recovered.problems);
        let file = recovered.value.unwrap();
        assert_eq!((file.name.as_str(), file.number), ("stand-in", None));
        assert_eq!(file.agent.len(), 1);
        assert_eq!((file.agent[0].key.as_str(), file.agent[0].phones.as_slice()), ("ben", &[1, 3][..]));
        // The only agent left is the third of the text.
        assert_eq!(recovered.source.line_of(&["agent", "0", "phones"]), 12);
        assert_eq!(source.texts(&["agent", "*", "key"]), ["ben"]);
    }

    #[test]
    fn remedies_name_the_key_that_was_meant() {
        let source = Source::parse_all("name = \"x\"\nnumbre = 1\n").unwrap();
        let recovered: Recovered<'_, File> = source.decode_all("");
        assert_eq!(recovered.problems[0].what, "there is no key `numbre` here");
        assert_eq!(recovered.problems[0].remedy, "did you mean `number`? Otherwise take it out");
    }

    #[test]
    fn every_mistake_of_the_syntax_is_found() {
        let problems = Source::parse_all("a = \nb = 1\nc = ]\n").unwrap_err();
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [1, 3]);
    }
}
