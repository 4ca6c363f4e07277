//! A manager keeps a desk: its hours and holidays, its policies, agents and lines, each by its page and into the draft.
//! The clock stands at Wednesday, 18 November 2026, 6:06 in New York.

use axum::http::StatusCode;
use nightbell::clock::{Clock, Timestamp};
use nightbell::rules::access::Role;
use nightbell::rules::policy::MethodKind;
use nightbell::store::{StoreError, Tx, desk};

use super::{Browser, Page, Site};

/// The hidden field of that name on a page, the first.
pub fn hidden(page: &Page, name: &str) -> String {
    let text = page.between(&format!("name=\"{name}\" value=\""), "\"");
    let escaped = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    escaped.into_iter().fold(text, |text, (escaped, plain)| text.replace(escaped, plain))
}

pub async fn manager(site: &Site) -> Browser<'_> {
    site.somebody("mona", Role::Manager, Some("reservations")).await
}

/// The edits of the draft, as its page tells them.
pub async fn draft(browser: &Browser<'_>, told: &[&str]) {
    browser.get("/desks/reservations/draft").await.says(StatusCode::OK, told);
}

/// Who may look on sees the page and none of its buttons; a manager of another desk sees nothing.
pub async fn is_only_to_be_looked_at(site: &Site, page: &str, forms: &[&str]) {
    let vera = site.somebody("vera", Role::Viewer, Some("reservations")).await;
    let nora = site.somebody("nora", Role::Manager, Some("night")).await;
    let seen = vera.get(page).await;
    seen.says(StatusCode::OK, &[]);
    seen.hides(&["<form method=\"post\" action=\"/desks/", "class=\"button\""]);
    nora.get(page).await.says(StatusCode::NOT_FOUND, &[]);
    for form in forms {
        vera.get(form).await.says(StatusCode::FORBIDDEN, &[]);
        vera.post(form, &[("was", "{}")]).await.says(StatusCode::FORBIDDEN, &[]);
        nora.get(form).await.says(StatusCode::NOT_FOUND, &[]);
        nora.post(form, &[("was", "{}")]).await.says(StatusCode::NOT_FOUND, &[]);
    }
}

#[tokio::test]
async fn the_hours_of_the_week_go_into_the_draft_and_change_the_year() {
    Site::each(async |site| {
        let mona = manager(site).await;
        mona.get("/desks/reservations/hours").await.says(
            StatusCode::OK,
            &[
                "<th scope=\"row\">Monday</th><td>09:00-20:00</td><td>always else</td>",
                "<th scope=\"row\">Sunday</th><td>closed</td>",
                "<td aria-current=\"date\"><span class=\"mark open today\">18</span>",
                ": support 09:00–20:00; on call 00:00–09:00, 20:00–24:00</span>",
                ", Thanksgiving: on call all day",
                "Thu 26: Thanksgiving (on call all day)",
                "October 2027",
            ],
        );
        let form = mona.get("/desks/reservations/hours/week").await;
        let week = |was: &str| {
            let days = ["mon", "tue", "wed", "thu", "fri"].map(|day| (format!("support-{day}"), "08:00–18:00"));
            let mut fields = vec![("was".to_owned(), was.to_owned()), ("zone".into(), "America/New_York".into())];
            fields.extend(days.map(|(field, text)| (field, text.to_owned())));
            fields
        };
        let send = async |fields: &[(String, String)]| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (&**name, &**text)).collect();
            mona.post("/desks/reservations/hours/week", &fields).await
        };
        let was = hidden(&form, "was");
        let mut changed = week(&was);
        changed.extend([("on-call".into(), "window".into()), ("on-call-mon".into(), "06:00-22:00, 23:00-24:00".into())]);
        send(&changed).await.leads_to("/desks/reservations/hours");
        let told = "the hours become Mon-Fri 08:00-18:00 in America/New_York, on call Mon 06:00-22:00, Mon 23:00-24:00";
        draft(&mona, &[told]).await;
        mona.get("/desks/reservations/hours").await.says(
            StatusCode::OK,
            &["This is how it would be", "<td>08:00-18:00</td><td>06:00-22:00, 23:00-24:00</td>", "closed all day"],
        );
        for (field, text, words) in [
            ("support-tue", "nine to five", "no stretch of time"),
            ("zone", "Mars/Olympus", "no time zone"),
            ("on-call-sun", "<b>x</b>-9", "&#60;b&#62;x&#60;/b&#62;"),
        ] {
            let mut wrong = changed.clone();
            wrong.retain(|(name, _)| name != field);
            wrong.push((field.to_owned(), text.to_owned()));
            send(&wrong).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[words, "08:00–18:00"]);
        }
        // Somebody was quicker: the file is no longer what this form began with.
        let late = send(&week(&was)).await;
        late.says(StatusCode::UNPROCESSABLE_ENTITY, &["look at it again and make the change anew"]);
        is_only_to_be_looked_at(site, "/desks/reservations/hours", &["/desks/reservations/hours/week"]).await;
    })
    .await;
}

