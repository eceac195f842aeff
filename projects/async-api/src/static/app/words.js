// What audits and findings are called.

import { counted, element, number } from "./elements.js";

/** One finding, and all of a kind. */
export const KINDS = {
  broken_link: ["broken link", "Broken links"],
  redirect: ["redirect", "Redirects"],
  slow_page: ["slow page", "Slow pages"],
  duplicate_title: ["duplicate title", "Duplicate titles"],
};

export const isOver = (audit) => !["queued", "running"].includes(audit.state);

export function badge(audit) {
  const state = audit.cancelling && !isOver(audit) ? "cancelling" : audit.state;
  const made = element("span", { className: "badge" }, state);
  made.dataset.state = state;
  return made;
}

/** An audit in a few words. */
export function summary(audit) {
  const pages = counted(audit.counts.pages, "page");
  if (!isOver(audit)) return `${pages}, ${number(audit.counts.broken)} broken so far`;
  const found = Object.entries(KINDS).filter(([kind]) => audit.findings[kind] > 0);
  const texts = found.map(([kind, [name]]) => counted(audit.findings[kind], name));
  return `${pages}: ${texts.join(", ") || "nothing found"}`;
}
