//! Voice flows on the web: looked at, tried, edited and put in force, for the next call and for no call that is under way;
//! and what becomes of them when the server starts again beside its files.

use std::sync::Arc;

use axum::http::StatusCode;
use nightbell::act::{Acts, By, Putting};
use nightbell::app::{App, Parts};
use nightbell::clock::ManualClock;
use nightbell::config::Config;
use nightbell::flows;
use nightbell::id::Ids;
use nightbell::rules::access::{Principal, Role, Scope};
use nightbell::rules::flow::kept::FlowFile;
use nightbell::rules::flow::{Flow, renamed};
use nightbell::store::Store;

use super::desk_pages::manager;
use super::{CARRIER, PUBLIC, START, Site};
use crate::support::db::each_database;
use crate::support::world::{Screen, World, minutes};

const GREETING: &str = "{desk}, emergency line.";

/// The text that comes with the program.
fn emergency() -> String {
    flows::shipped("emergency").unwrap().to_owned()
}

/// The same with another greeting.
fn greeting(words: &str) -> String {
    let text = emergency();
    assert!(text.contains(GREETING));
    text.replace(GREETING, words)
}

#[tokio::test]
async fn a_flow_is_looked_at_edited_and_taken_away() {
    Site::each(async |site| {
        let mona = manager(site).await;
        mona.get("/flows").await.says(
            StatusCode::OK,
            &["/flows/emergency\">emergency</a>", "Emergency line, Reservations Support"],
        );
        let version = site.acts.desks().flow("emergency").unwrap().version().to_owned();
        let page = mona.get("/flows/emergency").await;
        page.says(
            StatusCode::OK,
            &["The flow is good", "<svg aria-hidden", "in force", &version, "<strong>who</strong>: branch"],
        );
        page.hides(&["Night Support"]);
        mona.get("/flows/emergency?version=1").await.says(StatusCode::OK, &["The flow is good"]);
        mona.get("/flows/emergency?version=2").await.says(StatusCode::NOT_FOUND, &[]);
        mona.get("/flows/daytime").await.says(StatusCode::NOT_FOUND, &[]);

        let text = emergency();
        let edited = format!("# <script>\n{text}");
        let send = async |path: &str, text: &str| {
            mona.post(path, &[("name", "emergency"), ("text", &text.replace('\n', "\r\n"))]).await
        };
        let good = send("/flows/check", &edited).await;
        good.says(StatusCode::OK, &["The flow is good", "&#60;script&#62;"]);
        good.hides(&["<script>", &version]);
        let broken = format!("{text}\n[steps.lonely]\nkind = \"hang_up\"\n");
        let line = text.lines().count() + 2;
        send("/flows/check", &broken)
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["1 mistake", &format!("Line {line}: "), "lonely"]);
        send("/flows/check", "name = <b>")
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["Line 1: ", "name = &#60;b&#62;"]);
        let file = send("/flows/download", &edited).await;
        assert_eq!((file.status, &*file.body), (StatusCode::OK, &*edited));
        assert_eq!(file.headers["content-disposition"], "attachment; filename=\"emergency.toml\"");
        // What cannot be laid out is told in words, step by step, with links from one to the next.
        let wide = include_str!("../../flows/wide.toml");
        let told = mona.post("/flows/check", &[("name", ""), ("text", wide)]).await;
        told.says(
            StatusCode::OK,
            &[
                "too many and too long to be drawn. Here are its steps instead",
                "<details open>",
                "<li id=\"step-m0\"><strong>m0</strong>: menu <span class=\"tag\">a call begins here</span>",
                "<q>Which one?</q>",
                "<a href=\"#step-m1\">m1</a> (1),",
                "<strong>end</strong>: hang up <q>Goodbye.</q>; the call ends",
            ],
        );
        told.hides(&["<svg aria-hidden"]);
        page.hides(&["<details open>"]);
        send("/flows/download", &broken).await.says(StatusCode::UNPROCESSABLE_ENTITY, &["1 mistake"]);
        // Nothing of this has changed what callers hear.
        assert_eq!(site.acts.desks().flow("emergency").unwrap().version(), version);

        let vera = site.somebody("vera", Role::Viewer, Some("reservations")).await;
        for path in ["/flows", "/flows/emergency", "/flows/check?from=emergency"] {
            vera.get(path).await.says(StatusCode::FORBIDDEN, &[]);
        }
        for path in ["/flows/check", "/flows/download", "/flows/try", "/flows/keep", "/flows/put"] {
            vera.post(path, &[("text", &text)]).await.says(StatusCode::FORBIDDEN, &[]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_flow_is_tried_on_the_spot() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let text = emergency();
        let play = async |more: &[(&str, &str)]| {
            let fields: Vec<_> = [("name", "emergency"), ("text", &*text), ("caller", "+18025550121")]
                .into_iter()
                .chain(more.iter().copied())
                .collect();
            mona.post("/flows/try", &fields).await
        };
        let begun = play(&[]).await;
        begun.says(StatusCode::OK, &["For English, press 1", "Press them"]);
        let english = ("move", "keys 1");
        let asked = play(&[english]).await;
        asked.says(StatusCode::OK, &["If that is so, press 1", "Press them"]);
        let pressed = play(&[english, ("made", "keys"), ("keys", "1")]).await;
        pressed.says(StatusCode::OK, &["presses 1", "triage 1", "name=\"move\" value=\"keys 1\""]);
        let over = play(&[english, ("move", "keys 1"), ("made", "hang-up")]).await;
        over.says(StatusCode::OK, &["hangs up", "The call is over"]);
        play(&[("made", "talk 60")]).await.says(StatusCode::OK, &["this cannot be done now", "Press them"]);
        let wrong = play(&[("made", "keys"), ("keys", "<b>")]).await;
        wrong.says(StatusCode::OK, &["Keys are 0 to 9"]);
        wrong.hides(&["<b>"]);
        play(&[("clock", "support"), english])
            .await
            .says(StatusCode::OK, &["We are putting you through", "Answer, and talk for a minute"]);
        let talked = play(&[("clock", "support"), english, ("made", "talk 60")]).await;
        talked.says(
            StatusCode::OK,
            &["transferred to main 60 s", "The call is over", "Write it into the text"],
        );
        mona.post("/flows/try", &[("text", "name = ")])
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["Line 1: "]);
        let nobody = mona.post("/flows/try", &[("text", ""), ("made", "sing")]).await;
        nobody.says(StatusCode::UNPROCESSABLE_ENTITY, &["It cannot be tried yet"]);
    })
    .await;
}

