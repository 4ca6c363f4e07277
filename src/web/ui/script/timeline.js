// The rota's timeline: draws what the server answers, and turns drags into the forms that the page has anyway. Times are
// texts of one wall clock on both sides; no zone is reckoned with here. It is for eyes and pointers: who reads the page
// by ear or goes through it by keyboard has the lists and forms below it, which say and do the same.
import { createCalendar, Interaction, ResourceTimeline } from "@event-calendar/core";
import "@event-calendar/core/index.css";

// How long a slot is in hours, and how wide at least in pixels, by the days that are shown.
const scale = (days) => {
  if (days <= 1) return [2, 60];
  if (days <= 7) return [12, 52];
  if (days <= 14) return [24, 52];
  return [24, 26];
};

// What the names of the rows take of the width.
const NAMES = 110;

const two = (number) => String(number).padStart(2, "0");

// A date of the calendar as a field of a form has it: its wall time stands in the browser's local parts.
const wall = (date) =>
  `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;

const bar = (one, manages) => ({
  id: one.id,
  resourceId: one.row,
  start: one.from,
  end: one.to,
  title: one.title,
  display: one.behind ? "background" : "auto",
  classNames: one.class.split(" "),
  editable: manages && one.was !== undefined,
  extendedProps: one,
});

// Sends what the form of an override would send; the server answers with the page as it is then.
const send = (place, fields) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = place.dataset.change;
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.append(input);
  }
  document.body.append(form);
  form.submit();
};

const open = (place, form, query) => {
  location.assign(`${place.dataset[form]}?${new URLSearchParams({ ...query, zone: place.dataset.zone, view: place.dataset.view })}`);
};

const moved = (place) => (info) => {
  const { was } = info.event.extendedProps;
  send(place, {
    was: JSON.stringify(was),
    zone: place.dataset.zone,
    view: place.dataset.view,
    from: wall(info.event.start),
    to: wall(info.event.end),
    agent: was.agent,
    replaces: was.replaces ?? "",
  });
};

const draw = (place, timeline) => {
  const [hours, least] = scale(timeline.days);
  const slot = `${two(hours)}:00`;
  const width = Math.max(least, Math.floor((place.clientWidth - NAMES) / ((timeline.days * 24) / hours)));
  // A manager puts somebody in; an agent who is none asks for cover of a shift of his own, or a part of it.
  const { manages, asks } = timeline;
  const form = manages ? "change" : "cover";
  const own = (start, end) =>
    timeline.bars.find((one) => one.own && one.row === "final" && one.from <= wall(start) && wall(end) <= one.to);
  const present = { id: "now", resourceIds: timeline.rows.map((row) => row.id), start: timeline.now, display: "background", classNames: ["present"] };
  present.end = wall(new Date(new Date(timeline.now).getTime() + timeline.days * 6 * 60_000));
  // Whoever asks for cover drags over the bars themselves: they let the pointer through.
  place.classList.toggle("asks", asks && !manages);
  createCalendar(place, [ResourceTimeline, Interaction], {
    view: "resourceTimelineDay",
    duration: { days: timeline.days },
    date: timeline.from,
    locale: "en-GB",
    firstDay: 1,
    headerToolbar: { start: "", center: "", end: "" },
    slotDuration: slot,
    slotWidth: width,
    slotLabelInterval: slot === "24:00" ? "00:00" : slot,
    slotLabelFormat: { hour: "2-digit", minute: "2-digit" },
    dayHeaderFormat: timeline.days > 14 ? { day: "numeric" } : { weekday: "short", day: "numeric" },
    snapDuration: timeline.days > 7 ? "01:00" : "00:30",
    resources: timeline.rows,
    events: [...timeline.bars.map((one) => bar(one, manages)), present],
    selectable: manages || asks,
    selectBackgroundColor: "var(--ec-highlight-color)",
    eventResourceEditable: false,
    // Names are text, whatever they are made of.
    eventContent: (info) => ({ domNodes: [document.createTextNode(info.event.title)] }),
    eventDidMount: ({ el, event }) => {
      el.title = event.extendedProps.told ?? "";
      el.tabIndex = -1;
    },
    select: (info) => {
      if (manages || own(info.start, info.end)) open(place, form, { from: wall(info.start), to: wall(info.end) });
    },
    dateClick: ({ date, resource }) => {
      const shift = !manages && resource?.id === "final" && own(date, date);
      if (shift) open(place, form, { from: shift.from, to: shift.to });
    },
    eventClick: ({ event }) => {
      const { index, from, to } = event.extendedProps;
      if (manages && from) open(place, form, index === undefined ? { from, to } : { was: index });
    },
    eventDrop: moved(place),
    eventResize: moved(place),
  });
};

const place = document.getElementById("timeline");
if (place) {
  fetch(place.dataset.from, { headers: { accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.statusText))))
    .then((timeline) => draw(place, timeline))
    .catch(() => {
      place.textContent = "The timeline cannot be drawn just now. The list below says the same.";
    });
}