#[tokio::test]
async fn holidays_are_added_changed_and_taken_away() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let page = mona.get("/desks/reservations/hours").await;
        page.says(
            StatusCode::OK,
            &["Sunday, 4 July 2027 is a day on which the desk does not answer otherwise, and will by these hours."],
        );
        let good_friday = [("name", "Good <i>Friday</i>"), ("date", "2 days before Easter"), ("kept", "closed")];
        mona.post("/desks/reservations/hours/holiday", &good_friday).await.leads_to("/desks/reservations/hours");
        let page = mona.get("/desks/reservations/hours").await;
        page.says(
            StatusCode::OK,
            &["2 days before Easter · next on Friday, 26 March 2027", "Good &#60;i&#62;Friday", "Fri 26: Good"],
        );
        let form = mona.get("/desks/reservations/hours/holiday?holiday=5").await;
        form.says(StatusCode::OK, &["value=\"Thanksgiving\"", "value=\"closed\" checked"]);
        let was = hidden(&form, "was");
        let changed = [("was", &*was), ("name", "Thanksgiving"), ("date", "2026-11-20"), ("kept", "hours"), ("hours", "10:00-12:00"), ("on_call", "never")];
        mona.post("/desks/reservations/hours/holiday", &changed).await.leads_to("/desks/reservations/hours");
        draft(&mona, &["the holiday Thanksgiving (4th Thursday of November) becomes Thanksgiving (2026-11-20)"]).await;
        mona.get("/desks/reservations/hours")
            .await
            .says(StatusCode::OK, &["10:00-12:00; on call never", "support 10:00–12:00; closed 00:00–10:00, 12:00–24:00"]);
        let taken = hidden(&mona.get("/desks/reservations/hours").await, "was");
        mona.post("/desks/reservations/hours/holiday/remove", &[("was", &taken)]).await.leads_to("/desks/reservations/hours");
        draft(&mona, &["the holiday Martin Luther King Day (3rd Monday of January) goes"]).await;
        for (field, text, words) in [
            ("name", " ", "Give it a name"),
            ("date", "Someday", "no day"),
            ("hours", "", "neither closed nor has hours"),
            ("hours", "10-12", "no time of day"),
            ("on_call", "always", "no stretch of time"),
        ] {
            let mut wrong = vec![("name", "A day"), ("date", "12-24"), ("kept", "hours"), ("hours", "10:00-12:00")];
            wrong.retain(|(name, _)| *name != field);
            wrong.push((field, text));
            let page = mona.post("/desks/reservations/hours/holiday", &wrong).await;
            page.says(StatusCode::UNPROCESSABLE_ENTITY, &[words]);
        }
        mona.get("/desks/reservations/hours/holiday?holiday=99").await.says(StatusCode::NOT_FOUND, &[]);
        let forms = ["/desks/reservations/hours/holiday", "/desks/reservations/hours/public"];
        is_only_to_be_looked_at(site, "/desks/reservations/hours", &forms).await;
    })
    .await;
}

