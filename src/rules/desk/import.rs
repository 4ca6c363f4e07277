//! Agents from a table, as spreadsheets write it (CSV, with commas, semicolons or tabs): what of the desk would change by
//! it, or every mistake in it with its line. Nothing is done by halves: a table with a mistake changes nothing.
//!
//! What [`super::export`] writes is read again as it was.

use std::collections::BTreeMap;

use super::edit::{Change, Edit};
use super::{Agent, Desk, Phone};
use crate::rules::contact::PhoneNumber;
use crate::rules::people::AgentKey;
use crate::rules::policy::MethodKind;
use crate::rules::source::Problem;
use crate::rules::zone::Zone;

/// The columns that a table may have; `key`, `name` and `phone` it must.
pub const COLUMNS: [&str; 6] = ["key", "name", "phone", "email", "zone", "language"];

/// The most agents that one table brings.
pub const MOST_ROWS: usize = 300;

/// What a table would change.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Import {
    /// Agents that the desk does not have yet.
    pub new: Vec<Agent>,
    /// Agents as they are and as they would be.
    pub changed: Vec<(Agent, Agent)>,
    /// How many stay as they are.
    pub same: usize,
    /// In which line of the table each agent stands.
    pub lines: BTreeMap<AgentKey, usize>,
}

impl Import {
    /// The edits that bring it about.
    pub fn edits(self) -> Vec<Edit> {
        let new = self.new.into_iter().map(|agent| Edit::Agent(Change::add(agent)));
        let changed = self.changed.into_iter().map(|(was, now)| Edit::Agent(Change::replace(was, now)));
        new.chain(changed).collect()
    }

    /// Reads a table against a desk. Who is in the desk and not in the table stays; what the table has no column for
    /// stays too.
    pub fn read(desk: &Desk, text: &str) -> Result<Import, Vec<Problem>> {
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter(text))
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let columns = columns(&mut reader)?;
        let mut table = Table { desk, columns, import: Import::default(), problems: Vec::new() };
        let mut numbers: BTreeMap<PhoneNumber, AgentKey> = BTreeMap::new();
        for (index, record) in reader.records().enumerate() {
            // Where a record begins, the reader counts empty lines before it as a part of it.
            let line = |position: Option<&csv::Position>| {
                let byte = position.map_or(0, csv::Position::byte);
                let (before, rest) = text.split_at(usize::try_from(byte).unwrap_or(0).min(text.len()));
                let blank = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
                before.matches('\n').count() + rest[..blank].matches('\n').count() + 1
            };
            match record {
                _ if index >= MOST_ROWS => {
                    let what = format!("there are more than {MOST_ROWS} agents");
                    table.note(index + 2, what, "bring them in several tables");
                    break;
                }
                Err(error) => {
                    table.note(
                        line(error.position()),
                        "this is no line of a table",
                        "write it in UTF-8, and close each quote",
                    );
                }
                Ok(record) if record.iter().all(str::is_empty) => {}
                Ok(record) if record.iter().any(|cell| cell.contains(char::REPLACEMENT_CHARACTER)) => {
                    table.note(
                        line(record.position()),
                        "some of its letters cannot be read",
                        "save the table as CSV in UTF-8",
                    );
                }
                Ok(record) => {
                    let line = line(record.position());
                    let Some((was, now)) = table.agent(line, &record) else { continue };
                    if let Some(before) = table.import.lines.insert(now.key.clone(), line) {
                        table.note(
                            line,
                            format!("agent `{}` is in line {before} as well", now.key),
                            "take one of them out",
                        );
                    }
                    for phone in &now.phones {
                        let other = numbers.insert(phone.number.clone(), now.key.clone());
                        if let Some(other) = other.filter(|other| *other != now.key) {
                            let what = format!("{} is the number of `{other}` as well", phone.number);
                            table.note(line, what, "give each agent a number of his own");
                        }
                    }
                    table.keep(was, now);
                }
            }
        }
        let Table { import, problems, .. } = table;
        match (import.new.len() + import.changed.len() + import.same, problems) {
            (0, problems) if problems.is_empty() => {
                let remedy = "write a line for each agent below the line of the columns' names";
                Err(vec![Problem { line: 1, what: "there is no agent in it".into(), remedy: remedy.into() }])
            }
            (_, problems) if problems.is_empty() => Ok(import),
            (_, problems) => Err(problems),
        }
    }
}

