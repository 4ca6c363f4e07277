//! The carriers, as administrators see them.

use axum::http::StatusCode;

use super::Site;
use super::desk_pages::manager;

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
