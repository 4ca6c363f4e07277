//! A manager keeps rotas: makes them, lays overrides over them, swaps, looks at what would come of it, publishes, and
//! takes it back. The clock stands at Wednesday, 18 November 2026, 6:06 in New York; Ada is on call by `primary`.

mod clocks;

use axum::http::StatusCode;
use nightbell::clock::Timestamp;
use nightbell::rules::access::Role;

use super::{Browser, DESK, Page, Site};

const ROTA: &str = "/desks/reservations/rotas/primary";

/// A rota of every weekend.
pub const WEEKEND: [(&str, &str); 10] = [
    ("name", "weekend"),
    ("zone", "America/New_York"),
    ("turn", "cleo"),
    ("turn", "ben"),
    ("turn", ""),
    ("count", "1"),
    ("unit", "week"),
    ("weekday", "Mon"),
    ("time", "09:00"),
    ("only", "Sat-Sun 00:00-24:00"),
];

fn at(text: &str) -> Timestamp {
    Timestamp::from_chrono(chrono::DateTime::parse_from_rfc3339(text).unwrap().to_utc())
}

/// Who is on call in force.
fn on_call(site: &Site, rota: &str, instant: &str) -> Option<String> {
    let desks = site.acts.desks();
    let desk = desks.by_key("reservations").unwrap();
    let found = desk.rota(rota)?.on_call(site.acts.book(), at(instant))?;
    Some(found.agent.to_string())
}

async fn publish(browser: &Browser<'_>, gaps: &str) -> Page {
    let draft = browser.get("/desks/reservations/draft").await;
    let (revision, version) = (draft.hidden("revision"), draft.hidden("version"));
    let form = [("revision", &*revision), ("version", &version), ("gaps", gaps)];
    browser.post("/desks/reservations/draft/publish", &form).await
}

async fn manager(site: &Site) -> Browser<'_> {
    site.somebody("mona", Role::Manager, Some("reservations")).await
}

async fn puts_in<'a>(browser: &Browser<'a>, from: &str, to: &str, agent: &str, replaces: &str) -> Page {
    let form = [("from", from), ("to", to), ("agent", agent), ("replaces", replaces)];
    browser.post(&format!("{ROTA}/override"), &form).await
}

