//! A desk's text comes into force if it has no mistake and nobody was quicker, whoever brings it.

use nightbell::act::{Acts, ApplyError, By, Checked};

use super::{DESK, Site, night_desk};

fn checked(acts: &Acts, text: &str) -> Checked {
    acts.check_desk("reservations", text).unwrap()
}

#[tokio::test]
async fn a_text_is_applied_to_the_version_that_it_was_made_from() {
    Site::each(async |site| {
        let acts = &site.acts;
        let renamed = DESK.replace("name = \"Reservations Support\"", "name = \"Bookings\"");
        let apply = async |text: &str, expected| {
            acts.apply_checked(By::command_line(), checked(acts, text), expected).await
        };
        assert_eq!(apply(&renamed, 1).await.unwrap(), 2);
        assert_eq!(acts.desks().by_key("reservations").unwrap().name, "Bookings");
        // Somebody else had looked at version 1 as well.
        assert!(matches!(apply(DESK, 1).await, Err(ApplyError::Moved(2))));
        assert!(matches!(apply(DESK, 0).await, Err(ApplyError::Moved(2))));
        assert_eq!(acts.desks().by_key("reservations").unwrap().name, "Bookings");
        // The same text again is nothing new, and leaves nothing in the log.
        let head = acts.audit_head().await.unwrap();
        assert_eq!(apply(&renamed, 2).await.unwrap(), 2);
        assert_eq!(acts.audit_head().await.unwrap(), head);
        assert_eq!(acts.desk_text("reservations", None).await.unwrap(), Some((2, renamed)));
        assert_eq!(acts.desk_text("reservations", Some(1)).await.unwrap(), Some((1, DESK.to_owned())));
        assert_eq!(acts.desk_text("reservations", Some(3)).await.unwrap(), None);
        assert_eq!(acts.desk_text("day", None).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_text_with_mistakes_is_not_checked() {
    Site::each(async |site| {
        for (text, what) in [
            (DESK.replace("carrier = \"main\"", "carrier = \"other\""), "no carrier `other` is configured"),
            (DESK.replace("+18025550100", "+18025550190"), "the desk `night` has the line +18025550190"),
            (night_desk(), "this is the file of the desk `night`"),
            (DESK.replace("country = \"US\"", "country = \"ZZ\""), "`ZZ` is no country"),
        ] {
            let found = site.acts.check_desk("reservations", &text).unwrap_err();
            assert_eq!(found.iter().map(|problem| &*problem.what).collect::<Vec<_>>(), [what]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_desk_that_is_not_there_yet_begins_with_its_first_version() {
    Site::each(async |site| {
        let text = night_desk().replace("\"night\"", "\"day\"").replace("+18025550190", "+18025550191");
        let day = site.acts.check_desk("day", &text).unwrap();
        assert!(matches!(
            site.acts.apply_checked(By::command_line(), day.clone(), 1).await,
            Err(ApplyError::Moved(0))
        ));
        assert_eq!(site.acts.apply_checked(By::command_line(), day, 0).await.unwrap(), 1);
        assert!(site.acts.desks().by_key("day").is_some());
    })
    .await;
}

#[tokio::test]
async fn a_line_that_is_gone_meanwhile_is_not_taken() {
    Site::each(async |site| {
        let text = DESK.replace("+18025550100", "+18025550191");
        let moved = checked(&site.acts, &text);
        site.apply(&night_desk().replace("+18025550190", "+18025550191")).await;
        let applied = site.acts.apply_checked(By::command_line(), moved, 1).await;
        assert!(matches!(applied, Err(ApplyError::LineTaken)));
        assert_eq!(site.acts.desk_text("reservations", None).await.unwrap(), Some((1, DESK.to_owned())));
    })
    .await;
}
