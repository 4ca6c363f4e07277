//! A program with a token: it asks the API, and is told of every trouble in the same way.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use nightbell::act::{Acts, By, Token};
use nightbell::rules::access::{Role, Scope};
use serde_json::Value;
use tower::ServiceExt;

/// A program with a token.
pub struct Program {
    router: Router,
    token: String,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{}", self.body))
    }

    pub fn tag(&self) -> &str {
        self.headers[header::ETAG].to_str().unwrap()
    }

    /// It is that; what was said.
    #[track_caller]
    pub fn is(&self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// It was refused with that word.
    #[track_caller]
    pub fn is_refused(&self, outcome: &str) {
        assert_eq!(self.is(StatusCode::CONFLICT)["outcome"], outcome, "{}", self.body);
    }
}

impl Program {
    /// Of a token that is nobody's, with a role at a desk or at all.
    pub async fn of(acts: &Acts, router: Router, role: Role, desk: Option<&str>) -> Program {
        let token = Token { role, scope: Scope::of(desk), ..Token::viewer("keeper") };
        Program { router, token: acts.create_token(By::command_line(), token).await.unwrap() }
    }

    /// Of somebody who has an account.
    pub async fn of_account(acts: &Acts, router: Router, email: &str, role: Role) -> Program {
        let owner = acts.account_of(email.parse().unwrap()).await.unwrap().unwrap();
        let token = Token { role, account: Some(owner.id), ..Token::viewer("phone") };
        Program { router, token: acts.create_token(By::command_line(), token).await.unwrap() }
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let answer = self.router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap());
        let (parts, body) = answer.await.unwrap().into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        if !parts.status.is_success() && parts.status != StatusCode::NOT_MODIFIED {
            assert_eq!(parts.headers[header::CONTENT_TYPE], "application/problem+json", "{path}: {body}");
        }
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], "").await
    }

    pub async fn put(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let text = [("content-type", "text/plain; charset=utf-8")];
        self.send(Method::PUT, path, &[headers, &text].concat(), body).await
    }

    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let json = [("content-type", "application/json")];
        self.send(Method::POST, path, &[headers, &json].concat(), &body.to_string()).await
    }

    pub async fn delete(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::DELETE, path, headers, "").await
    }
}