#[tokio::test]
async fn a_text_comes_into_force_is_compared_and_taken_back() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let mona = manager(site).await;
        let edited = greeting("{desk}, at your <i>service</i>.");
        let put = |revision: &'static str, text: &str, why: &'static str| {
            let text = text.replace('\n', "\r\n");
            vec![
                ("name", "emergency".to_owned()),
                ("revision", revision.into()),
                ("text", text),
                ("why", why.into()),
            ]
        };
        let send = async |browser: &super::Browser<'_>, fields: &[(&str, String)]| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (*name, &**text)).collect();
            browser.post("/flows/put", &fields).await
        };
        // It answers a line of the desk `night`, too.
        let page = mona.get("/flows/emergency").await;
        page.says(StatusCode::OK, &["lines of desks that you do not manage", "came with the program"]);
        page.hides(&["Put in force</button>"]);
        send(&mona, &put("1", &edited, "")).await.says(StatusCode::UNPROCESSABLE_ENTITY, &["do not manage"]);
        let restore = [("version", "1"), ("in_force", "1")];
        mona.post("/flows/emergency/restore", &restore)
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["do not manage"]);

        ada.get("/flows/emergency")
            .await
            .says(StatusCode::OK, &["Put in force</button>", "name=\"revision\" value=\"1\""]);
        let broken = edited.replacen("silence = \"emergency\"", "silence = \"nowhere\"", 1);
        send(&ada, &put("1", &broken, ""))
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["mistake", "nowhere"]);
        let failing = format!("{edited}\n[[scenario]]\nabout = \"x\"\ncall = []\ncommands = [\"reject\"]\n");
        send(&ada, &put("1", &failing, ""))
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["is not `reject`"]);
        let french = edited.replacen("languages = [\"en\", ", "languages = [", 1);
        let french: String = french.split_inclusive('\n').filter(|line| !line.contains(".en = ")).collect();
        send(&ada, &put("1", &french, ""))
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["offers `en`, which the flow does not speak"]);
        assert_eq!(site.acts.flow_in_force("emergency").await.unwrap().unwrap().revision, 1);

        send(&ada, &put("1", &edited, "calmer <b>words</b>")).await.leads_to("/flows/emergency");
        let page = ada.get("/flows/emergency").await;
        page.says(
            StatusCode::OK,
            &[
                "<strong>Version 2</strong> <span class=\"tag\">in force</span>",
                "put in force by ada@example.com, 18 Nov 2026, 11:06 UTC",
                "calmer &#60;b&#62;words",
                "Put it in force again",
            ],
        );
        assert_eq!(
            site.acts.desks().flow("emergency").unwrap().version(),
            Flow::parse(&edited).unwrap().version()
        );
        ada.get("/audit")
            .await
            .says(StatusCode::OK, &["put in force the voice flow", "calmer &#60;b&#62;words"]);
        ada.get("/flows/emergency?version=1")
            .await
            .says(StatusCode::OK, &["This is version 1; version 2 is in force"]);
        let differs = ada.get("/flows/emergency/compare?from=1&to=2").await;
        differs.says(
            StatusCode::OK,
            &[
                "class=\"gone\">-say.en = &#34;{desk}, emergency line.",
                "class=\"new\">+say.en = &#34;{desk}, at your &#60;i&#62;",
            ],
        );
        ada.get("/flows/emergency/compare?from=2&to=2")
            .await
            .says(StatusCode::OK, &["the same, letter by letter"]);
        ada.get("/flows/emergency/compare?from=2&to=3").await.says(StatusCode::NOT_FOUND, &[]);

        // Who began from what is no longer in force sees first what he would change.
        let late = send(&ada, &put("1", &greeting("{desk}, good evening."), "")).await;
        late.says(
            StatusCode::UNPROCESSABLE_ENTITY,
            &[
                "Another version came into force meanwhile",
                "class=\"gone\">-say.en = &#34;{desk}, at your",
                "good evening",
            ],
        );
        assert_eq!(late.hidden("revision"), "2");

        ada.post("/flows/emergency/restore", &restore)
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["Another version came into force meanwhile"]);
        ada.post("/flows/emergency/restore", &[("version", "1"), ("in_force", "2")])
            .await
            .leads_to("/flows/emergency");
        ada.get("/flows/emergency").await.says(
            StatusCode::OK,
            &["<strong>Version 3</strong> <span class=\"tag\">in force", "as in version 1 again"],
        );
        let shipped = Flow::parse(&emergency()).unwrap();
        assert_eq!(site.acts.desks().flow("emergency").unwrap().version(), shipped.version());
        // It says what is there already: nothing comes of it.
        send(&ada, &put("3", &emergency(), "")).await.leads_to("/flows/emergency");
        assert_eq!(site.acts.flow_in_force("emergency").await.unwrap().unwrap().revision, 3);
    })
    .await;
}

