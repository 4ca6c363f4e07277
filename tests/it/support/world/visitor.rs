//! Somebody before the gateway's pages, signed in.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use nightbell::act::By;
use nightbell::rules::access::{Role, Scope};
use tower::ServiceExt;

use super::World;

/// Somebody with a browser that is signed in.
pub struct Visitor {
    world: World,
    cookie: String,
}

impl World {
    /// Somebody with that role at every desk.
    pub async fn visitor(&self, name: &str, role: Role) -> Visitor {
        let email = format!("{name}@example.com").parse().unwrap();
        let secret = self.0.acts.invite(By::command_line(), email, role, Scope::EveryDesk).await.unwrap();
        let request = Request::post(format!("/join/{secret}"))
            .header(header::ORIGIN, &self.0.gateway)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("name={name}&password=three+quiet+geese+at+noon")));
        let answer = self.0.router.clone().oneshot(request.unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        Visitor { world: self.clone(), cookie: cookie.split(';').next().unwrap().to_owned() }
    }
}

impl Visitor {
    /// Opens a page, which there is.
    pub async fn opens(&self, path: &str) -> String {
        let request = Request::get(path).header(header::COOKIE, &self.cookie).body(Body::empty());
        let answer = self.world.0.router.clone().oneshot(request.unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }
}
