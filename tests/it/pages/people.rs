//! Administrators let people in, and say what they may do.

use axum::http::StatusCode;
use nightbell::act::By;
use nightbell::rules::access::Role;

use super::{Browser, PASSWORD, Page, Site, hours};

/// The address of somebody's page, by a list of all.
pub async fn address_of(ada: &Browser<'_>, name: &str) -> String {
    let list = ada.get("/people").await;
    let links = list.body.split("href=\"").filter(|link| link.starts_with("/people/"));
    let mut his = links.filter_map(|link| link.split_once(&format!("\">{name}</a>")));
    his.next().unwrap().0.to_owned()
}

pub fn link_on(page: &Page) -> String {
    page.says(StatusCode::OK, &["shown only here"]);
    page.between("https://pager.example.com", "</code>")
}

#[tokio::test]
async fn somebody_is_invited_and_is_what_was_said() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let form = [("email", "Ben@example.com"), ("role", "manager"), ("desk", "night")];
        let link = link_on(&ada.post("/people/invite", &form).await);
        let ben = site.browser("192.0.2.5");
        ben.get(&link).await.says(StatusCode::OK, &["invited as manager of night", "ben@example.com"]);
        // The address is the link's, whatever the form says.
        let form = [("email", "eve@example.com"), ("name", "Ben Frost"), ("password", PASSWORD)];
        ben.post(&link, &form).await.leads_to("/");
        let home = ben.get("/").await;
        home.says(StatusCode::OK, &["Night Support", "you are its manager"]);
        home.hides(&["Reservations Support", "href=\"/people\""]);
        ben.get("/people").await.says(StatusCode::FORBIDDEN, &["It needs the role “administrator”"]);
        ada.get("/people").await.says(StatusCode::OK, &["ben@example.com", "manager of night"]);

        for (form, words) in [
            ([("email", "ben@example.com"), ("role", "viewer"), ("desk", "")], "has an account already"),
            ([("email", "ben"), ("role", "viewer"), ("desk", "")], "Write an e-mail address"),
            ([("email", "cleo@example.com"), ("role", "owner"), ("desk", "")], "Choose a role"),
            ([("email", "cleo@example.com"), ("role", "viewer"), ("desk", "day")], "There is no such desk"),
        ] {
            let kept = format!("value=\"{}\"", form[0].1);
            ada.post("/people/invite", &form).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[words, &kept]);
        }
    })
    .await;
}

#[tokio::test]
async fn an_invitation_is_listed_and_withdrawn() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let form = [("email", "eve@example.com"), ("role", "administrator"), ("desk", "")];
        let link = link_on(&ada.post("/people/invite", &form).await);
        let list = ada.get("/people").await;
        list.says(
            StatusCode::OK,
            &["not here yet", "eve@example.com", "administrator of every desk · until"],
        );
        ada.post("/people/withdraw", &[("email", "eve@example.com")]).await.leads_to("/people");
        ada.get("/people").await.hides(&["not here yet", "eve@example.com"]);
        let eve = site.browser("192.0.2.5");
        eve.get(&link).await.says(StatusCode::NOT_FOUND, &["good no longer"]);
        for email in ["eve@example.com", "nobody", ""] {
            ada.post("/people/withdraw", &[("email", email)]).await.says(StatusCode::NOT_FOUND, &[]);
        }
        ada.get("/audit").await.says(StatusCode::OK, &["withdrew the invitation of"]);
        // What has expired needs no withdrawing.
        link_on(&ada.post("/people/invite", &form).await);
        ada.get("/people").await.says(StatusCode::OK, &["not here yet"]);
        for _ in 0..3 {
            site.pass(hours(8));
            assert!(ada.is_in().await);
        }
        ada.get("/people").await.hides(&["not here yet"]);
        ada.post("/people/withdraw", &[("email", "eve@example.com")]).await.says(StatusCode::NOT_FOUND, &[]);
    })
    .await;
}

