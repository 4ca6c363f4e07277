//! The hours of the week, and holidays.

use axum::http::StatusCode;

use super::{draft, is_only_to_be_looked_at, manager};
use crate::pages::Site;

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
        let was = form.hidden("was");
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
        let was = form.hidden("was");
        let changed = [("was", &*was), ("name", "Thanksgiving"), ("date", "2026-11-20"), ("kept", "hours"), ("hours", "10:00-12:00"), ("on_call", "never")];
        mona.post("/desks/reservations/hours/holiday", &changed).await.leads_to("/desks/reservations/hours");
        draft(&mona, &["the holiday Thanksgiving (4th Thursday of November) becomes Thanksgiving (2026-11-20)"]).await;
        mona.get("/desks/reservations/hours")
            .await
            .says(StatusCode::OK, &["10:00-12:00; on call never", "support 10:00–12:00; closed 00:00–10:00, 12:00–24:00"]);
        let taken = mona.get("/desks/reservations/hours").await.hidden("was");
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