#[tokio::test]
async fn a_rota_is_made_in_a_draft_published_and_undone() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let vera = site.somebody("vera", Role::Viewer, Some("reservations")).await;
        mona.get("/desks/reservations/rotas").await.says(
            StatusCode::OK,
            &[
                "Ada Moss</strong> is on call now",
                "Then Ben Frost, Mon 23 Nov, 09:00",
                "None: at every minute",
            ],
        );
        let form: Vec<_> = WEEKEND.into_iter().chain([("starts", "2026-11-16"), ("ends", "")]).collect();
        mona.post("/desks/reservations/rotas/new", &form).await.leads_to("/desks/reservations/rotas/weekend");
        mona.get("/desks/reservations/rotas/weekend?view=week").await.says(
            StatusCode::OK,
            &[
                "This is how it would be",
                "Cleo Hart",
                "Sat 21 Nov, 00:00 – Mon 23 Nov, 00:00",
                "only Sat-Sun 00:00-24:00",
            ],
        );
        vera.get("/desks/reservations/rotas/weekend").await.says(StatusCode::NOT_FOUND, &[]);
        assert_eq!(on_call(site, "weekend", "2026-11-21T12:00:00-05:00"), None);

        let draft = mona.get("/desks/reservations/draft").await;
        draft.says(
            StatusCode::OK,
            &[
                "the rota weekend is new",
                "Sat 21 Nov, 00:00 – Mon 23 Nov, 00:00: Cleo Hart instead of nobody",
                "1389 h → <strong>1725 h</strong>",
            ],
        );
        publish(&mona, "").await.leads_to("/desks/reservations/versions/2");
        assert_eq!(on_call(site, "weekend", "2026-11-21T12:00:00-05:00").as_deref(), Some("cleo"));
        vera.get("/desks/reservations/rotas/weekend").await.says(StatusCode::OK, &["Cleo Hart"]);
        mona.get("/desks/reservations/draft").await.says(StatusCode::OK, &["Nothing is prepared"]);

        let version = mona.get("/desks/reservations/versions/2").await;
        version.says(StatusCode::OK, &["It is in force", "mona@example.com", "the rota weekend is new"]);
        let undo = [("in_force", &*version.hidden("in_force"))];
        mona.post("/desks/reservations/versions/1/restore", &undo)
            .await
            .leads_to("/desks/reservations/versions/3");
        assert_eq!(on_call(site, "weekend", "2026-11-21T12:00:00-05:00"), None);
        mona.get("/desks/reservations/versions")
            .await
            .says(StatusCode::OK, &["as in version 1 again", "the rota weekend is new", "Version 1"]);
        assert_eq!(site.acts.desk_text("reservations", None).await.unwrap(), Some((3, DESK.to_owned())));
        mona.get("/audit?desk=reservations")
            .await
            .says(StatusCode::OK, &["applied the desk", "the rota weekend is new"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_rota_is_said_beside_its_field_and_nothing_is_lost() {
    Site::each(async |site| {
        let mona = manager(site).await;
        for (field, value, words) in [
            ("name", "", "Give it a name"),
            ("zone", "Mars/Olympus", "Mars/Olympus"),
            ("count", "0", "no length of a turn"),
            ("time", "9 o'clock", "no time of day"),
            ("only", "Someday", "Someday"),
            ("starts", "soon", "no date"),
            ("name", "primary", "The rota primary is in the desk&#39;s file already"),
        ] {
            let mut form: Vec<_> =
                WEEKEND.into_iter().chain([("starts", "2026-11-16"), ("ends", "")]).collect();
            form.retain(|(name, _)| *name != field);
            form.push((field, value));
            let page = mona.post("/desks/reservations/rotas/new", &form).await;
            page.says(StatusCode::UNPROCESSABLE_ENTITY, &[words, "<option value=\"cleo\" selected>"]);
        }
        let nobody = [
            ("name", "empty"),
            ("zone", "UTC"),
            ("count", "1"),
            ("unit", "day"),
            ("time", "09:00"),
            ("starts", "2026-11-16"),
        ];
        mona.post("/desks/reservations/rotas/new", &nobody)
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["the layer has no agents"]);
        mona.get("/desks/reservations/draft").await.says(StatusCode::OK, &["Nothing is prepared"]);
    })
    .await;
}

#[tokio::test]
async fn a_gap_is_found_told_filled_and_published_only_knowingly() {
    Site::each(async |site| {
        let mona = manager(site).await;
        // The rota ends, and nobody follows.
        let rota = mona.get(ROTA).await;
        let layer = mona.get(&format!("{ROTA}/layer?layer=0")).await;
        layer.says(StatusCode::OK, &["The change counts from"]);
        rota.says(StatusCode::OK, &["Ada Moss, Ben Frost, Cleo Hart"]);
        for rota in ["primary", "secondary"] {
            let path = format!("/desks/reservations/rotas/{rota}/layer");
            let was = mona.get(&format!("{path}?layer=0")).await.hidden("was");
            let form = [
                ("was", &*was),
                ("from", ""),
                ("turn", "ada"),
                ("count", "1"),
                ("unit", "week"),
                ("weekday", "Mon"),
                ("time", "09:00"),
                ("only", ""),
                ("starts", "2026-01-05"),
                ("ends", "2026-11-30"),
            ];
            mona.post(&path, &form).await.leads_to(&format!("/desks/reservations/rotas/{rota}"));
        }
        let list = mona.get("/desks/reservations/rotas").await;
        list.says(
            StatusCode::OK,
            &["Nobody: Mon 30 Nov, 20:00", "step 1: the rota primary has nobody", "Fill it"],
        );
        publish(&mona, "")
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["Tick that you know", "Publish it with these gaps"]);
        assert_eq!(on_call(site, "primary", "2026-12-10T12:00:00-05:00").as_deref(), Some("ada"));

        // The form that fills it has its times already.
        let fill = list.between("class=\"button\" href=\"/desks/reservations/rotas/primary/override?", "\"");
        let form =
            mona.get(&format!("{ROTA}/override?{}", fill.replace("&#38;", "&").replace("&amp;", "&"))).await;
        form.says(StatusCode::OK, &["name=\"from\" type=\"datetime-local\" value=\"2026-11-30T20:00\""]);
        puts_in(&mona, "2026-11-30T09:00", "2027-12-30T09:00", "ben", "")
            .await
            .leads_to(&format!("{ROTA}?from=2026-11-30&view=&zone=America%2FNew_York"));
        mona.get("/desks/reservations/rotas").await.says(StatusCode::OK, &["One step fewer", "step 2"]);
        publish(&mona, "").await.leads_to("/desks/reservations/versions/2");
        assert_eq!(on_call(site, "primary", "2026-12-10T12:00:00-05:00").as_deref(), Some("ben"));
        assert_eq!(on_call(site, "secondary", "2026-12-10T12:00:00-05:00"), None);
    })
    .await;
}

