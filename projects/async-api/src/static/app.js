// The live page: starts audits, follows them, shows what they found. No library.

import * as audit from "./app/audit.js";
import { id } from "./app/elements.js";
import * as home from "./app/home.js";
import { attempt } from "./app/problem.js";
import "./app/start.js";
import { begin } from "./app/view.js";

/** Shows what the address names: one audit, or all of them. */
function route(focus) {
  const signal = begin();
  const which = location.hash.slice(1);
  id("forget").hidden = !sessionStorage.getItem("key");
  id("home").hidden = which !== "";
  id("audit").hidden = which === "";
  document.title = "Site audits";
  if (focus) id(which === "" ? "home-title" : "audit-title").focus();
  attempt(() => (which === "" ? home.open(signal) : audit.open(which)));
}

window.addEventListener("hashchange", () => route(true));
route(false);
