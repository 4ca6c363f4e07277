//! Texts about rotas: cover and swaps, and gaps. Nobody is woken by them, so they say what they are about in full. The same
//! is said on a call, where an address is of no use.

use super::brief::Medium;
use super::{Words, one_line, one_sentence};
use crate::rules::cover::{CoverNews, Happened, Span};
use crate::rules::desk::warn::GapNews;
use crate::rules::effect::Message;
use crate::rules::zone::{Zone, ZoneBook};

impl Words {
    /// News of rotas as they are said on a call, in the hearer's language and zone; any other message is said as it is
    /// written.
    pub fn notice_aloud(
        &self,
        lang: &str,
        desk: &str,
        book: &ZoneBook,
        zone: Zone,
        message: &Message,
    ) -> String {
        let news = match message {
            Message::Cover(news) => self.cover(lang, Medium::Aloud, book, zone, news),
            Message::Gaps(news) => self.gaps(lang, (Medium::Aloud, desk), book, zone, news),
            other => self.message(lang, desk, book, zone, other),
        };
        self.say(lang, "voice-notice", &[("desk", &one_line(desk)), ("news", &news)])
    }

    /// News of a request for cover or of a swap.
    pub(super) fn cover(
        &self,
        lang: &str,
        medium: Medium,
        book: &ZoneBook,
        zone: Zone,
        news: &CoverNews,
    ) -> String {
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
        match medium {
            Medium::Written => self.cover_written(lang, news, &values),
            Medium::Aloud => self.cover_aloud(lang, news, &values),
        }
    }

    fn cover_written(&self, lang: &str, news: &CoverNews, values: &[(&str, &str)]) -> String {
        match news.what {
            Happened::Asked => self.say(lang, "cover-asked", values),
            Happened::ToApprove => self.say(lang, "cover-to-approve", values),
            Happened::Agreed => self.say(lang, "cover-agreed", values),
            Happened::Declined => self.say(lang, "cover-declined", values),
            Happened::Withdrawn => self.say(lang, "cover-withdrawn", values),
            Happened::Refused => self.say(lang, "cover-refused", values),
            Happened::Soon if news.taker.is_empty() => self.say(lang, "cover-soon", values),
            Happened::Soon => self.say(lang, "cover-soon-to-approve", values),
            Happened::Lapsed => self.say(lang, "cover-lapsed", values),
            Happened::Moved => self.say(lang, "cover-moved", values),
            Happened::Adrift => self.say(lang, "cover-adrift", values),
            Happened::Undone => self.say(lang, "cover-undone", values),
        }
    }

    fn cover_aloud(&self, lang: &str, news: &CoverNews, values: &[(&str, &str)]) -> String {
        match news.what {
            Happened::Asked => self.say(lang, "voice-cover-asked", values),
            Happened::ToApprove => self.say(lang, "voice-cover-to-approve", values),
            Happened::Agreed => self.say(lang, "voice-cover-agreed", values),
            Happened::Declined => self.say(lang, "voice-cover-declined", values),
            Happened::Withdrawn => self.say(lang, "voice-cover-withdrawn", values),
            Happened::Refused => self.say(lang, "voice-cover-refused", values),
            Happened::Soon if news.taker.is_empty() => self.say(lang, "voice-cover-soon", values),
            Happened::Soon => self.say(lang, "voice-cover-soon-to-approve", values),
            Happened::Lapsed => self.say(lang, "voice-cover-lapsed", values),
            Happened::Moved => self.say(lang, "voice-cover-moved", values),
            Happened::Adrift => self.say(lang, "voice-cover-adrift", values),
            Happened::Undone => self.say(lang, "voice-cover-undone", values),
        }
    }

    /// When nobody is on call.
    pub(super) fn gaps(
        &self,
        lang: &str,
        (medium, desk): (Medium, &str),
        book: &ZoneBook,
        zone: Zone,
        news: &GapNews,
    ) -> String {
        let mut spans: Vec<String> = news.first.iter().map(|gap| self.span(lang, book, zone, *gap)).collect();
        if news.more > 0 {
            spans.push(self.say(lang, "and-more", &[("count", &news.more.to_string())]));
        }
        let values = [("desk", desk), ("gaps", &*spans.join("; ")), ("link", &*news.link)];
        match (medium, news.weekly) {
            (Medium::Written, true) => self.say(lang, "gaps-week", &values),
            (Medium::Written, false) => self.say(lang, "gaps-near", &values),
            (Medium::Aloud, true) => self.say(lang, "voice-gaps-week", &values),
            (Medium::Aloud, false) => self.say(lang, "voice-gaps-near", &values),
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
