// What an audit found.

import { counted, element, hint, id, link, number, size } from "./elements.js";
import { List } from "./list.js";
import { attempt } from "./problem.js";
import { query } from "./request.js";
import { KINDS, isOver } from "./words.js";

let audit = null;

const findings = new List(id("findings"), id("findings-more"), row);

export const clear = () => findings.clear();

export function open(of) {
  audit = of;
  const kinds = Object.entries(KINDS).map(([kind, [, name]]) => [kind, `${name} (${number(audit.findings[kind] ?? 0)})`]);
  id("kind").replaceChildren(...[["", "all"], ...kinds].map(([value, text]) => element("option", { value }, text)));
  return load();
}

function load() {
  const nothing = isOver(audit) ? "Nothing was found." : "They are here when the audit has ended.";
  return findings.load(query(`/v1/audits/${audit.id}/findings`, { kind: id("kind").value }), nothing);
}

id("kind").addEventListener("change", () => attempt(load));

function row({ kind, url, detail }) {
  const title = kind === "duplicate_title" ? element("span", { className: "address" }, `“${detail.title}”`) : link(url);
  const name = element("span", { className: "kind" }, KINDS[kind]?.[0] ?? kind);
  return element("li", {}, name, title, ...(PARTICULARS[kind]?.(detail) ?? []));
}

const PARTICULARS = {
  broken_link: ({ status, problem, linked_from: from, links }) => [
    hint(status ? `Status ${status}` : (problem ?? "No answer")),
    addresses(`Linked from ${counted(links, "page")}`, from, links),
  ],
  redirect: ({ hops, statuses, end }) => [
    element("ol", { className: "hops" }, ...hops.map((hop, place) => element("li", {}, `${statuses[place] ?? "leads"} to `, link(hop)))),
    end === "page" ? null : hint(end === "loop" ? "It goes round in circles." : "There it ends, broken."),
  ],
  slow_page: ({ total_ms: total, first_byte_ms: first, bytes }) => [
    hint(`${number(total)} ms, the first byte after ${number(first)} ms; ${size(bytes)}`),
  ],
  duplicate_title: ({ pages, count }) => [addresses(`The title of ${counted(count, "page")}`, pages, count)],
};

function addresses(title, named, count) {
  const rest = count > named.length ? element("li", {}, `and ${number(count - named.length)} more`) : null;
  const list = element("ul", {}, ...named.map((address) => element("li", {}, link(address))), rest);
  return element("details", { open: named.length <= 3 }, element("summary", {}, title), list);
}
