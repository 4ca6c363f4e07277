//! Programs of somebody look at his browsers and sign them out.

use axum::http::StatusCode;
use nightbell::rules::access::Role;
use serde_json::json;

use super::{Site, hours};

const SESSIONS: &str = "/account/sessions";

#[tokio::test]
async fn ones_own_browsers_are_listed_and_signed_out() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let vera = site.somebody("vera", Role::Viewer, Some("night")).await;
        let phone = site.program_of("vera@example.com", Role::Viewer).await;
        site.pass(hours(1));
        let second = site.browser("192.0.2.8");
        second.signs_in("vera@example.com", super::PASSWORD).await.leads_to("/");

        let told = phone.get(SESSIONS).await.is(StatusCode::OK);
        let sessions = told["sessions"].as_array().unwrap();
        let addresses: Vec<_> = sessions.iter().map(|session| &session["address"]).collect();
        assert_eq!(addresses, ["192.0.2.2", "192.0.2.8"], "hers alone: {told}");
        assert_eq!(sessions[1]["means"], "password", "{told}");
        let page = phone.get(&format!("{SESSIONS}?limit=1")).await.json();
        let next = page["next"].as_str().unwrap();
        let rest = phone.get(&format!("{SESSIONS}?limit=1&cursor={next}")).await.json();
        assert_eq!((&rest["sessions"][0], rest.get("next")), (&sessions[1], None));

        let one = format!("{SESSIONS}/{}", sessions[1]["id"].as_str().unwrap());
        // Nobody ends another's, nor learns that there is one.
        let other = site.program_of("ada@example.com", Role::Administrator).await;
        other.delete(&one, &[]).await.is(StatusCode::NOT_FOUND);
        assert!(second.is_in().await);
        phone.delete(&one, &[]).await.is(StatusCode::NO_CONTENT);
        assert!(!second.is_in().await && vera.is_in().await);
        phone.delete(&one, &[]).await.is(StatusCode::NOT_FOUND);
        phone.delete(SESSIONS, &[]).await.is(StatusCode::NO_CONTENT);
        assert!(!vera.is_in().await && ada.is_in().await);
        assert_eq!(phone.get(SESSIONS).await.json(), json!({"sessions": []}));

        let log = other.get("/audit?limit=2").await.json();
        let actions: Vec<_> =
            log["entries"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
        assert_eq!(actions, ["session.end_others", "session.end"], "{log}");

        // A program that may less than its owner has nothing to do with his browsers.
        let narrow = site.program_of("ada@example.com", Role::Viewer).await;
        narrow.get(SESSIONS).await.is(StatusCode::FORBIDDEN);
        narrow.delete(SESSIONS, &[]).await.is(StatusCode::FORBIDDEN);
        // A program that is nobody's has no browsers.
        let nobody = site.program(Role::Administrator, None).await;
        nobody.get(SESSIONS).await.is(StatusCode::FORBIDDEN);
        nobody.delete(SESSIONS, &[]).await.is(StatusCode::FORBIDDEN);
        nobody.delete(&one, &[]).await.is(StatusCode::FORBIDDEN);
    })
    .await;
}
