//! Every webhook that reached the gateway, byte by byte, and what it was answered; and what all of them left behind.

use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::{Router, http};
use nightbell::args;
use nightbell::store::{StoreError, Tx};
use tower::ServiceExt;

use super::{TOKEN, World};

/// The header that carries the signature.
pub const SIGNATURE: &str = "x-twilio-signature";

/// A webhook as it came, and its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Webhook {
    /// The path and query.
    pub path: String,
    /// The form, encoded.
    pub body: Bytes,
    /// What it was signed with.
    pub signature: String,
    /// How it was answered.
    pub answer: Answer,
}

impl Webhook {
    /// The decoded pairs.
    pub fn form(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(&self.body).into_owned().collect()
    }

    /// What the path is about: `voice`, `turn`, `leg` …
    pub fn kind(&self) -> &str {
        let path = self.path.split('?').next().unwrap_or_default();
        path.split('/').nth(3).unwrap_or_default()
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The body, to be read.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    async fn of(response: Response) -> Answer {
        let status = response.status().as_u16();
        Answer { status, body: to_bytes(response.into_body(), usize::MAX).await.unwrap() }
    }
}

/// What came so far.
#[derive(Clone, Default)]
pub struct Traffic(Arc<Mutex<Vec<Webhook>>>);

impl Traffic {
    /// The same router, watched.
    pub fn watch(&self, router: Router) -> Router {
        router.layer(from_fn_with_state(self.clone(), note))
    }
}

async fn note(State(traffic): State<Traffic>, request: Request, next: Next) -> Response {
    let path = request.uri().path_and_query().unwrap().as_str().to_owned();
    if !path.starts_with("/webhooks/") {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let signature = parts.headers.get(SIGNATURE).map(|value| value.to_str().unwrap().to_owned());
    let request = Request::from_parts(parts, Body::from(body.clone()));
    let (parts, answered) = next.run(request).await.into_parts();
    let answered = to_bytes(answered, usize::MAX).await.unwrap();
    traffic.0.lock().unwrap().push(Webhook {
        path,
        body,
        signature: signature.unwrap_or_default(),
        answer: Answer { status: parts.status.as_u16(), body: answered.clone() },
    });
    Response::from_parts(parts, Body::from(answered))
}

impl World {
    /// Every webhook so far.
    pub fn webhooks(&self) -> Vec<Webhook> {
        self.0.traffic.0.lock().unwrap().clone()
    }

    /// Sends a request to the gateway, signed so or not at all.
    pub async fn send(&self, method: Method, path: &str, body: Bytes, signature: Option<&str>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !body.is_empty() {
            request = request.header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if let Some(signature) = signature {
            request = request.header(SIGNATURE, signature);
        }
        let request = request.body(Body::from(body)).unwrap();
        Answer::of(self.0.router.clone().oneshot(request).await.unwrap()).await
    }

    /// Sends a webhook once more, as it was.
    pub async fn repeat(&self, webhook: &Webhook) -> Answer {
        let Webhook { path, body, signature, .. } = webhook;
        self.send(Method::POST, path, body.clone(), Some(signature)).await
    }

    /// The address of a path, as carriers know it.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.gateway)
    }

    /// What the carrier signs a form with that it posts to a path.
    pub fn signature(&self, path: &str, form: &[(String, String)]) -> String {
        nightbell::simulator::sign(TOKEN, &self.url(path), form)
    }

    /// Every row of every table, with all that stands in it.
    pub async fn every_row(&self) -> Vec<String> {
        let store = self.0.acts.store();
        let tables = match store.read(tables_of_postgres, ()).await {
            Ok(tables) => tables,
            Err(_) => store.read(tables_of_sqlite, ()).await.unwrap(),
        };
        let mut rows = store.read(rows_of, tables).await.unwrap();
        rows.sort();
        rows
    }

    /// Everything that is kept, line by line.
    pub async fn kept(&self) -> Vec<String> {
        self.0.acts.store().read(kept, ()).await.unwrap()
    }
}

/// A table's name, and the statement that reads its rows as texts.
type Table = (String, String);

async fn tables_of_postgres(tx: &mut Tx, (): &()) -> Result<Vec<Table>, StoreError> {
    let tables: Vec<(String,)> = tx
        .all(
            "select cast(table_name as text) from information_schema.tables where table_schema = 'public'",
            args![],
        )
        .await?;
    Ok(tables
        .into_iter()
        .map(|(table,)| (table.clone(), format!("select cast(t as text) from {table} t")))
        .collect())
}

async fn tables_of_sqlite(tx: &mut Tx, (): &()) -> Result<Vec<Table>, StoreError> {
    tx.all(
        "select name, 'select ' || (select group_concat('quote(\"' || name || '\")', ' || ') \
         from pragma_table_info(sqlite_schema.name)) || ' from ' || name from sqlite_schema where type = 'table' \
         and name not like 'sqlite%'",
        args![],
    )
    .await
}

async fn rows_of(tx: &mut Tx, tables: &Vec<Table>) -> Result<Vec<String>, StoreError> {
    let mut all = Vec::new();
    for (table, statement) in tables {
        // A statement of a test's own lives as long as the test.
        let rows: Vec<(String,)> = tx.all(statement.clone().leak(), args![]).await?;
        all.extend(rows.into_iter().map(|(row,)| format!("{table} {row}")));
    }
    Ok(all)
}

async fn kept(tx: &mut Tx, (): &()) -> Result<Vec<String>, StoreError> {
    let mut lines = Vec::new();
    for sql in [
        "select 'ticket ' || id || ' ' || coalesce(cast(next_due as text), '') || ' ' || document from ticket \
         order by id",
        "select 'entries ' || ticket_id || ' ' || entries from ticket_entry order by ticket_id, ordinal",
        "select 'outbox ' || id || ' ' || cast(due as text) || ' ' || cast(fence as text) || ' ' || payload from outbox \
         order by id",
        "select 'call ' || carrier || ' ' || sid || ' ' || coalesce(cast(deadline as text), '') || ' ' || document \
         from call order by carrier, sid",
        "select 'inbox ' || carrier || ' ' || key || ' ' || answer from inbox order by carrier, key",
        "select 'paged ' || desk || ' ' || agent || ' ' || ticket_id from paged order by desk, agent, ticket_id",
        "select 'recording ' || carrier || ' ' || sid || ' ' || cast(seconds as text) || ' ' || \
         coalesce(cast(fetched_at as text), '') from recording order by carrier, sid",
        "select 'dead ' || number || ' ' || method || ' ' || why from dead_method order by number, method",
    ] {
        let rows: Vec<(String,)> = tx.all(sql, args![]).await?;
        lines.extend(rows.into_iter().map(|(line,)| line));
    }
    Ok(lines)
}