#[tokio::test]
async fn a_countrys_holidays_are_ticked() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let page = mona.get("/desks/reservations/hours/public").await;
        page.says(
            StatusCode::OK,
            &[
                "Public holidays: United States",
                "value=\"07-04\" checked disabled",
                "value=\"06-19\"> Juneteenth",
            ],
        );
        mona.get("/desks/reservations/hours/public?country=DE").await.says(
            StatusCode::OK,
            &["German Unity Day", "Corpus Christi (BW, BY, HE, NW, RP, SL)", "Thursday, 6 May 2027"],
        );
        let send =
            async |fields: &[(&str, &str)]| mona.post("/desks/reservations/hours/public", fields).await;
        let ticked = [("country", "US"), ("day", "06-19"), ("day", "11-11"), ("kept", "hours")];
        send(&ticked).await.says(
            StatusCode::UNPROCESSABLE_ENTITY,
            &["neither closed nor has hours", "value=\"06-19\" checked"],
        );
        send(&[("country", "US")]).await.says(StatusCode::UNPROCESSABLE_ENTITY, &["Tick the days"]);
        send(&[("country", "US"), ("day", "07-04")])
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["Tick the days"]);
        let ticked = [
            ("country", "US"),
            ("day", "06-19"),
            ("day", "11-11"),
            ("kept", "hours"),
            ("hours", "10:00-18:00"),
        ];
        send(&ticked).await.leads_to("/desks/reservations/hours");
        draft(&mona, &["the holiday Juneteenth (06-19) is new", "the holiday Veterans Day (11-11) is new"])
            .await;
        mona.get("/desks/reservations/hours")
            .await
            .says(StatusCode::OK, &["Juneteenth", "next on Thursday, 11 November 2027"]);
    })
    .await;
}

#[tokio::test]
async fn a_policy_is_shown_as_what_would_happen() {
    Site::each(async |site| {
        let mona = manager(site).await;
        mona.get("/desks/reservations/policies").await.says(
            StatusCode::OK,
            &["on call by primary, 5 min <span class=\"soft\">now Ada Moss</span>", "Lines: Emergency line"],
        );
        let play = mona.get("/desks/reservations/policies/emergencies").await;
        play.says(
            StatusCode::OK,
            &[
                "What would happen now",
                "0:00</span> <span>Round 1, step 1: Ada Moss",
                "0:00</span> <span>text to Ada Moss at +18025550111",
                "2:00</span> <span>call to Ada Moss at +18025550111",
                "5:00</span> <span>Round 1, step 2: Ben Frost",
                "10:00</span> <span>Round 2, step 1: Ada Moss",
                "20:00</span> <span>Last resort: Ada Moss, Ben Frost, Cleo Hart",
                "20:00</span> <span>call to Cleo Hart at +18025550114",
                "25:00</span> It begins again",
            ],
        );
        play.hides(&["The desk itself answers"]);
        // Ben has the week after, and by day the desk is there.
        mona.get("/desks/reservations/policies/emergencies?at=2026-11-24T12:00").await.says(
            StatusCode::OK,
            &[
                "What would happen on Tue 24 Nov, 12:00",
                "The desk itself answers",
                "Round 1, step 1: Ben Frost",
            ],
        );
        mona.get("/desks/reservations/policies/emergencies?at=soon")
            .await
            .says(StatusCode::OK, &["What would happen now"]);
        mona.get("/desks/reservations/policies/none").await.says(StatusCode::NOT_FOUND, &[]);
        let vera = site.somebody("victor", Role::Viewer, Some("reservations")).await;
        let seen = vera.get("/desks/reservations/policies/emergencies").await;
        seen.says(StatusCode::OK, &["0:00</span> <span>text to Ada Moss</span>"]);
        seen.hides(&["+1802555"]);
        let forms = [
            "/desks/reservations/policies/emergencies/step",
            "/desks/reservations/policies/emergencies/change",
            "/desks/reservations/policies/new",
        ];
        is_only_to_be_looked_at(site, "/desks/reservations/policies/emergencies", &forms).await;
    })
    .await;
}

