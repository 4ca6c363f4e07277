//! No statement of the store reads a table that grows from end to end. Every statement in the source is put to both
//! databases, which tell how they would carry it out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use nightbell::store::{Options, Store};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row};

use crate::support::db::FreshPostgres;

/// Tables that stay small: a handful of desks, lines, servers, tokens, flows and accounts.
const SMALL: &[&str] = &[
    "desk",
    "desk_version",
    "line",
    "flow",
    "flow_version",
    "flow_revision",
    "flow_seen",
    "instance",
    "dead_method",
    "token",
    "carrier_heard",
    "account",
    "account_role",
    "account_group_role",
    "audit_head",
    "draft",
    "gap_watch",
    "mute",
];

/// The statements of the migrations.
fn migrations() -> Vec<String> {
    let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations")).unwrap();
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let code = |text: String| {
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.starts_with("--")).collect();
        lines.join(" ")
    };
    let all = texts.map(code).collect::<Vec<_>>().join(";");
    all.split(';').map(|statement| statement.trim().to_owned()).collect()
}

/// The names of what statements make that begin so.
fn made<'a>(statements: &'a [String], begin: &str) -> impl Iterator<Item = &'a str> {
    statements.iter().filter_map(move |statement| statement.strip_prefix(begin)?.split(' ').next())
}

/// The tables that grow with every call: all that the migrations make, but for the small ones.
fn growing() -> BTreeSet<String> {
    let statements = migrations();
    let tables: BTreeSet<String> = made(&statements, "create table ")
        .filter(|table| !SMALL.contains(table))
        .map(str::to_owned)
        .collect();
    assert!(tables.contains("ticket"), "{tables:?}");
    tables
}

/// The indexes of a part of a table: they hold what is under way, which is little however old the table is.
fn partial() -> BTreeSet<String> {
    let mut statements = migrations();
    statements.retain(|statement| statement.contains(" where "));
    let indexes: BTreeSet<String> = made(&statements, "create index ").map(str::to_owned).collect();
    assert!(indexes.contains("ticket_forgotten"), "{indexes:?}");
    indexes
}

/// Statements that a plan is asked for: what stands as a literal in src/store and begins as a statement does.
fn statements() -> Vec<&'static str> {
    let mut found = Vec::new();
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code: String = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .fold(String::new(), |all, line| all + line.trim_start() + "\n");
        for literal in code.split('"').skip(1).step_by(2) {
            let sql = literal.replace("\\\n", "");
            let verbs = ["select ", "insert into ", "update ", "delete from ", "with "];
            if verbs.iter().any(|verb| sql.starts_with(verb)) {
                found.push(&*sql.leak());
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The table that a step of SQLite's plan for a statement reads whole: it says SCAN, and SEARCH where an index leads.
///
/// That it sorts (`USE TEMP B-TREE`) is no fault: where nothing is scanned, it sorts what an index led to, which is one
/// agent's, caller's or number's tickets.
fn scanned_by_sqlite<'a>(sql: &str, step: &'a str) -> Option<&'a str> {
    let (table, way) = step.strip_prefix("SCAN ")?.split_once(' ').unwrap_or((&step[5..], ""));
    // An index that is read in order ends where the limit is met, or with the first.
    let ends = way.contains("INDEX ") && ["limit ", "min(", "max("].iter().any(|word| sql.contains(word));
    let index = way.rsplit(' ').next().unwrap_or_default();
    (!ends && !partial().contains(index)).then_some(table)
}

/// The same of PostgreSQL's, which is asked to avoid it wherever an index could lead.
fn scanned_by_postgres<'a>(_: &str, step: &'a str) -> Option<&'a str> {
    step.split_once("Seq Scan on ")?.1.split(' ').next()
}

fn judge(
    plans: impl IntoIterator<Item = (&'static str, Vec<String>)>,
    scanned: for<'a> fn(&str, &'a str) -> Option<&'a str>,
) {
    let growing = growing();
    let mut asked = 0;
    let mut scans = Vec::new();
    for (sql, plan) in plans {
        asked += 1;
        let tables =
            plan.iter().filter_map(|step| scanned(sql, step)).filter(|table| growing.contains(*table));
        scans.extend(tables.map(|table| format!("{table}: {sql}\n{plan:#?}")));
    }
    assert!(asked > 50, "only {asked} statements were found in the source");
    assert!(scans.is_empty(), "read from end to end:\n{}", scans.join("\n"));
}

#[tokio::test]
async fn sqlite_reads_no_growing_table_from_end_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plans.db");
    let store = Store::open(file.to_str().unwrap(), &Options::default()).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
    let mut conn = SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
    let mut plans = Vec::new();
    for sql in statements() {
        let rows = sqlx::raw_sql(AssertSqlSafe(format!("explain query plan {sql}"))).fetch_all(&mut conn);
        let rows = rows.await.unwrap_or_else(|error| panic!("{sql}\n{error}"));
        plans.push((sql, rows.iter().map(|row| row.get("detail")).collect()));
    }
    conn.close().await.unwrap();
    judge(plans, scanned_by_sqlite);
}

#[tokio::test]
async fn postgres_reads_no_growing_table_from_end_to_end() {
    let database = FreshPostgres::create().await;
    let mut conn = PgConnection::connect(&database.url).await.unwrap();
    let set = "set enable_seqscan = off; set plan_cache_mode = force_generic_plan";
    sqlx::raw_sql(set).execute(&mut conn).await.unwrap();
    let mut plans = Vec::new();
    for sql in statements().into_iter().filter(|sql| !sql.contains("sqlite_version")) {
        let uncovered = sql.replace("/*pg", "").replace("*/", "");
        let nulls = vec!["null"; (1..).take_while(|n| sql.contains(&format!("${n}"))).count()].join(", ");
        let nulls = if nulls.is_empty() { nulls } else { format!("({nulls})") };
        let asked = format!("prepare asked as {uncovered}; explain execute asked{nulls}; deallocate asked");
        let rows = sqlx::raw_sql(AssertSqlSafe(asked)).fetch_all(&mut conn);
        let rows = rows.await.unwrap_or_else(|error| panic!("{sql}\n{error}"));
        assert!(!rows.is_empty(), "{sql}: no plan was given");
        plans.push((sql, rows.iter().map(|row| row.get(0)).collect()));
    }
    conn.close().await.unwrap();
    database.drop().await;
    judge(plans, scanned_by_postgres);
}
