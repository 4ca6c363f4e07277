//! The parts of the page: figures and their words.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::super::chart::{Bars, Strip};
use crate::rules::desk::Desk;
use crate::rules::report::{BUCKETS, Figures, Item, Kept, Spread, Verdict, buckets};
use crate::web::App;

/// A figure at the top, with the one of the span before.
pub(super) struct Headline {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) before: String,
    pub(super) more: String,
}

/// A row of figures.
pub(super) struct Row {
    pub(super) name: String,
    /// Where there is more about it.
    pub(super) leads: Option<String>,
    pub(super) calls: usize,
    pub(super) emergencies: usize,
    pub(super) downgraded: usize,
    pub(super) abandoned: usize,
    pub(super) ack: [String; 2],
    pub(super) callback: [String; 2],
    pub(super) kept: String,
}

impl Row {
    pub(super) fn new(name: String, figures: &Figures) -> Row {
        Row {
            name,
            leads: None,
            calls: figures.calls,
            emergencies: figures.emergencies,
            downgraded: figures.downgraded(),
            abandoned: figures.abandoned,
            ack: spread(&figures.to_ack),
            callback: spread(&figures.to_callback),
            kept: percent(figures.response),
        }
    }
}

pub(super) struct AgentRow {
    pub(super) name: String,
    pub(super) asked: usize,
    pub(super) taken: usize,
    pub(super) declined: usize,
    pub(super) called_back: usize,
    pub(super) ack: [String; 2],
    pub(super) callback: [String; 2],
}

/// What became of one kind of promise.
pub(super) struct Promise {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
    pub(super) count: Kept,
    pub(super) percent: String,
    pub(super) strip: Strip,
}

pub(super) struct Miss {
    pub(super) number: i64,
    pub(super) desk: String,
    pub(super) at: String,
    pub(super) promise: &'static str,
    pub(super) why: String,
}

/// A chart of waits, and its table: how many ended within how long.
pub(super) struct Waits {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) bars: Bars,
    pub(super) in_short: String,
}

pub(super) fn headlines(now: &Figures, before: &Figures) -> Vec<Headline> {
    let count = |name, of: fn(&Figures) -> usize, more: String| Headline {
        name,
        value: of(now).to_string(),
        before: of(before).to_string(),
        more,
    };
    let wait = |name, of: fn(&Figures) -> Spread| Headline {
        name,
        value: span(of(now).median),
        before: span(of(before).median),
        more: of(now)
            .ninetieth
            .map(|ninetieth| format!("nine in ten within {}", span(Some(ninetieth))))
            .unwrap_or_default(),
    };
    let kept = |name, of: fn(&Figures) -> Kept| {
        let Kept { kept, missed, .. } = of(now);
        let more = if kept + missed == 0 { String::new() } else { format!("{kept} of {}", kept + missed) };
        Headline { name, value: percent(of(now)), before: percent(of(before)), more }
    };
    let by_text = if now.texts > 0 { format!("and {} by text", now.texts) } else { String::new() };
    let whose = format!("{} by callers, {} by agents", now.downgraded_by_caller, now.downgraded_by_agent);
    vec![
        count("Calls", |figures| figures.calls, by_text),
        count("Emergencies", |figures| figures.emergencies, String::new()),
        count("Downgraded", Figures::downgraded, whose),
        count("Abandoned", |figures| figures.abandoned, String::new()),
        wait("Time to acknowledge, median", |figures| figures.to_ack),
        wait("Time to callback, median", |figures| figures.to_callback),
        kept("Response targets kept", |figures| figures.response),
        kept("Callbacks in time", |figures| figures.callback),
    ]
}

