//! One's own account: name, password, second factor, and the browsers that are signed in.

use axum::http::StatusCode;
use nightbell::clock::Clock;
use totp_rs::{Builder, Secret};

use super::{Browser, PASSWORD, Site, seconds};

/// What an authenticator shows now for a secret.
pub fn code(site: &Site, secret: &str) -> String {
    let codes = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap();
    codes.generate(u64::try_from(site.clock.now().0).unwrap() / 1000).to_string()
}

/// Turns the second factor on; answers its secret.
pub async fn with_second_factor(site: &Site, browser: &Browser<'_>) -> String {
    let page = browser.get("/account/second-factor").await;
    page.says(StatusCode::OK, &["<svg class=\"qr\" role=\"img\""]);
    let secret = page.between("name=\"secret\" value=\"", "\"");
    let form = [("secret", &*secret), ("code", &code(site, &secret)), ("password", PASSWORD)];
    browser.post("/account/second-factor", &form).await.leads_to("/account?done=on");
    secret
}

#[tokio::test]
async fn a_code_counts_once() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let secret = with_second_factor(site, &ada).await;
        ada.get("/account?done=on").await.says(StatusCode::OK, &["From now on a code is asked for"]);

        let phone = site.browser("192.0.2.5");
        phone.signs_in("ada@example.com", PASSWORD).await.leads_to("/sign-in/code");
        assert!(!phone.is_in().await, "the password alone is not enough");
        phone.get("/sign-in/code").await.says(StatusCode::OK, &["six digits"]);
        // The one that turned it on was taken.
        let used = [("code", &*code(site, &secret))];
        phone
            .post("/sign-in/code", &used)
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["or was used before"]);
        phone.post("/sign-in/code", &[("code", "000000")]).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[]);
        site.pass(seconds(30));
        let fresh = code(site, &secret);
        phone.post("/sign-in/code", &[("code", &fresh), ("next", "/people")]).await.leads_to("/people");
        assert!(phone.is_in().await);

        let thief = site.browser("192.0.2.6");
        thief.signs_in("ada@example.com", PASSWORD).await.leads_to("/sign-in/code");
        thief.post("/sign-in/code", &[("code", &fresh)]).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[]);
        // An older one that was never used counts no more than that.
        assert!(!thief.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn codes_cannot_be_guessed_and_are_owed_for_five_minutes() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let secret = with_second_factor(site, &ada).await;
        site.pass(seconds(60));
        let thief = site.browser("192.0.2.6");
        for guess in ["", "1", "123456", "abcdef", "999999"] {
            // The password again each time buys no new guesses.
            thief.signs_in("ada@example.com", PASSWORD).await.leads_to("/sign-in/code");
            let wrong = thief.post("/sign-in/code", &[("code", guess)]).await;
            wrong.says(StatusCode::UNPROCESSABLE_ENTITY, &["This code is not right"]);
        }
        let slowed = thief.post("/sign-in/code", &[("code", &code(site, &secret))]).await;
        slowed.says(StatusCode::TOO_MANY_REQUESTS, &["Try again in"]);

        let late = site.browser("192.0.2.7");
        late.signs_in("ada@example.com", PASSWORD).await.leads_to("/sign-in/code");
        site.pass(seconds(300));
        late.get("/sign-in/code").await.leads_to("/sign-in");
        late.post("/sign-in/code", &[("code", &code(site, &secret))]).await.leads_to("/sign-in");
        assert!(!late.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn the_second_factor_needs_the_password_on_and_off() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let page = ada.get("/account/second-factor").await;
        let secret = page.between("name=\"secret\" value=\"", "\"");
        let right = code(site, &secret);
        for (code, password, words) in [
            (&*right, "not the password", "This is not your password."),
            ("123", PASSWORD, "This is not the code"),
        ] {
            let form = [("secret", &*secret), ("code", code), ("password", password)];
            // The same secret stays on the page: the app has it already.
            ada.post("/account/second-factor", &form)
                .await
                .says(StatusCode::UNPROCESSABLE_ENTITY, &[words, &format!("value=\"{secret}\"")]);
        }
        // A secret that is too short to be ours is not taken.
        let form = [("secret", "GEZDGNBV"), ("code", &*right), ("password", PASSWORD)];
        ada.post("/account/second-factor", &form).await.leads_to("/account/second-factor");

        with_second_factor(site, &ada).await;
        ada.post("/account/second-factor/off", &[("password", "not the password")])
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["This is not your password."]);
        site.browser("192.0.2.5").signs_in("ada@example.com", PASSWORD).await.leads_to("/sign-in/code");
        ada.post("/account/second-factor/off", &[("password", PASSWORD)]).await.leads_to("/account?done=off");
        site.browser("192.0.2.5").signs_in("ada@example.com", PASSWORD).await.leads_to("/");
    })
    .await;
}

