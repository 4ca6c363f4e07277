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
    "flow_version",
    "instance",
    "dead_method",
    "token",
    "account",
    "account_role",
    "audit_head",
];

/// The tables that grow with every call: all that the migrations make, but for the small ones.
fn growing() -> BTreeSet<String> {
    let mut tables = BTreeSet::new();
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let made = text.lines().filter_map(|line| line.strip_prefix("create table ")?.split(' ').next());
        tables.extend(made.filter(|table| !SMALL.contains(table)).map(str::to_owned));
    }
    assert!(tables.contains("ticket"), "{tables:?}");
    tables
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
            let table = ["select ", "insert into ", "update ", "delete from ", "with "];
            if table.iter().any(|verb| sql.starts_with(verb)) {
                found.push(&*sql.leak());
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The table that a step of SQLite's plan reads whole: it says SCAN, and SEARCH where an index leads.
fn scanned_by_sqlite(step: &str) -> Option<&str> {
    let table = step.strip_prefix("SCAN ")?;
    // An index that is read in order only until the limit is met is no scan of the table.
    (!table.contains(" USING ")).then(|| table.split(' ').next())?
}

/// The same of PostgreSQL's, which is asked to avoid it wherever an index could lead.
fn scanned_by_postgres(step: &str) -> Option<&str> {
    step.split_once("Seq Scan on ")?.1.split(' ').next()
}

fn judge(plans: impl IntoIterator<Item = (&'static str, Vec<String>)>, scanned: fn(&str) -> Option<&str>) {
    let growing = growing();
    let mut asked = 0;
    let mut scans = Vec::new();
    for (sql, plan) in plans {
        asked += 1;
        let tables = plan.iter().filter_map(|step| scanned(step)).filter(|table| growing.contains(*table));
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