#[tokio::test]
async fn a_new_flow_begins_with_the_text_of_another() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let form = mona.get("/flows/check?from=emergency").await;
        form.says(
            StatusCode::OK,
            &["A new voice flow", "name = &#34;emergency-2&#34;", "Put in force</button>"],
        );
        mona.get("/flows/check?from=daytime").await.says(StatusCode::NOT_FOUND, &[]);
        let night = renamed(&emergency(), "night line");
        mona.post("/flows/put", &[("name", ""), ("revision", ""), ("text", &night)])
            .await
            .leads_to("/flows/night%20line");
        mona.get("/flows/night%20line")
            .await
            .says(StatusCode::OK, &["<h1>night line</h1>", "No line of yours"]);
        // Again, and under a name that is taken.
        for text in [&night, &emergency()] {
            let again = format!("# again\n{text}");
            mona.post("/flows/put", &[("name", ""), ("text", &again)])
                .await
                .says(StatusCode::UNPROCESSABLE_ENTITY, &[""]);
        }
        mona.post("/flows/put", &[("name", ""), ("text", &format!("# again\n{night}"))])
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["There is a voice flow of that name already"]);
        // From now on a line may name it.
        let line = [
            ("number", "802 555 0107"),
            ("label", "Second line"),
            ("flow", "night line"),
            ("carrier", "main"),
            ("languages", "en"),
            ("policy", "emergencies"),
        ];
        mona.post("/desks/reservations/lines/form", &line).await.leads_to("/desks/reservations/lines");
    })
    .await;
}

#[tokio::test]
async fn a_call_that_was_tried_is_kept_with_the_flow() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let text = emergency();
        let call = [
            ("name", "emergency"),
            ("revision", "1"),
            ("text", &*text),
            ("caller", "+18025550121"),
            ("move", "keys 1"),
            ("move", "keys 1"),
            ("move", "keys 1"),
            ("move", "speak 20"),
        ];
        ada.post("/flows/try", &call).await.says(StatusCode::OK, &["Keep this call with the flow"]);
        let kept = ada.post("/flows/keep", &call).await;
        kept.says(StatusCode::OK, &["[[scenario]]", "the call that it brings goes as written"]);
        let half = ada.post("/flows/keep", &call[..7]).await;
        half.hides(&["[[scenario]]"]);
    })
    .await;
}

