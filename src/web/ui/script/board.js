// The night board, live: puts what /board/events sends in its place, counts down by the server's clock, says aloud what
// is new, and never lets anybody take an old board for a live one. The page is whole without it.

const SILENCE = 40_000; // The server beats each 15 s.
const AGAIN = 3_000;
const ALARM_EVERY = 30_000;

const board = document.getElementById("board");
const shown = document.getElementById("shown");
const pulse = document.getElementById("pulse");
const said = document.getElementById("said");
const sound = document.getElementById("sound");
const dim = document.getElementById("dim");

// ---- Time, by the server's clock.

let ahead = Number(shown.dataset.now) - Date.now();
const now = () => Date.now() + ahead;

// As the server writes it: "0:07", "4:32", "1:04:32", "3 days".
function span(millis) {
  const all = Math.max(0, Math.floor(millis / 1000));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (number) => String(number).padStart(2, "0");
  if (hours === 0) return `${minutes}:${two(seconds)}`;
  return hours < 48 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${Math.floor(hours / 24)} days`;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function count() {
  const at = now();
  for (const time of shown.querySelectorAll("time[data-until]")) {
    // A second that has begun counts whole, as on any countdown.
    write(time, span(Number(time.dataset.until) - at + 999));
  }
  for (const time of shown.querySelectorAll("time[data-since]")) write(time, span(at - Number(time.dataset.since)));
}
setInterval(count, 500);

// ---- What is shown.

const tickets = () => [...shown.querySelectorAll("article[data-tone]")];
const alarms = () => tickets().filter((ticket) => ticket.dataset.tone === "alarm");
const words = (ticket, what) => ticket.querySelector(what)?.textContent.trim().replace(/\s+/g, " ") ?? "";
const title = document.title;

let known = new Map(tickets().map((ticket) => [ticket.id, ticket.dataset.tone]));
let pressed = false;
let waiting = null;

function swap(html) {
  if (pressed) {
    // A button does not run away from under a finger.
    waiting = html;
    return;
  }
  const focus = document.activeElement?.id;
  const open = [...shown.querySelectorAll("details[open]")].map((details) => details.id);
  shown.innerHTML = html;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focus && document.activeElement === document.body) document.getElementById(focus)?.focus({ preventScroll: true });
  count();
  tell();
}

// What is new is said once, by whatever reads the screen aloud.
function tell() {
  const news = [];
  for (const ticket of tickets()) {
    const before = known.get(ticket.id);
    if (before === ticket.dataset.tone) continue;
    const name = words(ticket, "h3");
    if (ticket.dataset.tone === "alarm") news.push(before ? `Nobody has ${name} any more` : `New emergency: ${name}`);
    else news.push(`${name}: ${words(ticket, ".state")}`);
  }
  const fresh = alarms().some((ticket) => known.get(ticket.id) !== "alarm");
  known = new Map(tickets().map((ticket) => [ticket.id, ticket.dataset.tone]));
  if (news.length) said.textContent = news.join(". ");
  const free = alarms().length;
  document.title = free ? `(${free}) ${title}` : title;
  if (fresh) ring();
}

shown.addEventListener("pointerdown", () => { pressed = true; });
for (const end of ["pointerup", "pointercancel"]) {
  addEventListener(end, () => {
    // The click comes after the finger is up.
    setTimeout(() => {
      pressed = false;
      if (waiting !== null) {
        const html = waiting;
        waiting = null;
        swap(html);
      }
    }, 50);
  });
}

// The server counts a tap once; nobody need wonder whether it was one.
shown.addEventListener("submit", (event) => {
  const buttons = event.target.querySelectorAll("button");
  setTimeout(() => { for (const button of buttons) button.disabled = true; });
});

// ---- The stream.

let stream = null;
let heard = 0;
let deadSince = null;
let over = false;

function alive(event) {
  heard = Date.now();
  deadSince = null;
  if (event.lastEventId) ahead = Number(event.lastEventId) - Date.now();
  pulse.dataset.state = "live";
  write(pulse, "Live");
}

function dead(why) {
  deadSince ??= new Date();
  pulse.dataset.state = "dead";
  write(pulse, `Not live since ${deadSince.toLocaleTimeString()}: ${why}`);
}

function connect() {
  if (over || stream) return;
  heard = Date.now();
  stream = new EventSource(board.dataset.events);
  stream.addEventListener("board", (event) => { alive(event); swap(event.data); });
  stream.addEventListener("beat", alive);
  stream.addEventListener("stale", (event) => { heard = Date.now(); dead(event.data); });
  stream.addEventListener("over", () => {
    over = true;
    leave();
    dead("you are signed out, or may not see this any more. Reload the page.");
  });
  stream.onerror = () => {
    if (over) return;
    dead("connecting again …");
    // The browser comes back by itself, but not from an answer that was no stream.
    if (stream?.readyState === EventSource.CLOSED) again();
  };
}

function leave() {
  stream?.close();
  stream = null;
}

function again() {
  leave();
  setTimeout(connect, AGAIN);
}

setInterval(() => {
  // A line that was cut without a word.
  if (stream && Date.now() - heard > SILENCE) {
    dead("connecting again …");
    again();
  }
}, 5_000);

// A page that nobody sees or hears needs no line: browsers have few of them.
const isNeeded = () => !document.hidden || sounds || board.classList.contains("wall");
addEventListener("visibilitychange", () => {
  if (isNeeded()) {
    if (!stream && !over) connect();
    wake();
  } else {
    leave();
  }
}, true);

// ---- Sound, if somebody wants it.

let sounds = false;
let audio = null;

function ring() {
  if (!sounds || !audio) return;
  [0, 0.25, 0.5].forEach((at, nth) => {
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    const begin = audio.currentTime + at;
    tone.frequency.value = nth % 2 ? 660 : 880;
    volume.gain.setValueAtTime(0.25, begin);
    volume.gain.exponentialRampToValueAtTime(0.001, begin + 0.22);
    tone.connect(volume).connect(audio.destination);
    tone.start(begin);
    tone.stop(begin + 0.25);
  });
}
setInterval(() => { if (alarms().length) ring(); }, ALARM_EVERY);

sound.addEventListener("click", () => {
  sounds = !sounds;
  // Browsers let a page sound only once somebody has pressed something.
  audio ??= new AudioContext();
  audio.resume();
  sound.setAttribute("aria-pressed", String(sounds));
  sound.textContent = sounds ? "Sound is on" : "Sound";
  ring();
});

// ---- On a wall: the screen stays on, as bright as somebody wants it.

async function wake() {
  if (!board.classList.contains("wall") || document.hidden) return;
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // It may not stay on: a battery is low. The board is right all the same.
  }
}

dim?.addEventListener("click", () => {
  const next = (Number(board.dataset.dim ?? 0) + 1) % 3;
  if (next) board.dataset.dim = String(next);
  else delete board.dataset.dim;
});

document.getElementById("tools").hidden = false;
wake();
connect();