/// What stands between the cells, by the names of the columns: spreadsheets of half the world write semicolons, and what
/// is copied out of one has tabs.
fn delimiter(text: &str) -> u8 {
    let head = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |delimiter: u8| head.bytes().filter(|byte| *byte == delimiter).count();
    // Of several that are as many, the last is the one that `max_by_key` finds.
    [b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// A cell without the apostrophe by which it was kept from being a formula.
fn plain(cell: &str) -> &str {
    let text = cell.strip_prefix('\'').unwrap_or(cell);
    if is_formula(text) { text } else { cell }
}

/// Whether spreadsheets take a cell for a formula. Blanks and line ends before it are passed over by some.
pub fn is_formula(cell: &str) -> bool {
    cell.trim_start().starts_with(['=', '+', '-', '@']) || cell.starts_with(['\t', '\r', '\n'])
}

/// Which column of the table each known one is.
fn columns(reader: &mut csv::Reader<&[u8]>) -> Result<[Option<usize>; 6], Vec<Problem>> {
    let mut columns = [None; 6];
    let mut problems = Vec::new();
    let remedy = format!("name the columns {}", COLUMNS.join(","));
    let mut note = |what: String| problems.push(Problem { line: 1, what, remedy: remedy.clone() });
    match reader.headers() {
        Err(_) => note("the first line cannot be read".into()),
        Ok(heads) => {
            for (index, head) in heads.iter().enumerate().filter(|(_, head)| !head.is_empty()) {
                match COLUMNS.iter().position(|column| column.eq_ignore_ascii_case(head)) {
                    None => note(format!("there is no column `{head}`")),
                    Some(column) if columns[column].is_some() => {
                        note(format!("there are two columns `{head}`"))
                    }
                    Some(column) => columns[column] = Some(index),
                }
            }
            for (column, name) in columns.iter().zip(COLUMNS).take(3) {
                if column.is_none() {
                    note(format!("the column `{name}` is missing"));
                }
            }
        }
    }
    if problems.is_empty() { Ok(columns) } else { Err(problems) }
}

/// A table while it is read.
struct Table<'a> {
    desk: &'a Desk,
    columns: [Option<usize>; 6],
    import: Import,
    problems: Vec<Problem>,
}

impl<'a> Table<'a> {
    fn note(&mut self, line: usize, what: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(Problem { line, what: what.into(), remedy: remedy.into() });
    }

    fn keep(&mut self, was: Option<Agent>, now: Agent) {
        match was {
            None => self.import.new.push(now),
            Some(was) if was == now => self.import.same += 1,
            Some(was) => self.import.changed.push((was, now)),
        }
    }

    /// The agent of a line, and as the desk has him.
    fn agent(&mut self, line: usize, record: &csv::StringRecord) -> Option<(Option<Agent>, Agent)> {
        let [key, name, phone, email, zone, language] =
            self.columns.map(|column| column.map(|column| plain(record.get(column).unwrap_or_default())));
        let before = self.problems.len();
        let key: Option<AgentKey> = match key.unwrap_or_default().parse() {
            Ok(key) => Some(key),
            Err(misread) => {
                let crate::rules::written::Misread { what, remedy } = misread;
                self.note(line, what, remedy);
                None
            }
        };
        let name = name.unwrap_or_default();
        if name.is_empty() {
            self.note(line, "the agent has no name", "write the name that colleagues and callers hear");
        }
        let was = key.as_ref().and_then(|key| self.desk.agent(key)).cloned();
        let phones = self.phones(line, phone.unwrap_or_default(), was.as_ref());
        let zone = match zone.filter(|zone| !zone.is_empty()).map(str::parse::<Zone>) {
            Some(Err(error)) => {
                self.note(line, error.what, error.remedy);
                None
            }
            Some(Ok(zone)) => Some(zone),
            None => None,
        };
        if self.problems.len() > before {
            return None;
        }
        let text = |column: Option<&str>| column.filter(|text| !text.is_empty()).map(str::to_owned);
        let mut now = was.clone().unwrap_or(Agent {
            key: key?,
            name: String::new(),
            phones: Vec::new(),
            email: None,
            zone: None,
            language: self.desk.lines.first().map_or("en", |line| line.first_language()).to_owned(),
            rules: Vec::new(),
        });
        (now.name, now.phones) = (name.to_owned(), phones);
        if email.is_some() {
            now.email = text(email);
        }
        if self.columns[4].is_some() {
            now.zone = zone;
        }
        if let Some(language) = text(language) {
            now.language = language;
        }
        Some((was, now))
    }

    /// The numbers of a cell, the preferred first. A number that the agent has keeps what it takes.
    fn phones(&mut self, line: usize, cell: &str, was: Option<&Agent>) -> Vec<Phone> {
        let plan = self.desk.number_plan();
        let mut phones: Vec<Phone> = Vec::new();
        for text in cell.split([';', '/', '|', '\n']).map(str::trim).filter(|text| !text.is_empty()) {
            match plan.parse_dialled(text) {
                Ok(number) => {
                    let known = was.and_then(|was| was.phones.iter().find(|phone| phone.number == number));
                    let both = || Phone {
                        number: number.clone(),
                        methods: vec![MethodKind::Sms, MethodKind::Voice],
                    };
                    phones.push(known.cloned().unwrap_or_else(both));
                }
                Err(problem) => {
                    self.note(
                        line,
                        format!("`{text}` cannot be called: {problem}"),
                        "write the whole number with + and its country code",
                    );
                }
            }
        }
        if cell.is_empty() {
            self.note(
                line,
                "the agent has no telephone",
                "write at least one number; several with / between them",
            );
        }
        phones
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESK: &str = include_str!("../../../tests/desks/reservations.toml");

    fn read(table: &str) -> Result<Import, Vec<String>> {
        let told = |problem: &Problem| problem.at("agents").to_string();
        Import::read(&Desk::parse(DESK).unwrap(), table).map_err(|found| found.iter().map(told).collect())
    }

    #[test]
    fn a_table_adds_and_changes_and_leaves_alone() {
        let table = "\u{feff}key,name,phone,email\n\
            ada,Ada Moss,+18025550111,ada@reservations.example.com\n\
            cleo,Cleo Hart,(802) 555-0114 / 802 555 0115,\n\n\
            dan,\"Dan \"\"Dee\"\" Lake\",+18025550116,dan@example.com\n";
        let import = read(table).unwrap();
        assert_eq!(import.same, 1);
        assert_eq!(
            (import.new[0].name.as_str(), import.new[0].language.as_str()),
            ("Dan \"Dee\" Lake", "en")
        );
        let (was, now) = &import.changed[0];
        assert_eq!((was.key.as_str(), now.email.as_deref()), ("cleo", None));
        assert_eq!(now.phones[0].methods, [MethodKind::Voice], "it takes what it took");
        assert_eq!(now.phones[1].number.as_str(), "+18025550115");
        let edits = import.edits();
        let text = super::super::edit::edited(DESK, &edits).unwrap();
        let again = Import::read(&Desk::parse(&text).unwrap(), table).unwrap();
        assert_eq!((again.same, again.new.len(), again.changed.len()), (3, 0, 0));
    }

    #[test]
    fn commas_semicolons_and_tabs_are_read_with_quotes_and_marks() {
        for table in [
            "key,name,phone\ndan,\"Lake, Dan; \"\"Dee\"\"\",+18025550116\n",
            "\u{feff}key;name;phone\r\ndan;\"Lake, Dan; \"\"Dee\"\"\";'+18025550116\r\n",
            "key\tname\tphone\ndan\t\"Lake, Dan; \"\"Dee\"\"\"\t(802) 555-0116\n",
            "\n\nphone,\"name\",key\n802-555-0116,\"Lake, Dan; \"\"Dee\"\"\",dan",
        ] {
            let import = read(table).unwrap_or_else(|found| panic!("{table}: {found:#?}"));
            let dan = &import.new[0];
            assert_eq!((&*dan.name, dan.phones[0].number.as_str()), ("Lake, Dan; \"Dee\"", "+18025550116"));
        }
        assert_eq!(plain("'+1"), "+1");
        assert_eq!(plain("'s-Hertogenbosch"), "'s-Hertogenbosch");
    }

    #[test]
    fn what_has_no_column_stays() {
        let import = read("phone;name;key\n+18025550112;Ben Snow;ben\n").unwrap();
        let (was, now) = &import.changed[0];
        assert_eq!((was.zone, &was.email, now.name.as_str()), (now.zone, &now.email, "Ben Snow"));
        let import = read("key,name,phone,zone\nben,Ben Frost,+18025550112,\n").unwrap();
        assert_eq!(import.changed[0].1.zone, None);
    }

    #[test]
    fn every_mistake_is_named_with_its_line() {
        for (table, expected) in [
            ("", &["1: the column `key` is missing", "1: the column `name`", "1: the column `phone`"][..]),
            ("key,name,phone\n", &["1: there is no agent in it"]),
            (
                "key,name,phone,pager,KEY\n",
                &["1: there is no column `pager`", "1: there are two columns `KEY`"],
            ),
            ("key,name,phone\nDan,Dan,+18025550116\n", &["2: `Dan` is no short name"]),
            (
                "key,name,phone\n\n\ndan,,12\n",
                &["4: the agent has no name", "4: `12` cannot be called: it has too few"],
            ),
            ("key,name,phone\ndan,D\u{fffd},+18025550116\n", &["2: some of its letters cannot be read"]),
            ("key,name,phone\ndan\n", &["2: the agent has no name", "2: the agent has no telephone"]),
            (
                "key,name,phone,zone\ndan,\"D\nL\",+18025550116,Mars\neve,E,+18025550116,\neve,E,+18025550116,UTC\n",
                &["2: `Mars` is no time zone", "5: agent `eve` is in line 4 as well"],
            ),
            (
                "key,name,phone\ndan,D,+18025550116\neve,E,+18025550116\n",
                &["3: +18025550116 is the number of `dan` as well"],
            ),
        ] {
            let found = read(table).unwrap_err();
            assert_eq!(found.len(), expected.len(), "{table}: {found:#?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!(found.starts_with(&format!("agents:{expected}")), "{found} is not {expected}");
            }
        }
        let many: String =
            (0..=MOST_ROWS).map(|index| format!("a{index},A,+1802555{:04}\n", 100 + index % 100)).collect();
        assert!(
            read(&format!("key,name,phone\n{many}"))
                .unwrap_err()
                .iter()
                .any(|line| line.contains("more than 300"))
        );
    }
}