#[tokio::test]
async fn steps_are_added_moved_and_taken_away() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let page = "/desks/reservations/policies/emergencies";
        let was = hidden(&mona.get(page).await, "was");
        let step = [
            ("was", &*was),
            ("step", ""),
            ("target", "agent:cleo"),
            ("target", "rota:primary"),
            ("delay", "90 s"),
            ("position", "1"),
        ];
        mona.post(&format!("{page}/step"), &step).await.leads_to(page);
        mona.get(page).await.says(
            StatusCode::OK,
            &[
                "1: Cleo Hart and on call by primary",
                "0:00</span> <span>Round 1, step 1: Cleo Hart, Ada Moss",
                "1:30</span> <span>Round 1, step 2",
            ],
        );
        draft(&mona, &["becomes emergencies (agent:cleo and rota:primary for 90 s, rota:primary for 5 min"])
            .await;
        // By a form that was opened before.
        let late = mona.post(&format!("{page}/step"), &step).await;
        late.says(StatusCode::UNPROCESSABLE_ENTITY, &["look at it again and make the change anew"]);

        let was = hidden(&mona.get(&format!("{page}/step?step=0")).await, "was");
        let moved =
            [("was", &*was), ("step", "0"), ("target", "everyone"), ("delay", "2 min"), ("position", "3")];
        mona.post(&format!("{page}/step"), &moved).await.leads_to(page);
        mona.get(page).await.says(StatusCode::OK, &["3: everybody", "1: on call by primary"]);
        let was = hidden(&mona.get(page).await, "was");
        mona.post(&format!("{page}/step/remove"), &[("was", &*was), ("step", "0")]).await.leads_to(page);
        mona.get(page).await.says(StatusCode::OK, &["1: on call by secondary", "2: everybody"]);
        mona.post(&format!("{page}/step/remove"), &[("was", &*was), ("step", "9")])
            .await
            .says(StatusCode::NOT_FOUND, &[]);

        let was = hidden(&mona.get(&format!("{page}/change")).await, "was");
        let rounds = [("was", &*was), ("cycles", "1"), ("last", "agent:ada")];
        mona.post(&format!("{page}/change"), &rounds).await.leads_to(page);
        mona.get(page).await.says(StatusCode::OK, &["gone through once", "Last resort: Ada Moss"]);
        for (form, field, words) in [
            ("step", [("target", "agent:ada"), ("delay", "10 s")], "30 seconds or more"),
            ("step", [("target", "agent:ada"), ("delay", "<i>soon</i>")], "&#60;i&#62;soon"),
            ("step", [("other", ""), ("delay", "5 min")], "Tick at least one"),
            ("change", [("cycles", "0"), ("last", "everyone")], "1 to 99"),
            ("change", [("cycles", "1"), ("last", "rota:primary")], "a rota can be empty"),
        ] {
            let fields: Vec<_> = [("was", &*was)].into_iter().chain(field).collect();
            mona.post(&format!("{page}/{form}"), &fields)
                .await
                .says(StatusCode::UNPROCESSABLE_ENTITY, &[words]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_second_policy_is_made_and_the_lines_keep_theirs() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let form = [
            ("name", "quiet <nights>"),
            ("target", "agent:cleo"),
            ("delay", "5 min"),
            ("cycles", "1"),
            ("last", "everyone"),
        ];
        let page = "/desks/reservations/policies/quiet%20%3Cnights%3E";
        mona.post("/desks/reservations/policies/new", &form).await.leads_to(page);
        mona.get(page).await.says(StatusCode::OK, &["<h1>quiet &#60;nights&#62;</h1>", "No line follows it"]);
        draft(
            &mona,
            &[
                "the policy quiet &#60;nights&#62; (agent:cleo for 5 min; once; then everyone) is new",
                "policy emergencies)",
            ],
        )
        .await;
        let again = mona.post("/desks/reservations/policies/new", &form).await;
        again.says(StatusCode::UNPROCESSABLE_ENTITY, &["has a policy of this name"]);
        let was = hidden(&mona.get(page).await, "was");
        mona.post(&format!("{page}/remove"), &[("was", &was)]).await.leads_to("/desks/reservations/policies");
        let was = hidden(&mona.get("/desks/reservations/policies/emergencies").await, "was");
        let last = mona.post("/desks/reservations/policies/emergencies/remove", &[("was", &was)]).await;
        last.says(StatusCode::UNPROCESSABLE_ENTITY, &["the desk has no escalation policy"]);
    })
    .await;
}

