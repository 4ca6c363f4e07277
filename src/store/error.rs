//! What can go wrong in the store, from the drivers' codes, in one place. SQLite's result codes are those of
//! <https://sqlite.org/rescode.html>, PostgreSQL's are its appendix A.
//!
//! An error names the statement, the table and the constraint where they are known, and never a value of a row:
//! statements are constants and values travel beside them, so only what a database says about a value is left out.

use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

/// Why a read or write of the store did not happen. Whatever it is, nothing of the transaction was kept, unless it is
/// [`StoreError::Busy`] after a commit whose answer was lost: that one may have been.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A constraint refused it: somebody was first, or a row it points to is missing. Says which constraint.
    #[error("conflict: {0}")]
    Conflict(String),
    /// A row that must be there is not.
    #[error("no such row")]
    NotFound,
    /// The database cannot just now: locked, full, restarting, out of reach, too slow. Try again.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// A mistake of ours, or a broken database: the same again will fail again.
    #[error("the database refused: {0}")]
    Fault(String),
}

/// A driver's error, judged.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    /// What the caller is told.
    pub(super) error: StoreError,
    /// The transaction may succeed if it is run again at once or a little later.
    pub(super) again: bool,
    /// The connection is no longer to be used.
    pub(super) broken: bool,
    /// The database or the transaction only reads.
    pub(super) read_only: bool,
}

impl Failure {
    /// Passes by waiting: a lock, a deadlock, a full pool.
    fn later(what: impl Into<String>) -> Failure {
        Failure { error: StoreError::Busy(what.into()), again: true, broken: false, read_only: false }
    }

    /// Passes with another connection: this one is gone, or leads to a server that only reads.
    pub(super) fn lost(what: impl Into<String>) -> Failure {
        Failure { error: StoreError::Busy(what.into()), again: true, broken: true, read_only: false }
    }

    /// Will not pass by itself.
    pub(super) fn fault(what: impl Into<String>) -> Failure {
        Failure { error: StoreError::Fault(what.into()), again: false, broken: false, read_only: false }
    }

    /// A transaction's function ended with this though the database had refused nothing.
    pub(super) fn of_function(error: StoreError) -> Failure {
        Failure { error, again: false, broken: false, read_only: false }
    }

    /// SQLite has rolled back a group of transactions because of one of them.
    pub(super) fn lost_group(why: &Failure) -> Failure {
        let error = StoreError::Busy(format!("SQLite gave up the group ({})", why.error));
        Failure { error, ..why.clone() }
    }

    fn conflict(what: impl Into<String>) -> Failure {
        Failure { error: StoreError::Conflict(what.into()), again: false, broken: false, read_only: false }
    }

    pub(super) fn not_found() -> Failure {
        Failure { error: StoreError::NotFound, again: false, broken: false, read_only: false }
    }

