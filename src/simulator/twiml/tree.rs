//! XML as a small tree, strict about what may stand where, so that the verbs can be read from it one by one.

use std::fmt;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::{Method, TwimlError};

pub(super) fn bad_xml(message: impl fmt::Display) -> TwimlError {
    TwimlError { code: 12100, message: format!("document parse failure: {message}") }
}

pub(super) fn schema(message: impl Into<String>) -> TwimlError {
    TwimlError { code: 12200, message: message.into() }
}

/// An element with its attributes, children and text: just enough of a tree.
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    pub(super) text: String,
}

impl Element {
    fn open(tag: &BytesStart<'_>) -> Result<Element, TwimlError> {
        let mut attributes = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(bad_xml)?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(bad_xml)?;
            attributes.push((attribute.key.as_ref().to_string(), value.into_owned()));
        }
        let name = tag.name().as_ref().to_string();
        Ok(Element { name, attributes, children: Vec::new(), text: String::new() })
    }

    /// Refuses attributes that are not listed; what this carrier ignores, another may not.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), TwimlError> {
        match self.attributes.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            Some((key, _)) => Err(schema(format!("<{}> has no attribute {key}", self.name))),
            None => Ok(()),
        }
    }

    pub(super) fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    /// An address; an empty one means the same as none.
    pub(super) fn address(&self, key: &str) -> Option<String> {
        self.attribute(key).filter(|url| !url.is_empty()).map(str::to_owned)
    }

    pub(super) fn number(&self, key: &str, default: u32, least: u32, most: u32) -> Result<u32, TwimlError> {
        match self.attribute(key) {
            None => Ok(default),
            Some(text) => text.parse().ok().filter(|n| (least..=most).contains(n)).ok_or_else(|| {
                schema(format!("<{}> {key} must be a number from {least} to {most}", self.name))
            }),
        }
    }

    pub(super) fn flag(&self, key: &str, default: bool) -> Result<bool, TwimlError> {
        match self.attribute(key) {
            None => Ok(default),
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(_) => Err(schema(format!("<{}> {key} must be true or false", self.name))),
        }
    }

    pub(super) fn method(&self) -> Result<Method, TwimlError> {
        self.method_of("method")
    }

    pub(super) fn method_of(&self, key: &str) -> Result<Method, TwimlError> {
        match self.attribute(key) {
            None | Some("POST") => Ok(Method::Post),
            Some("GET") => Ok(Method::Get),
            Some(_) => Err(schema(format!("<{}> {key} must be GET or POST", self.name))),
        }
    }

    pub(super) fn leaf(&self) -> Result<(), TwimlError> {
        match self.children.first() {
            Some(child) => Err(schema(format!("<{}> is not allowed inside <{}>", child.name, self.name))),
            None => Ok(()),
        }
    }

    pub(super) fn wordless(&self) -> Result<(), TwimlError> {
        if self.text.trim().is_empty() {
            Ok(())
        } else {
            Err(schema(format!("<{}> holds text outside of its verbs", self.name)))
        }
    }
}

/// Reads XML into a tree. Comments and white space between elements are nothing.
pub(super) fn tree(text: &str) -> Result<Element, TwimlError> {
    if text.starts_with(char::is_whitespace) {
        return Err(bad_xml("nothing may stand before the XML header"));
    }
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let event = reader.read_event().map_err(bad_xml)?;
        let closed = match event {
            Event::Start(tag) => {
                open.push(Element::open(&tag)?);
                None
            }
            Event::Empty(tag) => Some(Element::open(&tag)?),
            Event::End(_) => open.pop(),
            Event::Text(words) => {
                add_text(&mut open, &words.xml10_content())?;
                None
            }
            Event::CData(words) => {
                add_text(&mut open, &words.xml10_content())?;
                None
            }
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(bad_xml)?;
                let name = reference.xml10_content();
                match (character, resolve_predefined_entity(&name)) {
                    (Some(character), _) if legal(character) => {
                        add_text(&mut open, character.encode_utf8(&mut [0; 4]))?;
                    }
                    (None, Some(words)) => add_text(&mut open, words)?,
                    _ => return Err(bad_xml("unknown entity or illegal character reference")),
                }
                None
            }
            Event::DocType(_) => return Err(bad_xml("a document type is not allowed")),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => None,
            Event::Eof => break,
        };
        if let Some(element) = closed {
            match open.last_mut() {
                Some(parent) => parent.children.push(element),
                None if root.is_none() => root = Some(element),
                None => return Err(bad_xml("more than one root")),
            }
        }
    }
    match root {
        Some(root) if open.is_empty() => Ok(root),
        _ => Err(bad_xml("the document ends before its root does")),
    }
}

/// Whether XML 1.0 can carry a character.
fn legal(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

fn add_text(open: &mut [Element], words: &str) -> Result<(), TwimlError> {
    if !words.chars().all(legal) {
        return Err(bad_xml("a character that XML cannot carry"));
    }
    match open.last_mut() {
        Some(element) => element.text.push_str(words),
        None if words.trim().is_empty() => {}
        None => return Err(bad_xml("text outside the root")),
    }
    Ok(())
}