#[tokio::test]
async fn a_link_dies_with_the_right_of_whoever_made_it() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let ben = site.somebody("ben", Role::Administrator, Some("night")).await;
        let form = [("email", "finn@example.com"), ("role", "administrator"), ("desk", "night")];
        let link = link_on(&ben.post("/people/invite", &form).await);
        let finn = site.browser("192.0.2.9");
        finn.get(&link).await.says(StatusCode::OK, &["invited as administrator of night"]);
        let his = address_of(&ada, "ben").await;
        ada.post(&format!("{his}/role"), &[("role", "viewer"), ("desk", "night")]).await.leads_to(&his);
        finn.get(&link).await.says(StatusCode::NOT_FOUND, &[]);
        let joining = [("name", "Finn"), ("password", PASSWORD)];
        finn.post(&link, &joining).await.says(StatusCode::NOT_FOUND, &[]);
    })
    .await;
}

#[tokio::test]
async fn two_invitations_make_one_account() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let form = [("email", "ben@example.com"), ("role", "viewer"), ("desk", "")];
        let links = [
            link_on(&ada.post("/people/invite", &form).await),
            link_on(&ada.post("/people/invite", &form).await),
        ];
        let join = [("name", "Ben"), ("password", PASSWORD)];
        let ben = site.browser("192.0.2.5");
        ben.post(&links[0], &join).await.leads_to("/");
        ben.post(&links[1], &join).await.says(StatusCode::NOT_FOUND, &["good no longer"]);
        assert_eq!(site.acts.accounts().await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_role_holds_from_the_next_page_on() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let ben = site.somebody("ben", Role::Viewer, Some("night")).await;
        let his = address_of(&ada, "ben").await;
        ben.get("/audit").await.says(StatusCode::FORBIDDEN, &["It needs the role “manager”"]);

        ada.post(&format!("{his}/role"), &[("role", "manager"), ("desk", "reservations")])
            .await
            .leads_to(&his);
        ada.get(&his).await.says(
            StatusCode::OK,
            &["<strong>viewer</strong> of night", "<strong>manager</strong> of reservations"],
        );
        ben.get("/audit").await.says(StatusCode::OK, &["Reservations Support"]);
        ada.post(&format!("{his}/role"), &[("role", "none"), ("desk", "reservations")]).await.leads_to(&his);
        ada.post(&format!("{his}/role"), &[("role", "none"), ("desk", "night")]).await.leads_to(&his);
        ben.get("/").await.says(StatusCode::OK, &["You have no role at any desk yet"]);

        ada.post(&format!("{his}/role"), &[("role", "manager"), ("desk", "day")])
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["There is no such desk"]);
        ada.get("/people/01J").await.says(StatusCode::NOT_FOUND, &["no such page"]);
        ada.post("/people/01J/role", &[("role", "viewer"), ("desk", "")])
            .await
            .says(StatusCode::NOT_FOUND, &[]);

        // A viewer gives nothing to anybody, least of all to himself.
        for (path, form) in [
            (format!("{his}/role"), &[("role", "administrator"), ("desk", "")] as &[_]),
            (format!("{his}/disable"), &[]),
            ("/people/withdraw".into(), &[("email", "ben@example.com")]),
            (format!("{his}/enable"), &[]),
            (format!("{his}/reset"), &[]),
            (format!("{his}/end-sessions"), &[]),
            (
                "/people/invite".into(),
                &[("email", "eve@example.com"), ("role", "administrator"), ("desk", "")],
            ),
        ] {
            ben.post(&path, form).await.says(StatusCode::FORBIDDEN, &["administrator"]);
        }
        ben.get(&his).await.says(StatusCode::FORBIDDEN, &[]);
        assert!(ben.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn who_is_disabled_is_out_at_once() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let ben = site.somebody("ben", Role::Agent, None).await;
        let his = address_of(&ada, "ben").await;
        let reset = link_on(&ada.post(&format!("{his}/reset"), &[]).await);
        ada.post(&format!("{his}/disable"), &[]).await.leads_to(&his);
        ada.get(&his).await.says(StatusCode::OK, &["Disabled since"]);
        assert!(!ben.is_in().await);
        // No way in, and the words are those of a wrong password.
        ben.signs_in("ben@example.com", PASSWORD)
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["do not belong together"]);
        ben.post(&reset, &[("password", PASSWORD)]).await.says(StatusCode::NOT_FOUND, &[]);
        ada.post(&format!("{his}/reset"), &[]).await.says(StatusCode::UNPROCESSABLE_ENTITY, &["is disabled"]);

        ada.post(&format!("{his}/enable"), &[]).await.leads_to(&his);
        ben.signs_in("ben@example.com", PASSWORD).await.leads_to("/");
        ada.post(&format!("{his}/end-sessions"), &[]).await.leads_to(&his);
        assert!(!ben.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn the_last_administrator_stays() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let hers = address_of(&ada, "Ada Moss").await;
        let give = |role| [("role", role), ("desk", "")];
        for (path, form) in [
            (format!("{hers}/disable"), &[] as &[_]),
            (format!("{hers}/role"), &give("none")),
            (format!("{hers}/role"), &give("manager")),
        ] {
            ada.post(&path, form).await.says(StatusCode::UNPROCESSABLE_ENTITY, &["has to stay"]);
        }
        ada.get("/people").await.says(StatusCode::OK, &["administrator of every desk"]);

        let ben = site.somebody("ben", Role::Administrator, None).await;
        let his = address_of(&ada, "ben").await;
        // Whoever is first, the other is out by then, or is told that he has to stay.
        let (disable_him, disable_her) = (format!("{his}/disable"), format!("{hers}/disable"));
        tokio::join!(ada.post(&disable_him, &[]), ben.post(&disable_her, &[]));
        let left = site.acts.accounts().await.unwrap();
        assert_eq!(left.iter().filter(|account| account.disabled_at.is_none()).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_reset_opens_the_door_and_shuts_all_others() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let email: nightbell::rules::account::Email = "ada@example.com".parse().unwrap();
        let offer = async || site.acts.offer_reset(By::command_line(), email.clone()).await.unwrap();
        let (first, second) = (format!("/join/{}", offer().await), format!("/join/{}", offer().await));
        let new = "four loud owls at night";
        let locked_out = site.browser("192.0.2.5");
        let page = locked_out.get(&first).await;
        page.says(StatusCode::OK, &["A new password", "ada@example.com"]);
        page.hides(&["name=\"name\"", "name=\"email\""]);
        locked_out.post(&first, &[("password", new)]).await.leads_to("/");
        assert!(locked_out.is_in().await);
        assert!(!ada.is_in().await);
        locked_out
            .post(&second, &[("password", PASSWORD)])
            .await
            .says(StatusCode::NOT_FOUND, &["good no longer"]);
        ada.signs_in("ada@example.com", new).await.leads_to("/");
        ada.get("/people").await.says(StatusCode::OK, &["Ada Moss", "administrator of every desk"]);
    })
    .await;
}

