//! The carriers, as administrators see them.

use axum::http::StatusCode;

use super::desk_pages::manager;
use super::{PASSWORD, Site, seconds};

#[tokio::test]
async fn carriers_are_told_without_their_secrets() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let seen = ada.get("/carriers").await;
        seen.says(
            StatusCode::OK,
            &[
                "https://pager.example.com/webhooks/main/voice",
                "https://pager.example.com/webhooks/main/status",
                "https://pager.example.com/webhooks/main/sms",
                "AC00000000000000000000000000000001",
                "+18025550100: texts and calls",
                "+18025550190 Emergency line (Night Support)",
                "is well",
            ],
        );
        seen.hides(&["a-token"]);
        manager(site).await.get("/carriers").await.says(StatusCode::FORBIDDEN, &[]);
    })
    .await;
}

#[tokio::test]
async fn when_a_carrier_was_heard_of_is_known_after_a_restart() {
    Site::each(async |site| {
        let first = site.acts.clock().now();
        // Nobody has heard of it, and nothing says when.
        let ada = site.administrator().await;
        ada.get("/carriers").await.says(StatusCode::OK, &["No webhook of its has come yet."]);
        let restarted =
            async || Site::of_process(site.store.clone(), site.clock.clone(), "other", |_| {}).await.acts;
        // The row is written with a heartbeat, at most once a minute.
        for (after, kept) in [(0, 0), (30, 0), (31, 61)] {
            site.pass(seconds(after));
            site.acts.hears_of("main");
            site.acts.beat(&site.engine.carriers()).await.unwrap();
            assert_eq!(restarted().await.heard_of("main"), Some(first + seconds(kept)), "{after}");
        }
        let again = Site::of_process(site.store.clone(), site.clock.clone(), "other", |_| {}).await;
        let ada = again.browser("192.0.2.1");
        ada.signs_in("ada@example.com", PASSWORD).await;
        ada.get("/carriers").await.says(StatusCode::OK, &["A webhook of its came last on "]);
    })
    .await;
}
