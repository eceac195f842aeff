// One audit: how far it is, and what can be done with it.

import { element, id, link, number, say, size, time } from "./elements.js";
import { follow } from "./events.js";
import * as findings from "./findings.js";
import * as pages from "./pages.js";
import { attempt } from "./problem.js";
import { call, read } from "./request.js";
import { signal } from "./view.js";
import { badge, isOver, summary } from "./words.js";

let audit = null;

export async function open(which) {
  audit = null;
  id("audit-title").textContent = "Audit";
  ["audit-facts", "audit-error", "audit-numbers"].forEach((name) => id(name).replaceChildren());
  id("audit-body").hidden = true;
  findings.clear();
  pages.clear();
  audit = await read(`/v1/audits/${encodeURIComponent(which)}`, { signal: signal() });
  id("audit-title").replaceChildren(link(audit.url));
  id("audit-body").hidden = false;
  draw();
  await Promise.all([findings.open(audit), isOver(audit) ? null : toItsEnd()]);
}

function draw() {
  document.title = `${audit.url} · Site audits`;
  const attempts = audit.attempt > 1 ? `, attempt ${audit.attempt}` : "";
  id("audit-facts").replaceChildren(badge(audit), " created ", time(audit.created_at), attempts);
  id("audit-error").textContent = audit.error ?? "";
  id("cancel").hidden = isOver(audit) || audit.cancelling;
  id("retry").hidden = audit.state !== "failed";
  id("reports").hidden = !isOver(audit);
  for (const report of id("reports").querySelectorAll("a")) {
    report.href = `/v1/audits/${audit.id}/${report.dataset.report}`;
  }
  drawNumbers();
}

function drawNumbers() {
  const { pages: visited, pending, broken, bytes } = audit.counts;
  const numbers = { Pages: number(visited), "To visit": number(pending), Broken: number(broken), Read: size(bytes) };
  const pair = ([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value));
  id("audit-numbers").replaceChildren(...Object.entries(numbers).map(pair));
  const bar = id("audit-progress");
  bar.hidden = isOver(audit);
  if (visited > 0) Object.assign(bar, { max: visited + pending, value: visited });
  else bar.removeAttribute("value"); // nobody knows yet how much it is
}

async function toItsEnd() {
  const ours = signal();
  await follow(`/v1/audits/${audit.id}/events`, ours, happened, () => isOver(audit));
  if (ours.aborted) return;
  audit = await read(`/v1/audits/${audit.id}`, { signal: ours });
  draw();
  say(`The audit is ${audit.state}. ${summary(audit)}`);
  await Promise.all([findings.open(audit), pages.refresh()]);
}

function happened(event) {
  if (event.event === "progress") {
    audit.counts = event.counts;
    drawNumbers();
  } else {
    if (event.state !== audit.state) say(`The audit is ${event.state}.`);
    Object.assign(audit, { state: event.state, attempt: event.attempt, error: event.error });
    draw();
  }
}

const act = (action) => attempt(async () => {
  audit = await read(`/v1/audits/${audit.id}/${action}`, { method: "POST" });
  draw();
  id("audit-title").focus(); // the button is gone
  if (action === "retry") await toItsEnd();
});

id("cancel").addEventListener("click", () => act("cancel"));
id("retry").addEventListener("click", () => act("retry"));
id("delete").addEventListener("click", () => id("confirm").showModal());
id("confirm-no").addEventListener("click", () => id("confirm").close());
id("confirm-yes").addEventListener("click", () => attempt(async () => {
  id("confirm").close();
  await call(`/v1/audits/${audit.id}`, { method: "DELETE" });
  location.hash = "";
  say("The audit is deleted.");
}));

// A link alone could send no key, and would show a problem as a page of JSON.
id("reports").addEventListener("click", (event) => {
  const report = event.target.closest("a");
  if (!report || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  attempt(async () => {
    const response = await call(report.getAttribute("href"));
    const address = URL.createObjectURL(await response.blob());
    element("a", { href: address, download: `audit-${audit.id}.${report.textContent.toLowerCase()}` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60000); // when it has been saved
  });
});
