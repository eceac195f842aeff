// The list of audits.

import { element, id, time } from "./elements.js";
import { pause } from "./events.js";
import { List } from "./list.js";
import { attempt } from "./problem.js";
import { query, read } from "./request.js";
import { badge, isOver, summary } from "./words.js";

/** Milliseconds between two looks at audits that are not over. */
const EVERY = 3000;

/** Where all are over, one look in so many is taken: a schedule may have begun another. */
const IDLE = 3;

/** What each row shows. */
const shown = new WeakMap();

const audits = new List(id("audits"), id("audits-more"), (audit) => draw(element("li", {}), audit));
const path = () => query("/v1/audits", { state: id("state").value });
const load = () => audits.load(path(), id("state").value ? "There are none in this state." : "There are none yet.");

export async function open(signal) {
  await load();
  for (let look = 1; !signal.aborted; look += 1) {
    await pause(EVERY, signal);
    const active = [...id("audits").children].some((row) => shown.has(row) && !isOver(shown.get(row)));
    if ((active || look % IDLE === 0) && !document.hidden && !signal.aborted) await refresh(signal).catch(() => {}); // the next may go better
  }
}

/** Draws what has changed, and leaves the rest where it is: somebody may be on it. */
async function refresh(signal) {
  const asked = path();
  const { items } = await read(asked, { signal });
  if (asked !== path()) return;
  for (const audit of items.reverse()) {
    const row = [...id("audits").children].find((row) => shown.get(row)?.id === audit.id);
    if (row) draw(row, audit);
    else id("audits").prepend(draw(element("li", {}), audit));
  }
  const rows = [...id("audits").children];
  if (items.length > 0) rows.filter((row) => !shown.has(row)).forEach((row) => row.remove()); // that there are none
}

function draw(row, audit) {
  if (shown.get(row)?.id !== audit.id) {
    row.append(element("span", {}), element("a", { className: "address", href: `#${audit.id}` }, audit.url), element("p", {}));
  }
  if (JSON.stringify(shown.get(row)) !== JSON.stringify(audit)) {
    const facts = element("p", { className: "hint" }, summary(audit), " · ", time(audit.created_at));
    if (audit.schedule) facts.append(" · by a schedule");
    row.replaceChild(badge(audit), row.firstChild);
    row.replaceChild(facts, row.lastChild);
    shown.set(row, audit);
  }
  return row;
}

id("state").addEventListener("change", () => attempt(load));