    /// Judges what a driver said about `sql`.
    pub(super) fn of(error: &sqlx::Error, sql: &str) -> Failure {
        let within =
            |what: String| if sql.is_empty() { what } else { format!("{what}, in `{}`", opening(sql)) };
        match error {
            sqlx::Error::Database(said) => of_database(said.as_ref(), within),
            sqlx::Error::Io(what) => Failure::lost(format!("connection lost ({what})")),
            sqlx::Error::Tls(_) => Failure::lost("TLS could not be agreed"),
            sqlx::Error::Protocol(_) => Failure::lost("the connection is out of step"),
            sqlx::Error::WorkerCrashed => Failure::lost("the connection's thread is gone"),
            sqlx::Error::PoolTimedOut => Failure::later("no connection was free in time"),
            sqlx::Error::PoolClosed => Failure {
                error: StoreError::Busy("the store is closed".into()),
                again: false,
                broken: true,
                read_only: false,
            },
            sqlx::Error::RowNotFound => Failure::not_found(),
            sqlx::Error::ColumnNotFound(name) => Failure::fault(within(format!("no column {name}"))),
            sqlx::Error::ColumnIndexOutOfBounds { index, .. } => {
                Failure::fault(within(format!("no column number {index}")))
            }
            sqlx::Error::ColumnDecode { index, source } => {
                Failure::fault(within(format!("column {index} {}", decode_trouble(source.as_ref()))))
            }
            sqlx::Error::Decode(source) => {
                Failure::fault(within(format!("a column {}", decode_trouble(source.as_ref()))))
            }
            sqlx::Error::Encode(_) => Failure::fault(within("an argument cannot be sent".into())),
            sqlx::Error::Configuration(what) => Failure::fault(format!("bad database address ({what})")),
            other => Failure::fault(within(variant_name(other))),
        }
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> StoreError {
        failure.error
    }
}

fn of_database(said: &dyn DatabaseError, within: impl Fn(String) -> String) -> Failure {
    match said.try_downcast_ref::<PgDatabaseError>() {
        Some(pg) => of_postgres(pg, within),
        None => {
            of_sqlite(said.code().and_then(|code| code.parse().ok()).unwrap_or(1), said.message(), within)
        }
    }
}

fn of_sqlite(code: i32, message: &str, within: impl Fn(String) -> String) -> Failure {
    // The low byte is the primary code, the rest says more of the same. SQLite's messages name tables, columns and
    // constraints, not values.
    match code & 0xff {
        19 => Failure::conflict(within(message.to_owned())),
        5 | 6 | 7 | 9 | 10 | 13 | 14 | 15 => Failure::later(within(format!("{message} (SQLite {code})"))),
        _ => Failure::fault(within(format!("{message} (SQLite {code})"))),
    }
}

fn of_postgres(said: &PgDatabaseError, within: impl Fn(String) -> String) -> Failure {
    let code = said.code();
    let place = [("constraint", said.constraint()), ("table", said.table()), ("column", said.column())]
        .into_iter()
        .filter_map(|(kind, name)| name.map(|name| format!(" {kind} {name}")))
        .collect::<String>();
    match (&code[..2.min(code.len())], code) {
        ("23", _) => Failure::conflict(within(format!("PostgreSQL {code}{place}"))),
        (_, "40001" | "40P01" | "55P03") => Failure::later(within(format!("PostgreSQL {code}{place}"))),
        // A standby that has not been promoted, or was the primary before: look again through a new connection.
        (_, "25006") => Failure {
            read_only: true,
            ..Failure::lost(within("a write where one may only read (PostgreSQL 25006)".into()))
        },
        (_, "57014") => Failure {
            error: StoreError::Busy(within("the statement took too long (PostgreSQL 57014)".into())),
            again: false,
            broken: false,
            read_only: false,
        },
        // A migration changed a table beneath a prepared statement: a new connection prepares it anew.
        (_, "0A000") if said.routine() == Some("RevalidateCachedQuery") => {
            Failure::lost(within("the table has changed (PostgreSQL 0A000)".into()))
        }
        ("08" | "53", _) => Failure::lost(within(format!("PostgreSQL {code}"))),
        ("57", _) | (_, "25P03") => {
            Failure::lost(within(format!("the server went away (PostgreSQL {code})")))
        }
        // What is wrong with a statement or with who asks; these messages speak of names and types only.
        ("42" | "0A" | "28" | "3D" | "3F" | "25", _) => {
            Failure::fault(within(format!("{} (PostgreSQL {code})", said.message())))
        }
        _ => Failure::fault(within(format!("PostgreSQL {code}{place}"))),
    }
}

/// What kept a column from being read, without what stood in it.
fn decode_trouble(source: &(dyn std::error::Error + Send + Sync + 'static)) -> String {
    let said = source.to_string();
    if source.is::<sqlx::error::UnexpectedNullError>() || said.starts_with("mismatched types") {
        format!("cannot be read: {said}")
    } else {
        "cannot be read".into()
    }
}

/// The name of an error that carries who knows what.
fn variant_name(error: &sqlx::Error) -> String {
    format!("{error:?}").split(|c: char| !c.is_alphanumeric()).next().unwrap_or("unknown").to_owned()
}

/// The first words of a statement, on one line.
fn opening(sql: &str) -> String {
    const SHOWN: usize = 80;
    let words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_codes_are_judged_by_their_low_byte() {
        let cases = [
            (2067, "conflict: UNIQUE constraint failed: t.a", false),
            (787, "conflict: UNIQUE constraint failed: t.a", false),
            (5, "the database is busy: UNIQUE constraint failed: t.a (SQLite 5)", true),
            (517, "the database is busy: UNIQUE constraint failed: t.a (SQLite 517)", true),
            (13, "the database is busy: UNIQUE constraint failed: t.a (SQLite 13)", true),
            (1034, "the database is busy: UNIQUE constraint failed: t.a (SQLite 1034)", true),
            (1, "the database refused: UNIQUE constraint failed: t.a (SQLite 1)", false),
            (11, "the database refused: UNIQUE constraint failed: t.a (SQLite 11)", false),
        ];
        for (code, shown, again) in cases {
            let failure = of_sqlite(code, "UNIQUE constraint failed: t.a", |what| what);
            assert_eq!((failure.error.to_string(), failure.again), (shown.to_owned(), again), "{code}");
        }
    }

    #[test]
    fn a_statement_is_named_by_its_opening() {
        let long = "select a,\n       b from t where ".to_owned() + &"x and ".repeat(40);
        let named = opening(&long);
        assert!(
            named.starts_with("select a, b from t where x and") && named.chars().count() == 81,
            "{named}"
        );
    }

    #[test]
    fn a_value_that_cannot_be_read_is_not_shown() {
        let error =
            sqlx::Error::ColumnDecode { index: "\"body\"".into(), source: "no such colour: mauve".into() };
        assert_eq!(
            Failure::of(&error, "select body from t").error.to_string(),
            "the database refused: column \"body\" cannot be read, in `select body from t`"
        );
    }
}
