// The rota's timeline.
import { createCalendar, ResourceTimeline, Interaction } from "@event-calendar/core";
import "@event-calendar/core/index.css";

const place = document.getElementById("timeline");
if (place) createCalendar(place, [ResourceTimeline, Interaction], {});
