// The phones of the page. The carrier tells what is, whenever it changes (/_sim/events); buttons and keys tell the
// carrier what was done (/_sim/handsets). Nothing is kept here but what is on the screen.
"use strict";

const byNumber = new Map(); // number → what the carrier said last about that phone
const who = document.getElementById("who");
const withheld = document.getElementById("withheld");
const aloud = document.getElementById("aloud");
const link = document.getElementById("link");
const phones = [...document.querySelectorAll(".phone")];
let first = true; // what is there already when the page opens is not read aloud

const part = (phone, name) => phone.querySelector(`[data-part="${name}"]`);
const button = (phone, name) => phone.querySelector(`[data-do="${name}"]`);

function written(number) {
  const north = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return north ? `+1 ${north[1]} ${north[2]} ${north[3]}` : number || "a withheld number";
}

function clock(ms) {
  return new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

// What stands in the log for one moment of a call: a class, the words, and a language to read them in.
function moment(heard) {
  switch (heard.kind) {
    case "said": return ["said", heard.text, heard.language];
    case "played": return ["said", heard.ms === null ? "(a sound file that could not be fetched)" : `♪ a recording of ${Math.round(heard.ms / 1000)} s`];
    case "beep": return ["note", "♪ beep: speak now"];
    case "carrier": return ["said", heard.text, "en"];
    case "ringback": return ["note", "Ringing another phone …"];
    case "connected": return ["note", `Connected to ${written(heard.to)}`];
    case "key": return heard.counted ? ["key", `Pressed ${heard.key}`] : ["key lost", `Pressed ${heard.key}: nothing was listening`];
    case "speech": return ["speech", `You, for ${heard.seconds} s: ${heard.words || "(speech)"}`];
    case "voice": return ["voice", heard.words || "(speech)"];
    default: return ["note", heard.kind];
  }
}

function entry(ms, kind, words, language) {
  const item = document.createElement("p");
  const text = document.createElement("span");
  const time = document.createElement("time");
  item.className = kind;
  text.textContent = words;
  if (language) text.lang = language;
  time.textContent = clock(ms);
  time.dateTime = new Date(ms).toISOString();
  item.append(text, time);
  return item;
}

// Adds to a log what is new in it, so that a screen reader reads that and no more.
function fill(log, key, items, make) {
  if (log.dataset.key !== key || log.children.length > items.length) {
    log.dataset.key = key;
    log.replaceChildren();
  }
  const fresh = items.slice(log.children.length);
  for (const item of fresh) log.append(make(item));
  if (fresh.length) log.scrollTop = log.scrollHeight;
  log.hidden = items.length === 0;
  return fresh;
}

function speak(words, language) {
  if (!aloud.checked || first || !window.speechSynthesis) return;
  const utterance = new SpeechSynthesisUtterance(words);
  utterance.lang = language;
  window.speechSynthesis.speak(utterance);
}

const ENDINGS = {
  "completed": "Call ended",
  "busy": "Busy",
  "no-answer": "Nobody answered",
  "failed": "The call failed",
  "canceled": "The caller gave up",
};

function describe(call) {
  if (!call) return "Idle";
  const other = written(call.direction === "inbound" ? call.to : call.from);
  if (call.ended_ms !== null) return `${ENDINGS[call.status]} at ${clock(call.ended_ms)}`;
  if (call.ringing) return `${other} is calling`;
  if (call.recording) return "You are being recorded";
  if (call.conference) {
    const others = call.conference.phones.filter((number) => number !== call.phone).map(written);
    return call.conference.started ? `In a conference with ${others.join(", ") || "nobody else"}` : "Waits in a conference";
  }
  if (call.connected) return "Connected to another phone";
  if (call.status !== "in-progress") return `Calling ${other} …`;
  return call.listening ? `In a call with ${other}: press a key` : `In a call with ${other}`;
}

function set(node, words) {
  if (node.textContent !== words) node.textContent = words; // a status is announced when it changes, and only then
}

function show(phone) {
  const state = byNumber.get(phone.dataset.number);
  if (!state) return;
  const call = state.call;
  const live = call !== null && call.ended_ms === null;
  const talking = live && !call.ringing;
  phone.classList.toggle("rings", live && call.ringing);
  phone.classList.toggle("busy", talking);
  phone.classList.toggle("listens", talking && (call.listening || call.recording));
  set(part(phone, "number"), written(state.number));
  set(part(phone, "status"), describe(call));
  const visible = { "dial": !live, "answer": live && call.ringing, "decline": live && call.ringing, "hang-up": talking };
  const focused = phone.querySelector("[data-do]:focus");
  for (const [name, shown] of Object.entries(visible)) button(phone, name).hidden = !shown;
  if (focused && focused.hidden) phone.querySelector("[data-do]:not([hidden])")?.focus();
  part(phone, "in-call").hidden = !talking;
  const fresh = fill(part(phone, "heard"), `${state.number} ${call ? call.sid : ""}`, call ? call.heard : [], (heard) => entry(heard.at_ms, ...moment(heard)));
  for (const heard of fresh) if (heard.kind === "said" || heard.kind === "carrier") speak(heard.text, heard.language || "en");
  const silent = part(phone, "no-call");
  silent.hidden = call !== null && call.heard.length > 0;
  set(silent, live && call.ringing ? "Answer to hear what it is about." : live ? "Nothing has been said yet." : phone.id === "caller"
    ? "Choose a line and press Dial. What is said appears here; press keys with the keypad or on your keyboard."
    : "No call yet. When this agent is paged by voice, the phone rings here.");
  fill(part(phone, "texts"), `${state.number} ${state.texts.length ? state.texts[0].at_ms + state.texts[0].sid : ""}`, state.texts,
    (text) => entry(text.at_ms, text.sent ? "mine" : "theirs", text.body));
  const none = part(phone, "no-texts");
  none.hidden = state.texts.length > 0;
  set(none, phone.id === "caller"
    ? "No texts yet. The ticket number arrives here once there is one."
    : "No texts yet. Dial the emergency line from the customer's phone: the page arrives here.");
}

// A customer's phone that rings is picked up from the shelf, unless another is in use.
function chooseCaller() {
  if (!who) return;
  const live = (number) => byNumber.get(number)?.call?.ended_ms === null;
  if (!live(who.value)) {
    const rings = [...who.options].find((option) => live(option.value));
    if (rings) who.value = rings.value;
  }
  document.getElementById("caller").dataset.number = who.value;
}

function update(state) {
  for (const phone of state.phones) byNumber.set(phone.number, phone);
  chooseCaller();
  for (const phone of phones) show(phone);
  first = false;
}

async function act(phone, what, order) {
  const trouble = part(phone, "trouble");
  const number = encodeURIComponent(phone.dataset.number);
  try {
    const answer = await fetch(`/_sim/handsets/${number}/${what}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(order ?? {}),
    });
    const words = answer.ok ? "" : await answer.text();
    let shown = words;
    try { shown = JSON.parse(words).error ?? words; } catch { /* plain words */ }
    set(trouble, shown);
    return answer.ok;
  } catch {
    set(trouble, "The simulator does not answer. Is it running?");
    return false;
  }
}

function dial(phone) {
  const order = { line: part(phone, "line").value };
  if (phone.id === "caller" && withheld.checked) order.shown = "anonymous";
  act(phone, "dial", order);
}

// A text goes to the line of the last one received, else to the line that is chosen.
function lineOf(phone) {
  const received = byNumber.get(phone.dataset.number)?.texts.filter((text) => !text.sent) ?? [];
  return received.length ? received[received.length - 1].line : part(phone, "line").value;
}

for (const phone of phones) {
  phone.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    if (!pressed) return;
    if (pressed.dataset.key) act(phone, "press", { keys: pressed.dataset.key });
    else if (pressed.dataset.text) act(phone, "text", { line: lineOf(phone), body: pressed.dataset.text });
    else if (pressed.dataset.do === "dial") dial(phone);
    else if (pressed.dataset.do) act(phone, pressed.dataset.do);
  });
  phone.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (event.target.dataset.form === "speak") {
      act(phone, "speak", { seconds: Number(part(phone, "seconds").value) || 1, words: part(phone, "words").value });
      return;
    }
    const body = part(phone, "body");
    if (body.value.trim() && (await act(phone, "text", { line: lineOf(phone), body: body.value }))) body.value = "";
  });
}

// Digits on the keyboard are keys of the phone that has the focus, else of the only one that is in a call.
document.addEventListener("keydown", (event) => {
  if (!/^[0-9*#]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  const talking = phones.filter((phone) => phone.classList.contains("busy"));
  const phone = event.target.closest(".phone") ?? (talking.length === 1 ? talking[0] : null);
  if (!phone || !phone.classList.contains("busy")) return;
  event.preventDefault();
  act(phone, "press", { keys: event.key });
});

who?.addEventListener("change", () => {
  document.getElementById("caller").dataset.number = who.value;
  show(document.getElementById("caller"));
});
aloud.addEventListener("change", () => { if (!aloud.checked) window.speechSynthesis?.cancel(); });

const events = new EventSource("/_sim/events");
events.addEventListener("state", (event) => update(JSON.parse(event.data)));
events.addEventListener("open", () => set(link, "Connected"));
events.addEventListener("error", () => set(link, "Not connected: waiting for the simulator …"));
