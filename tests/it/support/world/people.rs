//! The people of a story, each with a phone.

use std::time::Duration;

use nightbell::simulator::{
    CallStatus, CallView, CallerFacts, Direction, Handset, MediaFile, OnCall, OnText, Simulator, Sound, Text,
};

use super::World;

/// Somebody with a phone. What he does settles the world; what he sees is looked at without a wait.
#[derive(Clone)]
pub struct Person {
    world: World,
    name: String,
    phone: Handset,
}

/// The texts that a phone got through the gateway; the carrier's own words (STOP, HELP) are none.
pub(super) fn texts_of(sim: &Simulator, number: &str) -> Vec<Text> {
    sim.handset(number).texts().into_iter().filter(|text| !text.sid.is_empty()).collect()
}

impl Person {
    pub(super) fn new(world: &World, name: &str, number: &str) -> Person {
        Person { world: world.clone(), name: name.to_owned(), phone: world.0.sim.handset(number) }
    }

    /// The phone, for what has no word here.
    pub fn phone(&self) -> &Handset {
        &self.phone
    }

    /// The same person at another phone.
    pub fn at(&self, number: &str) -> Person {
        Person::new(&self.world, &self.name, number)
    }

    // ---- Calls that he makes, and what he does in any call.

    /// Dials the desk's line.
    pub async fn dials_line(&self) {
        let line = self.world.line().to_owned();
        self.dials(&line, CallerFacts::default()).await;
    }

    /// Dials the desk's line with his number withheld.
    pub async fn dials_line_withheld(&self) {
        let line = self.world.line().to_owned();
        self.dials(&line, CallerFacts::withheld()).await;
    }

    /// Dials a line, with what the network shall say of him.
    pub async fn dials(&self, line: &str, facts: CallerFacts) {
        self.acts();
        self.done(self.phone.dial_as(line, facts).map(|_| ()), "dials");
        self.world.settle().await;
    }

    /// Presses keys, which must be listened for.
    pub async fn presses(&self, keys: &str) {
        let listening = self.phone.call().is_some_and(|call| call.listening);
        assert!(listening, "{} presses {keys}, and nothing listens; he heard: {}", self.name, self.heard());
        self.acts();
        self.done(self.phone.press(keys), "presses keys");
        self.world.settle().await;
    }

    /// Speaks for so long, and stays on the line.
    pub async fn says(&self, time: Duration, words: &str) {
        self.acts();
        self.done(self.phone.speak(u32::try_from(time.as_secs()).unwrap(), words), "speaks");
        self.world.pass(time).await;
    }

    /// Says and presses nothing for so long.
    pub async fn is_silent(&self, time: Duration) {
        self.acts();
        self.world.pass(time).await;
    }

    /// Hangs up.
    pub async fn hangs_up(&self) {
        self.acts();
        self.done(self.phone.hang_up(), "hangs up");
        self.world.settle().await;
    }

    // ---- What he hears.

    /// Heard these words since he acted last.
    #[track_caller]
    pub fn hears(&self, words: &str) {
        let heard = self.heard();
        assert!(heard.contains(words), "{} did not hear `{words}`, but: {heard}", self.name);
    }

    /// Did not hear these words since he acted last.
    #[track_caller]
    pub fn does_not_hear(&self, words: &str) {
        let heard = self.heard();
        assert!(!heard.contains(words), "{} heard `{words}`: {heard}", self.name);
    }

    /// All that was said and played to him since he acted last.
    pub fn heard(&self) -> String {
        let Some(call) = self.phone.history().pop() else { return String::new() };
        let from = match self.world.0.seen.lock().unwrap().heard.get(self.phone.number()) {
            Some((sid, count)) if *sid == call.sid => *count,
            _ => 0,
        };
        let sounds = call.heard.iter().skip(from).filter_map(|heard| match &heard.what {
            Sound::Said { text, .. } => Some(text.clone()),
            Sound::Played { url, .. } => Some(format!("[{url}]")),
            _ => None,
        });
        sounds.collect::<Vec<_>>().join(" ")
    }

    /// Is recorded now.
    #[track_caller]
    pub fn is_recorded(&self) {
        let recorded = self.phone.call().is_some_and(|call| call.recording);
        assert!(recorded, "{} is not recorded; he heard: {}", self.name, self.heard());
    }

    /// Is connected to somebody now.
    #[track_caller]
    pub fn is_connected(&self) {
        let connected = self.phone.call().is_some_and(|call| call.connected);
        assert!(connected, "{} is not connected; he heard: {}", self.name, self.heard());
    }

    /// Is in no call: the other end has hung up.
    #[track_caller]
    pub fn is_off_the_line(&self) {
        let call = self.phone.call();
        assert!(call.is_none(), "{} is in a call; he heard: {}", self.name, self.heard());
    }

    // ---- Calls that he gets.

