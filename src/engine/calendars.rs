//! Calendars of leave, read again as their time comes. Nothing is held open meanwhile: a calendar is taken in one
//! transaction, and what came of it is written down in another, if nobody has changed it since.

use futures_util::future::join_all;
use secrecy::ExposeSecret;

use super::Engine;
use crate::act::{ActError, CalendarNews, CalendarRead, CalendarTaken};
use crate::calendar::away::{self, Counts, LARGEST};
use crate::fetch::{Fetched, Mark};

impl Engine {
    /// Reads the calendars whose time has come; true if there was any.
    pub(super) async fn read_calendars(&self) -> Result<bool, ActError> {
        let taken = self.0.acts.take_calendars().await?;
        let some = !taken.is_empty();
        let all = taken.into_iter().map(async |taken| {
            let news = self.read_calendar(&taken).await;
            if let CalendarNews::Failed(why) = &news {
                let calendar = &taken.calendar;
                tracing::info!(desk.key = calendar.desk, agent.key = %calendar.agent, why, "a calendar was not read");
            }
            self.0.acts.read_calendar(taken, news).await.map(|_| ())
        });
        // All have their turn; then the first that could not be written down is told.
        join_all(all).await.into_iter().collect::<Result<(), ActError>>().map(|()| some)
    }

    async fn read_calendar(&self, CalendarTaken { calendar, zone, span }: &CalendarTaken) -> CalendarNews {
        let fetcher = &self.0.fetcher;
        let mark = Mark { tag: calendar.tag.clone(), modified: calendar.modified.clone() };
        let fetched = async {
            let address = fetcher.address(calendar.address.expose_secret())?;
            fetcher.fetch(&address, &mark, LARGEST).await
        };
        let (bytes, mark) = match fetched.await {
            Ok(Fetched::Unchanged) => return CalendarNews::Unchanged,
            Ok(Fetched::File { bytes, mark }) => (bytes, mark),
            Err(error) => return CalendarNews::Failed(error.to_string()),
        };
        let counts = if calendar.whole_days { Counts::WholeDays } else { Counts::Busy };
        let (acts, zone, span) = (self.0.acts.clone(), *zone, *span);
        let reading = tokio::task::spawn_blocking(move || {
            away::read(&String::from_utf8_lossy(&bytes), span, counts, zone, acts.book())
                .map(|away| away.spans())
        });
        match reading.await {
            Ok(Ok(spans)) => {
                CalendarNews::Read(CalendarRead { spans, tag: mark.tag, modified: mark.modified })
            }
            Ok(Err(error)) => CalendarNews::Failed(error.to_string()),
            Err(error) => {
                tracing::error!(%error, "a calendar could not be read");
                CalendarNews::Failed("it cannot be read".into())
            }
        }
    }
}
