// The form for a new audit.

import { element, id } from "./elements.js";
import { attempt } from "./problem.js";
import { read } from "./request.js";

const form = id("new");

/** The same for the same request, so that one sent twice is done once. */
let requestKey = null;

form.addEventListener("input", () => { requestKey = null; });

form.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(start);
});

async function start() {
  const body = filled();
  if (body === null) return toFirstMistake();
  requestKey ??= Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  try {
    const audit = await read("/v1/audits", { method: "POST", body, headers: { "Idempotency-Key": requestKey } });
    form.reset();
    requestKey = null;
    location.hash = audit.id;
  } catch (problem) {
    for (const { field, message } of problem.errors ?? []) mark(form.elements[field], message);
    toFirstMistake();
    throw problem;
  }
}

/** What the fields say; null if one cannot be sent. */
function filled() {
  const body = {};
  for (const field of [...form.elements].filter((field) => field.name)) {
    const text = field.value.trim();
    mark(field, field.checkValidity() ? null : field.validationMessage);
    if (text !== "") body[field.name] = field.type === "number" ? Number(text) : text;
  }
  if (form.querySelector("[aria-invalid]")) return null;
  if (!body.url.includes("://")) body.url = `https://${body.url}`;
  return body;
}

/** Says beside a field what is wrong with it, or that nothing is. */
function mark(field, message) {
  if (!field) return;
  const place = `${field.name}-error`;
  id(place)?.remove();
  field.removeAttribute("aria-invalid");
  field.removeAttribute("aria-describedby");
  if (message === null) return;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", place);
  field.after(element("p", { id: place, className: "wrong" }, message));
}

function toFirstMistake() {
  const wrong = [...form.querySelectorAll("[aria-invalid]")];
  for (const folded of wrong.map((field) => field.closest("details")).filter(Boolean)) folded.open = true;
  wrong[0]?.focus();
}
