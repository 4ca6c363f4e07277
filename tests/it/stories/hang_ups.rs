//! A hang-up at every step of the emergency flow that waits for somebody. Each leaves what product rules ask for: a page
//! once the trouble may be an emergency, one notice for a call without a key or a word, and nobody woken for what is
//! not urgent.

use std::collections::BTreeSet;

use nightbell::simulator::OnCall;

use crate::support::world::{Person, Scene, World, minutes};

use super::ada_is_paged;

const FLOW: &str = include_str!("../../../voice-flows/emergency.toml");

/// The kinds of steps that wait for somebody: for keys, for words, or for another telephone.
const WAITING: [&str; 6] = ["menu", "digits", "callback_number", "record", "transfer", "connect"];

/// How a call begins.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Begins {
    /// Finn calls at night.
    Night,
    /// The same at a desk that lists nothing as never urgent.
    WithoutTopics,
    /// Finn hides his number.
    Withheld,
    /// Finn calls in support hours.
    Daytime,
    /// The same at a desk that wants a message where nobody picks up, and nobody does.
    DaytimeAway,
    /// Finn calls again about what Ada has.
    Again,
    /// Ada calls the line when nothing is open.
    Agent,
    /// Ada, whose telephone rang in vain, calls the line about Finn's emergency.
    PagedAgent,
}