#[tokio::test]
async fn the_next_call_goes_by_it_and_a_call_under_way_by_its_own() {
    World::each(async |world| {
        let (finn, gus) = (world.caller("+18025550121"), world.caller("+18025550122"));
        let mona = Screen::of(&world, "mona@example.com", Role::Manager, "reservations").await;
        let edited = greeting("{desk}, at your service.").replace("be called back", "be rung back");
        finn.dials_line().await;
        finn.hears("emergency line");
        let page = mona.get("/flows/emergency").await;
        let revision = page.between("name=\"revision\" value=\"", "\"");
        let form = [("name", "emergency"), ("revision", &*revision), ("text", &*edited), ("why", "warmer")];
        let put = mona.post("/flows/put", &form).await;
        assert_eq!((put.status, &*put.location), (StatusCode::SEE_OTHER, "/flows/emergency"), "{}", put.body);

        finn.presses("1").await;
        finn.hears("be called back");
        gus.dials_line().await;
        gus.hears("at your service");
        gus.presses("1").await;
        gus.hears("be rung back");
        for caller in [&finn, &gus] {
            caller.hangs_up().await;
            caller.reads_all();
        }
        world.agent("ada").ignores_calls();
        world.pass(minutes(1)).await;
        world.agent("ada").reads_all();
    })
    .await;
}

/// A server that starts on a machine with those files.
async fn starts(store: &Store, node: &str, files: Vec<FlowFile>) -> Acts {
    let parts = Parts {
        config: Config {
            public_url: PUBLIC.into(),
            carriers: vec![toml::from_str(CARRIER).unwrap()],
            ..Config::default()
        },
        store: store.clone(),
        node: node.into(),
        clock: Arc::new(ManualClock::new(START)),
        ids: Ids::from_system(),
        flows: files,
    };
    App::build(parts).await.unwrap().acts
}

#[tokio::test]
async fn a_restart_undoes_nothing_and_a_changed_file_counts() {
    each_database(async |store| {
        let file = |words: &str| vec![FlowFile { text: greeting(words), shipped: false }];
        let is = async |acts: &Acts, words: &str| {
            acts.reload_if_changed().await.unwrap();
            let version = acts.desks().flow("emergency").unwrap().version().to_owned();
            assert_eq!(version, Flow::parse(&greeting(words)).unwrap().version(), "{words}");
        };
        let put = async |acts: &Acts, words: &str| {
            let principal: Principal = [(Scope::EveryDesk, Role::Administrator)].into_iter().collect();
            let revision = acts.flow_in_force("emergency").await.unwrap().unwrap().revision;
            let from = Some(("emergency".to_owned(), revision));
            let putting = Putting { from, text: greeting(words), why: None };
            acts.put_flow(By::command_line(), &principal, putting).await.unwrap();
        };
        let one = starts(&store, "one", file("first")).await;
        is(&one, "first").await;
        put(&one, "by hand").await;
        let two = starts(&store, "two", file("first")).await;
        is(&two, "by hand").await;
        is(&starts(&store, "one", file("first")).await, "by hand").await;
        // The file changes on one machine, and what it says counts on both; the other brings it once more to no effect.
        let one = starts(&store, "one", file("second")).await;
        is(&one, "second").await;
        is(&two, "second").await;
        put(&two, "by hand again").await;
        two.replace_flows(By::signal(), file("second")).await.unwrap();
        is(&one, "by hand again").await;
        // It is taken back in the file.
        one.replace_flows(By::signal(), file("first")).await.unwrap();
        is(&two, "first").await;
        // A file that is gone takes nothing away, nor does what comes with the program come back by itself.
        is(&starts(&store, "one", flows::load_all(None).unwrap()).await, "first").await;
        // A command that only looks in changes nothing.
        let revision = one.flow_in_force("emergency").await.unwrap().unwrap().revision;
        one.add_flows(By::command_line(), file("third")).await.unwrap();
        assert_eq!(one.flow_in_force("emergency").await.unwrap().unwrap().revision, revision);
        assert_eq!(one.flow_revisions("emergency", i64::MAX).await.unwrap().len(), 5);
    })
    .await;
}