    /// The next call that he has not noticed rings now; it goes on ringing.
    #[track_caller]
    pub fn phone_rings(&self) -> CallView {
        let call = self.was_called();
        assert!(call.ringing, "the call to {} does not ring any more: {:?}", self.name, call.status);
        call
    }

    /// There is a call that he has not noticed, over by now perhaps.
    #[track_caller]
    pub fn was_called(&self) -> CallView {
        let next = self.unnoticed().into_iter().next();
        let next = next.unwrap_or_else(|| panic!("nobody called {}", self.name));
        self.world.0.seen.lock().unwrap().calls.insert(next.sid.clone());
        next
    }

    /// There is a call that he has not noticed, and it ended so.
    #[track_caller]
    pub fn missed_call(&self, status: CallStatus) {
        let call = self.was_called();
        assert_eq!(call.status, status, "the call to {}", self.name);
    }

    /// There is no call that he has not noticed.
    #[track_caller]
    pub fn is_not_called(&self) {
        let calls = self.unnoticed();
        assert!(calls.is_empty(), "{} was called: {calls:#?}", self.name);
    }

    /// Notices all calls so far.
    pub fn ignores_calls(&self) {
        let calls = self.unnoticed();
        self.world.0.seen.lock().unwrap().calls.extend(calls.into_iter().map(|call| call.sid));
    }

    fn unnoticed(&self) -> Vec<CallView> {
        let mut calls = self.phone.history();
        let seen = self.world.0.seen.lock().unwrap();
        calls.retain(|call| call.direction != Direction::Inbound && !seen.calls.contains(&call.sid));
        calls
    }

    /// Picks up.
    pub async fn answers(&self) {
        self.acts();
        self.done(self.phone.answer(), "answers");
        self.world.settle().await;
    }

    /// Declines the call: the other end finds it busy.
    pub async fn declines(&self) {
        self.done(self.phone.decline(), "declines");
        self.world.settle().await;
    }

    /// What his phone does from now on when it is called.
    pub fn on_call(&self, behaviour: OnCall) -> &Person {
        self.phone.on_call(behaviour);
        self
    }

    /// What becomes from now on of texts to him.
    pub fn on_text(&self, behaviour: OnText) -> &Person {
        self.phone.on_text(behaviour);
        self
    }

    // ---- Texts.

    /// The next text that he has not read has all of these in it; answers the text.
    #[track_caller]
    pub fn receives_text(&self, parts: &[&str]) -> String {
        let next = self.unread().into_iter().next();
        let next = next.unwrap_or_else(|| panic!("{} got no text with {parts:?}", self.name));
        for part in parts {
            assert!(next.contains(part), "the text to {} has no `{part}`: {next}", self.name);
        }
        self.reads(1);
        next
    }

    /// There is no text that he has not read.
    #[track_caller]
    pub fn receives_no_text(&self) {
        let unread = self.unread();
        assert!(unread.is_empty(), "{} got: {unread:#?}", self.name);
    }

    /// Reads all texts so far; answers them.
    pub fn reads_all(&self) -> Vec<String> {
        let unread = self.unread();
        self.reads(unread.len());
        unread
    }

    fn unread(&self) -> Vec<String> {
        let read = self.world.0.seen.lock().unwrap().texts.get(self.phone.number()).copied().unwrap_or(0);
        let texts = texts_of(&self.world.0.sim, self.phone.number());
        texts.into_iter().skip(read).map(|text| text.body).collect()
    }

    fn reads(&self, count: usize) {
        *self.world.0.seen.lock().unwrap().texts.entry(self.phone.number().to_owned()).or_default() += count;
    }

    /// Writes to the desk's line.
    pub async fn replies(&self, body: &str) {
        self.writes_to(self.world.line(), body).await;
    }

    /// Writes to a number.
    pub async fn writes_to(&self, number: &str, body: &str) {
        self.done(self.phone.text(number, body).map(|_| ()), "writes");
        self.world.settle().await;
    }

    /// Writes to the desk's line, with so many pictures.
    pub async fn sends_pictures(&self, count: usize, body: &str) {
        let picture = MediaFile { content_type: "image/png".into(), bytes: vec![0x89, b'P', b'N', b'G'] };
        let sent = self.phone.text_with(self.world.line(), body, vec![picture; count]);
        self.done(sent.map(|_| ()), "sends pictures");
        self.world.settle().await;
    }

    /// What he hears counts from here.
    fn acts(&self) {
        let Some(call) = self.phone.history().pop() else { return };
        let place = (call.sid, call.heard.len());
        self.world.0.seen.lock().unwrap().heard.insert(self.phone.number().to_owned(), place);
    }

    fn done<E: std::fmt::Display>(&self, deed: Result<(), E>, what: &str) {
        if let Err(error) = deed {
            panic!("{} {what}, but {error}; he heard: {}", self.name, self.heard());
        }
    }
}
