//! What must be so for a change to be made: `If-Match` and `If-None-Match`, as lists of entity tags (RFC 9110). Of several
//! that a program has looked at, any may be the one that is in force.

use axum::extract::FromRequestParts;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};

use super::App;
use super::problem::Problem;

/// What must be so for a change to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// It is at one of these versions (`If-Match: "3"`, or several).
    Versions(Vec<i64>),
    /// It is there, at whatever version (`If-Match: *`).
    There,
    /// It is not there yet (`If-None-Match: *`).
    New,
}

impl FromRequestParts<App> for Condition {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Condition, Problem> {
        match (said(&parts.headers, IF_MATCH), said(&parts.headers, IF_NONE_MATCH)) {
            (Some(tag), None) if tag == "*" => Ok(Condition::There),
            (Some(tags), None) => versions_of(&tags).map(Condition::Versions).ok_or(Problem::Condition),
            (None, Some(tag)) if tag == "*" => Ok(Condition::New),
            (None, None) => Err(Problem::NoCondition),
            _ => Err(Problem::Condition),
        }
    }
}

/// A list in a header, which may be sent in several lines; none if the header is not there.
fn said(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let lines: Vec<&str> =
        headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default().trim()).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// The tags of a list (RFC 9110), without their marks; none if it is no list of strong tags.
pub(super) fn tags_of(list: &str) -> Option<Vec<&str>> {
    let (mut tags, mut rest) = (Vec::new(), list.trim());
    loop {
        // A tag may hold a comma.
        let (tag, after) = rest.strip_prefix('"')?.split_once('"')?;
        tags.push(tag);
        let after = after.trim_start();
        if after.is_empty() {
            return Some(tags);
        }
        rest = after.strip_prefix(',')?.trim_start();
    }
}

/// What an `If-Match` says, if it is there.
pub(super) fn if_match(headers: &HeaderMap) -> Option<String> {
    said(headers, IF_MATCH)
}

impl Condition {
    /// The version that something at `version` is to be at for a change to be made: that one, if it meets the condition,
    /// or else one that it is not at. 0 is that of what is not there yet.
    pub(super) fn expected(&self, version: i64) -> i64 {
        match self {
            Condition::Versions(wanted) if wanted.contains(&version) => version,
            Condition::There if version > 0 => version,
            Condition::Versions(_) | Condition::There => -1,
            Condition::New => 0,
        }
    }
}

/// The versions that tags of ours name; one that is none of ours names a version that there never is.
fn versions_of(list: &str) -> Option<Vec<i64>> {
    let version = |tag: &str| tag.parse().ok().filter(|version| *version > 0).unwrap_or(-1);
    Some(tags_of(list)?.into_iter().map(version).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_ours_name_versions_and_others_none_that_there_is() {
        for (list, versions) in [
            ("\"3\"", Some(vec![3])),
            ("\"77\", \"3\"", Some(vec![77, 3])),
            ("\"77\",\"3\" ,  \"4\"", Some(vec![77, 3, 4])),
            ("\"a,b\", \"3\"", Some(vec![-1, 3])),
            ("\"0\"", Some(vec![-1])),
            ("\"-3\"", Some(vec![-1])),
            ("\"abc\"", Some(vec![-1])),
            ("W/\"3\"", None),
            ("\"3\", W/\"4\"", None),
            ("\"3\" \"4\"", None),
            ("\"3\",", None),
            ("*, \"3\"", None),
            ("3", None),
            ("", None),
            ("\"", None),
        ] {
            assert_eq!(versions_of(list), versions, "{list}");
        }
    }

    #[test]
    fn what_is_at_one_of_the_versions_meets_the_condition() {
        let wanted = Condition::Versions(vec![77, 3]);
        for (condition, version, expected) in [
            (&wanted, 3, 3),
            (&wanted, 4, -1),
            (&wanted, 0, -1),
            (&Condition::There, 4, 4),
            (&Condition::There, 0, -1),
            (&Condition::New, 0, 0),
            (&Condition::New, 4, 0),
        ] {
            assert_eq!(condition.expected(version), expected, "{condition:?} {version}");
        }
    }
}
