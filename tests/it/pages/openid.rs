//! Signing in by a provider of identities: who gets in by its word, and what of it is not believed.

use axum::http::{StatusCode, header};
use nightbell::act::By;
use nightbell::clock::ManualClock;
use nightbell::config::Config;
use nightbell::openid::OpenIdConfig;
use nightbell::rules::access::{Role, Scope};
use serde_json::json;

use super::account::{code, with_second_factor};
use super::people::address_of;
use super::{Browser, PASSWORD, PUBLIC, Page, START, Site, hours, seconds};
use crate::support::db::each_database;
use crate::support::openid::{CLIENT, FakeProvider, Mood, SECRET};

/// Tells a story of an installation with a provider, on both databases; `more` is written into its configuration.
async fn each(more: &str, story: impl AsyncFn(&Site, &FakeProvider)) {
    each_below("", more, story).await;
}

/// The same below a path of the public address.
async fn each_below(path: &str, more: &str, story: impl AsyncFn(&Site, &FakeProvider)) {
    each_database(async |store| {
        let clock = ManualClock::new(START);
        let provider = FakeProvider::start(&clock).await;
        let text = format!(
            "issuer = \"{}\"\nclient_id = \"{CLIENT}\"\nsecret = \"{SECRET}\"\nlabel = \"Example\"\n{more}",
            provider.issuer
        );
        let openid: OpenIdConfig = toml::from_str(&text).unwrap();
        assert_eq!(openid.check(), []);
        let edit = |config: &mut Config| {
            config.public_url += path;
            config.openid = Some(openid);
        };
        story(&Site::open(store, clock, edit).await, &provider).await;
    })
    .await;
}

/// What a browser is led to at the provider.
async fn leave(browser: &Browser<'_>, next: &str) -> String {
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    let page = browser.get(&format!("/sign-in/openid?{query}")).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    page.headers[header::LOCATION].to_str().unwrap().to_owned()
}

/// With what the provider leads it back to us.
async fn visit(provider: &FakeProvider, away: &str) -> String {
    let back = provider.visit(away).await;
    back.strip_prefix(PUBLIC).unwrap().to_owned()
}

/// There and back.
async fn comes(browser: &Browser<'_>, provider: &FakeProvider) -> Page {
    let away = leave(browser, "/").await;
    browser.get(&visit(provider, &away).await).await
}

async fn invite(site: &Site, email: &str, role: Role, desk: Option<&str>) -> String {
    let email = email.parse().unwrap();
    let secret = site.acts.invite(By::command_line(), email, role, Scope::of(desk)).await.unwrap();
    format!("/join/{secret}")
}

