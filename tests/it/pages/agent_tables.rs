//! Agents as tables, up and down; and that what only the whole file shows is told beside the field of the form. The clock
//! stands at Wednesday, 18 November 2026, 6:06 in New York.

use axum::http::{StatusCode, header};
use nightbell::rules::access::Role;

use super::{DESK, Page, Site};

const IMPORT: &str = "/desks/reservations/agents/import";
const TABLE: &str = "/desks/reservations/agents.csv";
const FORM: &str = "/desks/reservations/agents/form";

/// What was read is put into the draft.
fn repeated(page: &Page) -> String {
    page.hidden("table")
}

#[tokio::test]
async fn a_file_of_agents_is_sent_as_spreadsheets_save_it() {
    Site::each(async |site| {
        let mona = site.somebody("mona", Role::Manager, Some("reservations")).await;
        mona.get(IMPORT).await.says(StatusCode::OK, &["enctype=\"multipart/form-data\"", "type=\"file\""]);
        let text = "key;name;phone\r\nada;\"Marsh; Ada\";+18025550111\r\ndan;Dan Lake;(802) 555-0116\r\n";
        let mut unicode = vec![0xff, 0xfe];
        let tabs = "key\tname\tphone\r\nada\tMarsh; Ada\t+18025550111\r\ndan\tDan Lake\t(802) 555-0116\r\n";
        unicode.extend(tabs.encode_utf16().flat_map(u16::to_le_bytes));
        for file in [text.as_bytes(), format!("\u{feff}{text}").as_bytes(), &unicode] {
            let seen = mona.post_file(IMPORT, "file", file).await;
            seen.says(
                StatusCode::OK,
                &[
                    "Marsh; Ada (ada)",
                    "name Ada Moss → Marsh; Ada",
                    "Dan Lake (dan)",
                    "telephone +18025550116",
                ],
            );
            mona.get("/desks/reservations/draft").await.says(StatusCode::OK, &["Nothing is prepared"]);
        }
        let seen = mona.post_file(IMPORT, "file", &unicode).await;
        let form = [("table", &*repeated(&seen)), ("seen", "yes")];
        mona.post(IMPORT, &form).await.leads_to("/desks/reservations/agents");
        mona.get("/desks/reservations/draft").await.says(StatusCode::OK, &["the agent dan ("]);

        // Every mistake has its line, whoever finds it.
        let wrong = "key,name,phone,email,language\n\
            eve,Eve,+18025550116,,en\n\
            finn,Finn,+18025550117,nowhere,en\n\
            gwen,Gwen,12,,en\n";
        let told = mona.post_file(IMPORT, "file", wrong.as_bytes()).await;
        told.says(
            StatusCode::UNPROCESSABLE_ENTITY,
            &["Nothing was changed", "Line 4: `12` cannot be called"],
        );
        let wrong = wrong.replace("gwen,Gwen,12,,en", "gwen,Gwen,+18025550118,,e");
        let told = mona.post_file(IMPORT, "file", wrong.as_bytes()).await;
        told.says(
            StatusCode::UNPROCESSABLE_ENTITY,
            &[
                "Line 2: the number +18025550116 stands in line",
                "Line 3: `nowhere` is no e-mail address; write it like ada@example.com",
                "Line 4: `e` is no language",
            ],
        );
        let other = mona.post_file(IMPORT, "file", b"key,name,phone\ndan,D\xc5n,+18025550116\n").await;
        other
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["Line 2: some of its letters cannot be read", "UTF-8"]);
        let large = "x".repeat(300_000);
        let refused = mona.post_file(IMPORT, "file", large.as_bytes()).await;
        refused.says(StatusCode::UNPROCESSABLE_ENTITY, &["larger than 256 kB"]);
        let larger = mona.post_file(IMPORT, "file", "x".repeat(1_000_000).as_bytes()).await;
        assert_eq!(larger.status, StatusCode::PAYLOAD_TOO_LARGE);
        let vera = site.somebody("vera", Role::Viewer, Some("reservations")).await;
        vera.post_file(IMPORT, "file", text.as_bytes()).await.says(StatusCode::FORBIDDEN, &[]);
    })
    .await;
}

