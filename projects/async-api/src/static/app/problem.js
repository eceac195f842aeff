// What goes wrong, shown.

import { counted, element, id } from "./elements.js";

/** What the service answered instead, or that it did not answer. */
export class Problem extends Error {
  constructor(status, body, retryAfter = 0) {
    super(body.title ?? "The service does not answer");
    Object.assign(this, { status, retryAfter, detail: body.detail, kind: body.type, errors: body.errors ?? [] });
  }
}

/** Does it, and shows what goes wrong. */
export async function attempt(work) {
  id("problem").replaceChildren();
  try {
    await work();
  } catch (problem) {
    if (problem.name !== "AbortError") show(problem);
  }
}

function show({ message, detail, kind, retryAfter, errors = [] }) {
  const lines = [element("strong", {}, message)];
  if (detail) lines.push(element("p", {}, detail));
  // What is wrong with a field of the form stands beside the field.
  const elsewhere = errors.filter(({ field }) => !id("new").elements[field]);
  lines.push(...elsewhere.map((error) => element("p", {}, `${error.field}: ${error.message}`)));
  if (retryAfter > 0) lines.push(element("p", {}, `Try again in ${counted(retryAfter, "second")}.`));
  if (/^\/problems\/[a-z-]+$/.test(kind ?? "")) lines.push(element("a", { href: kind }, "What this means"));
  id("problem").replaceChildren(element("div", { className: "problem" }, ...lines));
}