#[tokio::test]
async fn with_the_tick_a_rota_is_published_with_its_gap() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let text = DESK.replace("starts = 2026-01-05\n", "starts = 2026-01-05\nends = 2026-11-30\n");
        let form = [("was", DESK), ("text", &*text)];
        mona.post("/desks/reservations/file", &form).await.leads_to("/desks/reservations/draft");
        publish(&mona, "").await.says(StatusCode::UNPROCESSABLE_ENTITY, &["Tick that you know"]);
        publish(&mona, "meant").await.leads_to("/desks/reservations/versions/2");
        assert_eq!(on_call(site, "primary", "2026-12-10T12:00:00-05:00"), None);
        // Undone, and then brought back: with the tick as well.
        let version = mona.get("/desks/reservations/versions/2").await.hidden("in_force");
        let back = mona.post("/desks/reservations/versions/1/restore", &[("in_force", &*version)]).await;
        back.leads_to("/desks/reservations/versions/3");
        let again = [("in_force", "3")];
        let asked = mona.post("/desks/reservations/versions/2/restore", &again).await;
        asked.says(StatusCode::UNPROCESSABLE_ENTITY, &["Bring it back with its gaps"]);
        let again = [("in_force", "3"), ("gaps", "meant")];
        mona.post("/desks/reservations/versions/2/restore", &again)
            .await
            .leads_to("/desks/reservations/versions/4");
    })
    .await;
}

#[tokio::test]
async fn an_override_is_moved_and_taken_away_and_the_script_draws_what_the_pager_rings() {
    Site::each(async |site| {
        let mona = manager(site).await;
        puts_in(&mona, "2026-11-25T18:00", "2026-11-26T09:00", "ada", "ben")
            .await
            .leads_to(&format!("{ROTA}?from=2026-11-25&view=&zone=America%2FNew_York"));
        let was = mona.get(&format!("{ROTA}/override?was=0")).await.hidden("was");
        let moved = [
            ("was", &*was),
            ("from", "2026-11-26T18:00"),
            ("to", "2026-11-27T09:00"),
            ("agent", "cleo"),
            ("replaces", ""),
        ];
        mona.post(&format!("{ROTA}/override"), &moved)
            .await
            .leads_to(&format!("{ROTA}?from=2026-11-26&view=&zone=America%2FNew_York"));
        publish(&mona, "").await.leads_to("/desks/reservations/versions/2");

        let drawn = mona.get(&format!("{ROTA}/timeline?view=week&from=2026-11-23&zone=Europe/Berlin")).await;
        let timeline: serde_json::Value = serde_json::from_str(&drawn.body).unwrap();
        assert_eq!(timeline["manages"], true);
        let bars = timeline["bars"].as_array().unwrap();
        let row =
            |row: &'static str| bars.iter().filter(move |bar| bar["row"] == row && bar["behind"] == false);
        let told: Vec<(&str, &str, &str)> = row("final")
            .map(|bar| {
                (bar["title"].as_str().unwrap(), bar["from"].as_str().unwrap(), bar["to"].as_str().unwrap())
            })
            .collect();
        // Six hours later on the clocks of Berlin.
        assert_eq!(
            told,
            [
                ("Ada Moss", "2026-11-23T00:00", "2026-11-23T15:00"),
                ("Ben Frost", "2026-11-23T15:00", "2026-11-27T00:00"),
                ("Cleo Hart", "2026-11-27T00:00", "2026-11-27T15:00"),
                ("Ben Frost", "2026-11-27T15:00", "2026-11-30T00:00"),
            ]
        );
        assert_eq!(row("overrides").count(), 1);
        assert!(bars.iter().any(|bar| bar["class"] == "night"));
        let ben = row("final").nth(1).unwrap()["told"].as_str().unwrap();
        assert!(ben.contains("for him Mon 23 Nov, 08:00") && ben.contains("America/Chicago"), "{ben}");

        let was = mona.get(&format!("{ROTA}/override?was=0")).await.hidden("was");
        mona.post(&format!("{ROTA}/override/remove"), &[("was", &*was)])
            .await
            .leads_to(&format!("{ROTA}?from=2026-11-26&view=&zone=America%2FNew_York"));
        mona.post(&format!("{ROTA}/override/remove"), &[("was", &*was)])
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["is not in the desk&#39;s file as it was"]);
        publish(&mona, "").await.leads_to("/desks/reservations/versions/3");
        assert_eq!(site.acts.desk_text("reservations", None).await.unwrap(), Some((3, DESK.to_owned())));
    })
    .await;
}

