//! A token opens what its role and its desk allow.

use axum::http::{Request, StatusCode, header};
use nightbell::act::{By, CallIn, Token};
use nightbell::args;
use nightbell::rules::access::Scope;
use nightbell::store::{StoreError, Tx};
use serde_json::Value;
use tower::ServiceExt;

use super::Site;

pub(super) async fn ask(site: &Site, token: &str, path: &str) -> (StatusCode, Value) {
    let request =
        Request::get(format!("/api/v1{path}")).header(header::AUTHORIZATION, format!("Bearer {token}"));
    let answer = site.router.clone().oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    let status = answer.status();
    let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

pub(super) async fn call(site: &Site, sid: &str, line: &str) {
    let call = CallIn {
        carrier: "main".into(),
        sid: sid.into(),
        from: "+18025550121".into(),
        to: line.parse().unwrap(),
        forwarded: false,
    };
    site.acts.accept_call(call).await.unwrap();
}

async fn from_before_roles(tx: &mut Tx, (): &()) -> Result<u64, StoreError> {
    tx.execute("update token set role = null, desk = null where name = 'old'", args![]).await
}

#[tokio::test]
async fn a_token_of_one_desk_sees_that_desk_alone() {
    Site::each(async |site| {
        call(site, "CA1", "+18025550100").await;
        call(site, "CA2", "+18025550190").await;
        call(site, "CA3", "+18025550190").await;
        let of_night = Token { scope: Scope::Desk("night".into()), ..Token::viewer("night") };
        let of_night = site.acts.create_token(By::command_line(), of_night).await.unwrap();
        let of_all = site.acts.create_token(By::command_line(), Token::viewer("old")).await.unwrap();
        site.store.write(from_before_roles, ()).await.unwrap();

        let desks = |body: &Value| -> Vec<String> {
            let all = body["tickets"].as_array().or(body["desks"].as_array()).unwrap();
            all.iter().map(|one| one["desk"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(desks(&ask(site, &of_night, "/tickets").await.1), ["night", "night"]);
        assert_eq!(desks(&ask(site, &of_night, "/tickets?desk=night").await.1), ["night", "night"]);
        assert_eq!(desks(&ask(site, &of_night, "/on-call").await.1), ["night"]);
        assert_eq!(desks(&ask(site, &of_all, "/tickets").await.1).len(), 3);
        assert_eq!(desks(&ask(site, &of_all, "/on-call").await.1), ["night", "reservations"]);

        // Both desks have a ticket 1001: it is told its own. The others' are not there at all.
        assert_eq!(ask(site, &of_night, "/tickets/1001").await.1["desk"], "night");
        for path in
            ["/tickets?desk=reservations", "/tickets/1001?desk=reservations", "/on-call?desk=reservations"]
        {
            let (status, body) = ask(site, &of_night, path).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(
                body,
                ask(site, &of_night, &path.replace("reservations", "nowhere")).await.1,
                "{path}"
            );
            assert_eq!(ask(site, &of_all, path).await.0, StatusCode::OK, "{path}");
        }
        let of_reservations = Token { scope: Scope::Desk("reservations".into()), ..Token::viewer("day") };
        let of_reservations = site.acts.create_token(By::command_line(), of_reservations).await.unwrap();
        assert_eq!(ask(site, &of_night, "/tickets/1002").await.0, StatusCode::OK);
        assert_eq!(ask(site, &of_reservations, "/tickets/1002").await.0, StatusCode::NOT_FOUND);

        let of_nowhere = Token { scope: Scope::Desk("nowhere".into()), ..Token::viewer("x") };
        assert!(site.acts.create_token(By::command_line(), of_nowhere).await.is_err());
    })
    .await;
}
