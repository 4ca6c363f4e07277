//! The first administrator, signing in, and how long that lasts.

use axum::http::{StatusCode, header};

use super::{PASSWORD, Site, hours, seconds};

#[tokio::test]
async fn the_first_link_makes_one_administrator_and_dies() {
    Site::each(async |site| {
        let first = site.acts.first_link().await.unwrap().unwrap();
        // Another start prints another; both are good until one is used.
        let second = site.acts.first_link().await.unwrap().unwrap();
        let browser = site.browser("192.0.2.1");
        browser.get("/").await.leads_to("/sign-in?next=%2F");
        let address = format!("/join/{first}");
        for _ in 0..2 {
            browser.get(&address).await.says(StatusCode::OK, &["The first administrator"]);
        }
        let form = [("email", "Ada@Example.com"), ("name", "Ada Moss"), ("password", PASSWORD)];
        browser.post(&address, &form).await.leads_to("/");
        browser.get("/").await.says(StatusCode::OK, &["Ada Moss", "ada@example.com", "Night Support"]);
        browser.get("/people").await.says(StatusCode::OK, &["administrator of every desk"]);

        for dead in [&first, &second] {
            let dead = format!("/join/{dead}");
            let other = site.browser("192.0.2.9");
            other.get(&dead).await.says(StatusCode::NOT_FOUND, &["good no longer"]);
            let form = [("email", "eve@example.com"), ("name", "Eve"), ("password", PASSWORD)];
            other.post(&dead, &form).await.says(StatusCode::NOT_FOUND, &["good no longer"]);
            assert!(!other.is_in().await);
        }
        assert_eq!(site.acts.first_link().await.unwrap(), None);
        assert_eq!(site.acts.accounts().await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn two_first_administrators_at_once_are_one() {
    Site::each(async |site| {
        let links =
            [site.acts.first_link().await.unwrap().unwrap(), site.acts.first_link().await.unwrap().unwrap()];
        let browsers = [site.browser("192.0.2.1"), site.browser("192.0.2.2")];
        let take = async |n: usize| {
            let email = format!("person{n}@example.com");
            let form = [("email", &*email), ("name", "Ada"), ("password", PASSWORD)];
            browsers[n].post(&format!("/join/{}", links[n]), &form).await.status
        };
        let (one, other) = tokio::join!(take(0), take(1));
        let mut ends = [one, other];
        ends.sort();
        assert_eq!(ends, [StatusCode::SEE_OTHER, StatusCode::NOT_FOUND]);
        assert_eq!(site.acts.accounts().await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_link_lasts_a_day_and_asks_for_what_it_needs() {
    Site::each(async |site| {
        let secret = site.acts.first_link().await.unwrap().unwrap();
        let address = format!("/join/{secret}");
        let browser = site.browser("192.0.2.1");
        let refused = browser
            .post(&address, &[("email", "ada"), ("name", "<b>Ada</b>"), ("password", "short secret")])
            .await;
        refused.says(
            StatusCode::UNPROCESSABLE_ENTITY,
            &["Write an e-mail address", "value=\"ada\"", "value=\"&#60;b&#62;Ada&#60;/b&#62;\""],
        );
        refused.hides(&["short secret", "<b>Ada"]);
        let short = browser
            .post(&address, &[("email", "ada@example.com"), ("name", " "), ("password", "11 letters.")])
            .await;
        short.says(
            StatusCode::UNPROCESSABLE_ENTITY,
            &["Write your name", "at least 12 characters", "value=\"ada@example.com\""],
        );
        short.hides(&["11 letters."]);

        site.pass(hours(24));
        browser.get(&address).await.says(StatusCode::NOT_FOUND, &["good no longer"]);
        let form = [("email", "ada@example.com"), ("name", "Ada"), ("password", PASSWORD)];
        browser.post(&address, &form).await.says(StatusCode::NOT_FOUND, &[]);
        assert!(site.acts.first_link().await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn somebody_signs_in_and_comes_to_where_he_wanted() {
    Site::each(async |site| {
        site.administrator().await;
        let browser = site.browser("192.0.2.3");
        browser.get("/audit?desk=night").await.leads_to("/sign-in?next=%2Faudit%3Fdesk%3Dnight");
        let form = browser.get("/sign-in?next=%2Faudit%3Fdesk%3Dnight").await;
        form.says(StatusCode::OK, &["name=\"next\" value=\"/audit?desk=night\""]);
        let fields = [("email", " ADA@example.com"), ("password", PASSWORD), ("next", "/audit?desk=night")];
        browser.post("/sign-in", &fields).await.leads_to("/audit?desk=night");
        browser.get("/audit?desk=night").await.says(StatusCode::OK, &["Audit log"]);
        // Whoever is in is not asked again.
        browser.get("/sign-in?next=/people").await.leads_to("/people");

        for elsewhere in
            ["https://evil.example.org/", "//evil.example.org", "/\\evil.example.org", "people", "/sign-in"]
        {
            let browser = site.browser("192.0.2.3");
            let fields = [("email", "ada@example.com"), ("password", PASSWORD), ("next", elsewhere)];
            browser.post("/sign-in", &fields).await.leads_to("/");
        }
        browser.post("/sign-out", &[]).await.leads_to("/sign-in");
        assert!(browser.cookies().is_empty());
        assert!(!browser.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn a_secret_that_was_signed_out_is_good_no_longer() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let stolen = site.browser("192.0.2.66");
        stolen.cookies.replace(ada.cookies());
        assert!(stolen.is_in().await);
        ada.post("/sign-out", &[]).await.leads_to("/sign-in");
        assert!(!stolen.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn wrong_sign_ins_are_slowed_and_tell_nothing() {
    Site::each(async |site| {
        site.administrator().await;
        let mut told = Vec::new();
        for email in ["ada@example.com", "nobody@example.com", "no address"] {
            // From many places: what is slowed is the account.
            for place in 10..15 {
                let wrong =
                    site.browser(&format!("192.0.2.{place}")).signs_in(email, "not the password").await;
                wrong.says(StatusCode::UNPROCESSABLE_ENTITY, &["do not belong together"]);
                wrong.hides(&["not the password"]);
                told.push(wrong.body.replace(email, "…"));
            }
            let slowed = site.browser("192.0.2.20").signs_in(email, PASSWORD).await;
            slowed.says(StatusCode::TOO_MANY_REQUESTS, &["Try again in a second."]);
            assert_eq!(slowed.headers[header::RETRY_AFTER], "1");
            told.push(slowed.body.replace(email, "…"));
        }
        assert!(told.chunks(6).all(|chunk| chunk == &told[..6]), "{told:#?}");

        site.pass(seconds(1));
        let browser = site.browser("192.0.2.20");
        browser.signs_in("ada@example.com", "still wrong").await.says(StatusCode::UNPROCESSABLE_ENTITY, &[]);
        browser
            .signs_in("ada@example.com", PASSWORD)
            .await
            .says(StatusCode::TOO_MANY_REQUESTS, &["Try again in 2 seconds."]);
        site.pass(seconds(2));
        browser.signs_in("ada@example.com", PASSWORD).await.leads_to("/");
        // And all is forgiven.
        browser.signs_in("ada@example.com", "wrong").await.says(StatusCode::UNPROCESSABLE_ENTITY, &[]);
    })
    .await;
}

#[tokio::test]
async fn one_address_is_slowed_whomever_it_tries() {
    Site::each(async |site| {
        site.administrator().await;
        let browser = site.browser("192.0.2.30");
        for n in 0..20 {
            let wrong = browser.signs_in(&format!("person{n}@example.com"), "not the password").await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
            // His own right one between them buys him nothing.
            if n == 9 {
                browser.signs_in("ada@example.com", PASSWORD).await.leads_to("/");
            }
        }
        let slowed = browser.signs_in("person20@example.com", "not the password").await;
        assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
        site.browser("192.0.2.31").signs_in("ada@example.com", PASSWORD).await.leads_to("/");
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_after_a_month() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        site.pass(hours(11));
        assert!(ada.is_in().await);
        site.pass(hours(11));
        assert!(ada.is_in().await, "it was used in between");
        site.pass(hours(12));
        assert!(!ada.is_in().await);

        ada.signs_in("ada@example.com", PASSWORD).await.leads_to("/");
        for _ in 0..65 {
            site.pass(hours(11));
            assert!(ada.is_in().await);
        }
        // 30 days are 720 hours: 715 went by.
        site.pass(hours(5));
        assert!(!ada.is_in().await);
        // What is over is forgotten.
        site.pass(hours(1));
        site.acts.tidy().await.unwrap();
        let left = site.store.read(sessions, ()).await.unwrap();
        assert_eq!(left, 0);
    })
    .await;
}

async fn sessions(tx: &mut nightbell::store::Tx, (): &()) -> Result<i64, nightbell::store::StoreError> {
    let (count,): (i64,) = tx.one("select count(*) from session", nightbell::args![]).await?;
    Ok(count)
}
