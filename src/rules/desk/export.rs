//! Agents as a table (CSV, RFC 4180), in the columns that [`super::import`] reads. A telephone that takes only texts or
//! only calls is written as any other: the table says who can be reached where, and the desk's file the rest.

use super::Desk;
use super::import::{COLUMNS, is_formula};

/// The agents of a desk, in its order.
pub fn agents(desk: &Desk) -> Result<Vec<u8>, csv::Error> {
    let mut sheet = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    sheet.write_record(COLUMNS)?;
    for agent in &desk.agents {
        let phones: Vec<&str> = agent.phones.iter().map(|phone| phone.number.as_str()).collect();
        let row = [
            agent.key.to_string(),
            agent.name.clone(),
            phones.join(" / "),
            agent.email.clone().unwrap_or_default(),
            agent.zone.map(|zone| zone.to_string()).unwrap_or_default(),
            agent.language.clone(),
        ];
        sheet.write_record(row.iter().map(|cell| harmless(cell)))?;
    }
    sheet.into_inner().map_err(|error| error.into_error().into())
}

/// A cell that no spreadsheet takes for a formula: an apostrophe before it makes it a text.
pub fn harmless(cell: &str) -> String {
    if is_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::import::Import;
    use super::*;

    const DESK: &str = include_str!("../../../tests/desks/reservations.toml");

    #[test]
    fn what_is_written_is_read_again_as_it_was() {
        let hostile = DESK.replace("name = \"Ada Moss\"", "name = \"=1+1, \\\"Ada\\\"; M\"");
        for text in [DESK, &hostile] {
            let desk = Desk::parse(text).unwrap();
            let table = String::from_utf8(agents(&desk).unwrap()).unwrap();
            assert!(table.starts_with("key,name,phone,email,zone,language\r\n"), "{table}");
            assert!(table.contains("'+18025550113 / +18025550114"), "{table}");
            let import = Import::read(&desk, &table).unwrap();
            assert_eq!((import.same, import.new.len(), import.changed.len()), (3, 0, 0), "{table}");
        }
    }

    #[test]
    fn no_cell_begins_a_formula() {
        for (cell, written) in [
            ("", ""),
            ("Lakeside Lodge", "Lakeside Lodge"),
            ("=1+1", "'=1+1"),
            ("+18025550100", "'+18025550100"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            (" =1", "' =1"),
            ("\rx", "'\rx"),
            ("a=1", "a=1"),
            ("’=1", "’=1"),
        ] {
            assert_eq!(harmless(cell), written, "{cell:?}");
        }
    }
}
