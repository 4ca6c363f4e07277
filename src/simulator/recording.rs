//! The Record verb and the files it leaves. A phone's owner speaks for so many seconds; the file is a tone of that
//! length, made when it is asked for.

use std::io::Cursor;

use super::call::{Sound, Source, Stage};
use super::fault::{Scope, Trouble};
use super::progress::told_lane;
use super::time::Job;
use super::twiml::{Method, Record};
use super::webhook::{Form, Purpose, resolve};
use super::world::{World, pair, rfc2822};

/// Samples a second of a recording, as on the telephone network.
const RATE: u32 = 8_000;
/// The tone's period in samples: 400 Hz.
const PERIOD: u32 = 20;
/// The tone's loudness.
const LEVEL: i16 = 6_000;

/// A recording under way.
#[derive(Debug)]
pub struct Taping {
    pub verb: Record,
    pub since_ms: i64,
    /// When speech began and ends, as far as it has been announced.
    pub speech: Vec<(i64, i64)>,
    /// What was said.
    pub words: Vec<String>,
}

impl Taping {
    /// Seconds of speech until now, rounded up, silence trimmed.
    fn seconds(&self, now: i64) -> u32 {
        let spoken: i64 = self
            .speech
            .iter()
            .map(|(from, until)| (*until).min(now).saturating_sub((*from).max(self.since_ms)).max(0))
            .sum();
        u32::try_from(spoken.saturating_add(999) / 1000).unwrap_or(u32::MAX).min(self.verb.max_length)
    }
}

/// A recording that is done.
#[derive(Clone, Debug)]
pub struct Recording {
    pub sid: String,
    pub account: String,
    pub call: String,
    pub seconds: u32,
    pub created_ms: i64,
    /// From when on the file can be had.
    pub ready_ms: i64,
}

impl World {
    /// Begins to record, or goes on with what is being said already.
    pub fn begin_recording(&mut self, sid: &str, verb: Record) {
        if verb.beep {
            self.hear(sid, Sound::Beep);
        }
        let now = self.now;
        let Some(call) = self.calls.get_mut(sid) else { return };
        let speech = if call.speaking_until > now { vec![(now, call.speaking_until)] } else { Vec::new() };
        call.stage = Stage::Recording(Taping { verb, since_ms: now, speech, words: Vec::new() });
        self.time_recording(sid);
        self.listening_began(sid);
    }

    /// Sets when silence or the longest length will end the recording.
    fn time_recording(&mut self, sid: &str) {
        let now = self.now;
        let Some(call) = self.calls.get(sid) else { return };
        let Stage::Recording(taping) = &call.stage else { return };
        let silence_from = call.speaking_until.max(now);
        let ends = silence_from
            .saturating_add(i64::from(taping.verb.timeout) * 1000)
            .min(taping.since_ms.saturating_add(i64::from(taping.verb.max_length) * 1000));
        self.set_step(sid, ends.saturating_sub(now).max(0));
    }

    /// The phone's owner speaks from now on, for so many seconds.
    pub fn speech(&mut self, sid: &str, seconds: u32, words: &str) {
        let now = self.now;
        let until = now.saturating_add(i64::from(seconds) * 1000);
        let Some(call) = self.calls.get_mut(sid) else { return };
        call.speaking_until = until;
        if let Stage::Recording(taping) = &mut call.stage {
            if let Some((_, before)) = taping.speech.last_mut() {
                *before = (*before).min(now); // he began anew
            }
            taping.speech.push((now, until));
            taping.words.push(words.to_owned());
        }
        self.hear(sid, Sound::Speech { seconds, words: words.to_owned() });
        for peer in self.peers(sid) {
            self.hear(&peer, Sound::Voice { words: words.to_owned() });
        }
        self.time_recording(sid);
    }

