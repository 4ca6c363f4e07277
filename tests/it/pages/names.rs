//! Names that people read are short lines of visible text, and no words by which other pages go; what is in force keeps
//! the name that it has.

use axum::http::StatusCode;
use nightbell::flows;
use nightbell::rules::access::Role;
use nightbell::rules::flow::renamed;

use super::rotas::WEEKEND;
use super::{Browser, DESK, Site};

async fn manager(site: &Site) -> Browser<'_> {
    site.somebody("mona", Role::Manager, Some("reservations")).await
}

/// A form is refused, with that beside one of its fields.
async fn refuses(mona: &Browser<'_>, path: &str, form: &[(&str, &str)], field: &str, told: &str) {
    let page = mona.post(&format!("/desks/reservations{path}"), form).await;
    page.says(StatusCode::UNPROCESSABLE_ENTITY, &[&format!("id=\"{field}-error\">{told}")]);
}

#[tokio::test]
async fn what_could_not_be_opened_or_read_is_no_name() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let mona = manager(site).await;
        let (long, longest) = ("x".repeat(101), "x".repeat(100));
        let unseen = "the name has a sign that nobody can see";
        let names = [
            ("new", "`new` cannot be a name"),
            (".", "`.` cannot be a name"),
            ("..", "`..` cannot be a name"),
            ("night\0", unseen),
            ("two\nlines", unseen),
            ("\u{202e}thgin", unseen),
            (&*long, "the name has 101 characters: write 100 at the most"),
        ];
        for (name, told) in names {
            let mut rota: Vec<_> =
                WEEKEND.into_iter().chain([("starts", "2026-11-16"), ("ends", "")]).collect();
            rota[0].1 = name;
            refuses(&mona, "/rotas/new", &rota, "name", told).await;
            let policy = [
                ("name", name),
                ("target", "agent:cleo"),
                ("delay", "5 min"),
                ("cycles", "1"),
                ("last", "everyone"),
            ];
            refuses(&mona, "/policies/new", &policy, "name", told).await;
        }
        for (name, told) in names[3..].iter().copied() {
            let agent = [("key", "dan"), ("name", name), ("number", "+18025550116"), ("takes", "both")];
            refuses(&mona, "/agents/form", &agent, "name", told).await;
            let line = [
                ("number", "+18025550107"),
                ("label", name),
                ("flow", "emergency"),
                ("carrier", "main"),
                ("languages", "en"),
            ];
            refuses(&mona, "/lines/form", &line, "label", told).await;
            let customer = [("key", "hill"), ("name", name)];
            refuses(&mona, "/customers/form", &customer, "name", told).await;
            let holiday = [("name", name), ("date", "2026-12-24"), ("kept", "closed")];
            refuses(&mona, "/hours/holiday", &holiday, "name", told).await;
        }
        let table = format!("key,name,phone\ndan,Dan,+18025550116\neve,{long},+18025550117\n");
        mona.post("/desks/reservations/agents/import", &[("table", &table)])
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["Line 3: the name has 101 characters"]);
        mona.get("/desks/reservations/draft").await.says(StatusCode::OK, &["Nothing is prepared"]);
        let agent = [("key", "new"), ("name", &*longest), ("number", "+18025550116"), ("takes", "both")];
        mona.post("/desks/reservations/agents/form", &agent).await.leads_to("/desks/reservations/agents");

        let flow = flows::shipped("emergency").unwrap();
        for (name, told) in [
            ("check", "`check` cannot be a name"),
            ("..", "`..` cannot be a name"),
            (&*long, "101 characters"),
        ] {
            let text = renamed(flow, name);
            ada.post("/flows/put", &[("name", ""), ("revision", ""), ("text", &text)])
                .await
                .says(StatusCode::UNPROCESSABLE_ENTITY, &[told]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_name_that_is_in_force_stays() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let old =
            DESK.replace("name = \"secondary\"", "name = \"new\"").replace("rota:secondary", "rota:new");
        let old = old.replace("name = \"Ben Frost\"", "name = \"Ben\\u202EFrost\"");
        site.apply(&old).await;
        let line = mona.get("/desks/reservations/lines/form?line=%2B18025550100").await.hidden("was");
        let form = [
            ("was", &*line),
            ("label", "Night line"),
            ("flow", "emergency"),
            ("carrier", "main"),
            ("languages", "en"),
        ];
        mona.post("/desks/reservations/lines/form", &form).await.leads_to("/desks/reservations/lines");
        let draft = mona.get("/desks/reservations/draft").await;
        let (revision, version) = (draft.hidden("revision"), draft.hidden("version"));
        let publish = [("revision", &*revision), ("version", &version)];
        mona.post("/desks/reservations/draft/publish", &publish)
            .await
            .leads_to("/desks/reservations/versions/3");
        // The same again is no new name; another one is.
        let desk = site.acts.desk_text("reservations", None).await.unwrap().unwrap().1;
        assert!(desk.contains("Night line"), "{desk}");
        assert!(site.acts.check_desk("reservations", &desk).is_ok());
        let found =
            site.acts.check_desk("reservations", &desk.replace("Ada Moss", "Ada\\u202EMoss")).unwrap_err();
        let line = 1 + desk.lines().position(|line| line.contains("Ada Moss")).unwrap();
        assert_eq!(found.iter().map(|problem| problem.line).collect::<Vec<_>>(), [line]);
    })
    .await;
}