#[tokio::test]
async fn a_change_that_counts_from_a_day_on_leaves_what_was_before_it() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let was = mona.get(&format!("{ROTA}/layer?layer=0")).await.hidden("was");
        let form = [
            ("was", &*was),
            ("from", "2026-12-07"),
            ("turn", "cleo"),
            ("turn", "ada"),
            ("count", "2"),
            ("unit", "week"),
            ("weekday", "Mon"),
            ("time", "09:00"),
            ("only", ""),
            ("starts", "2026-01-05"),
            ("ends", ""),
        ];
        mona.post(&format!("{ROTA}/layer"), &form).await.leads_to(ROTA);
        mona.get("/desks/reservations/draft")
            .await
            .says(StatusCode::OK, &["until 2026-12-07", "from 2026-12-07) is new"]);
        publish(&mona, "").await.leads_to("/desks/reservations/versions/2");
        for (instant, who) in [
            ("2026-11-18T12:00:00-05:00", "ada"),
            ("2026-12-07T08:59:00-05:00", "cleo"),
            // Her turn came on that day before as well.
            ("2026-12-07T09:00:00-05:00", "ada"),
            ("2026-12-20T12:00:00-05:00", "ada"),
            ("2026-12-21T12:00:00-05:00", "cleo"),
        ] {
            assert_eq!(on_call(site, "primary", instant).as_deref(), Some(who), "{instant}");
        }
    })
    .await;
}

#[tokio::test]
async fn two_managers_share_a_draft_and_nobody_publishes_what_he_has_not_seen() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let max = site.somebody("max", Role::Manager, Some("reservations")).await;
        puts_in(&mona, "2026-11-25T18:00", "2026-11-26T09:00", "ada", "").await;
        let seen = mona.get("/desks/reservations/draft").await;
        let (revision, version) = (seen.hidden("revision"), seen.hidden("version"));
        puts_in(&max, "2026-11-26T18:00", "2026-11-27T09:00", "cleo", "").await;
        let form = [("revision", &*revision), ("version", &*version), ("gaps", "")];
        for path in ["publish", "discard", "take-back"] {
            let form: Vec<_> = form.into_iter().chain([("index", "0")]).collect();
            mona.post(&format!("/desks/reservations/draft/{path}"), &form)
                .await
                .says(StatusCode::UNPROCESSABLE_ENTITY, &["It was changed meanwhile", "max@example.com"]);
        }
        // Somebody applies another file, in which Ben is gone from the rota: what still fits is published.
        let text = DESK.replace("agents = [\"ada\", \"ben\", \"cleo\"]", "agents = [\"ada\", \"cleo\"]");
        site.apply(&text).await;
        publish(&max, "").await.leads_to("/desks/reservations/versions/3");
        assert_eq!(on_call(site, "primary", "2026-11-25T20:00:00-05:00").as_deref(), Some("ada"));
        assert_eq!(on_call(site, "primary", "2026-11-26T20:00:00-05:00").as_deref(), Some("cleo"));

        // What fits no longer is said, and is taken back.
        let was = mona.get(&format!("{ROTA}/override?was=0")).await.hidden("was");
        mona.post(&format!("{ROTA}/override/remove"), &[("was", &*was)])
            .await
            .leads_to(&format!("{ROTA}?from=2026-11-25&view=&zone=America%2FNew_York"));
        site.apply(&text).await;
        let draft = max.get("/desks/reservations/draft").await;
        draft.says(
            StatusCode::OK,
            &["The draft cannot be published as it is", "is not in the desk&#39;s file as it was"],
        );
        draft.hides(&["/draft/publish"]);
        let back = [("revision", &*draft.hidden("revision")), ("index", "0")];
        max.post("/desks/reservations/draft/take-back", &back).await.leads_to("/desks/reservations/draft");
        max.get("/desks/reservations/draft").await.says(StatusCode::OK, &["Nothing is prepared"]);
    })
    .await;
}