#[tokio::test]
async fn a_new_password_signs_every_other_browser_out() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let other = site.browser("192.0.2.5");
        other.signs_in("ada@example.com", PASSWORD).await.leads_to("/");
        let new = "four loud owls at night";
        for (old, new, words) in
            [("wrong", new, "This is not your password."), (PASSWORD, "too short", "at least 12 characters")]
        {
            let form = [("old", old), ("new", new)];
            let refused = ada.post("/account/password", &form).await;
            refused.says(StatusCode::UNPROCESSABLE_ENTITY, &[words]);
            refused.hides(&[old, new]);
        }
        assert!(other.is_in().await);
        ada.post("/account/password", &[("old", PASSWORD), ("new", new)])
            .await
            .leads_to("/account?done=password");
        assert!(ada.is_in().await);
        assert!(!other.is_in().await);
        other.signs_in("ada@example.com", PASSWORD).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[]);
        other.signs_in("ada@example.com", new).await.leads_to("/");
    })
    .await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_owner_alone() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let ben = site.somebody("ben", nightbell::rules::access::Role::Viewer, None).await;
        let second = site.browser("192.0.2.77");
        second.signs_in("ada@example.com", PASSWORD).await.leads_to("/");
        site.pass(seconds(90));
        let page = ada.get("/account").await;
        page.says(StatusCode::OK, &["192.0.2.77", "192.0.2.1", "Firefox on Linux", "this one"]);
        page.hides(&["192.0.2.2 "]);
        let ends = format!("/account/sessions/{}/end", page.between("/account/sessions/", "/end"));

        ben.post(&ends, &[]).await.says(StatusCode::NOT_FOUND, &["no such page"]);
        assert!(second.is_in().await, "another's session cannot be ended");
        ada.post(&ends, &[]).await.leads_to("/account?done=ended");
        assert!(!second.is_in().await);
        ada.post(&ends, &[]).await.says(StatusCode::NOT_FOUND, &[]);

        for _ in 0..2 {
            second.signs_in("ada@example.com", PASSWORD).await.leads_to("/");
        }
        ada.post("/account/sessions/end-others", &[]).await.leads_to("/account?done=ended");
        assert!(ada.is_in().await && ben.is_in().await);
        assert!(!second.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn a_name_is_a_text_and_nothing_else() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let hostile = "<script>alert('1')</script>\" onfocus=\"x";
        ada.post("/account/name", &[("name", hostile)]).await.leads_to("/account?done=name");
        for path in ["/", "/account", "/people", "/audit"] {
            let page = ada.get(path).await;
            page.says(StatusCode::OK, &["&#60;script&#62;alert"]);
            page.hides(&["<script>", "\" onfocus=\""]);
        }
        ada.post("/account/name", &[("name", "  ")])
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["Write your name"]);
        ada.get("/account?done=%3Cscript%3E").await.hides(&["<script>"]);
    })
    .await;
}