#[tokio::test]
async fn who_is_invited_gets_in_by_the_button() {
    each("", async |site, provider| {
        let ada = site.administrator().await;
        let link = invite(site, "ben@example.com", Role::Manager, Some("night")).await;
        invite(site, "ben@example.com", Role::Agent, Some("reservations")).await;
        provider.somebody("Ben@Example.com", json!({}));

        let ben = site.browser("192.0.2.5");
        ben.get("/sign-in?next=/account").await.says(
            StatusCode::OK,
            &["href=\"/sign-in/openid?next=%2Faccount\"", "Sign in with Example", "name=\"password\""],
        );
        ben.get(&link).await.says(StatusCode::OK, &["Sign in with Example", "name=\"password\""]);
        let away = leave(&ben, "/account").await;
        ben.get(&visit(provider, &away).await).await.leads_to("/account");
        assert_eq!(ben.cookies().len(), 1, "the session's alone");
        ben.get("/account")
            .await
            .says(StatusCode::OK, &["ben@example.com", "Ben Frost", "by OpenID Connect"]);
        let home = ben.get("/").await;
        home.says(StatusCode::OK, &["you are its manager", "you are its agent"]);
        // Both invitations are used up.
        ada.get(&link).await.says(StatusCode::NOT_FOUND, &["good no longer"]);
        ada.get("/people").await.hides(&["not here yet"]);
        ada.get("/audit").await.says(
            StatusCode::OK,
            &["opened the account", "manager at night", "agent at reservations", "by OpenID Connect"],
        );

        // A second time nothing is opened, and what was changed here stays.
        ben.post("/account/name", &[("name", "Benjamin")]).await.leads_to("/account?done=name");
        ben.post("/sign-out", &[]).await.leads_to("/sign-in");
        comes(&ben, provider).await.leads_to("/");
        ben.get("/account").await.says(StatusCode::OK, &["Benjamin"]);
        assert_eq!(site.acts.accounts().await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn nobody_else_gets_in() {
    each("domains = [\"example.com\"]", async |site, provider| {
        let ada = site.administrator().await;
        let ben = site.browser("192.0.2.5");
        comes(&ben, provider).await.says(
            StatusCode::FORBIDDEN,
            &["ben@example.com has no account here", "Ask an administrator", "Sign in with Example"],
        );
        invite(site, "ben@example.com", Role::Agent, None).await;
        for (email, more, words) in [
            ("ben@example.com", json!({"email_verified": false}), "has not verified that ben@example.com"),
            ("ben@example.com", json!({"email_verified": null}), "has not verified that ben@example.com"),
            ("ben@example.org", json!({}), "only addresses of example.com are"),
            ("ben@example.com", json!({"email": null}), "did not tell your e-mail address"),
            ("ben@example.com", json!({"email": "ben"}), "did not tell your e-mail address"),
        ] {
            provider.somebody(email, more);
            comes(&ben, provider).await.says(StatusCode::FORBIDDEN, &[words]);
            assert!(!ben.is_in().await, "{words}");
        }
        assert_eq!(site.acts.accounts().await.unwrap().len(), 1);

        provider.somebody("ben@example.com", json!({}));
        comes(&ben, provider).await.leads_to("/");
        let his = address_of(&ada, "Ben Frost").await;
        ada.post(&format!("{his}/disable"), &[]).await.leads_to(&his);
        comes(&ben, provider).await.says(StatusCode::FORBIDDEN, &["ben@example.com is disabled"]);
        assert!(!ben.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn what_does_not_hold_is_not_believed() {
    each("patience = 1", async |site, provider| {
        site.administrator().await;
        invite(site, "ben@example.com", Role::Agent, None).await;
        let odd = (StatusCode::BAD_GATEWAY, "What Example answered cannot be used");
        for (mood, (status, words)) in [
            (Mood::WrongNonce, odd),
            (Mood::OtherAudience, odd),
            (Mood::OtherParty, odd),
            (Mood::OtherIssuer, odd),
            (Mood::Expired, odd),
            (Mood::UnknownKey, odd),
            (Mood::SharedSecret, odd),
            (Mood::Unsigned, odd),
            (Mood::AnswersAsAnother, odd),
            (Mood::RefusesCode, (StatusCode::FORBIDDEN, "It says: invalid_grant")),
            (Mood::Denies, (StatusCode::FORBIDDEN, "It says: Not on &#60;b&#62;Sundays&#60;/b&#62;.")),
            (Mood::Silent, (StatusCode::BAD_GATEWAY, "Example does not answer")),
        ] {
            eprintln!("{mood:?}");
            provider.behaves(mood);
            let ben = site.browser("192.0.2.5");
            comes(&ben, provider).await.says(status, &[words, "Sign in with Example"]);
            assert!(!ben.is_in().await);
            assert_eq!(ben.cookies().len(), 0);
        }
        assert_eq!(site.acts.accounts().await.unwrap().len(), 1);
        provider.behaves(Mood::Good);
        comes(&site.browser("192.0.2.6"), provider).await.leads_to("/");
    })
    .await;
}

#[tokio::test]
async fn an_answer_counts_once_for_the_browser_that_was_sent() {
    each("", async |site, provider| {
        site.administrator().await;
        invite(site, "ben@example.com", Role::Agent, None).await;
        let refused = (StatusCode::UNPROCESSABLE_ENTITY, ["Begin again"]);
        let (ben, eve) = (site.browser("192.0.2.5"), site.browser("192.0.2.6"));
        let back = visit(provider, &leave(&ben, "/people").await).await;
        // Neither a browser that was never sent, nor one that was sent elsewhere; and Ben's is none the worse for it.
        eve.get(&back).await.says(refused.0, &refused.1);
        leave(&eve, "/").await;
        eve.get(&back).await.says(refused.0, &refused.1);
        assert!(!eve.is_in().await);
        let kept = ben.copy();
        ben.get(&back).await.leads_to("/people");
        kept.get(&back).await.says(refused.0, &refused.1);
        assert!(!kept.is_in().await);

        // Ten minutes are enough.
        for (away, in_time) in [(599, true), (600, false)] {
            let late = site.browser("192.0.2.7");
            let back = visit(provider, &leave(&late, "/").await).await;
            site.pass(seconds(away));
            let page = late.get(&back).await;
            if in_time { page.leads_to("/") } else { page.says(refused.0, &refused.1) }
        }
        // Nobody is led away from here.
        for next in ["https://evil.example.org", "//evil.example.org", "/sign-in"] {
            let back = visit(provider, &leave(&eve, next).await).await;
            eve.get(&back).await.leads_to("/");
        }
    })
    .await;
}

#[tokio::test]
async fn new_keys_are_asked_for_and_old_ones_kept() {
    each("", async |site, provider| {
        site.administrator().await;
        invite(site, "ben@example.com", Role::Agent, None).await;
        let ben = site.browser("192.0.2.5");
        comes(&ben, provider).await.leads_to("/");
        comes(&ben, provider).await.leads_to("/");
        assert_eq!(provider.discoveries(), 1);
        provider.rotates_its_keys();
        comes(&ben, provider).await.leads_to("/");
        assert_eq!(provider.discoveries(), 2);
        site.pass(hours(1));
        comes(&ben, provider).await.leads_to("/");
        assert_eq!(provider.discoveries(), 3);
        // While it cannot say what it is, what it said before holds for a day.
        provider.behaves(Mood::Broken);
        site.pass(hours(23));
        comes(&ben, provider).await.leads_to("/");
        site.pass(hours(1));
        let stale = ben.get("/sign-in/openid").await;
        stale.says(StatusCode::BAD_GATEWAY, &["What Example answered cannot be used"]);
    })
    .await;
}

#[tokio::test]
async fn an_owners_second_factor_is_asked_for_still() {
    each("", async |site, provider| {
        let ada = site.administrator().await;
        provider.somebody("ada@example.com", json!({}));
        let secret = with_second_factor(site, &ada).await;
        let phone = site.browser("192.0.2.5");
        let back = visit(provider, &leave(&phone, "/people").await).await;
        phone.get(&back).await.leads_to("/sign-in/code?next=%2Fpeople");
        assert!(!phone.is_in().await);
        site.pass(seconds(30));
        let form = [("code", &*code(site, &secret)), ("next", "/people")];
        phone.post("/sign-in/code", &form).await.leads_to("/people");
        phone.get("/account").await.says(StatusCode::OK, &["by OpenID Connect"]);
        ada.get("/audit").await.says(StatusCode::OK, &["by OpenID Connect"]);
    })
    .await;
}

#[tokio::test]
async fn an_account_without_a_password_may_have_one() {
    each("", async |site, provider| {
        let ada = site.administrator().await;
        invite(site, "ben@example.com", Role::Agent, None).await;
        let ben = site.browser("192.0.2.5");
        comes(&ben, provider).await.leads_to("/");
        for password in ["", PASSWORD] {
            site.browser("192.0.2.6")
                .signs_in("ben@example.com", password)
                .await
                .says(StatusCode::UNPROCESSABLE_ENTITY, &["do not belong together"]);
        }
        let his = address_of(&ada, "Ben Frost").await;
        ada.get(&his).await.says(StatusCode::OK, &["no password"]);
        ben.get("/account/second-factor").await.leads_to("/account");

        // Not by whoever finds a browser that was left open.
        ben.get("/account").await.says(StatusCode::OK, &["This account has none", "name=\"new\""]);
        site.pass(seconds(600));
        let late = ben.get("/account").await;
        late.says(StatusCode::OK, &["sign out and in again"]);
        late.hides(&["name=\"new\""]);
        ben.post("/account/password", &[("new", PASSWORD)])
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["Sign out and in again first"]);
        comes(&ben, provider).await.leads_to("/");
        ben.post("/account/password", &[("new", "short")])
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["at least 12 characters"]);
        ben.post("/account/password", &[("new", PASSWORD)]).await.leads_to("/account?done=password");
        ben.post("/account/password", &[("new", "another four words")])
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["This is not your password"]);
        ben.signs_in("ben@example.com", PASSWORD).await.leads_to("/");
    })
    .await;
}

#[tokio::test]
async fn groups_give_roles_and_take_them_back() {
    let more = "scopes = [\"groups\"]\nroles = [{ role = \"viewer\", desk = \"night\" }]\n\
                groups = [{ name = \"leads\", role = \"administrator\" }, \
                { name = \"support\", role = \"agent\", desk = \"night\" }, \
                { name = \"support\", role = \"agent\", desk = \"gone\" }]\n";
    each(more, async |site, provider| {
        let ada = site.administrator().await;
        let ben = site.browser("192.0.2.5");
        // Nobody invited him: he is what the configuration makes of newcomers, and of his group.
        provider.somebody("ben@example.com", json!({"groups": ["support", "others"]}));
        assert!(leave(&ben, "/").await.contains("groups"));
        comes(&ben, provider).await.leads_to("/");
        let home = ben.get("/").await;
        home.says(StatusCode::OK, &["Night Support", "you are its agent"]);
        home.hides(&["Reservations Support"]);
        let his = address_of(&ada, "Ben Frost").await;
        ada.get(&his).await.says(StatusCode::OK, &["agent</strong> of night", "by a group at the provider"]);

        provider.somebody("ben@example.com", json!({"groups": ["leads"]}));
        comes(&ben, provider).await.leads_to("/");
        ben.get("/people").await.says(StatusCode::OK, &["administrator of every desk"]);
        // Who is an administrator by a group alone keeps nobody from losing the last who is one by hand.
        let hers = address_of(&ada, "Ada Moss").await;
        ben.post(&format!("{hers}/disable"), &[])
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["has to stay"]);
        ada.get("/audit").await.says(
            StatusCode::OK,
            &["agent at night, by a group", "administrator at every desk, by a group", "openid"],
        );

        // What was given by hand stays when the groups are left.
        provider.somebody("ben@example.com", json!({}));
        comes(&ben, provider).await.leads_to("/");
        ben.get("/people").await.says(StatusCode::FORBIDDEN, &[]);
        ben.get("/").await.says(StatusCode::OK, &["you are its viewer"]);
    })
    .await;
}

#[tokio::test]
async fn what_the_token_leaves_out_is_asked_for() {
    each("", async |site, provider| {
        site.administrator().await;
        invite(site, "ben@example.com", Role::Agent, None).await;
        provider.behaves(Mood::Thin);
        let ben = site.browser("192.0.2.5");
        provider.somebody("ben@example.com", json!({"email_verified": false}));
        comes(&ben, provider).await.says(StatusCode::FORBIDDEN, &["has not verified"]);
        // Some write it as a text.
        provider.somebody("ben@example.com", json!({"email_verified": "true"}));
        comes(&ben, provider).await.leads_to("/");
    })
    .await;
}

#[tokio::test]
async fn passwords_can_be_switched_off() {
    each("passwords = false", async |site, provider| {
        let ada = site.administrator().await;
        let link = invite(site, "ben@example.com", Role::Agent, None).await;
        let ben = site.browser("192.0.2.5");
        for page in ["/sign-in", &*link] {
            let page = ben.get(page).await;
            page.says(StatusCode::OK, &["Sign in with Example"]);
            page.hides(&["type=\"password\""]);
        }
        ben.signs_in("ada@example.com", PASSWORD)
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["No password lets anybody in here"]);
        ben.post(&link, &[("name", "Ben"), ("password", PASSWORD)])
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["Sign in with Example"]);
        assert!(!ben.is_in().await);
        comes(&ben, provider).await.leads_to("/");

        // The way in when the provider is away.
        ada.post("/sign-out", &[]).await.leads_to("/sign-in");
        let email = "ada@example.com".parse().unwrap();
        let secret = site.acts.offer_reset(By::command_line(), email).await.unwrap();
        ada.post(&format!("/join/{secret}"), &[("password", PASSWORD)]).await.leads_to("/");
        assert!(ada.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn who_begins_too_often_waits() {
    each("", async |site, provider| {
        site.administrator().await;
        invite(site, "ben@example.com", Role::Agent, None).await;
        let ben = site.browser("192.0.2.5");
        // Who gets in costs nobody at that address a wait.
        for _ in 0..25 {
            comes(&ben, provider).await.leads_to("/");
        }
        for _ in 0..20 {
            leave(&ben, "/").await;
        }
        let slowed = ben.get("/sign-in/openid").await;
        slowed.says(StatusCode::TOO_MANY_REQUESTS, &["Try again in a second"]);
        assert_eq!(slowed.headers[header::RETRY_AFTER], "1");
        site.pass(seconds(1));
        comes(&ben, provider).await.leads_to("/");
    })
    .await;
}

#[tokio::test]
async fn it_works_below_a_path() {
    each_below("/night", "", async |site, provider| {
        invite(site, "ben@example.com", Role::Agent, None).await;
        let ben = site.browser("192.0.2.5");
        ben.get("/sign-in").await.says(StatusCode::OK, &["href=\"/night/sign-in/openid\""]);
        let back = visit(provider, &leave(&ben, "/people").await).await;
        let back = back.strip_prefix("/night").unwrap();
        ben.get(back).await.leads_to("/night/people");
    })
    .await;
}

#[tokio::test]
async fn without_a_provider_there_is_no_button() {
    Site::each(async |site| {
        let browser = site.browser("192.0.2.5");
        browser.get("/sign-in").await.hides(&["/sign-in/openid"]);
        for path in ["/sign-in/openid", "/sign-in/openid/back?state=x&code=y"] {
            browser.get(path).await.says(StatusCode::NOT_FOUND, &["no such page"]);
        }
    })
    .await;
}
