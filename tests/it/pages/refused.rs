//! What nobody gets: forms of other sites, pages without signing in, pages that are not there.

use axum::http::{StatusCode, header};

use super::{PASSWORD, PUBLIC, Site};

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let before = site.acts.audit_head().await.unwrap();
        let form = [("name", "Eve"), ("email", "ada@example.com"), ("password", PASSWORD)];
        let evil = "https://evil.example.org";
        for said in [
            &[] as &[_],
            &[("origin", evil)],
            &[("origin", "null")],
            &[("origin", "http://pager.example.com")],
            &[("origin", "https://pager.example.com:444")],
            &[("origin", "https://pager.example.com.example.org")],
            &[("origin", PUBLIC), ("sec-fetch-site", "cross-site")],
            &[("origin", PUBLIC), ("sec-fetch-site", "same-site")],
            &[("origin", PUBLIC), ("sec-fetch-site", "none")],
            &[("referer", "https://pager.example.com/account")],
        ] {
            for path in ["/account/name", "/sign-out", "/sign-in", "/people/invite"] {
                let refused = ada.post_with(path, &form, said).await;
                refused.says(StatusCode::FORBIDDEN, &["Nothing was changed"]);
                assert!(!refused.headers.contains_key(header::SET_COOKIE), "{path} {said:?}");
            }
        }
        assert_eq!(site.acts.audit_head().await.unwrap(), before);
        ada.post_with("/account/name", &form, &[("sec-fetch-site", "same-origin")])
            .await
            .leads_to("/account?done=name");
    })
    .await;
}

#[tokio::test]
async fn every_page_but_the_door_asks_who_is_there() {
    Site::each(async |site| {
        site.administrator().await;
        let stranger = site.browser("192.0.2.9");
        for path in [
            "/",
            "/account",
            "/account/second-factor",
            "/audit",
            "/board",
            "/board?desk=night",
            "/people",
            "/people/01J",
            "/tickets",
            "/tickets/01J",
            "/tickets/01J/recordings/1",
        ] {
            let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
            stranger.get(path).await.leads_to(&format!("/sign-in?next={next}"));
        }
        for path in [
            "/sign-out",
            "/account/name",
            "/account/password",
            "/account/second-factor",
            "/account/second-factor/off",
            "/account/sessions/01J/end",
            "/account/sessions/end-others",
            "/people/invite",
            "/people/withdraw",
            "/people/01J/role",
            "/people/01J/disable",
            "/people/01J/enable",
            "/people/01J/end-sessions",
            "/people/01J/reset",
            "/tickets/01J/commands",
        ] {
            // There is no page there to come back to.
            stranger.post(path, &[]).await.leads_to("/sign-in?next=%2F");
        }
        let stream = stranger.get("/board/events").await;
        assert_eq!(stream.body, "event: over\ndata: signed out\n\n");
        for guess in ["nothing", "", "x=y", &"0".repeat(64), &"a".repeat(5000)] {
            stranger.cookies.borrow_mut().insert("__Host-nightbell".into(), guess.to_owned());
            assert!(!stranger.is_in().await, "{guess}");
        }
        stranger.get("/nothing").await.says(StatusCode::NOT_FOUND, &["no such page"]);
        stranger.get("/assets/nightbell-0.css").await.says(StatusCode::NOT_FOUND, &[]);
        assert_eq!(stranger.get("/sign-out").await.status, StatusCode::METHOD_NOT_ALLOWED);
        let large = "x".repeat(70_000);
        let refused = stranger.post("/sign-in", &[("email", &large)]).await;
        assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    })
    .await;
}

#[tokio::test]
async fn the_style_is_kept_for_ever_and_pages_never() {
    Site::each(async |site| {
        let browser = site.browser("192.0.2.9");
        let door = browser.get("/sign-in").await;
        assert_eq!(door.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(door.headers[header::REFERRER_POLICY], "same-origin");
        let style = door.between("rel=\"stylesheet\" href=\"", "\"");
        let style = browser.get(&style).await;
        style.says(StatusCode::OK, &["light-dark(", ":focus-visible"]);
        assert_eq!(style.headers[header::CONTENT_TYPE], "text/css; charset=utf-8");
        assert_eq!(style.headers[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    })
    .await;
}

#[tokio::test]
async fn an_address_that_cannot_be_read_gets_a_page() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let desk = "/desks/reservations";
        for path in [
            "/audit?before=abc".to_owned(),
            "/tickets?before=abc".into(),
            "/reports?from=zzz&to=%".into(),
            format!("{desk}/feeds?before=abc"),
            format!("{desk}/versions?before=abc"),
            format!("{desk}/customers?page=abc"),
        ] {
            let page = ada.get(&path).await;
            assert!(!page.body.contains("deserialize"), "{path}: {}", page.body);
            assert!(page.body.contains("<html"), "{path}: {}", page.body);
        }
        for path in ["/audit?before=abc".to_owned(), format!("{desk}/feeds?before=abc")] {
            let words = ["This address cannot be read", "follow a link to the page"];
            ada.get(&path).await.says(StatusCode::BAD_REQUEST, &words);
        }
        for path in [format!("{desk}/versions/99999999999999999999"), format!("{desk}/versions/abc")] {
            ada.get(&path).await.says(StatusCode::NOT_FOUND, &["There is no such page"]);
        }
    })
    .await;
}