#[tokio::test]
async fn only_managers_of_the_desk_change_it_and_strangers_see_nothing() {
    Site::each(async |site| {
        let vera = site.somebody("vera", Role::Agent, Some("reservations")).await;
        let nora = site.somebody("nora", Role::Manager, Some("night")).await;
        let changes = [
            "/desks/reservations/rotas/new",
            "/desks/reservations/rotas/primary/layer",
            "/desks/reservations/rotas/primary/layer/remove",
            "/desks/reservations/rotas/primary/override",
            "/desks/reservations/rotas/primary/override/remove",
            "/desks/reservations/rotas/primary/swap",
            "/desks/reservations/rotas/primary/remove",
            "/desks/reservations/draft/publish",
            "/desks/reservations/draft/discard",
            "/desks/reservations/draft/take-back",
            "/desks/reservations/file",
            "/desks/reservations/versions/1/restore",
        ];
        for path in changes {
            let form = [("from", "2026-11-25T18:00"), ("to", "2026-11-26T09:00"), ("agent", "ada")];
            vera.post(path, &form).await.says(StatusCode::FORBIDDEN, &["It needs the role “manager”"]);
            nora.post(path, &form).await.says(StatusCode::NOT_FOUND, &[]);
        }
        let shown = vera.get(ROTA).await;
        shown.says(StatusCode::OK, &["Ada Moss"]);
        shown.hides(&["Put somebody in", "/draft", "Take away"]);
        for path in
            ["rotas", "rotas/primary", "rotas/primary/timeline", "draft", "versions", "versions/1", "file"]
        {
            nora.get(&format!("/desks/reservations/{path}")).await.says(StatusCode::NOT_FOUND, &[]);
        }
        let timeline = vera.get(&format!("{ROTA}/timeline")).await;
        assert_eq!(serde_json::from_str::<serde_json::Value>(&timeline.body).unwrap()["manages"], false);
    })
    .await;
}

#[tokio::test]
async fn hostile_names_are_names() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let name = "<img src=x onerror=alert(1)> & \"co\" / ünï";
        let mut form: Vec<_> = WEEKEND.into_iter().chain([("starts", "2026-11-16"), ("ends", "")]).collect();
        form[0].1 = name;
        let made = mona.post("/desks/reservations/rotas/new", &form).await;
        let path = made.headers["location"].to_str().unwrap().to_owned();
        for page in [
            path.clone(),
            format!("{path}/override"),
            "/desks/reservations/rotas".into(),
            "/desks/reservations/draft".into(),
        ] {
            let page = mona.get(&page).await;
            page.says(StatusCode::OK, &["&#60;img"]);
            page.hides(&["<img"]);
        }
        for nonsense in ["?from=9999-99-99", "?layer=x"] {
            assert!(
                mona.get(&format!("{ROTA}/layer{nonsense}")).await.status.is_client_error()
                    || nonsense.contains("from")
            );
        }
        for (path, form) in [
            (format!("{ROTA}/override/remove"), ("was", "{")),
            ("/desks/reservations/draft/take-back".into(), ("index", "-1")),
            ("/desks/reservations/versions/1/restore".into(), ("in_force", "all")),
            ("/desks/reservations/versions/99/restore".into(), ("in_force", "1")),
        ] {
            mona.post(&path, &[form]).await.says(StatusCode::NOT_FOUND, &[]);
        }
    })
    .await;
}