#[tokio::test]
async fn agents_are_taken_away_as_a_table_and_brought_back() {
    Site::each(async |site| {
        site.apply(&DESK.replace("name = \"Ada Moss\"", "name = \"=Ada; \\\"A\\\" Moss\"")).await;
        let mona = site.somebody("mona", Role::Manager, Some("reservations")).await;
        let table = mona.get(TABLE).await;
        table.says(
            StatusCode::OK,
            &[
                "key,name,phone,email,zone,language\r\n",
                "\"'=Ada; \"\"A\"\" Moss\"",
                "ben,Ben Frost,'+18025550112,ben@reservations.example.com,America/Chicago,en\r\n",
                "'+18025550113 / +18025550114",
            ],
        );
        let name = table.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
        assert_eq!(name, "attachment; filename=\"reservations-agents.csv\"");
        let same = mona.post_file(IMPORT, "file", table.body.as_bytes()).await;
        same.says(StatusCode::OK, &["Nothing: all 3 are in the desk"]);
        let vera = site.somebody("vera", Role::Viewer, Some("reservations")).await;
        let nora = site.somebody("nora", Role::Manager, Some("night")).await;
        vera.get(TABLE).await.says(StatusCode::FORBIDDEN, &[]);
        nora.get(TABLE).await.says(StatusCode::NOT_FOUND, &[]);
    })
    .await;
}

#[tokio::test]
async fn what_only_the_whole_file_shows_is_told_beside_the_field() {
    Site::each(async |site| {
        let mona = site.somebody("mona", Role::Manager, Some("reservations")).await;
        let was = mona.get(&format!("{FORM}?agent=ben")).await.hidden("was");
        let ben = |field: &'static str, text: &'static str| {
            let mut form = vec![("name", "Ben <b>Snow</b>"), ("number", "+18025550112"), ("language", "en")];
            form.retain(|(known, _)| *known != field);
            form.extend([(field, text), ("takes", "both")]);
            form
        };
        for (field, text, error, words) in [
            ("email", "nowhere", "email-error", "`nowhere` is no e-mail address: write it like"),
            ("language", "e", "language-error", "`e` is no language"),
            ("number", "+18025550111", "number-error", "the number +18025550111 stands in line"),
        ] {
            let mut form = ben(field, text);
            form.push(("was", &was));
            let told = mona.post(FORM, &form).await;
            // What he wrote is still there.
            told.says(
                StatusCode::UNPROCESSABLE_ENTITY,
                &["Change an agent", "Ben &#60;b&#62;Snow&#60;/b&#62;"],
            );
            assert!(told.between(&format!("id=\"{error}\">"), "</p>").contains(words), "{}", told.body);
        }
        // A step that pages who is nobody, from a form that is older than the desk.
        let policy = "/desks/reservations/policies/emergencies";
        let was = mona.get(policy).await.hidden("was");
        let step = [("was", &*was), ("target", "agent:zoe"), ("delay", "5 min")];
        let told = mona.post(&format!("{policy}/step"), &step).await;
        told.says(StatusCode::UNPROCESSABLE_ENTITY, &["there is no agent `zoe`", "<h1>"]);
        told.hides(&["Publish"]);
        // A change that was made from what is no more is told at the form too.
        let holiday = "/desks/reservations/hours/holiday";
        let was = mona.get(&format!("{holiday}?holiday=0")).await.hidden("was");
        let form = [("was", &*was), ("name", "A day off"), ("date", "12-24"), ("kept", "closed")];
        mona.post(holiday, &form).await.leads_to("/desks/reservations/hours");
        let again = mona.post(holiday, &form).await;
        again.says(StatusCode::UNPROCESSABLE_ENTITY, &["make the change anew", "value=\"A day off\""]);
        mona.get("/desks/reservations/draft").await.says(StatusCode::OK, &["A day off"]);
    })
    .await;
}