#[tokio::test]
async fn agents_are_added_changed_and_taken_away() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let page = "/desks/reservations/agents";
        mona.get(page).await.says(
            StatusCode::OK,
            &[
                "Ada Moss <span class=\"tag\">ada</span>",
                "On call now</strong> by primary",
                "+18025550114",
                "05:06 in America/Chicago",
            ],
        );
        let dan = [
            ("key", "dan"),
            ("name", "Dan <Dee> Lake"),
            ("number", "(802) 555-0116"),
            ("takes", "both"),
            ("number", "+1 802 555 0117"),
            ("takes", "voice"),
            ("email", "dan@example.com"),
            ("zone", "America/Denver"),
            ("language", "en"),
            ("rules", "1 call 0\n1 call 90 s"),
        ];
        let form = format!("{page}/form");
        mona.post(&form, &dan).await.leads_to(page);
        mona.get(page).await.says(
            StatusCode::OK,
            &[
                "Dan &#60;Dee&#62; Lake",
                "+18025550117",
                "Severity 1: calls after 90 s",
                "04:06 in America/Denver",
            ],
        );
        draft(&mona, &["the agent dan (Dan &#60;Dee&#62; Lake, +18025550116 +18025550117) is new"]).await;
        let was = hidden(&mona.get(&format!("{form}?agent=ben")).await, "was");
        let ben = [
            ("was", &*was),
            ("name", "Ben Snow"),
            ("number", "+18025550112"),
            ("takes", "both"),
            ("language", "en"),
        ];
        mona.post(&form, &ben).await.leads_to(page);
        mona.get(page).await.says(StatusCode::OK, &["Ben Snow"]);
        let page_of_ben = mona.post(&form, &ben).await;
        page_of_ben.says(StatusCode::UNPROCESSABLE_ENTITY, &["look at it again and make the change anew"]);
        for (field, text, words) in [
            ("key", "Dan", "no short name"),
            ("key", "ada", "The desk has an agent of this short name"),
            ("name", "", "colleagues and callers hear"),
            ("zone", "Mars", "Mars"),
            ("rules", "<b>", "“&#60;b&#62;” is no rule"),
        ] {
            let mut wrong: Vec<_> = dan.into_iter().filter(|(name, _)| *name != field).collect();
            wrong.push((field, text));
            mona.post(&form, &wrong).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[words]);
        }
        for (number, takes, words) in
            [("12", "both", "too few digits"), ("+18025550118", "sms", "a text alone wakes nobody")]
        {
            let wrong = [("key", "eve"), ("name", "Eve"), ("number", number), ("takes", takes)];
            mona.post(&form, &wrong).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[words]);
        }
        // Whom a rota names cannot go; who stands nowhere can.
        let was = |key: &str| {
            let desks = site.acts.desks();
            let desk = desks.by_key("reservations").unwrap();
            serde_json::to_string(desk.agent(&key.parse().unwrap()).unwrap()).unwrap()
        };
        let gone = mona.post(&format!("{page}/remove"), &[("was", &was("ada"))]).await;
        gone.says(StatusCode::UNPROCESSABLE_ENTITY, &["`ada` is no agent of this desk"]);
        mona.get(&format!("{form}?agent=nobody")).await.says(StatusCode::NOT_FOUND, &[]);
        let vera = site.somebody("victor", Role::Viewer, Some("reservations")).await;
        vera.get(page).await.hides(&["+1802555", "ada@reservations.example.com"]);
        let forms = ["/desks/reservations/agents/form", "/desks/reservations/agents/import"];
        is_only_to_be_looked_at(site, page, &forms).await;
    })
    .await;
}

#[tokio::test]
async fn a_table_of_agents_is_looked_at_and_then_put_into_the_draft() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let page = "/desks/reservations/agents/import";
        let table = "key,name,phone,email\r\nada,Ada Marsh,+18025550111,ada@reservations.example.com\r\ndan,<i>Dan</i>,8025550116,\r\nben,Ben Frost,+18025550112,ben@reservations.example.com\r\n";
        let seen = mona.post(page, &[("table", table)]).await;
        seen.says(
            StatusCode::OK,
            &["Ada Marsh (ada)", "name Ada Moss → Ada Marsh", "&#60;i&#62;Dan&#60;/i&#62; (dan)", "telephone +18025550116", "1 stay as they are"],
        );
        mona.get("/desks/reservations/draft").await.says(StatusCode::OK, &["Nothing is prepared"]);
        mona.post(page, &[("table", table), ("seen", "yes")]).await.leads_to("/desks/reservations/agents");
        draft(&mona, &["the agent dan (", "the agent ada (Ada Moss, +18025550111) becomes ada (Ada Marsh"]).await;
        mona.post(page, &[("table", table)]).await.says(StatusCode::OK, &["Nothing: all 3 are in the desk"]);
        for (table, words) in [
            ("key,name,phone\ndan,D,1\n\neve,,+18025550116\n", &["Line 2: `1` cannot be called", "Line 4: the agent has no name"][..]),
            ("key,name,phone\n\neve,Eve,+18025550112\n", &["Line 3: the number +18025550112 stands in line"]),
            ("key,name,<b>\n", &["there is no column `&#60;b&#62;`"]),
        ] {
            let wrong = mona.post(page, &[("table", table), ("seen", "")]).await;
            wrong.says(StatusCode::UNPROCESSABLE_ENTITY, &["Nothing was changed"]);
            wrong.says(StatusCode::UNPROCESSABLE_ENTITY, words);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_out_of_use_is_shown_and_used_again() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let page = "/desks/reservations/agents";
        site.store.write(dies, site.clock.now()).await.unwrap();
        site.acts.reload().await.unwrap();
        let seen = mona.get(page).await;
        seen.says(
            StatusCode::OK,
            &["texts are out of use since Wed 18 Nov, 06:06: &#60;unreachable&#62;", "Use it again"],
        );
        let play = mona.get("/desks/reservations/policies/emergencies").await;
        play.says(StatusCode::OK, &["text to Ada Moss is left out: out of use"]);
        let again = [("agent", "ada"), ("number", "+18025550111"), ("method", "sms")];
        let other = [("agent", "ben"), ("number", "+18025550111"), ("method", "sms")];
        mona.post(&format!("{page}/use-again"), &other)
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["no number of this agent"]);
        let vera = site.somebody("victor", Role::Viewer, Some("reservations")).await;
        vera.post(&format!("{page}/use-again"), &again).await.says(StatusCode::FORBIDDEN, &[]);
        vera.get(page).await.hides(&["Use it again", "+1802555"]);
        mona.post(&format!("{page}/use-again"), &again).await.leads_to(page);
        mona.get(page).await.hides(&["out of use"]);
        mona.post(&format!("{page}/use-again"), &again)
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["in use already"]);
        let log = mona.get("/audit?desk=reservations").await;
        log.says(StatusCode::OK, &["put in use again", "texts in use again"]);
        log.hides(&["+18025550111"]);
    })
    .await;
}

