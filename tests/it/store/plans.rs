//! No statement of the store reads a table that grows from end to end. Every statement in the source is put to both
//! databases, which tell how they would carry it out.

use std::fs;
use std::path::Path;

use nightbell::args;
use nightbell::store::{Store, StoreError, Tx};

use crate::support::db::each_database;

/// Tables that stay small: a handful of desks, lines, servers, tokens and flows.
const SMALL: &[&str] =
    &["desk", "desk_version", "line", "flow_version", "instance", "dead_method", "token", "_sqlx_migrations"];

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

async fn sqlite_plan(tx: &mut Tx, sql: &&'static str) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(i64, i64, i64, String)> =
        tx.all(format!("explain query plan {sql}").leak(), args![]).await?;
    Ok(rows.into_iter().map(|(_, _, _, step)| step).collect())
}

async fn postgres_plan(tx: &mut Tx, sql: &&'static str) -> Result<Vec<String>, StoreError> {
    tx.execute("set local enable_seqscan = off", args![]).await?;
    let uncovered = sql.replace("/*pg", "").replace("*/", "");
    let rows: Vec<(String,)> = tx.all(format!("explain (generic_plan) {uncovered}").leak(), args![]).await?;
    Ok(rows.into_iter().map(|(step,)| step).collect())
}

async fn is_sqlite(tx: &mut Tx, (): &()) -> Result<i64, StoreError> {
    tx.one::<(i64,)>("select count(*) from sqlite_schema", args![]).await.map(|(tables,)| tables)
}

#[tokio::test]
async fn no_statement_reads_a_growing_table_from_end_to_end() {
    let statements = statements();
    assert!(statements.len() > 50, "only {} statements were found in the source", statements.len());
    each_database(async |store: Store| {
        let sqlite = store.read(is_sqlite, ()).await.is_ok();
        let mut scans = Vec::new();
        for sql in statements.iter().copied() {
            let plan = match sqlite {
                true => store.write(sqlite_plan, sql).await,
                false => store.write(postgres_plan, sql).await,
            };
            let plan = plan.unwrap_or_else(|error| panic!("{sql}\n{error}"));
            let tables = plan.iter().filter_map(|step| match sqlite {
                true => scanned_by_sqlite(step),
                false => scanned_by_postgres(step),
            });
            scans.extend(
                tables
                    .filter(|table| !SMALL.contains(table))
                    .map(|table| format!("{table}: {sql}\n{plan:#?}")),
            );
        }
        assert!(scans.is_empty(), "read from end to end:\n{}", scans.join("\n"));
    })
    .await;
}