pub(super) fn waits(
    id: &'static str,
    title: &'static str,
    figures: &Figures,
    spread: &Spread,
    all: impl Iterator<Item = Option<Duration>>,
) -> Waits {
    let counts = buckets(all.flatten());
    let bound = |index: usize| match BUCKETS.get(index) {
        Some(minutes) => format!("≤ {minutes}"),
        None => format!("> {}", BUCKETS[BUCKETS.len() - 1]),
    };
    let mut bars: Vec<(String, usize, usize)> =
        counts.iter().enumerate().map(|(index, count)| (bound(index), *count, *count)).collect();
    bars.push(("not yet".into(), figures.emergencies - spread.count, 0));
    let in_short = match spread.median {
        Some(median) => format!(
            "{} of {} emergencies; half of them within {}, nine in ten within {}",
            spread.count,
            figures.emergencies,
            span(Some(median)),
            span(spread.ninetieth)
        ),
        None if figures.emergencies == 0 => "There was no emergency".into(),
        None => format!("Of {} so far none", figures.emergencies),
    };
    Waits { id, title, bars: Bars::new(bars), in_short }
}

pub(super) fn promises(figures: &Figures) -> Vec<Promise> {
    let promise = |id, name, meaning, count: Kept| Promise {
        id,
        name,
        meaning,
        count,
        percent: percent(count),
        strip: Strip::new(count.kept, count.missed, count.running),
    };
    let all = [
        promise(
            "response",
            "Response",
            "a person spoke with the caller within the severity’s target",
            figures.response,
        ),
        promise(
            "in-time",
            "Callback",
            "who took an emergency called back within the desk’s limit",
            figures.callback,
        ),
        promise("resolution", "Resolution", "resolved within the severity’s target", figures.resolution),
    ];
    all.into_iter().filter(|promise| promise.count.all() > 0).collect()
}

/// The missed promises, newest first, and how often there was which reason.
pub(super) fn missed(
    app: &App,
    desks: &[Arc<Desk>],
    items: &[Item],
) -> (Vec<Miss>, Vec<(&'static str, usize)>) {
    let book = app.acts().book();
    let mut misses = Vec::new();
    let mut reasons: BTreeMap<&'static str, usize> = BTreeMap::new();
    for item in items {
        let Some(desk) = desks.iter().find(|desk| desk.key.as_str() == item.desk) else { continue };
        let verdicts: [(&'static str, &Verdict); 3] =
            [("response", &item.response), ("callback", &item.callback), ("resolution", &item.resolution)];
        for (promise, verdict) in verdicts {
            let Some(why) = verdict.why() else { continue };
            *reasons.entry(why.kind()).or_default() += 1;
            let wall = |at| book.to_wall(desk.zone(), at).format("%-d %b, %H:%M").to_string();
            misses.push((
                item.record.opened_at,
                Miss {
                    number: item.record.number,
                    desk: desk.name.clone(),
                    at: wall(item.record.opened_at),
                    promise,
                    why: why.words(wall),
                },
            ));
        }
    }
    misses.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    (misses.into_iter().map(|(_, miss)| miss).collect(), reasons)
}

fn percent(kept: Kept) -> String {
    kept.percent().map_or_else(|| "–".to_owned(), |percent| format!("{percent} %"))
}

pub(super) fn spread(spread: &Spread) -> [String; 2] {
    [span(spread.median), span(spread.ninetieth)]
}

/// A wait in its two largest units.
pub(in crate::web::ui) fn span(wait: Option<Duration>) -> String {
    let Some(wait) = wait else { return "–".to_owned() };
    let seconds = wait.as_secs();
    let (large, small) = match seconds {
        0..60 => return format!("{seconds} s"),
        60..3_600 => ((seconds / 60, "min"), (seconds % 60, "s")),
        3_600..86_400 => ((seconds / 3_600, "h"), (seconds % 3_600 / 60, "min")),
        _ => ((seconds / 86_400, "d"), (seconds % 86_400 / 3_600, "h")),
    };
    match small.0 {
        0 => format!("{} {}", large.0, large.1),
        _ => format!("{} {} {} {}", large.0, large.1, small.0, small.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_told_in_their_two_largest_units() {
        for (seconds, words) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (61, "1 min 1 s"),
            (3_599, "59 min 59 s"),
            (3_600, "1 h"),
            (3_659, "1 h"),
            (7_260, "2 h 1 min"),
            (90_000, "1 d 1 h"),
        ] {
            assert_eq!(span(Some(Duration::from_secs(seconds))), words);
        }
        assert_eq!(span(None), "–");
    }
}
