//! Texts about rotas: cover and swaps, and gaps. Nobody is woken by them, so they say what they are about in full.

use super::{Words, one_line, one_sentence};
use crate::rules::cover::{CoverNews, Happened, Span};
use crate::rules::desk::warn::GapNews;
use crate::rules::zone::{Zone, ZoneBook};

impl Words {
    /// News of a request for cover or of a swap.
    pub(super) fn cover(&self, lang: &str, book: &ZoneBook, zone: Zone, news: &CoverNews) -> String {
        let swap = news.in_return.map(|span| self.span(lang, book, zone, span));
        let (rota, asker, taker) = (one_line(&news.rota), one_line(&news.asker), one_line(&news.taker));
        let in_return = swap.map_or_else(String::new, |other| {
            format!(" {}", self.say(lang, "cover-in-return", &[("asker", &asker), ("other", &other)]))
        });
        let note = match one_sentence(&news.note) {
            note if note.is_empty() => note,
            note => format!(" {note}"),
        };
        let span = self.span(lang, book, zone, news.span);
        let values = [
            ("rota", &*rota),
            ("asker", &*asker),
            ("taker", &*taker),
            ("span", &*span),
            ("return", &*in_return),
            ("note", &*note),
            ("link", &*news.link),
        ];
        match news.what {
            Happened::Asked => self.say(lang, "cover-asked", &values),
            Happened::ToApprove => self.say(lang, "cover-to-approve", &values),
            Happened::Agreed => self.say(lang, "cover-agreed", &values),
            Happened::Declined => self.say(lang, "cover-declined", &values),
            Happened::Withdrawn => self.say(lang, "cover-withdrawn", &values),
            Happened::Refused => self.say(lang, "cover-refused", &values),
            Happened::Soon if taker.is_empty() => self.say(lang, "cover-soon", &values),
            Happened::Soon => self.say(lang, "cover-soon-to-approve", &values),
            Happened::Lapsed => self.say(lang, "cover-lapsed", &values),
            Happened::Moved => self.say(lang, "cover-moved", &values),
            Happened::Adrift => self.say(lang, "cover-adrift", &values),
            Happened::Undone => self.say(lang, "cover-undone", &values),
        }
    }

    /// When nobody is on call.
    pub(super) fn gaps(&self, lang: &str, desk: &str, book: &ZoneBook, zone: Zone, news: &GapNews) -> String {
        let mut spans: Vec<String> = news.first.iter().map(|gap| self.span(lang, book, zone, *gap)).collect();
        if news.more > 0 {
            spans.push(self.say(lang, "and-more", &[("count", &news.more.to_string())]));
        }
        let values = [("desk", desk), ("gaps", &*spans.join("; ")), ("link", &*news.link)];
        match news.weekly {
            true => self.say(lang, "gaps-week", &values),
            false => self.say(lang, "gaps-near", &values),
        }
    }

    /// "Friday, November 27, at 6 pm to Saturday, November 28, at 9 am"; the time alone if it ends on the same day.
    pub(super) fn span(&self, lang: &str, book: &ZoneBook, zone: Zone, span: Span) -> String {
        let from = self.moment(lang, book, zone, span.from);
        if book.date(zone, span.from) == book.date(zone, span.to) {
            let to = self.time(lang, book, zone, span.to);
            return self.say(lang, "range-same-day", &[("from", &from), ("to", &to)]);
        }
        let to = self.moment(lang, book, zone, span.to);
        self.say(lang, "range-moments", &[("from", &from), ("to", &to)])
    }
}