#[tokio::test]
async fn lines_are_added_changed_and_taken_away() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let (page, form) = ("/desks/reservations/lines", "/desks/reservations/lines/form");
        mona.get(page).await.says(
            StatusCode::OK,
            &["<strong>+18025550100</strong>", "<dd>main</dd>", "/policies/emergencies\">emergencies</a>", "<dd>Ada Moss</dd>"],
        );
        let second = [
            ("number", "802 555 0107"),
            ("label", "Second <b>line</b>"),
            ("flow", "emergency"),
            ("carrier", "main"),
            ("languages", "en"),
            ("policy", "emergencies"),
        ];
        mona.post(form, &second).await.leads_to(page);
        draft(&mona, &["the line +18025550107 (Second &#60;b&#62;line&#60;/b&#62;: flow emergency, carrier main, en, policy emergencies) is new"]).await;
        mona.get(page).await.says(StatusCode::OK, &["+18025550107", "Second &#60;b&#62;line"]);
        let changed = mona.get(&format!("{form}?line=%2B18025550107")).await;
        let was = hidden(&changed, "was");
        let renamed = [("was", &*was), ("label", "Third"), ("flow", "emergency"), ("carrier", "main"), ("languages", "en")];
        mona.post(form, &renamed).await.leads_to(page);
        mona.post(form, &renamed).await.says(StatusCode::UNPROCESSABLE_ENTITY, &["look at it again", "value=\"Third\""]);
        for (field, text, words) in [
            ("number", "12", "too few digits"),
            ("label", "", "what people call it"),
            ("languages", "", "at least one"),
            ("languages", "en, fr", "callers are not told in `fr` what Severity 1 means"),
            ("flow", "daytime", "no voice flow `daytime`"),
            ("carrier", "other", "no carrier `other` is configured"),
            ("policy", "none", "no policy `none`"),
            ("number", "+18025550190", "the desk `night` has the line +18025550190"),
            ("number", "+18025550100", "is in the desk&#39;s file already"),
        ] {
            let mut wrong = second;
            // A number that is free still.
            wrong[0].1 = "802 555 0108";
            if let Some(other) = wrong.iter_mut().find(|(name, _)| *name == field) {
                other.1 = text;
            }
            mona.post(form, &wrong).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[words]);
        }
        let was = hidden(&mona.get(page).await, "was");
        mona.post(&format!("{page}/remove"), &[("was", &was)]).await.leads_to(page);
        mona.get(page).await.hides(&["+18025550100"]);
        mona.get(&format!("{form}?line=%2B18025550100")).await.says(StatusCode::NOT_FOUND, &[]);
        is_only_to_be_looked_at(site, page, &[form]).await;
    })
    .await;
}

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

async fn dies(tx: &mut Tx, now: &Timestamp) -> Result<bool, StoreError> {
    desk::mark_dead(tx, &"+18025550111".parse().unwrap(), MethodKind::Sms, "<unreachable>", *now).await
}