    /// Ends a recording in a call that goes on.
    pub fn finish_recording(&mut self, sid: &str, digits: &str) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let stage = std::mem::replace(&mut call.stage, Stage::Queued);
        if let Stage::Recording(taping) = stage {
            let verb = taping.verb.clone();
            match self.keep_recording(sid, taping, digits) {
                Some(form) => self.go_on_at(sid, verb.action.as_deref(), verb.method, form),
                None => self.advance(sid),
            }
        } else {
            call.stage = stage;
        }
    }

    /// Ends a recording whose call is over or was led elsewhere; the action is told only of a hang-up.
    pub fn recording_ended(&mut self, sid: &str, taping: Taping, digits: &str, tell: bool) {
        let verb = taping.verb.clone();
        if let Some(form) = self.keep_recording(sid, taping, digits)
            && tell
        {
            self.tell_action(sid, verb.action.as_deref(), verb.method, form);
        }
    }

    /// Keeps what was said and sends for its callbacks; gives the action's form, or `None` if nothing was said.
    fn keep_recording(&mut self, sid: &str, taping: Taping, digits: &str) -> Option<Form> {
        self.stop_step(sid);
        let seconds = taping.seconds(self.now);
        let account = self.calls.get(sid)?.account.clone();
        let recording_sid = self.sid("RE");
        let url = format!(
            "{}/2010-04-01/Accounts/{account}/Recordings/{recording_sid}",
            self.config.base_url.trim_end_matches('/')
        );
        let status = if seconds == 0 { "absent" } else { "completed" };
        let mut about = Form::new();
        pair(&mut about, "RecordingSid", &recording_sid);
        pair(&mut about, "RecordingUrl", &url);
        pair(&mut about, "RecordingDuration", seconds.to_string());
        let mut told = about.clone();
        pair(&mut told, "AccountSid", &account);
        pair(&mut told, "CallSid", sid);
        pair(&mut told, "RecordingStatus", status);
        pair(&mut told, "RecordingChannels", "1");
        pair(&mut told, "RecordingSource", "RecordVerb");
        pair(&mut told, "RecordingStartTime", rfc2822(taping.since_ms));
        let pace = self.config.pace;
        self.recording_callback(sid, taping.verb.status_callback.as_deref(), pace.recording_ms, told);
        if seconds == 0 {
            return None;
        }
        let late = match self.strike(&account, Scope::Recordings) {
            Some(Trouble::Late { ms }) => ms,
            _ => 0,
        };
        let recording = Recording {
            sid: recording_sid.clone(),
            account,
            call: sid.to_owned(),
            seconds,
            created_ms: self.now,
            ready_ms: self.now.saturating_add(pace.recording_ms).saturating_add(late),
        };
        self.recordings.put(&recording_sid, recording);
        let words = taping.words.join(" ");
        let mut transcript = self.call_form(sid);
        pair(&mut transcript, "TranscriptionSid", self.sid("TR"));
        pair(&mut transcript, "TranscriptionStatus", if words.is_empty() { "failed" } else { "completed" });
        pair(&mut transcript, "TranscriptionText", words);
        pair(&mut transcript, "RecordingSid", &recording_sid);
        pair(&mut transcript, "RecordingUrl", &url);
        let callback = taping.verb.transcribe_callback.as_deref();
        self.recording_callback(sid, callback, pace.transcript_ms, transcript);
        pair(&mut about, "Digits", digits);
        Some(about)
    }

    fn recording_callback(&mut self, sid: &str, address: Option<&str>, in_ms: i64, form: Form) {
        let (Some(address), Some(call)) = (address, self.calls.get(sid)) else { return };
        let account = call.account.clone();
        let base = match &call.source {
            Source::Url(base, _) => base.as_str(),
            _ => "",
        };
        let Some(url) = resolve(base, address) else {
            return self.error(11100, sid, "a recording's callback cannot be resolved");
        };
        let lane = told_lane(sid);
        let delivery = self.delivery(&account, lane, Purpose::Callback, (&url, Method::Post), form);
        self.schedule(in_ms, Job::Deliver(delivery));
    }
}

/// A tone of so many seconds as a WAV file: 8 kHz, one channel, 16 bits.
pub fn wav(seconds: u32) -> Result<Vec<u8>, hound::Error> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec)?;
    for sample in 0..seconds.saturating_mul(RATE) {
        writer.write_sample(if sample % PERIOD < PERIOD / 2 { LEVEL } else { -LEVEL })?;
    }
    writer.finalize()?;
    Ok(bytes.into_inner())
}