/// What a hang-up leaves.
#[derive(Clone, Copy, Debug)]
enum Leaves {
    /// A ticket that counts as abandoned, and one text about it.
    Notice(u64),
    /// A page, with this about the callback number.
    Page(&'static str),
    /// A ticket of this severity for the working day.
    Quiet(u64),
    /// Nothing but a word for Ada, who has the ticket that the call joined.
    News,
    /// The next person is paged for the ticket that the call joined.
    NextPerson,
    /// No ticket.
    Nothing,
    /// Finn's emergency as it was: nobody has it, and the escalation goes on.
    Unchanged,
    /// Finn's emergency in Ada's hands.
    Taken,
    /// The same, and the question whether she reached him.
    Asked,
}

/// By which keys which step is reached, and what a hang-up there leaves.
type Walk = (&'static str, Begins, &'static [&'static str], Leaves);

const WALKS: [Walk; 22] = [
    ("triage_with_topics", Begins::Night, &[], Leaves::Notice(1001)),
    ("triage", Begins::WithoutTopics, &[], Leaves::Notice(1001)),
    ("main_number", Begins::Daytime, &[], Leaves::Notice(1001)),
    ("desk_ticket", Begins::DaytimeAway, &[], Leaves::Notice(1001)),
    // Triage said that it is an emergency.
    ("callback", Begins::Night, &["1"], Leaves::Page("Call +18025550121 (unconfirmed).")),
    // The same step, where the number is read back, and where there is none to offer.
    ("callback", Begins::Night, &["1", "8025550122#"], Leaves::Page("Call +18025550122 (unconfirmed).")),
    ("callback", Begins::Withheld, &["1"], Leaves::Page("No callback number.")),
    ("emergency_message", Begins::Night, &["1", "1#"], Leaves::Page("Call +18025550121.")),
    // Asked whether it can wait, and has not said so.
    ("not_urgent", Begins::Night, &["2"], Leaves::Page("Call +18025550121 (unconfirmed).")),
    // Has said so: the working day is early enough.
    ("severity", Begins::Night, &["2", "2"], Leaves::Quiet(3)),
    ("normal_message", Begins::Night, &["2", "2", "4"], Leaves::Quiet(4)),
    ("normal_callback", Begins::Withheld, &["2", "2", "2"], Leaves::Quiet(2)),
    ("severity", Begins::Night, &["3", "2"], Leaves::Quiet(3)),
    ("severity", Begins::DaytimeAway, &["2"], Leaves::Quiet(3)),
    ("redial", Begins::Again, &[], Leaves::Notice(1002)),
    ("joined", Begins::Again, &["1"], Leaves::News),
    ("add_message", Begins::Again, &["1", "1"], Leaves::News),
    ("joined_again", Begins::Again, &["1", "2"], Leaves::NextPerson),
    ("agent_no_pages", Begins::Agent, &[], Leaves::Nothing),
    ("agent_pages", Begins::PagedAgent, &[], Leaves::Unchanged),
    ("agent_taken", Begins::PagedAgent, &["1"], Leaves::Taken),
    ("agent_connect", Begins::PagedAgent, &["2"], Leaves::Asked),
];

/// The steps of the shipped flow that wait for somebody.
fn steps_that_wait() -> BTreeSet<String> {
    let flow: toml::Table = FLOW.parse().unwrap();
    let several_languages = flow["languages"].as_array().unwrap().len() > 1;
    let waits = |kind: &str| WAITING.contains(&kind) || (kind == "language" && several_languages);
    let steps = flow["steps"].as_table().unwrap().iter();
    steps.filter(|(_, step)| waits(step["kind"].as_str().unwrap())).map(|(name, _)| name.clone()).collect()
}

#[test]
fn no_step_is_forgotten() {
    let walked: BTreeSet<String> = WALKS.iter().map(|(step, ..)| (*step).to_owned()).collect();
    assert_eq!(walked, steps_that_wait());
}

/// Plays the walks that leave something of a kind, each on both databases.
async fn each_that(leaves: impl Fn(&Leaves) -> bool) {
    for (step, begins, keys, left) in WALKS.into_iter().filter(|(.., left)| leaves(left)) {
        let scene = match begins {
            Begins::WithoutTopics => Scene::default().desk_with("never_urgent = [", "# never_urgent = ["),
            Begins::Daytime => Scene::at("2026-02-18 14:00"),
            Begins::DaytimeAway => Scene::at("2026-02-18 14:00")
                .desk_with("[hours]\n", "[daytime]\nunanswered = \"ticket\"\n\n[hours]\n"),
            _ => Scene::default(),
        };
        scene
            .play(async |world| {
                let who = calls(&world, begins).await;
                for key in keys {
                    who.presses(key).await;
                }
                assert_eq!(asks_at(&world), step, "after {keys:?}");
                who.hangs_up().await;
                finds(&world, left).await;
                // And that was it: whatever else anybody gets is noticed at the end.
                world.pass(minutes(60)).await;
            })
            .await;
    }
}

/// A call as far as the first question.
async fn calls(world: &World, begins: Begins) -> Person {
    let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
    if let Begins::Again | Begins::PagedAgent = begins {
        ada_is_paged(world).await;
    }
    match begins {
        Begins::Night | Begins::WithoutTopics => finn.dials_line().await,
        Begins::Withheld => finn.dials_line_withheld().await,
        Begins::Daytime => {
            finn.dials_line().await;
            world.caller("+18025550102").phone_rings();
        }
        Begins::DaytimeAway => {
            let daytime = world.caller("+18025550102");
            daytime.on_call(OnCall::Busy);
            finn.dials_line().await;
            daytime.was_called();
        }
        Begins::Again => {
            ada.replies("ACK").await;
            ada.receives_text(&["Yours"]);
            finn.receives_text(&["Ada Moss"]);
            world.pass(minutes(1)).await;
            finn.dials_line().await;
        }
        Begins::Agent => ada.dials_line().await,
        Begins::PagedAgent => {
            ada.declines().await;
            ada.dials_line().await;
            ada.hears("You have one open page: ticket 1 0 0 1, Lakeside Lodge");
        }
    }
    if let Begins::Agent | Begins::PagedAgent = begins { ada } else { finn }
}

/// The step at which the last answer to a call lets it wait.
fn asks_at(world: &World) -> String {
    let webhooks = world.webhooks();
    let last = webhooks.iter().rev().find(|webhook| ["voice", "turn"].contains(&webhook.kind())).unwrap();
    let document = last.answer.text();
    let (_, turn) = document.split_once("/turn/").unwrap();
    turn.split('/').nth(1).unwrap().to_owned()
}

async fn finds(world: &World, left: Leaves) {
    let (finn, ada, ben) = (world.caller("+18025550121"), world.agent("ada"), world.agent("ben"));
    match left {
        Leaves::Notice(number) => {
            let words = "a caller hung up before saying anything";
            ada.receives_text(&[&format!("#{number}"), words, "Nobody else is paged"]);
            ada.is_not_called();
            world.ticket(number).await.is("abandoned").tells(&["opened", "call_ended", "abandoned"]);
            if number > 1001 {
                ada.replies("RESOLVE 1001").await;
                ada.receives_text(&["#1001 is resolved"]);
            }
        }
        Leaves::Page(callback) => {
            ada.receives_text(&["SEV1 #1001", callback]);
            ada.phone_rings();
            world.ticket(1001).await.is("open").has("severity", 1).is_held_by_nobody();
            ada.replies("RESOLVE").await;
            ada.receives_text(&["#1001 is resolved"]);
            finn.reads_all();
        }
        Leaves::Quiet(severity) => {
            world.ticket(1001).await.is("open").has("severity", severity).does_not_tell("step_started");
            finn.reads_all();
        }
        Leaves::News => {
            ada.receives_text(&["#1001", "the caller rang again"]);
            world.ticket(1001).await.is("open").is_held_by("ada").tells(&["acknowledged", "joined"]);
            world.ticket(1002).await.is("merged");
            ada.replies("RESOLVE").await;
            ada.receives_text(&["#1001 is resolved"]);
        }
        Leaves::NextPerson => {
            ada.receives_text(&["#1001", "the caller rang again"]);
            ben.receives_text(&["SEV1 #1001"]);
            ben.phone_rings();
            world.ticket(1001).await.is("open").is_held_by_nobody().tells(&[
                "joined",
                "pushed",
                "step_started",
            ]);
            ben.replies("RESOLVE").await;
            ben.receives_text(&["#1001 is resolved"]);
            ada.receives_text(&["Stand down: #1001 is closed"]);
        }
        Leaves::Nothing => assert_eq!(world.tickets().await, [] as [u64; 0]),
        Leaves::Unchanged => {
            world.ticket(1001).await.is("open").is_held_by_nobody().does_not_tell("acknowledged");
            world.pass(minutes(2)).await;
            ada.phone_rings();
            ada.replies("RESOLVE").await;
            ada.receives_text(&["#1001 is resolved"]);
        }
        Leaves::Taken | Leaves::Asked => {
            finn.receives_text(&["Ada Moss"]);
            if let Leaves::Asked = left {
                // His telephone rang, and rings no more.
                finn.was_called();
                finn.is_off_the_line();
                ada.receives_text(&["#1001", "Reached them?"]);
            }
            world.ticket(1001).await.is("open").is_held_by("ada").does_not_tell("callback_done");
            ada.replies("RESOLVE").await;
            ada.receives_text(&["#1001 is resolved"]);
        }
    }
}

#[tokio::test]
async fn without_a_key_it_is_one_notice() {
    each_that(|left| matches!(left, Leaves::Notice(_))).await;
}

#[tokio::test]
async fn once_it_may_be_an_emergency_it_pages() {
    each_that(|left| matches!(left, Leaves::Page(_))).await;
}

#[tokio::test]
async fn what_is_not_urgent_is_a_ticket_and_wakes_nobody() {
    each_that(|left| matches!(left, Leaves::Quiet(_))).await;
}

#[tokio::test]
async fn a_joined_ticket_goes_on() {
    each_that(|left| matches!(left, Leaves::News | Leaves::NextPerson)).await;
}

#[tokio::test]
async fn an_agent_who_rings_off_takes_what_he_took_and_nothing_else() {
    each_that(|left| matches!(left, Leaves::Nothing | Leaves::Unchanged | Leaves::Taken | Leaves::Asked))
        .await;
}
