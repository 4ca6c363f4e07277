//! The board as one person may see it.

use std::sync::Arc;

use super::live::Moment;
use crate::act::{Commander, Desks};
use crate::clock::Timestamp;
use crate::rules::access::Right;
use crate::rules::case::Case;
use crate::rules::desk::Desk;
use crate::rules::hours::Exception;
use crate::rules::people::AgentKey;
use crate::web::App;
use crate::web::ui::desk::in_words;
use crate::web::ui::moments::{Shown, Wall};
use crate::web::ui::tickets::{Caller, Offers, People, Standing, Tone};

/// Tickets that were dealt with just now, at the most.
const MOST_RECENT: usize = 8;

/// The board.
pub(super) struct View {
    /// The path before our addresses.
    pub(super) base: String,
    /// The desk that alone is shown; empty for all of his.
    pub(super) desk: String,
    /// Where a command leads back to.
    pub(super) back: String,
    /// Whether it hangs on a wall, where nobody presses anything.
    pub(super) wall: bool,
    pub(super) cards: Vec<Card>,
    pub(super) recent: Vec<Recent>,
    pub(super) desks: Vec<DeskWatch>,
    pub(super) carriers: Vec<CarrierCard>,
    pub(super) nodes: Vec<crate::act::Node>,
    /// What is wrong with this process or its database, if anything is.
    pub(super) trouble: Option<String>,
    now: Timestamp,
}

/// An open emergency.
pub(super) struct Card {
    pub(super) id: String,
    pub(super) revision: i64,
    pub(super) number: u64,
    pub(super) severity: u8,
    pub(super) desk: String,
    pub(super) caller: Caller,
    pub(super) opened: Shown,
    pub(super) standing: Standing,
    pub(super) offers: Offers,
}

/// One that was dealt with just now.
pub(super) struct Recent {
    pub(super) id: String,
    pub(super) number: u64,
    pub(super) desk: String,
    pub(super) who: String,
    pub(super) words: String,
    pub(super) opened: Shown,
}

/// Who is on call at a desk.
pub(super) struct DeskWatch {
    pub(super) name: String,
    pub(super) zone: String,
    pub(super) rotas: Vec<RotaWatch>,
    /// The desk's key.
    pub(super) key: String,
    /// What is declared of it now.
    pub(super) declared: Vec<DeclaredCard>,
    /// Whether he may declare things, and end them.
    pub(super) manages: bool,
}

/// Something that is declared of a desk.
pub(super) struct DeclaredCard {
    pub(super) id: String,
    pub(super) told: String,
}

/// Who is on call by a rota, and who follows.
pub(super) struct RotaWatch {
    pub(super) rota: String,
    pub(super) now: Option<String>,
    /// Until when he is muted, if he is.
    pub(super) muted: Option<Shown>,
    /// When that changes, and who follows then, if anybody does.
    pub(super) next: Option<(Shown, Option<String>)>,
}

/// A carrier.
pub(super) struct CarrierCard {
    pub(super) name: String,
    pub(super) is_well: bool,
    /// Where it is out of order, if it is well elsewhere.
    pub(super) ill_at: Option<String>,
    /// When it last failed, and how.
    pub(super) failed: Option<(Shown, String)>,
    /// When it was heard of last.
    pub(super) heard: Option<Shown>,
}

/// Which board.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(in crate::web::ui) struct Asked {
    /// Of that desk; of all of his, if it is empty.
    #[serde(default)]
    pub(super) desk: String,
    /// For a wall: larger, and without anything to press.
    pub(super) wall: Option<String>,
}

impl Asked {
    /// The query of its address.
    pub(super) fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !self.desk.is_empty() {
            query.append_pair("desk", &self.desk);
        }
        if self.wall.is_some() {
            query.append_pair("wall", "");
        }
        query.finish()
    }

    /// Whether he may see it.
    pub(super) fn is_for(&self, who: &Commander, desks: &Desks) -> bool {
        self.desk.is_empty()
            || (desks.by_key(&self.desk).is_some() && who.principal.may(Right::See, &self.desk))
    }
}

