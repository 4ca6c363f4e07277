//! Requests as tables: what each deed makes of each state, and where an agreement goes when its shift moves.

use super::*;
use crate::rules::rota::WrittenRota;
use crate::rules::zone::Zone;
use crate::rules::zone::tests::{BOOK, at, zone};

fn key(text: &str) -> AgentKey {
    text.parse().unwrap()
}

fn span(from: &str, to: &str) -> Span {
    Span { from: at(from), to: at(to) }
}

/// Ada asks Ben and Cleo for the Friday night of her week.
fn asked() -> Cover {
    Cover {
        id: CoverId::from_text("c1"),
        rota: "primary".into(),
        asker: key("ada"),
        span: span("2026-11-20T18:00-05:00", "2026-11-21T09:00-05:00"),
        in_return: None,
        asked: vec![key("ben"), key("cleo")],
        declined: Vec::new(),
        note: String::new(),
        asked_at: at("2026-11-18T06:00-05:00"),
        state: State::Open,
        step: 0,
    }
}

/// Ada offers Ben the same for a night of his.
fn offered() -> Cover {
    let in_return = Some(span("2026-11-27T18:00-05:00", "2026-11-28T09:00-05:00"));
    Cover { in_return, asked: vec![key("ben")], ..asked() }
}

fn rota(layer: &str, overrides: &[WrittenOverride]) -> Rota {
    rota_in("America/New_York", layer, overrides)
}

