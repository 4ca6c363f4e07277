//! What the domain asks of the store, question by question, on both databases.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use nightbell::act::{Token, Wanted};
use nightbell::clock::Timestamp;
use nightbell::id::Id;
use nightbell::rules::call::Call;
use nightbell::rules::case::Case;
use nightbell::rules::contact::PhoneNumber;
use nightbell::rules::desk::Desk;
use nightbell::rules::flow::kept::{InForce, Origin};
use nightbell::rules::policy::MethodKind;
use nightbell::rules::severity::Severity;
use nightbell::rules::ticket::{Actor, CallbackNumber, Entry, Happening, Ticket, TicketId, TicketState};
use nightbell::rules::ticket_number::TicketNumber;
use nightbell::store::{
    Claimed, StoreError, Tx, call, desk, flow, inbox, instance, outbox, recording, ticket, tickets, token,
};

use crate::support::db::each_database;

const DESK: &str = include_str!("../../desks/reservations.toml");
const LINE: &str = "+18025550100";
const CALLER: &str = "+18025550121";
const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn after(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

fn number(text: &str) -> PhoneNumber {
    text.parse().unwrap()
}

/// A ticket of its own id and number, opened so many seconds after the beginning.
fn case(id: &str, of_line: u64, opened: u64) -> Case {
    Case::open(Ticket {
        id: Id::from_text(id),
        desk: "reservations".into(),
        line: number(LINE),
        number: TicketNumber(of_line),
        severity: Severity::ONE,
        provisional: false,
        state: TicketState::Open,
        caller_id: Some(number(CALLER)),
        callback: None,
        contact: None,
        language: "en".into(),
        what: None,
        recordings: Vec::new(),
        opened_at: after(opened),
        acked_at: None,
        called_back_at: None,
        resolved_at: None,
    })
}

fn note(text: &str) -> Entry {
    Entry { at: NOW, by: Actor::Nightbell, what: Happening::Note { text: text.into(), via: None } }
}

fn inbound(sid: &str, deadline: Option<u64>) -> Call {
    Call {
        carrier: "main".into(),
        sid: sid.into(),
        desk: "reservations".into(),
        line: number(LINE),
        ticket: None,
        caller_id: None,
        agent: None,
        took: None,
        offered: None,
        flow_version: "v".into(),
        position: None,
        turn: 1,
        language: "en".into(),
        engaged: false,
        forwarded: false,
        returning: false,
        started_at: NOW,
        deadline: deadline.map(after),
    }
}

async fn desks(tx: &mut Tx, _: &()) -> Result<(), StoreError> {
    let mine = Desk::parse(DESK).unwrap();
    let before = desk::generation(tx).await?;
    assert_eq!(desk::line_since(tx, &mine.lines[0].number).await?, None);
    let by = |by: &str| desk::Origin { by: by.into(), changes: Some("a layer is new".into()) };
    assert_eq!(desk::put(tx, &mine, DESK, &by("ada"), NOW).await?, 1);
    desk::take_lines(tx, &mine, NOW).await?;
    assert_eq!(desk::put(tx, &mine, "the second", &by("ben"), after(1)).await?, 2);
    assert_eq!(desk::current_source(tx, "reservations").await?, Some((2, "the second".into())));
    assert_eq!(desk::source(tx, "reservations", 1).await?.as_deref(), Some(DESK));
    assert_eq!(desk::source(tx, "reservations", 3).await?, None);
    let versions = desk::versions(tx, "reservations", 3, 10).await?;
    let told = |version: &desk::Version| (version.version, version.applied_at, version.applied_by.clone());
    assert_eq!(
        versions.iter().map(told).collect::<Vec<_>>(),
        [(2, after(1), Some("ben".into())), (1, NOW, Some("ada".into()))]
    );
    assert_eq!(versions[0].changes.as_deref(), Some("a layer is new"));
    for (from, texts) in [(0, vec![DESK, "the second"]), (1, vec!["the second"]), (9, vec!["the second"])] {
        let known = desk::since(tx, "reservations", after(from)).await?;
        assert_eq!(known.iter().map(|version| version.source.as_str()).collect::<Vec<_>>(), texts, "{from}");
    }
    assert_eq!(desk::since(tx, "reservations", Timestamp(0)).await?.len(), 2, "before there was a desk");
    desk::take_lines(tx, &mine, after(1)).await?;
    assert_eq!(desk::line_since(tx, &mine.lines[0].number).await?, Some(NOW));
    assert_eq!(desk::all(tx).await?, [(mine, 2)]);
    assert_ne!(desk::generation(tx).await?, before);
    for _ in 0..2 {
        flow::remember(tx, "v1", "emergency", "text", NOW).await?;
    }
    assert_eq!(flow::sources(tx).await?, [("v1".to_owned(), "text".to_owned())]);
    let before = desk::generation(tx).await?;
    let new = |version, why| flow::New {
        name: "emergency",
        version,
        origin: Origin::Web,
        offered: Some("v1"),
        by: "ada",
        why,
    };
    assert_eq!(flow::find(tx, "emergency").await?, None);
    assert_eq!(flow::bring(tx, &new("v1", None), 0, NOW).await?, Some(1));
    assert_eq!(flow::bring(tx, &new("v1", None), 0, NOW).await?, None, "there is one");
    flow::remember(tx, "v2", "emergency", "second", after(1)).await?;
    assert_eq!(flow::bring(tx, &new("v2", Some("calmer")), 2, after(1)).await?, None, "not that one");
    assert_ne!(desk::generation(tx).await?, before);
    let before = desk::generation(tx).await?;
    assert_eq!(flow::bring(tx, &new("v2", Some("calmer")), 1, after(1)).await?, Some(2));
    assert_ne!(desk::generation(tx).await?, before);
    assert_eq!(flow::in_force(tx).await?, [("emergency".to_owned(), "v2".to_owned())]);
    flow::offered(tx, "emergency", "v2").await?;
    let known = flow::lock(tx, "emergency").await?;
    let in_force =
        InForce { revision: 2, version: "v2".into(), origin: Origin::Web, offered: Some("v2".into()) };
    assert_eq!(known, Some(in_force));
    let all = flow::revisions(tx, "emergency", i64::MAX, 10).await?;
    let told = all.iter().map(|one| (one.revision, &*one.version, one.why.as_deref(), one.brought_at));
    assert_eq!(told.collect::<Vec<_>>(), [(2, "v2", Some("calmer"), after(1)), (1, "v1", None, NOW)]);
    assert_eq!(flow::revisions(tx, "emergency", 2, 10).await?, all[1..]);
    assert_eq!(flow::source(tx, "emergency", 1).await?.as_deref(), Some("text"));
    assert_eq!(flow::source(tx, "daytime", 1).await?, None);
    assert_eq!(flow::seen(tx, "here", "emergency").await?, None);
    for version in ["v1", "v2"] {
        flow::see(tx, "here", "emergency", version).await?;
        assert_eq!(flow::seen(tx, "here", "emergency").await?.as_deref(), Some(version));
    }
    assert_eq!(flow::seen(tx, "there", "emergency").await?, None);
    let caller = number(CALLER);
    let before = desk::generation(tx).await?;
    for second in 0..2 {
        let news = desk::mark_dead(tx, &caller, MethodKind::Sms, "gone", after(second)).await?;
        assert_eq!(news, second == 0, "known already");
        assert_ne!(desk::generation(tx).await?, before);
    }
    assert_eq!(desk::dead_methods(tx).await?, BTreeSet::from([(MethodKind::Sms, caller.clone())]));
    assert!(!desk::revive(tx, &caller, MethodKind::Voice).await?);
    assert!(desk::revive(tx, &caller, MethodKind::Sms).await?);
    assert!(desk::dead_methods(tx).await?.is_empty());
    Ok(())
}

async fn tickets(tx: &mut Tx, _: &()) -> Result<(), StoreError> {
    let (caller, agent) = (number(CALLER), "ada".parse().unwrap());
    // Over no rows at all.
    assert_eq!(ticket::next_due(tx).await?, None);
    assert!(ticket::due(tx, NOW, 10).await?.is_empty());
    assert!(!tickets::abandoned_since(tx, "reservations", &caller, NOW).await?);
    assert_eq!(ticket::wake_forgotten(tx, NOW).await?, 0);

    let mut old = case("01A", 1001, 0);
    old.paged.insert("ada".parse().unwrap());
    ticket::insert(tx, &old, &[note("one"), note("two")]).await?;
    let mut new = case("01B", 1002, 10);
    new.ticket.caller_id = None;
    new.ticket.callback = Some(CallbackNumber { number: caller.clone(), confirmed: true });
    ticket::insert(tx, &new, &[]).await?;
    let id = |text: &str| TicketId::from_text(text);

    // An update without news writes no row of the timeline, and one with news writes the next one.
    let loaded = ticket::lock(tx, &id("01A")).await?;
    assert_eq!((loaded.entry_rows, loaded.paged.len()), (1, 1));
    ticket::update(tx, &loaded, &[]).await?;
    let mut loaded = ticket::lock_if_any(tx, &id("01A")).await?.unwrap();
    assert_eq!(loaded.entry_rows, 1);
    loaded.case.paged.insert("ben".parse().unwrap());
    ticket::update(tx, &loaded, &[note("three")]).await?;
    assert_eq!(ticket::lock(tx, &id("01A")).await?.entry_rows, 2);
    assert_eq!(ticket::timeline(tx, &id("01A")).await?, [note("one"), note("two"), note("three")]);
    assert!(ticket::lock_if_any(tx, &id("01Z")).await?.is_none());
    assert!(ticket::read_if_any(tx, &id("01Z")).await?.is_none());
    assert_eq!(ticket::read(tx, &id("01B")).await?, new);

    // Whom it concerns.
    let of = |cases: Vec<Case>| cases.into_iter().map(|case| case.ticket.number.0).collect::<Vec<_>>();
    assert_eq!(of(tickets::open_for_agent(tx, "reservations", &agent).await?), [1001]);
    assert!(tickets::open_for_agent(tx, "other", &agent).await?.is_empty());
    for (before, found) in [(None, Some(1002)), (Some("01B"), Some(1001)), (Some("01A"), None)] {
        let before = before.map(id);
        let open = tickets::open_for_caller(tx, "reservations", &caller, before.as_ref()).await?;
        assert_eq!(open.map(|case| case.ticket.number.0), found, "before {before:?}");
    }
    for (desk, of_line, found) in
        [("reservations", 1002, true), ("other", 1002, false), ("reservations", 9, false)]
    {
        assert_eq!(tickets::by_number(tx, desk, TicketNumber(of_line)).await?.is_some(), found);
        let (line, other) = (number(LINE), number(CALLER));
        for (line, there) in [(None, true), (Some(&line), true), (Some(&other), false)] {
            let all = tickets::all_by_number(tx, Some(desk), line, TicketNumber(of_line)).await?;
            let expected = (found && there).then(|| (id("01B"), LINE.to_owned()));
            assert_eq!(all, expected.into_iter().collect::<Vec<_>>(), "{desk} {line:?} {of_line}");
        }
    }
    assert_eq!(tickets::all_by_number(tx, None, None, TicketNumber(1002)).await?.len(), 1);
    assert_eq!(of(tickets::list(tx, None, after(10), 10).await?), [1001]);
    assert_eq!(of(tickets::list(tx, Some("reservations"), after(11), 10).await?), [1002, 1001]);
    let wanted = |desk: Option<&str>, before: Timestamp| Wanted {
        desk: desk.map(str::to_owned),
        state: None,
        severity: None,
        since: Timestamp(0),
        before: (before, TicketId::from_text("")),
    };
    let (earlier, desks) = (wanted(None, after(10)), wanted(Some("reservations"), after(11)));
    assert_eq!(of(tickets::list_wanted(tx, &earlier, 10, 10).await?), [1001]);
    assert_eq!(of(tickets::list_wanted(tx, &desks, 10, 10).await?), [1002, 1001]);
    assert_eq!(of(tickets::list_wanted(tx, &desks, 10, 1).await?), [1002]);
    // Beyond the stride nothing is looked at.
    let closed = |wanted: &Wanted| Wanted { state: Some("resolved"), ..wanted.clone() };
    let urgent = |wanted: &Wanted| Wanted { severity: Some(Severity::ONE), ..wanted.clone() };
    for wanted in [&desks, &Wanted { desk: None, ..desks.clone() }] {
        let newest = tickets::list_wanted(tx, wanted, 1, 10).await?;
        assert_eq!(of(newest.clone()), [1002]);
        let (at, id) = tickets::end_of_stride(tx, wanted, 1).await?.unwrap();
        assert_eq!((at, &id), (newest[0].ticket.opened_at, &newest[0].ticket.id));
        let rest = Wanted { before: (at, id), ..wanted.clone() };
        assert_eq!(of(tickets::list_wanted(tx, &rest, 10, 10).await?), [1001]);
        assert_eq!(tickets::end_of_stride(tx, &rest, 2).await?, None);
        let late = Wanted { since: after(10), ..wanted.clone() };
        assert_eq!(of(tickets::list_wanted(tx, &late, 10, 10).await?), [1002]);
        assert_eq!(of(tickets::list_wanted(tx, &closed(wanted), 10, 10).await?), [0u64; 0]);
        assert_eq!(of(tickets::list_wanted(tx, &urgent(wanted), 10, 10).await?), [1002, 1001]);
    }

    // An abandoned one is no ticket to join, and makes the next call an emergency.
    let mut gone = case("01C", 1003, 20);
    gone.ticket.state = TicketState::Abandoned;
    ticket::insert(tx, &gone, &[]).await?;
    assert!(tickets::abandoned_since(tx, "reservations", &caller, after(20)).await?);
    assert!(!tickets::abandoned_since(tx, "reservations", &caller, after(21)).await?);
    assert!(!tickets::abandoned_since(tx, "other", &caller, NOW).await?);

    // The auditor wakes those that nobody has, but not while their call goes on, and not for ever.
    let mut ongoing = inbound("CA1", Some(60));
    ongoing.ticket = Some(id("01B"));
    call::insert(tx, &ongoing).await?;
    assert_eq!(ticket::wake_forgotten(tx, after(30)).await?, 1);
    assert_eq!(ticket::due(tx, after(30), 10).await?, [id("01A")]);
    assert_eq!(ticket::next_due(tx).await?, Some(after(30)));
    ticket::look_again(tx, &id("01A"), Some(after(99))).await?;
    assert!(ticket::due(tx, after(30), 10).await?.is_empty());
    ticket::look_again(tx, &id("01A"), None).await?;
    assert_eq!(ticket::next_due(tx).await?, None);
    Ok(())
}

async fn calls(tx: &mut Tx, _: &()) -> Result<(), StoreError> {
    assert_eq!(call::next_deadline(tx).await?.filter(|at| *at < after(60)), None);
    assert!(call::lock(tx, "main", "CA9").await?.is_none());
    assert_eq!(call::is_open(tx, "main", "CA9").await?, None);
    let mut mine = inbound("CA9", Some(5));
    call::insert(tx, &mine).await?;
    assert_eq!(call::lock(tx, "main", "CA9").await?.as_ref(), Some(&mine));
    assert!(call::lock(tx, "other", "CA9").await?.is_none(), "another carrier's call of that name");
    assert_eq!(call::next_deadline(tx).await?, Some(after(5)));
    assert!(call::silent(tx, after(4), 10).await?.is_empty());
    assert_eq!(call::silent(tx, after(5), 10).await?, [("main".to_owned(), "CA9".to_owned())]);
    assert!(call::doubt_all(tx, after(2)).await? >= 1);
    assert_eq!(call::next_deadline(tx).await?, Some(after(2)));
    mine.deadline = None;
    assert_eq!(call::is_open(tx, "main", "CA9").await?, Some(true));
    call::update(tx, &mine).await?;
    assert_eq!(call::is_open(tx, "main", "CA9").await?, Some(false));

    assert_eq!(inbox::answered(tx, "main", "text SM1").await?, None);
    inbox::answer(tx, "main", "text SM1", "said", NOW).await?;
    assert_eq!(inbox::answered(tx, "main", "text SM1").await?.as_deref(), Some("said"));
    assert_eq!(inbox::answered(tx, "other", "text SM1").await?, None);
    assert_eq!(inbox::forget(tx, NOW).await?, 0);
    assert_eq!(inbox::forget(tx, after(1)).await?, 1);
    for (carrier, may) in [("main", true), ("main", false), ("other", true)] {
        assert_eq!(inbox::once(tx, carrier, "text SM2", NOW).await?, may, "{carrier}");
    }
    assert_eq!(inbox::answered(tx, "main", "text SM2").await?.as_deref(), Some(""));
    for (second, may) in [(0, true), (59, false), (60, true), (61, false), (119, false), (120, true)] {
        let once = inbox::once_in(tx, "main", "unclear", Duration::from_secs(60), after(second)).await?;
        assert_eq!(once, may, "at {second} s");
    }
    assert!(inbox::once_in(tx, "other", "unclear", Duration::from_secs(60), NOW).await?);
    Ok(())
}

async fn recordings_and_tokens(tx: &mut Tx, _: &()) -> Result<(), StoreError> {
    let (mine, other) = (TicketId::from_text("01A"), TicketId::from_text("01B"));
    assert!(recording::insert(tx, "main", "RE1", &mine, 9).await?);
    assert!(!recording::insert(tx, "main", "RE1", &other, 9).await?, "known already");
    assert_eq!(recording::ticket(tx, "main", "RE1").await?, Some(mine.clone()));
    assert_eq!(recording::ticket(tx, "other", "RE1").await?, None);
    assert!(!recording::link(tx, &mine, "RE1", "early", after(600)).await?, "not fetched yet");
    assert!(recording::keep(tx, "main", "RE1", b"RIFF", NOW).await?);
    assert!(!recording::keep(tx, "main", "RE1", b"other", NOW).await?, "kept already");
    recording::hand_over(tx, &mine, &other).await?;
    assert!(!recording::link(tx, &mine, "RE1", "wrong", after(600)).await?);
    assert!(recording::link(tx, &other, "RE1", "secret", after(600)).await?);
    assert_eq!(recording::play(tx, "secret", after(599)).await?.as_deref(), Some(&b"RIFF"[..]));
    assert_eq!(recording::play(tx, "secret", after(600)).await?, None);
    assert_eq!(recording::play(tx, "early", NOW).await?, None);
    assert_eq!(recording::forget_links(tx, after(599)).await?, 0);
    assert_eq!(recording::forget_links(tx, after(600)).await?, 1);

    token::insert(tx, "h1", &Token::viewer("for ever"), NOW).await?;
    token::insert(tx, "h2", &Token { expires_at: Some(after(5)), ..Token::viewer("for a while") }, NOW)
        .await?;
    for (hash, second, name) in
        [("h1", 9999, Some("for ever")), ("h2", 4, Some("for a while")), ("h2", 5, None), ("h3", 0, None)]
    {
        assert_eq!(
            token::find(tx, hash, after(second)).await?.map(|token| token.name).as_deref(),
            name,
            "{hash} at {second}"
        );
    }
    // The latest use counts, in whatever order processes tell of it; what was ended meanwhile is no fault.
    for (hash, at) in [("h1", 60), ("h1", 30), ("gone", 60)] {
        token::keep_use(tx, hash, after(at)).await?;
    }
    let used: Vec<_> = token::all(tx).await?.into_iter().map(|kept| (kept.hash, kept.used_at)).collect();
    assert_eq!(used, [("h2".to_owned(), None), ("h1".to_owned(), Some(after(60)))]);

    for (carrier, at) in [("main", 60), ("main", 30), ("backup", 5)] {
        instance::keep_heard(tx, carrier, after(at)).await?;
    }
    let heard = instance::heard(tx).await?;
    assert_eq!(heard, [("backup".to_owned(), after(5)), ("main".to_owned(), after(60))]);
    Ok(())
}

async fn number_of(tx: &mut Tx, _: &()) -> Result<u64, StoreError> {
    Ok(ticket::next_number(tx, &number(LINE)).await?.0)
}

async fn no_such_line(tx: &mut Tx, _: &()) -> Result<u64, StoreError> {
    Ok(ticket::next_number(tx, &number("+18025550199")).await?.0)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_has_its_answer() {
    each_database(|store| async move {
        store.write(desks, ()).await.unwrap();
        store.write(tickets, ()).await.unwrap();
        store.write(calls, ()).await.unwrap();
        store.write(recordings_and_tokens, ()).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ticket_numbers_are_given_once() {
    each_database(|store| async move {
        store.write(desks, ()).await.unwrap();
        let asked = (0..60).map(|_| store.write(number_of, ()));
        let mut given: Vec<u64> = join_all(asked).await.into_iter().map(Result::unwrap).collect();
        given.sort();
        assert_eq!(given, (1001..=1060).collect::<Vec<_>>());
        assert_eq!(store.write(no_such_line, ()).await, Err(StoreError::NotFound));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_another_desk_has_is_refused() {
    async fn second(tx: &mut Tx, _: &()) -> Result<(), StoreError> {
        let other = DESK.replace("key = \"reservations\"", "key = \"second\"");
        let second = Desk::parse(&other).unwrap();
        let origin = desk::Origin { by: "ada".into(), changes: None };
        desk::put(tx, &second, &other, &origin, NOW).await?;
        desk::take_lines(tx, &second, NOW).await
    }
    each_database(|store| async move {
        store.write(desks, ()).await.unwrap();
        assert!(matches!(store.write(second, ()).await, Err(StoreError::Conflict(_))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_who_race_for_the_outbox_share_it() {
    async fn fill(tx: &mut Tx, _: &()) -> Result<(), StoreError> {
        for n in 0..100 {
            let id = format!("{n:03}");
            let row = outbox::New { id: &id, ticket: None, attempt: None, payload: "{}", rank: 1, due: NOW };
            outbox::insert(tx, &row, None, NOW).await?;
        }
        Ok(())
    }
    async fn claim(tx: &mut Tx, (owner,): &(String,)) -> Result<Vec<Claimed>, StoreError> {
        instance::beat(tx, owner, owner, None, NOW).await?;
        outbox::claim(tx, owner, NOW, 7).await
    }
    async fn living(tx: &mut Tx, _: &()) -> Result<i64, StoreError> {
        instance::living(tx, NOW).await
    }
    each_database(|store| async move {
        store.write(fill, ()).await.unwrap();
        let claims = (0..30).map(|n| store.write(claim, (format!("owner {}", n % 3),)));
        let mut claimed: Vec<Claimed> = join_all(claims).await.into_iter().flat_map(Result::unwrap).collect();
        claimed.extend(store.write(claim, ("owner 0".to_owned(),)).await.unwrap());
        while let Some(more) =
            Some(store.write(claim, ("owner 1".to_owned(),)).await.unwrap()).filter(|m| !m.is_empty())
        {
            claimed.extend(more);
        }
        assert!(claimed.iter().all(|row| row.fence == 1), "a row was handed out twice");
        let ids: BTreeSet<_> = claimed.iter().map(|row| row.id.clone()).collect();
        assert_eq!((ids.len(), claimed.len()), (100, 100));
        assert_eq!(store.read(living, ()).await, Ok(3));
    })
    .await;
}