#[tokio::test]
async fn a_desks_administrator_keeps_its_people_and_no_others() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        site.somebody("cleo", Role::Manager, Some("reservations")).await;
        site.somebody("dan", Role::Viewer, None).await;
        let eve = site.somebody("eve", Role::Agent, Some("night")).await;
        let ben = site.somebody("ben", Role::Administrator, Some("night")).await;
        let [cleos, dans, eves] =
            [address_of(&ada, "cleo").await, address_of(&ada, "dan").await, address_of(&ada, "eve").await];
        ada.post(&format!("{eves}/role"), &[("role", "manager"), ("desk", "reservations")])
            .await
            .leads_to(&eves);

        // Who is anything at his desk, and what he is there.
        ben.get("/").await.says(StatusCode::OK, &["href=\"/people\""]);
        let list = ben.get("/people").await;
        list.says(
            StatusCode::OK,
            &["eve</a>", "dan</a>", "viewer of every desk", "Ada Moss", "Night Support"],
        );
        list.hides(&["cleo", "of reservations", "Reservations Support", "every desk, later ones too"]);
        let hers = ben.get(&eves).await;
        hers.says(StatusCode::OK, &["<strong>agent</strong> of night", "Take away: agent of night"]);
        hers.hides(&["reservations", "Disable the account", "second factor", "Signed in"]);
        let his = ben.get(&dans).await;
        his.says(StatusCode::OK, &["<strong>viewer</strong> of every desk"]);
        his.hides(&["Take away"]);
        ben.get(&cleos).await.says(StatusCode::NOT_FOUND, &[]);

        // He gives and takes the roles of his desk.
        ben.post(&format!("{eves}/role"), &[("role", "manager"), ("desk", "night")]).await.leads_to(&eves);
        ben.post(&format!("{dans}/role"), &[("role", "agent"), ("desk", "night")]).await.leads_to(&dans);
        for (desk, role) in
            [("reservations", "viewer"), ("reservations", "none"), ("", "viewer"), ("", "none")]
        {
            let form = [("role", role), ("desk", desk)];
            let refused = ben.post(&format!("{eves}/role"), &form).await;
            refused.says(StatusCode::UNPROCESSABLE_ENTITY, &["There is no such desk"]);
        }
        ben.post(&format!("{cleos}/role"), &[("role", "viewer"), ("desk", "night")])
            .await
            .says(StatusCode::NOT_FOUND, &[]);
        for act in ["disable", "enable", "reset", "end-sessions"] {
            ben.post(&format!("{eves}/{act}"), &[]).await.says(StatusCode::FORBIDDEN, &[]);
        }
        assert!(eve.is_in().await);
        ben.post(&format!("{eves}/role"), &[("role", "none"), ("desk", "night")]).await.leads_to("/people");
        ben.get(&eves).await.says(StatusCode::NOT_FOUND, &[]);
        eve.get("/").await.says(StatusCode::OK, &["Reservations Support"]);

        // He lets in to his desk: a stranger by a link, and who is known elsewhere at once.
        let invite = |email, desk| [("email", email), ("role", "agent"), ("desk", desk)];
        for desk in ["", "reservations", "day"] {
            ben.post("/people/invite", &invite("finn@example.com", desk))
                .await
                .says(StatusCode::UNPROCESSABLE_ENTITY, &["There is no such desk"]);
        }
        link_on(&ben.post("/people/invite", &invite("finn@example.com", "night")).await);
        ben.post("/people/invite", &invite("cleo@example.com", "night")).await.leads_to(&cleos);
        ben.post("/people/invite", &invite("cleo@example.com", "night"))
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["has an account already"]);
        let cleo = ben.get(&cleos).await;
        cleo.says(StatusCode::OK, &["<strong>agent</strong> of night"]);
        cleo.hides(&["reservations"]);

        // Invitations to other desks are none of his, whoever they are for.
        link_on(&ada.post("/people/invite", &invite("finn@example.com", "reservations")).await);
        link_on(&ada.post("/people/invite", &invite("gil@example.com", "reservations")).await);
        let list = ben.get("/people").await;
        list.says(StatusCode::OK, &["not here yet", "finn@example.com"]);
        list.hides(&["gil@example.com"]);
        let withdraw = async |email| ben.post("/people/withdraw", &[("email", email)]).await;
        withdraw("gil@example.com").await.says(StatusCode::NOT_FOUND, &[]);
        withdraw("finn@example.com").await.leads_to("/people");
        withdraw("finn@example.com").await.says(StatusCode::NOT_FOUND, &[]);
        ben.get("/people").await.hides(&["not here yet"]);
        let list = ada.get("/people").await;
        list.says(StatusCode::OK, &["agent of reservations · until", "finn@example.com", "gil@example.com"]);
        ben.get("/audit?desk=night").await.says(StatusCode::OK, &["withdrew the invitation of"]);
    })
    .await;
}