impl View {
    /// What he may see of a moment.
    pub(super) fn of(app: &App, who: &Commander, asked: &Asked, moment: &Moment) -> View {
        let acts = app.acts();
        let (now, book) = (acts.clock().now(), acts.book());
        let all = acts.desks();
        let wanted = |desk: &&Arc<Desk>| {
            let key = desk.key.as_str();
            (asked.desk.is_empty() || asked.desk == key) && who.principal.may(Right::See, key)
        };
        let his: Vec<&Arc<Desk>> = all.all().filter(wanted).collect();
        let desk_of = |case: &Case| his.iter().find(|desk| desk.key.as_str() == case.ticket.desk);
        let wall_of = |desk: &Desk| Wall { book, zone: desk.zone(), now };
        let on_call_at = |desk: &Desk| -> Vec<AgentKey> {
            let watches = moment.watches.get(desk.key.as_str());
            watches.into_iter().flatten().filter_map(|watch| watch.now.clone()).collect()
        };

        let card = |open: &crate::act::OpenCase| {
            let (case, desk) = (&open.case, desk_of(&open.case)?);
            let wall = wall_of(desk);
            let offers = match asked.wall {
                Some(_) => Offers::default(),
                None => {
                    let mutes = all.mutes_of(desk.key.as_str());
                    Offers::of(who, desk, case, People { on_call: &on_call_at(desk), mutes, now })
                }
            };
            let standing = Standing::of(case, desk, &wall);
            let order = standing.urgency(case);
            let card = Card {
                id: case.ticket.id.as_str().to_owned(),
                revision: open.revision,
                number: case.ticket.number.0,
                severity: case.ticket.severity.into(),
                desk: desk.name.clone(),
                caller: Caller::of(who, desk, case),
                opened: wall.shown(case.ticket.opened_at),
                standing,
                offers,
            };
            Some((card, order))
        };
        let mut cards: Vec<_> = moment.board.open.iter().filter_map(card).collect();
        cards.sort_by_key(|(_, order)| *order);

        let recent = |case: &Case| {
            let desk = desk_of(case)?;
            let wall = wall_of(desk);
            Some(Recent {
                id: case.ticket.id.as_str().to_owned(),
                number: case.ticket.number.0,
                desk: desk.name.clone(),
                who: Caller::of(who, desk, case).who,
                words: Standing::of(case, desk, &wall).words,
                opened: wall.shown(case.ticket.opened_at),
            })
        };
        let desk_watch = |desk: &&Arc<Desk>| {
            let wall = wall_of(desk);
            let rota = |watch: &crate::act::Watch| RotaWatch {
                rota: watch.rota.clone(),
                now: watch.now.as_ref().map(|agent| desk.name_of(agent)),
                muted: watch.muted.map(|until| wall.shown(until)),
                next: watch
                    .until
                    .map(|until| (wall.shown(until), watch.next.as_ref().map(|agent| desk.name_of(agent)))),
            };
            let rotas = moment.watches.get(desk.key.as_str()).into_iter().flatten().map(rota).collect();
            let key = desk.key.as_str();
            let declared = |one: &Exception| DeclaredCard {
                id: one.id.as_str().to_owned(),
                told: in_words(one, &wall.shown(one.until).words),
            };
            DeskWatch {
                name: desk.name.clone(),
                zone: desk.zone().to_string(),
                rotas,
                key: key.to_owned(),
                declared: moment.declared.get(key).into_iter().flatten().map(declared).collect(),
                manages: who.principal.may(Right::Manage, key),
            }
        };
        // Carriers and processes belong to no desk: by the clock of the first of his.
        let first = his.first().map(|desk| wall_of(desk));
        let carrier = |carrier: &crate::act::CarrierTogether| CarrierCard {
            name: carrier.name.clone(),
            is_well: carrier.ill_at.is_empty(),
            ill_at: Some(carrier.ill_at.join(", ")).filter(|_| carrier.ill_at.len() < carrier.asked),
            heard: first.as_ref().and_then(|wall| carrier.heard.map(|at| wall.shown(at))),
            failed: first
                .as_ref()
                .and_then(|wall| carrier.failed.as_ref().map(|(at, why)| (wall.shown(*at), why.clone()))),
        };
        let back = match asked.query() {
            query if query.is_empty() => "/board".to_owned(),
            query => format!("/board?{query}"),
        };
        let stale = (!moment.is_fresh).then(|| "the database does not answer; this may be old".to_owned());
        View {
            base: app.site.base().to_owned(),
            desk: asked.desk.clone(),
            back,
            wall: asked.wall.is_some(),
            cards: cards.into_iter().map(|(card, _)| card).collect(),
            recent: moment.board.recent.iter().filter_map(recent).take(MOST_RECENT).collect(),
            desks: his.iter().map(desk_watch).collect(),
            carriers: moment.carriers.iter().map(carrier).collect(),
            nodes: moment.board.nodes.clone(),
            trouble: stale.or(moment.trouble.clone()),
            now,
        }
    }

    /// When it was seen: what board.js counts from.
    pub(super) fn now(&self) -> i64 {
        self.now.0
    }

    /// How many nobody has.
    pub(super) fn alarms(&self) -> usize {
        self.cards.iter().filter(|card| card.standing.tone == Tone::Alarm).count()
    }
}