fn rota_in(name: &str, layer: &str, overrides: &[WrittenOverride]) -> Rota {
    let text = format!("name = 'primary'\n[[layer]]\n{layer}");
    let written: WrittenRota = toml::from_str(&text).unwrap();
    let written = WrittenRota { r#override: overrides.to_vec(), ..written };
    written.read(zone(name), &|_| true).unwrap()
}

const WEEKLY: &str =
    "agents = ['ada', 'ben', 'cleo']\nevery = 'week'\nstarts = 2026-01-05\nhand_off = 'Mon 09:00'";

/// How a request stands, in short.
fn stands(cover: &Cover) -> String {
    match &cover.state {
        State::Open => format!("open, declined by {}", cover.declined.len()),
        State::Taken { by } => format!("taken by {by}"),
        State::Agreed { by, approved_by, .. } => {
            format!(
                "agreed by {by}{}",
                approved_by.as_deref().map(|by| format!(" ({by})")).unwrap_or_default()
            )
        }
        State::Over { end, by } => format!("{end:?} {}", by.as_ref().map_or("-", |by| by.as_str())),
    }
}

#[test]
fn each_deed_has_its_time() {
    let now = at("2026-11-18T07:00-05:00");
    let (take, decline) = (|who| Deed::Take(key(who)), |who| Deed::Decline(key(who)));
    let approve = || Deed::Approve("Mia".into());
    let table: Vec<(bool, Vec<Deed>, Result<&str, Cannot>)> = vec![
        (false, vec![take("ben")], Ok("agreed by ben")),
        // Twice by one finger, and by somebody who comes second.
        (false, vec![take("ben"), take("ben")], Ok("agreed by ben")),
        (false, vec![take("ben"), take("cleo")], Err(Cannot::Taken(key("ben")))),
        (false, vec![take("ben"), decline("ben")], Err(Cannot::Taken(key("ben")))),
        (false, vec![take("dora")], Err(Cannot::NotAsked)),
        (false, vec![take("ada")], Err(Cannot::NotAsked)),
        (false, vec![decline("dora")], Err(Cannot::NotAsked)),
        (false, vec![decline("ben")], Ok("open, declined by 1")),
        (false, vec![decline("ben"), decline("ben")], Ok("open, declined by 1")),
        // Who declined may think better of it.
        (false, vec![decline("ben"), take("ben")], Ok("agreed by ben")),
        (false, vec![decline("ben"), decline("cleo")], Ok("Declined -")),
        (false, vec![decline("ben"), decline("cleo"), take("ben")], Err(Cannot::Over)),
        (false, vec![Deed::Withdraw], Ok("Withdrawn -")),
        (false, vec![Deed::Withdraw, Deed::Withdraw], Ok("Withdrawn -")),
        (false, vec![Deed::Withdraw, take("ben")], Err(Cannot::Over)),
        (false, vec![take("ben"), Deed::Withdraw], Err(Cannot::Agreed)),
        (false, vec![approve()], Err(Cannot::NotTaken)),
        (false, vec![Deed::Refuse], Err(Cannot::NotTaken)),
        (true, vec![take("ben")], Ok("taken by ben")),
        (true, vec![take("ben"), take("cleo")], Err(Cannot::Taken(key("ben")))),
        (true, vec![take("ben"), approve()], Ok("agreed by ben (Mia)")),
        (true, vec![take("ben"), approve(), approve()], Ok("agreed by ben (Mia)")),
        (true, vec![take("ben"), Deed::Refuse], Ok("Refused ben")),
        (true, vec![take("ben"), Deed::Refuse, approve()], Err(Cannot::Over)),
        (true, vec![take("ben"), Deed::Withdraw], Ok("Withdrawn ben")),
    ];
    for (approve, deeds, expected) in table {
        let end = deeds.iter().try_fold(asked(), |cover, deed| cover.after(deed, approve, now));
        let end = end.map(|cover| stands(&cover));
        assert_eq!(end, expected.map(str::to_owned), "{deeds:?}");
    }
    let begun = asked().span.from;
    assert_eq!(asked().after(&take("ben"), false, begun), Err(Cannot::Over));
}

#[test]
fn it_is_told_again_a_day_and_two_hours_before_and_lapses_when_it_begins() {
    for (now, due) in [
        ("2026-11-18T07:00-05:00", "2026-11-19T18:00-05:00"),
        ("2026-11-19T18:00-05:00", "2026-11-20T16:00-05:00"),
        ("2026-11-20T16:00-05:00", "2026-11-20T18:00-05:00"),
        ("2026-11-20T17:00-05:00", "2026-11-20T18:00-05:00"),
    ] {
        assert_eq!(asked().next_due(at(now)), Some(at(due)), "{now}");
        let same = asked().in_time(at(now));
        assert_eq!(same, asked(), "{now}");
    }
    let lapsed = asked().in_time(asked().span.from);
    assert_eq!(stands(&lapsed), "Lapsed -");
    assert_eq!(lapsed.next_due(at("2026-11-20T18:00-05:00")), None);
    let agreed = offered().after(&Deed::Take(key("ben")), false, at("2026-11-18T07:00-05:00")).unwrap();
    assert_eq!(agreed.next_due(at("2026-11-18T07:00-05:00")), Some(at("2026-11-28T09:00-05:00")));
    assert_eq!(stands(&agreed.in_time(at("2026-11-28T09:00-05:00"))), "Past ben");
}

#[test]
fn everybody_hears_what_concerns_him() {
    let now = at("2026-11-18T07:00-05:00");
    let after = |deeds: &[Deed], approve: bool| {
        let before =
            deeds[..deeds.len() - 1].iter().try_fold(asked(), |cover, deed| cover.after(deed, approve, now));
        let was = before.unwrap();
        let is = was.clone().after(deeds.last().unwrap(), approve, now).unwrap();
        let told = is.news(Some(&was));
        told.into_iter().map(|(reader, what)| format!("{reader:?} {what:?}")).collect::<Vec<_>>().join(", ")
    };
    let take = || Deed::Take(key("ben"));
    let new: Vec<_> =
        asked().news(None).into_iter().map(|(reader, what)| format!("{reader:?} {what:?}")).collect();
    assert_eq!(new, ["Agent(ben) Asked", "Agent(cleo) Asked"]);
    assert_eq!(after(&[take()], false), "Agent(ada) Agreed, Agent(ben) Agreed");
    assert_eq!(after(&[take()], true), "Manager ToApprove");
    assert_eq!(after(&[take(), Deed::Approve("Mia".into())], true), "Agent(ada) Agreed, Agent(ben) Agreed");
    assert_eq!(after(&[take(), Deed::Refuse], true), "Agent(ada) Refused, Agent(ben) Refused");
    assert_eq!(after(&[Deed::Decline(key("ben"))], false), "");
    assert_eq!(after(&[Deed::Decline(key("ben")), Deed::Decline(key("cleo"))], false), "Agent(ada) Declined");
    // Who has declined is not told of a withdrawal.
    assert_eq!(
        after(&[Deed::Decline(key("ben")), Deed::Withdraw], false),
        "Agent(ada) Withdrawn, Agent(cleo) Withdrawn"
    );
}

/// An agreement with its overrides, as it is published upon a rota.
fn agreed(cover: Cover, by: &str, layer: &str) -> Cover {
    let written = cover.overrides(&key(by), &rota(layer, &[]), &BOOK);
    let state = State::Agreed { by: key(by), approved_by: None, written };
    Cover { state, ..cover }
}

fn written(cover: &Cover) -> &[WrittenOverride] {
    match &cover.state {
        State::Agreed { written, .. } => written,
        _ => &[],
    }
}

#[test]
fn an_agreement_goes_with_its_shift_or_says_that_it_cannot() {
    let now = at("2026-11-18T07:00-05:00");
    let same = WEEKLY;
    let table: &[(&str, &str, &str)] = &[
        ("nothing changes", same, "2026-11-20 18:00 to 2026-11-21 09:00"),
        // Her week is the next now: Ben has this one.
        (
            "the order changes",
            "agents = ['ben', 'ada', 'cleo']\nevery = 'week'\nstarts = 2026-01-05\nhand_off = 'Mon 09:00'",
            "2026-11-27 18:00 to 2026-11-28 09:00",
        ),
        // Her week begins a day later, and the night is still in it.
        (
            "the hand-off moves by a day",
            "agents = ['ada', 'ben', 'cleo']\nevery = 'week'\nstarts = 2026-01-06\nhand_off = 'Tue 09:00'",
            "2026-11-20 18:00 to 2026-11-21 09:00",
        ),
        // Two weeks later is another shift.
        (
            "too far",
            "agents = ['cleo', 'ben', 'ada']\nevery = 'week'\nstarts = 2026-01-05\nhand_off = 'Mon 09:00'",
            "lost",
        ),
        (
            "she is gone",
            "agents = ['ben', 'cleo']\nevery = 'week'\nstarts = 2026-01-05\nhand_off = 'Mon 09:00'",
            "lost",
        ),
        // Days in place of weeks: none of them is as long.
        (
            "turns of days",
            "agents = ['ada', 'ben', 'cleo']\nevery = 'day'\nstarts = 2026-01-05\nhand_off = '09:00'",
            "lost",
        ),
    ];
    for (what, layer, expected) in table {
        let cover = agreed(asked(), "ben", same);
        let (was, is) = (rota(same, written(&cover)), rota(layer, written(&cover)));
        let followed = cover.followed((Some(&was), Some(&is)), &BOOK, now);
        let local = |at| BOOK.to_wall(zone("America/New_York"), at).format("%Y-%m-%d %H:%M").to_string();
        let there = match followed.cover.state {
            State::Agreed { .. } => {
                format!("{} to {}", local(followed.cover.span.from), local(followed.cover.span.to))
            }
            _ => "lost".into(),
        };
        assert_eq!(there, *expected, "{what}");
        // What moved is on call there; what did not has not changed.
        match followed.cover.span == cover.span {
            true => assert!(followed.moved.is_empty(), "{what}"),
            false => {
                let [(from, to)] = &followed.moved[..] else { panic!("{what}: {:?}", followed.moved) };
                assert_eq!((from, to), (&written(&cover)[0], &written(&followed.cover)[0]), "{what}");
                let is = rota(layer, written(&followed.cover));
                assert!(is_on_call(&is, &key("ben"), followed.cover.span, &BOOK), "{what}");
            }
        }
    }
}

/// Nights, of which Ada has the first.
const NIGHTS: &str = "agents = ['ada', 'cleo']\nevery = 'day'\nstarts = 2026-11-20\nhand_off = '18:00'";

#[test]
fn an_agreement_goes_with_its_shift_when_the_rota_goes_by_another_clock() {
    let now = at("2026-11-18T07:00-05:00");
    let night = Cover { span: span("2026-11-20T18:00-05:00", "2026-11-21T18:00-05:00"), ..asked() };
    let long = span("2027-03-27T18:00-04:00", "2027-03-28T02:30-04:00");
    let autumn = Cover { span: span("2027-10-30T21:30-04:00", "2027-10-31T09:00-04:00"), ..asked() };
    let table: &[(&str, Cover, &str, &str, &str)] = &[
        // Her week is a few hours later, and the night is still in it: whoever is on call then stays so.
        (
            "a part of a week",
            asked(),
            WEEKLY,
            "UTC",
            "2026-11-20T23:00Z to 2026-11-21T14:00Z, written 2026-11-20T23:00:00 to 2026-11-21T14:00:00",
        ),
        // The whole of her turn has moved by an hour, and it with it: by the wall nothing has changed.
        (
            "a whole turn",
            night.clone(),
            NIGHTS,
            "America/Chicago",
            "2026-11-21T00:00Z to 2026-11-22T00:00Z, written 2026-11-20T18:00:00 to 2026-11-21T18:00:00",
        ),
        // In spring the new clock goes forward within it.
        (
            "over the change in spring",
            Cover { span: long, ..asked() },
            "agents = ['ada']\nevery = 'week'\nstarts = 2026-01-05\nhand_off = 'Mon 09:00'",
            "Europe/Berlin",
            "2027-03-27T22:00Z to 2027-03-28T06:30Z, written 2027-03-27T23:00:00 to 2027-03-28T08:30:00",
        ),
        // It would begin at 2:30 by the clock of Berlin, the second time that it shows that.
        (
            "what the new clock shows twice",
            autumn,
            "agents = ['ada']\nevery = 'week'\nstarts = 2026-01-05\nhand_off = 'Mon 09:00'",
            "Europe/Berlin",
            "Adrift ben",
        ),
    ];
    for (what, cover, layer, name, expected) in table {
        let cover = agreed(cover.clone(), "ben", layer);
        let (was, is) = (rota(layer, written(&cover)), rota_in(name, layer, written(&cover)));
        let Followed { cover: there, moved } = cover.followed((Some(&was), Some(&is)), &BOOK, now);
        let told = match written(&there) {
            [] => stands(&there),
            [one, ..] => {
                let instant =
                    |at: Timestamp| BOOK.to_wall(Zone::utc(), at).format("%Y-%m-%dT%H:%MZ").to_string();
                let span = format!("{} to {}", instant(there.span.from), instant(there.span.to));
                format!("{span}, written {} to {}", one.from.0, one.to.0)
            }
        };
        assert_eq!(told, *expected, "{what}");
        // What the file has now is what is written down.
        let expected: Vec<_> = written(&cover).iter().cloned().zip(written(&there).iter().cloned()).collect();
        let expected: Vec<_> = expected.into_iter().filter(|(was, now)| was != now).collect();
        assert_eq!(moved, expected, "{what}");
        if there.is_live() {
            let is = rota_in(name, layer, written(&there));
            assert!(is_on_call(&is, &key("ben"), there.span, &BOOK), "{what}");
        }
        // People hear of it where their time has changed, and only there.
        let concerned = if there.span == cover.span && there.is_live() { 0 } else { 2 };
        let agents = there.news(Some(&cover)).into_iter().filter(|(reader, _)| *reader != Reader::Manager);
        assert_eq!(agents.count(), concerned, "{what}");
    }
}

#[test]
fn what_waited_for_the_morning_is_told_while_it_is_news() {
    let (now, begun) = (at("2026-11-18T07:00-05:00"), asked().begins());
    let (ben, cleo) = (Reader::Agent(key("ben")), Reader::Agent(key("cleo")));
    let declined = asked().after(&Deed::Decline(key("ben")), false, now).unwrap();
    let taken = asked().after(&Deed::Take(key("cleo")), true, now).unwrap();
    let gone = asked().after(&Deed::Withdraw, false, now).unwrap();
    for (cover, reader, what, at, is) in [
        (&asked(), &ben, Happened::Asked, now, true),
        (&asked(), &ben, Happened::Asked, begun, false),
        (&declined, &ben, Happened::Asked, now, false),
        (&declined, &cleo, Happened::Asked, now, true),
        (&taken, &ben, Happened::Asked, now, false),
        (&taken, &Reader::Manager, Happened::ToApprove, now, true),
        (&taken, &Reader::Manager, Happened::Soon, now, true),
        (&taken, &Reader::Manager, Happened::Soon, begun, false),
        (&gone, &Reader::Manager, Happened::ToApprove, now, false),
        (&gone, &ben, Happened::Withdrawn, begun, true),
    ] {
        assert_eq!(cover.is_news(reader, what, at), is, "{reader:?} {what:?} {at} {}", stands(cover));
    }
}

#[test]
fn a_swap_follows_with_either_part_and_ends_with_either() {
    let now = at("2026-11-18T07:00-05:00");
    let cover = agreed(offered(), "ben", WEEKLY);
    let was = rota(WEEKLY, written(&cover));
    // Ben's week and Cleo's change places: his part moves a week, hers stays.
    let layer =
        "agents = ['ada', 'cleo', 'ben']\nevery = 'week'\nstarts = 2026-01-05\nhand_off = 'Mon 09:00'";
    let followed = cover.followed((Some(&was), Some(&rota(layer, written(&cover)))), &BOOK, now);
    assert_eq!(followed.cover.span, cover.span);
    let there = span("2026-12-04T18:00-05:00", "2026-12-05T09:00-05:00");
    assert_eq!((followed.cover.in_return, followed.moved.len()), (Some(there), 1));
    // Without Ben's part there is no swap.
    let layer =
        "agents = ['ada', 'cleo', 'dora']\nevery = 'week'\nstarts = 2026-01-05\nhand_off = 'Mon 09:00'";
    let followed = cover.followed((Some(&was), Some(&rota(layer, written(&cover)))), &BOOK, now);
    assert_eq!(stands(&followed.cover), "Adrift ben");
    // One that is only offered follows in the same way, and nothing is rewritten.
    let layer =
        "agents = ['ada', 'cleo', 'ben']\nevery = 'week'\nstarts = 2026-01-05\nhand_off = 'Mon 09:00'";
    let followed = offered().followed((Some(&rota(WEEKLY, &[])), Some(&rota(layer, &[]))), &BOOK, now);
    assert_eq!((followed.cover.in_return, followed.moved.len()), (Some(there), 0));
    assert_eq!(followed.cover.news(Some(&offered())), [(Reader::Agent(key("ada")), Happened::Moved)]);
}

#[test]
fn what_was_taken_out_of_the_rota_is_not_put_back() {
    let now = at("2026-11-18T07:00-05:00");
    let cover = agreed(asked(), "ben", WEEKLY);
    let was = rota(WEEKLY, written(&cover));
    let followed = cover.followed((Some(&was), Some(&rota(WEEKLY, &[]))), &BOOK, now);
    assert_eq!(stands(&followed.cover), "Undone ben");
    let followed = cover.followed((Some(&was), None), &BOOK, now);
    assert_eq!(stands(&followed.cover), "Adrift ben");
    // What has been does not move any more.
    let over = cover.span.to;
    let other = "agents = ['cleo']\nevery = 'week'\nstarts = 2026-01-05\nhand_off = 'Mon 09:00'";
    let followed = cover.followed((Some(&was), Some(&rota(other, written(&cover)))), &BOOK, over);
    assert_eq!(followed.cover, cover);
}

#[test]
fn what_ends_in_an_hour_that_comes_twice_cannot_be_written() {
    let night = rota(WEEKLY, &[]);
    for (from, to, can) in [
        ("2026-11-01T04:00Z", "2026-11-01T05:30Z", true),
        ("2026-11-01T05:30Z", "2026-11-01T07:00Z", true),
        ("2026-11-01T05:30Z", "2026-11-01T06:30Z", false),
        ("2026-11-01T06:00Z", "2026-11-01T08:00Z", false),
    ] {
        assert_eq!(can_be_written(span(from, to), &night, &BOOK), can, "{from} to {to}");
    }
}
